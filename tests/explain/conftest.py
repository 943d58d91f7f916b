"""A store of a few small images under a network that is one product of matrices, so that nothing needs TensorFlow."""

import shutil
from dataclasses import dataclass, field

import numpy as np
import pytest
from PIL import Image

from data import open_dataset
from explain.building.build import build
from explain.models.head import Head
from explain.models.network import ForwardPass
from explain.models.specification import load_specifications
from explain.store.layout import store_path

LABELS = ("cat", "dog", "newt")  # the model has no newt
SPECIFICATION = """
[linear]
title = "Linear"
file = "linear.keras"
input_size = 16
preprocessing = "tf"
feature_layer = "features"
head_layer = "predictions"
classes = ["cat", "dog"]
"""


@dataclass
class LinearNetwork:
    """Averages 4 x 4 pixels, then the whole, then one dense layer; counts what it is asked."""

    kernel: np.ndarray
    asked: list = field(default_factory=list)
    allowed: float = np.inf
    scores: str = "softmax"
    differentiable: bool = True
    wants_full_batches: bool = True

    @property
    def head(self):
        return Head(self.kernel, np.zeros(2, np.float32))

    def preprocess(self, pixels):
        return np.asarray(pixels, np.float32) / 127.5 - 1

    def forward(self, pixels):
        seen = self.preprocess(pixels) + 1  # activations are not negative
        n = len(seen)
        activations = seen.reshape(n, 4, 4, 4, 4, 3).mean(axis=(2, 4))
        return ForwardPass(activations, activations.mean(axis=(1, 2)) @ self.kernel)

    def predict(self, prepared):
        if len(self.asked) >= self.allowed:
            raise KeyboardInterrupt
        self.asked.append(len(prepared))
        return 4 * (prepared + 1).mean(axis=(1, 2)) @ self.kernel

    def randomised(self, seed, share=1.0, images=None):
        return LinearNetwork(np.random.default_rng(seed).permutation(self.kernel.ravel()).reshape(3, 2))


def linear_network():
    """Make the one network of these tests."""
    return LinearNetwork(np.array([[1.0, -0.5], [-1.0, 0.75], [0.25, 0.5]], np.float32))


@pytest.fixture
def network(monkeypatch):
    """Put the linear network in the place of every one that is loaded."""
    made = linear_network()
    monkeypatch.setattr("explain.models.network.load_network", lambda spec: made)
    return made


@pytest.fixture(scope="session")
def original(tmp_path_factory):
    """Make a dataset of seven images of noise in three classes and one that is none, and build its store."""
    root, rng = tmp_path_factory.mktemp("linear"), np.random.default_rng(11)
    for number in range(7):
        label = LABELS[number % 3]
        (root / "photos" / label).mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (16, 16, 3), np.uint8)
        Image.fromarray(pixels).save(root / "photos" / label / f"{label}_{number}.png")
    (root / "photos" / "dog" / "zz_broken.png").write_bytes(b"no picture")
    (root / "models.toml").write_text(SPECIFICATION)
    (root / "linear.keras").write_bytes(b"weights")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("explain.models.network.load_network", lambda spec: linear_network())
        build(open_dataset(root / "photos"), load_specifications(root / "models.toml"), root / "cache", batch_size=4)
    return root


@pytest.fixture
def folder(original, tmp_path):
    """Give each test a copy of its own."""
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def parts(folder, network):
    """Give the dataset, the folder of its store and the specifications."""
    dataset = open_dataset(folder / "photos")
    return dataset, store_path(folder / "cache", dataset.digest), load_specifications(folder / "models.toml")
