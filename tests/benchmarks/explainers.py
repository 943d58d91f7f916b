"""Every explainer against another implementation, on shared tensors: prints the table of docs/explainers.md.

Run as `python -m tests.benchmarks.explainers`; installs the peers into an environment of their own first.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from explain.explainers.contract import Needs
from explain.explainers.registry import EXPLAINERS
from tests.benchmarks.peering import PROGRAMS, Peer, environment

PEER = Peer("explainers", "pytorch-grad-cam and Captum", own_environment=True)
IMAGES, SIDE, GRID, CHANNELS, CLASSES = 8, 12, 7, 64, 3
STEPS = 64


class PatchNetwork:
    """One convolution whose kernels do not overlap, ReLU, global average pooling, one dense layer; as evidence.

    `dead` channels never fire. With gradients of its own at every place it stands for a network without linear head.
    """

    def __init__(self, dead: int, own_gradients: bool = False) -> None:
        rng = np.random.default_rng(0)
        self.inputs = rng.uniform(-1, 1, (IMAGES, GRID * SIDE, GRID * SIDE, 3)).astype(np.float32)
        self.kernel = (rng.normal(size=(SIDE, SIDE, 3, CHANNELS)) / SIDE).astype(np.float32)
        self.offsets = np.where(np.arange(CHANNELS) < dead, -100, 0).astype(np.float32)
        self.head = rng.normal(size=(CHANNELS, CLASSES)).astype(np.float32)
        self.bias = rng.normal(size=CLASSES).astype(np.float32)
        self.own = rng.normal(size=(IMAGES, GRID, GRID, CHANNELS)).astype(np.float32)
        self.linear_head = not own_gradients
        self.activations = np.maximum(self._convolved(self.inputs), 0)
        self.logits = self.scores(self.inputs)

    def offers(self, needs: Needs) -> bool:
        return True

    def gradients(self, classes):
        return self.head[:, classes].T[:, None, None] / np.float32(GRID**2) if self.linear_head else self.own

    def scores(self, inputs):
        return np.maximum(self._convolved(inputs), 0).mean(axis=(1, 2)) @ self.head + self.bias

    def pixel_gradients(self, classes, inputs):
        fires = self._convolved(inputs) > 0
        cells = fires * (self.head[:, classes].T[:, None, None] / np.float32(GRID**2))
        patches = np.tensordot(cells, self.kernel, axes=(3, 3))  # (n, row, column, within, within, colour)
        return patches.transpose(0, 1, 3, 2, 4, 5).reshape(inputs.shape)

    def _convolved(self, inputs):
        patches = inputs.reshape(len(inputs), GRID, SIDE, GRID, SIDE, 3)
        return np.einsum("nricjo,ijok->nrck", patches, self.kernel, optimize=True) + self.offsets


def theirs(network: PatchNetwork, classes: list[int], interpreter: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Let the peers explain the same tensors."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(
            folder / "shared.npz",
            inputs=network.inputs,
            kernel=network.kernel,
            offsets=network.offsets,
            head=network.head,
            bias=network.bias,
            activations=network.activations,
            gradients=network.gradients(classes),
            own_gradients=network.own,
            classes=np.asarray(classes),
            steps=STEPS,
        )
        program = PROGRAMS / f"{PEER.name}_peer.py"
        subprocess.run([interpreter, program, folder], check=True, env=os.environ | {"TQDM_DISABLE": "1"})
        with np.load(folder / "theirs.npz", allow_pickle=False) as maps:
            return dict(maps), json.loads((folder / "versions.json").read_text())


def difference(ours: np.ndarray, other: np.ndarray, signed: bool) -> str:
    """Give the largest absolute difference, in parts of each map's largest magnitude, and the lowest correlation."""
    other = other if signed else np.maximum(other, 0)
    largest = np.maximum(np.abs(ours).max(axis=(1, 2), keepdims=True), 1e-30)
    correlations = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(ours, other, strict=True)]
    return f"{(np.abs(ours - other) / largest).max():.1e} | {min(correlations):.6f}"


def main() -> None:
    """Print a line per explainer, kind of gradients and network."""
    interpreter, _ = environment(PEER)
    classes = [index % CLASSES for index in range(IMAGES)]
    for dead in (0, 4):
        linear, own = PatchNetwork(dead), PatchNetwork(dead, own_gradients=True)
        made, versions = theirs(linear, classes, interpreter)
        print(f"\n{dead} dead channels; {', '.join(f'{name} {number}' for name, number in versions.items())}\n")
        print("| map | largest difference | lowest r |\n|---|--:|--:|")
        for key, other in made.items():
            explainer = EXPLAINERS[key.split(",")[0]]
            evidence = own if key.endswith("own gradients") else linear
            chosen = {"scorecam_channels": 0, "ig_steps": STEPS}
            parameters = {name: chosen[name] for name in explainer.defaults if name in chosen}
            ours = explainer.explain(evidence, classes, parameters)
            if not explainer.targeted and explainer.signed:  # a component has no sign of its own
                other = other * np.sign((other * ours).sum(axis=(1, 2), keepdims=True))
            print(f"| {key} | {difference(ours, other, explainer.signed)} |")


if __name__ == "__main__":
    main()
