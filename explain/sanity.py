"""A sanity check of saliency maps: whether they change when what the head has learnt is destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.agreement import agreement
from explain.resampling import common_grid
from explain.saliency import grad_cam

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from explain.saliency import Head


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
        As :func:`explain.agreement.agreement` returns it; near 1 means that the maps do not depend on what the
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
