"""A seeded ResNet of PyTorch: exported to ONNX, and explained by pytorch-grad-cam, which differentiates it itself.

    python onnx_peer.py tiny FOLDER        # four blocks, 8 to 32 channels: what lies in tests/explain/models/exported
    python onnx_peer.py resnet18 FOLDER    # torchvision's own, seeded random weights

leaves FOLDER/NAME.onnx and FOLDER/NAME.npz: pixels, classes, activations, logits, and maps by method before the ReLU
that pytorch-grad-cam applies to all of them afterwards. Needs what explainers.txt lists, torchvision and onnx, and
nothing of ours.
"""

import sys
from pathlib import Path

import numpy as np
import pytorch_grad_cam as peer
import torch
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn
from torchvision.models import resnet18
from torchvision.models.resnet import BasicBlock, ResNet

METHODS = {
    "gradcam": peer.GradCAM,
    "gradcam_report": peer.GradCAMElementWise,
    "gradcampp": peer.GradCAMPlusPlus,
    "hirescam": peer.HiResCAM,
    "xgradcam": peer.XGradCAM,
    "layercam": peer.LayerCAM,
    "eigencam": peer.EigenCAM,
    "ablationcam": peer.AblationCAM,
}
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class TinyResNet(ResNet):
    """Torchvision's ResNet with one block per stage and few channels."""

    def __init__(self):
        nn.Module.__init__(self)
        self.groups, self.base_width, self.dilation, self.inplanes = 1, 64, 1, 8
        self._norm_layer = nn.BatchNorm2d
        self.conv1 = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.bn1, self.relu, self.maxpool = nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        self.layer1 = self._make_layer(BasicBlock, 8, 1)
        self.layer2 = self._make_layer(BasicBlock, 16, 1, stride=2)
        self.layer3 = self._make_layer(BasicBlock, 24, 1)
        self.layer4 = self._make_layer(BasicBlock, 32, 1)
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d((1, 1)), nn.Linear(32, 5)


def seeded(network, seed=13):
    """Give a network seeded weights, and batch normalisation something to do."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, values in [*network.named_parameters(), *network.named_buffers()]:
            if values.dtype.is_floating_point:
                noise = torch.randn(values.shape, generator=generator)
                if values.ndim > 1:
                    values.copy_(noise * (2 / values[0].numel()) ** 0.5)
                else:  # scales and variances lie about 1, all else about 0
                    values.copy_(0.2 * noise + (1 if name.endswith(("bn1.weight", "bn2.weight", "var")) else 0))
                    values.copy_(values.abs() if name.endswith("var") else values)
    return network.eval()


def pixels_of(side, count=3):
    """Draw photographs of a kind: colours that change slowly, with noise."""
    rng = np.random.default_rng(7)
    coarse = torch.from_numpy(rng.uniform(0, 255, (count, 3, 6, 6)))
    smooth = nn.functional.interpolate(coarse, size=(side, side), mode="bicubic").numpy()
    return np.clip(smooth + rng.normal(0, 12, smooth.shape), 0, 255).astype(np.uint8).transpose(0, 2, 3, 1)


def explained(network, inputs, classes):
    """Give activations, logits and maps; gradients are those of a backward pass through the network."""
    found, targets = {}, [ClassifierOutputTarget(target) for target in classes]
    layer = network.layer4[-1]
    for name, method in METHODS.items():
        with method(network, [layer]) as cam:
            logits = cam.activations_and_grads(inputs)
            sum(target(row) for target, row in zip(targets, logits, strict=True)).backward()
            activations, gradients = (
                each[0].detach().numpy()
                for each in (cam.activations_and_grads.activations, cam.activations_and_grads.gradients)
            )
            found[name] = cam.get_cam_image(inputs, layer, targets, activations, gradients, False).astype(np.float32)
    return activations, logits.detach().numpy(), found


def main(kind, folder):
    """Write the network and what the peer finds of it."""
    network, side = (TinyResNet(), 64) if kind == "tiny" else (resnet18(weights=None), 224)
    seeded(network)
    pixels = pixels_of(side)
    inputs = torch.from_numpy((pixels / 255 - MEAN) / STD).float().permute(0, 3, 1, 2).contiguous()
    classes = [1, 4, 0] if kind == "tiny" else [386, 295, 7]
    activations, logits, maps = explained(network, inputs, classes)
    axes = {"image": {0: "images"}, "scores": {0: "images"}}
    torch.onnx.export(
        network, (inputs[:1],), folder / f"{kind}.onnx", dynamo=False, dynamic_axes=axes,
        input_names=["image"], output_names=["scores"],
    )  # fmt: skip
    np.savez_compressed(
        folder / f"{kind}.npz", pixels=pixels, classes=classes, activations=activations.transpose(0, 2, 3, 1),
        logits=logits, **maps,
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
