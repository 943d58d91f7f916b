"""What it takes to write a tiny network in ONNX, and to do in NumPy what it does."""

from dataclasses import dataclass, field

import numpy as np
from onnx import helper, numpy_helper, save

from explain.models.specification import ModelSpec

SIDE = 16


@dataclass
class Built:
    """A network in ONNX, what it does in NumPy, and its specification.

    Attributes
    ----------
    before, after : callable
        From prepared images (n, h, w, c) to the feature map, and on to the scores before softmax or sigmoid.
    output : int
        Which of its outputs holds the scores.
    found : dict
        What inspection chooses where the specification says something else.
    """

    model: object
    before: object
    after: object
    features: str = "features"
    head: str = "scores"
    preprocessing: object = "tf"
    classes: tuple = ("ant", "bee", "cat")
    size: object = SIDE
    closed: bool = True
    scores: str = "softmax"
    tolerance: float = 1e-5
    output: int = 0
    found: dict = field(default_factory=dict)
    options: dict = field(default_factory=dict)

    def save(self, folder, **options):
        file = folder / "network.onnx"
        save(self.model, file, **options)
        return ModelSpec(
            "own", "Own", None, file, self.size, self.preprocessing, self.features, self.head, self.classes,
            **self.options,
        )  # fmt: skip


class Graph:
    """Operations and weights, put down one after another."""

    def __init__(self, seed=3):
        self.nodes, self.weights, self.rng = [], {}, np.random.default_rng(seed)

    def add(self, operation, *inputs, to=None, **attributes):
        name = to or f"{operation.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [name], name=f"/{name}", **attributes))
        return name

    def constant(self, values, name=None):
        name = name or f"constant_{len(self.weights)}"
        self.weights[name] = np.asarray(values)
        return name

    def random(self, *shape):
        return self.rng.normal(0, 0.5, shape).astype(np.float32)

    def model(self, image, outputs, opset=17):
        graph = helper.make_graph(
            self.nodes, "network", [image], [helper.make_tensor_value_info(*each) for each in outputs],
            [numpy_helper.from_array(values, name) for name, values in self.weights.items()],
        )  # fmt: skip
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def convolution(images, kernel, bias):
    """3 x 3, stride 2, no padding, then ReLU; kernel as ONNX has it: (out, in, 3, 3)."""
    rows, columns = ((side - 3) // 2 + 1 for side in images.shape[1:3])
    found = np.zeros((len(images), rows, columns, len(kernel)))
    for i in range(rows):
        for j in range(columns):
            patch = images[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3, :]
            found[:, i, j] = np.einsum("nhwc,ochw->no", patch, kernel.astype(np.float64))
    return np.maximum(found + bias, 0)
