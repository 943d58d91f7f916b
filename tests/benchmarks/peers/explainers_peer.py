"""pytorch-grad-cam and Captum on shared tensors: one convolution, ReLU, global average pooling, one dense layer.

Called with a folder that holds `shared.npz`; leaves `theirs.npz`, maps by method before the ReLU that pytorch-grad-cam
applies to all of them afterwards, and `versions.json`. Needs NumPy and what explainers.txt lists, nothing of ours.
"""

import json
import sys
import types
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch


def without_torchvision():
    """Let pytorch-grad-cam be imported without torchvision, of which nothing that is compared here makes use."""
    for name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional"):
        sys.modules[name] = types.ModuleType(name)
    for name in ("Compose", "Normalize", "ToTensor"):
        setattr(sys.modules["torchvision.transforms"], name, None)
    sys.modules["torchvision.transforms.functional"].resize = None


without_torchvision()

import captum.attr  # noqa: E402
import pytorch_grad_cam as peer  # noqa: E402
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget  # noqa: E402

GRADIENT_METHODS = {
    "gradcam": peer.GradCAM,
    "gradcam_report": peer.GradCAMElementWise,
    "gradcampp": peer.GradCAMPlusPlus,
    "hirescam": peer.HiResCAM,
    "xgradcam": peer.XGradCAM,
    "layercam": peer.LayerCAM,
}


class Network(torch.nn.Module):
    def __init__(self, shared):
        super().__init__()
        kernel = torch.from_numpy(shared["kernel"])  # (side, side, colours, channels)
        self.convolution = torch.nn.Conv2d(kernel.shape[2], kernel.shape[3], kernel.shape[0], stride=kernel.shape[0])
        self.relu = torch.nn.ReLU()
        self.dense = torch.nn.Linear(*shared["head"].shape)
        with torch.no_grad():
            self.convolution.weight.copy_(kernel.permute(3, 2, 0, 1))
            self.convolution.bias.copy_(torch.from_numpy(shared["offsets"]))
            self.dense.weight.copy_(torch.from_numpy(shared["head"].T))
            self.dense.bias.copy_(torch.from_numpy(shared["bias"]))

    def forward(self, inputs):
        return self.dense(self.relu(self.convolution(inputs)).mean(dim=(2, 3)))


def channels_first(array):
    return np.ascontiguousarray(np.moveaxis(array, -1, 1))


def answer(shared):
    network = Network(shared).eval()
    inputs = torch.from_numpy(channels_first(shared["inputs"]))
    classes = shared["classes"].tolist()
    targets = [ClassifierOutputTarget(target) for target in classes]
    activations = channels_first(shared["activations"])
    maps = {}

    def image(method, gradients=None):
        with method(network, [network.relu]) as cam:
            return cam.get_cam_image(inputs, network.relu, targets, activations, gradients, False)

    for name, method in GRADIENT_METHODS.items():
        maps[name] = image(method, np.broadcast_to(channels_first(shared["gradients"]), activations.shape))
        maps[f"{name}, own gradients"] = image(method, channels_first(shared["own_gradients"]))
    maps["fem"] = image(peer.FEM)
    maps["eigencam"] = image(peer.EigenCAM)
    maps["ablationcam"] = image(peer.AblationCAM)
    maps["scorecam"] = image(peer.ScoreCAM)
    aligned = torch.nn.UpsamplingBilinear2d
    torch.nn.UpsamplingBilinear2d = lambda size: torch.nn.Upsample(size=size, mode="bilinear", align_corners=False)
    maps["scorecam, centres half a pixel in"] = image(peer.ScoreCAM)
    torch.nn.UpsamplingBilinear2d = aligned
    products = captum.attr.LayerGradientXActivation(network, network.relu).attribute(inputs, classes)
    maps["evidence"] = products.detach().numpy().sum(axis=1)
    attributions = captum.attr.IntegratedGradients(network).attribute(
        inputs, target=classes, n_steps=int(shared["steps"]), method="riemann_middle", internal_batch_size=64
    )
    maps["integrated_gradients"] = attributions.detach().numpy().sum(axis=1)
    return maps


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    torch.manual_seed(0)
    with np.load(folder / "shared.npz", allow_pickle=False) as arrays:
        np.savez(folder / "theirs.npz", **answer(dict(arrays)))
    found = {name: version(name) for name in ("grad-cam", "captum", "torch", "numpy")}
    (folder / "versions.json").write_text(json.dumps(found))
