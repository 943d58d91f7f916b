"""Whether maps depend on what a network has learnt: agreement with maps under shuffled weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Needs
from explain.explainers.registry import explainer
from explain.faithfulness.tables import SANITY_METRICS
from explain.measures.agreement import agreement
from explain.measures.resampling import common_grid
from explain.models.evidence import NetworkEvidence
from explain.models.head import Head
from explain.store.evidence import ArrayEvidence, stored_evidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.explainers.contract import Evidence, Explainer
    from explain.faithfulness.evaluated_model import EvaluatedModel
    from explain.models.network import Network

SEED = 0
"""Of every permutation of weights."""

HEAD, NETWORK = "head", "network"
"""What is shuffled: the last dense layer alone, or every array of weights."""


def columns_of_sanity() -> dict[str, tuple[int, ...]]:
    """Give the shape of what :func:`sanity_of` finds about one image."""
    return {HEAD: (len(SANITY_METRICS),), NETWORK: (len(SANITY_METRICS),)}


def uses_head(found: Explainer, linear_head: bool) -> bool:
    """Tell whether shuffling a linear head alone can change a method's maps, and can be done in closed form."""
    return linear_head and found.needs == Needs.GRADIENTS


def sanity_of(
    model: EvaluatedModel, method: str, randomised: Network, rows: Sequence[int], batch_size: int
) -> dict[str, NDArray[np.float64]]:
    """Compare the stored maps of some images with maps under shuffled weights.

    Parameters
    ----------
    randomised : Network
        The model's network with all weights shuffled, as :meth:`explain.models.network.Network.randomised` gives it.
    rows : sequence of int
        At most `batch_size`.
    batch_size : int
        Every pass of the network is filled up to it, so that all have one shape.

    Returns
    -------
    dict of str to ndarray of float64, shape (n, metrics)
        `head`: only the head shuffled; NaN where :func:`uses_head` says no. `network`: everything shuffled.

    References
    ----------
    Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3.
    """
    chosen, found = list(rows), explainer(method)
    targets = model.targets[chosen].tolist()
    learnt = np.stack([model.saliency(method, row) for row in chosen])
    pixels = np.stack([model.pixels(row) for row in chosen])
    evidence = NetworkEvidence(randomised, pixels, batch_size=batch_size, precision=model.model.precision)
    return {
        HEAD: _head(model, found, chosen, targets),
        NETWORK: _compared(found, learnt, evidence, targets),
    }


def randomised_head_agreement(
    found: Explainer, evidence: ArrayEvidence, classes: Sequence[int], seed: int = SEED
) -> dict[str, NDArray[np.float64]]:
    """Compare maps with maps under a head whose weights are shuffled, in closed form.

    The weights of the head are permuted over all channels and classes, so their distribution stays and what
    they mean is lost. A method that uses no head is not touched, so this check cannot say anything about it.

    Parameters
    ----------
    evidence : ArrayEvidence
        With a linear head.
    classes : sequence of int, length n
        Target class of each image.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        As :func:`explain.measures.agreement.agreement` returns it; near 1 means that the maps do not depend on what
        the head has learnt, NaN where a map is zero everywhere.

    References
    ----------
    Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3 (the last layer only).
    """
    assert evidence.head is not None
    kernel = evidence.head.kernel
    shuffled = Head(np.random.default_rng(seed).permutation(kernel.ravel()).reshape(kernel.shape), evidence.head.bias)
    logits = evidence.activations.mean(axis=(1, 2)) @ shuffled.kernel + shuffled.bias
    random = ArrayEvidence(evidence.activations, logits, shuffled)
    return agreement(common_grid(found.explain(evidence, classes)), common_grid(found.explain(random, classes)))


def _head(model: EvaluatedModel, found: Explainer, rows: Sequence[int], targets: Sequence[int]) -> NDArray[np.float64]:
    name = model.spec.name
    if not uses_head(found, model.model.closed_form):
        return np.full((len(rows), len(SANITY_METRICS)), np.nan)
    evidence = stored_evidence(model.store, name, [model.dataset.records[row].image for row in rows])
    return _chosen(randomised_head_agreement(found, evidence, targets))


def _compared(
    found: Explainer, learnt: NDArray[np.float32], evidence: Evidence, targets: Sequence[int]
) -> NDArray[np.float64]:
    return _chosen(agreement(common_grid(learnt), common_grid(found.explain(evidence, targets))))


def _chosen(found: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.stack([found[name] for name in SANITY_METRICS], axis=1)
