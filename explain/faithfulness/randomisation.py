"""Whether maps depend on what a network has learnt: agreement with maps under shuffled weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.fem import fem
from explain.explainers.gradcam import grad_cam
from explain.explainers.registry import METHODS
from explain.faithfulness.tables import SANITY_METRICS
from explain.measures.agreement import agreement
from explain.measures.resampling import common_grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.faithfulness.evaluated_model import Subject
    from explain.models.head import Head
    from explain.models.network import Network

SEED = 0
"""Of every permutation of weights."""


def columns_of_sanity() -> dict[str, tuple[int, ...]]:
    """Give the shape of what :func:`sanity_of` finds about one image.

    Returns
    -------
    dict of str to tuple of int
    """
    return {"head": (len(SANITY_METRICS),), "network": (len(METHODS), len(SANITY_METRICS))}


def sanity_of(
    subject: Subject, randomised: Network, rows: Sequence[int], batch_size: int
) -> dict[str, NDArray[np.float64]]:
    """Compare the stored maps of some images with maps under shuffled weights.

    Parameters
    ----------
    subject : Subject
    randomised : Network
        The subject's network with all weights shuffled, as :meth:`explain.models.network.Network.randomised` gives it.
    rows : sequence of int
        At most `batch_size`.
    batch_size : int
        The forward pass is filled up to it, so that every one has one shape.

    Returns
    -------
    dict of str to ndarray of float64
        `head`, shape (n, metrics): Grad-CAM, only the head shuffled; NaN where the network has no head of the
        closed form. `network`, shape (n, methods, metrics): both methods, everything shuffled.

    References
    ----------
    Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3.
    """
    targets = subject.targets[list(rows)]
    return {"head": _head(subject, rows, targets), "network": _network(subject, randomised, rows, targets, batch_size)}


def _head(subject: Subject, rows: Sequence[int], targets: NDArray[np.int64]) -> NDArray[np.float64]:
    name = subject.spec.name
    head = subject.store.head(name)
    if head is None:
        return np.full((len(rows), len(SANITY_METRICS)), np.nan)
    images = [subject.dataset.records[row].image for row in rows]
    activations = np.stack([subject.store.activations(name, image) for image in images])
    return _chosen(randomised_head_agreement(activations, head, targets, SEED))


def _network(
    subject: Subject, randomised: Network, rows: Sequence[int], targets: NDArray[np.int64], batch_size: int
) -> NDArray[np.float64]:
    size, count = subject.spec.input_size, len(rows)
    pixels = np.zeros((batch_size, size, size, 3), np.uint8)
    for index, row in enumerate(rows):
        pixels[index] = subject.pixels(row)
    activations = randomised.forward(pixels).activations[:count]
    if randomised.head is not None:
        maps = grad_cam(activations, randomised.head.kernel.T[targets])
    else:
        maps = randomised.grad_cam(pixels, np.resize(targets, batch_size).tolist())[:count]
    found = {"gradcam": maps, "fem": fem(activations)}
    learnt = [subject.saliency(row) for row in rows]
    return np.stack(
        [
            _chosen(agreement(common_grid(np.stack([one[method] for one in learnt])), common_grid(found[method])))
            for method in METHODS
        ],
        axis=1,
    )


def _chosen(found: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.stack([found[name] for name in SANITY_METRICS], axis=1)


def randomised_head_agreement(
    activations: ArrayLike, head: Head, classes: ArrayLike, seed: int = 0
) -> dict[str, NDArray[np.float64]]:
    """Compare Grad-CAM with Grad-CAM under a head whose weights are shuffled, in closed form.

    The weights of the head are permuted over all channels and classes, so their distribution stays and what
    they mean is lost. FEM uses no head, so this check cannot say anything about it.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)
    head : Head
    classes : array of int, shape (n,)
        Target class of each image.
    seed : int

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        As :func:`explain.measures.agreement.agreement` returns it; near 1 means that the maps do not depend on what the
        head has learnt, NaN where a map is zero everywhere.

    References
    ----------
    Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3 (the last layer only).
    """
    kernel = np.asarray(head.kernel, np.float32)
    chosen = np.asarray(classes, int)
    shuffled = np.random.default_rng(seed).permutation(kernel.ravel()).reshape(kernel.shape)
    learnt, random = (grad_cam(activations, weights.T[chosen]) for weights in (kernel, shuffled))
    return agreement(common_grid(learnt), common_grid(random))
