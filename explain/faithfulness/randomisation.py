"""Whether maps depend on what a network has learnt: agreement with maps under shuffled weights, from the top down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from explain.explainers.contract import Needs
from explain.explainers.registry import explainer
from explain.faithfulness.certainty import SIDE, deviations
from explain.faithfulness.small_changes import CHANGES, changed, parts_to_compare
from explain.faithfulness.tables import CHANGED, SANITY_METRICS
from explain.measures.agreement import agreement
from explain.measures.chance import partners
from explain.measures.resampling import common_grid
from explain.measures.structure import structural_similarity
from explain.models.evidence import NetworkEvidence
from explain.models.head import Head
from explain.store.evidence import ArrayEvidence, stored_evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.explainers.contract import Explainer
    from explain.faithfulness.evaluated_model import EvaluatedModel
    from explain.models.network import Network

SEEDS = tuple(range(5))
"""Of the permutations of weights; what is stored is the mean over them."""

HEAD, OTHER = "head", "another image"
"""The last dense layer alone, in closed form; and another image's map by the network as it is, the line of chance."""

CASCADE = {"top third": 1 / 3, "top two thirds": 2 / 3, "network": 1.0}
"""Shares of a network's layers that are shuffled, from the scores back, by the names of the checks."""

CHECKS = (CHANGED, HEAD, *CASCADE, OTHER)

DEVIATION = "deviation"
"""What is kept beside the checks: how much maps vary, place by place, where the image is a little changed."""

_NORMALISED_ON = 32
"""Images on which batch normalisation is estimated anew, at most."""


def columns_of_sanity() -> dict[str, tuple[int, ...]]:
    """Give the shape of what :func:`sanity_of` finds about one image."""
    return {**{check: (len(SANITY_METRICS),) for check in CHECKS}, DEVIATION: (SIDE, SIDE)}


def uses_head(found: Explainer, linear_head: bool) -> bool:
    """Tell whether shuffling a linear head alone can change a method's maps, and can be done in closed form."""
    return linear_head and found.needs == Needs.GRADIENTS


def sanity_of(
    model: EvaluatedModel,
    missing: Mapping[str, Sequence[int]],
    trained: Callable[[], Network],
    batch_size: int,
    told: Callable[[int, int], None],
) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Compare the stored maps of a model with maps under shuffled weights, and with the maps of other images.

    Parameters
    ----------
    missing : mapping of str to sequence of int
        Rows by method.
    trained : callable
        Gives the model's network; called where there is a row at all.
    batch_size : int
        Every pass of the network is filled up to it, so that all have one shape.
    told : callable
        Called with the number of shuffled networks that are done, and with all.

    Returns
    -------
    dict of str to dict of str to ndarray of float64
        By method and column of :func:`columns_of_sanity`. Of a check, shape (rows, metrics): where the image is a
        little changed, the mean over the ways of :mod:`explain.faithfulness.small_changes`; `head` is NaN where
        :func:`uses_head` says no; where weights are shuffled, the mean over those of :data:`SEEDS` for which both maps
        have a value. Of :data:`DEVIATION`, shape (rows, SIDE, SIDE): :func:`explain.faithfulness.certainty.deviations`.

    References
    ----------
    Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3.
    """
    asked = {method: list(rows) for method, rows in missing.items() if rows}
    shape = len(SEEDS), len(SANITY_METRICS)
    drawn = {method: {c: np.full((len(rows), *shape), np.nan) for c in CASCADE} for method, rows in asked.items()}
    rows = sorted(set().union(*asked.values()))
    networks = [(check, share, place) for check, share in CASCADE.items() for place in range(len(SEEDS))]
    for number, (check, share, place) in enumerate(networks if rows else ()):
        told(number, len(networks))
        network = trained().randomised(SEEDS[place], share, _calibrating(model, trained()))
        for chosen in _batches(rows, batch_size):
            pixels = np.stack([model.pixels(row) for row in chosen])
            evidence = NetworkEvidence(network, pixels, batch_size=batch_size, precision="float32")
            for method, its in asked.items():
                learnt = _grid(model, method, chosen)
                maps = explainer(method).explain(evidence, model.targets[chosen].tolist())
                values = _compared(learnt, common_grid(maps))
                for row, value in zip(chosen, values, strict=True):
                    if row in its:
                        drawn[method][check][its.index(row), place] = value
    told(len(networks), len(networks))
    return {
        method: {
            **_changed(model, method, its, trained(), batch_size),
            HEAD: _head(model, method, its, batch_size),
            **{check: _mean(values) for check, values in drawn[method].items()},
            OTHER: _others(model, method, its, batch_size),
        }
        for method, its in asked.items()
    }


def randomised_head_agreement(
    found: Explainer, evidence: ArrayEvidence, classes: Sequence[int], seeds: Sequence[int] = SEEDS
) -> NDArray[np.float64]:
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
    ndarray of float64, shape (n, metrics)
        In the order of :data:`explain.faithfulness.tables.SANITY_METRICS`; near 1 means that the maps do not depend on
        what the head has learnt. The mean over the seeds, NaN where none gives a map.

    References
    ----------
    Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3 (the last layer only).
    """
    assert evidence.head is not None
    kernel, learnt = evidence.head.kernel, common_grid(found.explain(evidence, classes))
    values = []
    for seed in seeds:
        weights = np.random.default_rng(seed).permutation(kernel.ravel()).reshape(kernel.shape)
        shuffled = Head(weights, evidence.head.bias)
        logits = evidence.activations.mean(axis=(1, 2)) @ shuffled.kernel + shuffled.bias
        random = ArrayEvidence(evidence.activations, logits, shuffled)
        values.append(_compared(learnt, common_grid(found.explain(random, classes))))
    return _mean(np.stack(values, axis=1))


def _calibrating(model: EvaluatedModel, network: Network) -> NDArray[np.float32]:
    """Give images for batch normalisation, evenly from the whole dataset, whatever was asked for."""
    step = -(-len(model.rows) // _NORMALISED_ON)
    return network.preprocess(np.stack([model.pixels(row) for row in model.rows[::step]]))


def _head(model: EvaluatedModel, method: str, rows: Sequence[int], batch_size: int) -> NDArray[np.float64]:
    found, name = explainer(method), model.spec.name
    if not uses_head(found, model.model.closed_form):
        return np.full((len(rows), len(SANITY_METRICS)), np.nan)
    blocks = []
    for chosen in _batches(rows, batch_size):
        evidence = stored_evidence(model.store, name, [model.dataset.records[row].image for row in chosen])
        blocks.append(randomised_head_agreement(found, evidence, model.targets[chosen].tolist()))
    return np.concatenate(blocks)


def _changed(
    model: EvaluatedModel, method: str, rows: Sequence[int], network: Network, batch_size: int
) -> dict[str, NDArray[np.float64]]:
    alignment = model.store.alignment(model.spec.name, method)
    alike, varying = [], []
    for chosen in _batches(rows, batch_size):
        images = [changed(model.pixels(row), row) for row in chosen]
        targets = model.targets[chosen].tolist()
        maps = {}
        for change in CHANGES:
            pixels = np.ascontiguousarray(np.stack([each[change] for each in images]))
            evidence = NetworkEvidence(network, pixels, batch_size=batch_size, precision=model.model.precision)
            maps[change] = explainer(method).explain(evidence, targets)
        learnt = np.stack([model.saliency(method, row) for row in chosen])
        alike.append(_mean(np.stack([_compared(*two) for two in parts_to_compare(learnt, maps, alignment)], axis=1)))
        varying.append(deviations(learnt, maps, alignment))
    return {CHANGED: np.concatenate(alike), DEVIATION: np.concatenate(varying)}


def _others(model: EvaluatedModel, method: str, rows: Sequence[int], batch_size: int) -> NDArray[np.float64]:
    readable = np.asarray(model.rows)
    partner = dict(zip(model.rows, readable[partners([""] * len(readable))].tolist(), strict=True))
    blocks = []
    for chosen in _batches(rows, batch_size):
        values = _compared(_grid(model, method, chosen), _grid(model, method, [partner[row] for row in chosen]))
        alone = [partner[row] == row for row in chosen]
        blocks.append(np.where(np.array(alone)[:, None], np.nan, values))
    return np.concatenate(blocks)


def _grid(model: EvaluatedModel, method: str, rows: Sequence[int]) -> NDArray[np.float64]:
    return common_grid(np.stack([model.saliency(method, row) for row in rows]))


def _compared(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compare maps on the common grid, in the order of the table's metrics, shape (n, metrics)."""
    found = {**agreement(one, other), "ssim": structural_similarity(one, other)}
    return np.stack([found[name] for name in SANITY_METRICS], axis=1)


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average over seeds, shape (n, seeds, metrics), what is a number."""
    known = ~np.isnan(values)
    total, count = np.where(known, values, 0).sum(axis=1), known.sum(axis=1)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _batches(rows: Sequence[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(rows), size):
        yield list(rows[start : start + size])
