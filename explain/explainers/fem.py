"""FEM, the Feature-based Explanation Method: where channels fire unusually strongly, weighed by their means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Explainer, Needs, Parameter
from explain.explainers.steps import CHANNELS_SAID, Step, Steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from explain.explainers.contract import Evidence

K = Parameter("k", "K of FEM", 2.0, 0.0, 6.0, 0.1, "Threshold in standard deviations; 2 in the paper.")


def fem(activations: ArrayLike, k: float = K.default) -> NDArray[np.float32]:
    r"""Sum the means of those channels that exceed their own threshold at a place.

    Per image and channel, over the positions of the map: mean :math:`\mu_k` and population standard deviation
    :math:`\sigma_k`; binary map :math:`B_k = [A_k > \mu_k + K \sigma_k]` (strict); the result is
    :math:`\sum_k \mu_k B_k`. By Cantelli's inequality at most :math:`1 / (1 + K^2)` of a channel's positions can pass.

    Parameters
    ----------
    activations : array, shape (n, h, w, c)
        Output of the last activation before pooling.
    k : float
        K, in standard deviations; 0 or larger.

    Returns
    -------
    ndarray of float32, shape (n, h, w)
        Not normalised; all zero where nothing passes.

    Raises
    ------
    ValueError
        If `activations` has not four axes, or `k` is negative or not finite.

    References
    ----------
    Fuad et al., "Features Understanding in 3D CNNs for Actions Recognition in Video", IPTA 2020,
    doi 10.1109/IPTA50016.2020.9286629.

    Examples
    --------
    >>> fem(np.array([0, 0, 0, 0, 0, 6.0]).reshape(1, 1, 6, 1))
    array([[[0., 0., 0., 0., 0., 1.]]], dtype=float32)
    """
    if not (np.isfinite(k) and k >= 0):
        raise ValueError(f"k is {k}: expected a finite number, 0 or larger")
    maps = np.asarray(activations, np.float32)
    if maps.ndim != 4:
        raise ValueError(f"activations have {maps.ndim} axes: expected four, (n, h, w, c)")
    # one image at a time stays in the processor's cache
    saliency = [_of_one_image(image, [k])[0] for image in maps]
    return np.asarray(saliency, np.float32).reshape(maps.shape[:3])


def _of_one_image(activations: NDArray[np.float32], values: Sequence[float]) -> list[NDArray[np.float32]]:
    """Give an image's map for each value of K; means and deviations are the same for all."""
    positions = activations.reshape(-1, activations.shape[-1])
    mean, deviation = positions.mean(axis=0), positions.std(axis=0)
    # A constant channel has sigma = 0 and nothing strictly above its mean; its computed mean may miss the constant by
    # one rounding step, which must not make the whole channel pass.
    varies = positions.max(axis=0) > positions.min(axis=0)
    maps = [((positions > mean + np.float32(k) * deviation) & varies) @ mean for k in values]
    return [each.reshape(activations.shape[:2]) for each in maps]


def _weights(evidence: Evidence, classes: Sequence[int]) -> NDArray[np.float32]:
    return evidence.activations.mean(axis=(1, 2))


def _maps(evidence: Evidence, classes: Sequence[int], parameters: Mapping[str, float]) -> NDArray[np.float32]:
    return fem(evidence.activations, parameters[K.name])


def _sweep(evidence: Evidence, values: Sequence[float]) -> NDArray[np.float32]:
    return np.asarray(_of_one_image(evidence.activations[0], values), np.float32)


EXPLAINER = Explainer(
    name="fem",
    title="FEM",
    needs=Needs.ACTIVATIONS,
    maps=_maps,
    targeted=False,
    parameters=(K,),
    formula=r"\mathrm{FEM} = \sum_k \mu_k B_k, \quad B_k = [A^k > \mu_k + K \sigma_k]",
    source="Fuad et al., IPTA 2020, doi 10.1109/IPTA50016.2020.9286629",
    says="What stands out: mean and population standard deviation over the positions of one channel of one image. It "
    "has no target class, so it cannot tell what speaks for a class.",
    steps=Steps(
        _weights,
        Step("The channels", CHANNELS_SAID + " Choose one, and follow it through the steps below."),
        Step(
            "Add up the places that pass",
            "Each channel adds its own mean to every place where it passed, and "
            "nothing elsewhere. Where many channels, or bright ones, pass together, the map is bright. No class was "
            "asked for anywhere: the map says what stands out, not what it speaks for.",
        ),
        threshold=Step(
            "Where is this channel unusually high?",
            "The bars count the channel's places by their value. "
            "The line stands at the channel's mean plus K times its spread, the standard deviation. Only "
            "places to the right of the line pass. Move K, and the line moves: a large K lets only the "
            "most striking places pass, and some channels none at all.",
        ),
        parameter=K,
    ),
    sweep=_sweep,
)
