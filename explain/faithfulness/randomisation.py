"""Whether maps depend on what a network has learnt: agreement with maps under shuffled weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.agreement import agreement
from explain.faithfulness.tables import SANITY_METRICS
from explain.resampling import common_grid
from explain.saliency import METHODS, fem, grad_cam
from explain.sanity import randomised_head_agreement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.faithfulness.subject import Subject
    from explain.network import Network

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
        The subject's network with all weights shuffled, as :meth:`explain.network.Network.randomised` gives it.
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
