"""Evidence made of seeded arrays, and a network of pixels whose gradients and integrals are known in closed form."""

from __future__ import annotations

import numpy as np

from explain.explainers.contract import Needs

CLASSES = 3


class MadeEvidence:
    """What explainers ask for, without a network: a linear head, or any gradients in its place.

    The score of pixels x is `b + sum(tanh(u x)) + (a . x)^2`. Its Integrated Gradients from zero are exactly
    `tanh(u_i x_i) + a_i x_i (a . x)`.
    """

    differentiable = True

    def __init__(self, activations, weights, bias, gradients=None, inputs=None, offered=tuple(Needs)) -> None:
        self.activations = _fixed(activations)
        self.weights, self.bias = np.asarray(weights, np.float64), np.asarray(bias, np.float64)
        self.logits = _fixed(self.activations.mean(axis=(1, 2), dtype=np.float64) @ self.weights + self.bias)
        self.linear_head = gradients is None
        self._gradients = None if gradients is None else _fixed(gradients)
        self.inputs = _fixed(inputs) if inputs is not None else np.zeros((len(self.activations), 8, 8, 3), np.float32)
        self.offered = offered
        self.shapes_asked = []
        rng = np.random.default_rng(0)
        self.u = rng.normal(size=(CLASSES, *self.inputs.shape[1:]))
        self.a = rng.normal(size=(CLASSES, *self.inputs.shape[1:])) / self.inputs[0].size ** 0.5

    def offers(self, needs):
        return needs in self.offered

    def gradients(self, classes):
        if self._gradients is not None:
            return self._gradients
        h, w = self.activations.shape[1:3]
        return _fixed(self.weights[:, list(classes)].T[:, None, None, :] / (h * w))

    def scores(self, inputs):
        self.shapes_asked.append(inputs.shape)
        x = np.asarray(inputs, np.float64)[:, None]
        linear = (self.a * x).sum(axis=(2, 3, 4))
        return (np.tanh(self.u * x).sum(axis=(2, 3, 4)) + linear**2 + self.bias).astype(np.float32)

    def pixel_gradients(self, classes, inputs):
        self.shapes_asked.append(inputs.shape)
        assert len(classes) == len(inputs)
        x, u, a = np.asarray(inputs, np.float64), self.u[list(classes)], self.a[list(classes)]
        linear = (a * x).sum(axis=(1, 2, 3), keepdims=True)
        return (u / np.cosh(u * x) ** 2 + 2 * a * linear).astype(np.float32)

    def rows(self, part):
        """The same images and network, fewer images."""
        gradients = None if self._gradients is None else self._gradients[part]
        return MadeEvidence(self.activations[part], self.weights, self.bias, gradients, self.inputs[part], self.offered)


def made(seed=0, n=2, h=4, w=5, c=6, *, full=False, signed=False, pixels=(9, 11), offered=tuple(Needs)):
    """Seeded evidence, after ReLU unless signed; with gradients of their own at every place where full."""
    rng = np.random.default_rng(seed)
    activations = rng.normal(size=(n, h, w, c))
    gradients = rng.normal(size=(n, h, w, c)) if full else None
    return MadeEvidence(
        activations if signed else np.maximum(activations, 0),
        rng.normal(size=(c, CLASSES)),
        rng.normal(size=CLASSES),
        gradients,
        rng.uniform(-1, 1, size=(n, *pixels, 3)),
        offered,
    )


def at_every_place(evidence, classes):
    """The gradients, written out for every place in double precision."""
    return np.broadcast_to(evidence.gradients(classes), evidence.activations.shape).astype(np.float64)


def _fixed(values):
    array = np.array(values, np.float32)
    array.setflags(write=False)  # an explainer that writes into its evidence fails
    return array
