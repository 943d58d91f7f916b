"""Contrasts: functions from a store's tables to paired measurements of the same images. Nothing is tested here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.findings.claims import ALL, EACH, SAME_VERDICT
from explain.measures.contract import Needs
from explain.measures.registry import measure_of, metric_title

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from explain.findings.casting import Cast
    from explain.findings.claims import Claim, Quantity
    from explain.store.selection import MapKey

_OF_ONE_MAP = (Needs.MAP, Needs.SUBJECT, Needs.PARTS, Needs.RESPONSES, Needs.REPEATS)


@dataclass(frozen=True)
class Tables:
    """A store's tables, as contrasts read them.

    Attributes
    ----------
    metrics, agreement, predictions : pandas.DataFrame
        Texts of the metrics may be kept as numbers, in the texts' order.
    """

    metrics: pd.DataFrame
    agreement: pd.DataFrame
    predictions: pd.DataFrame

    def of_images(self, images: Collection[str]) -> Tables:
        """Keep the rows of some images."""
        place, known = self._images
        metrics = self.metrics[known.isin(list(images))[place]]  # many rows of each image: texts are compared once
        return Tables(metrics, *(each[each["image"].isin(list(images))] for each in (self.agreement, self.predictions)))

    @cached_property
    def _images(self) -> tuple[NDArray[np.intp], pd.Index]:
        """The images of the metrics, in order, and the place of every row's among them."""
        place, images = self.metrics["image"].factorize(sort=True)
        return place, pd.Index(images).astype("str")

    @cached_property
    def wide(self) -> pd.DataFrame:
        """The metrics, one row per image, one column per model, method and metric."""
        keys = ["model", "method", "metric"]
        groups = self.metrics.groupby(keys, sort=True)["value"]
        place, images = self._images  # once: a pivot looks at every row's four names
        columns = {}
        for key, rows in groups.indices.items():
            column = np.full(len(images), np.nan)
            column[place[rows]] = self.metrics["value"].to_numpy(float)[rows]
            columns[key] = column
        index = images.rename("image")
        return pd.DataFrame(columns, index=index) if columns else pd.DataFrame(index=index)

    @cached_property
    def measured(self) -> frozenset[str]:
        """Names of the metrics that there are."""
        return frozenset(self.metrics["metric"].unique())

    @cached_property
    def labels(self) -> pd.Series:
        """Label by image, for the rows of :attr:`wide`."""
        place, images = self._images
        first = np.empty(len(images), np.intp)
        first[place[::-1]] = np.arange(len(place))[::-1]
        return pd.Series(self.metrics["label"].array[first], images.rename("image"), name="label").astype("str")

    def sum_of(self, model: str, method: str, quantity: Quantity) -> pd.Series | None:
        """Give a quantity by image, NaN where one of its metrics is missing; None where no image has one of them."""
        columns = [(model, method, metric) for metric in quantity.metrics]
        if self.metrics.empty or not all(column in self.wide.columns for column in columns):
            return None
        columns += [(model, method, metric) for metric in quantity.also if (model, method, metric) in self.wide.columns]
        whole = sum((self.wide[column] for column in columns[1:]), start=self.wide[columns[0]])
        return whole.where(self.labels.isin(self.labels_with(quantity.part))) if quantity.part else whole

    def of_label(self, label: str) -> Tables:
        """Keep the images of one class; all where it is empty."""
        if not label:
            return self
        return Tables(*(each[each["label"] == label] for each in (self.metrics, self.agreement, self.predictions)))

    def answered_right(self, models: Sequence[str]) -> Tables:
        """Keep the images that every one of some models answers right: their maps are of label and answer at once."""
        judged = self.predictions[self.predictions["model"].isin(list(models))]
        right = judged.assign(right=judged["right"].fillna(False).astype(bool)).groupby("image")["right"].all()
        return self.of_images(right[right].index)

    def labels_with(self, part: str) -> set[str]:
        """List the labels of which some image shows a part."""
        return set(self.metrics.loc[self.metrics["metric"] == f"part_{part}_relative", "label"].unique())


@dataclass(frozen=True)
class Measured:
    """Two measurements of the same images, whose difference speaks for a claim or against it.

    Attributes
    ----------
    scope : str
        A label, a model's name, or ``all``.
    metric : str
        What is measured, as tables and links name it.
    title : str
        The same for people.
    first, second : pandas.Series
        By image; missing where undefined.
    side : int
        1 where a positive difference supports the claim, -1 where a negative one does.
    margin : float
        The quantity's.
    maps : tuple of (model, method)
        Whose maps are compared, those of the first side first; empty where answers are.
    """

    scope: str
    metric: str
    title: str
    first: pd.Series
    second: pd.Series
    side: int
    margin: float = float("nan")
    maps: tuple[MapKey, ...] = ()

    @property
    def carried(self) -> pd.Series:
        """Each image's own difference, positive where it carries the claim; for equal verdicts, 1 or -1."""
        if self.metric == SAME_VERDICT:
            return pd.Series(np.where(self.first == self.second, 1.0, -1.0), index=self.first.index)
        return ((self.first - self.second) * self.side).dropna()


@dataclass(frozen=True)
class Contrast:
    """A way to put a claim as measurements.

    Attributes
    ----------
    measured : callable
        From tables, a claim and its cast to measurements; none where the tables do not have them.
    models, methods : int or None
        How many roles a claim must name; None where any number will do.
    needs : tuple of Needs
        What its measures are taken of.
    """

    measured: Callable[[Tables, Claim, Cast], Iterator[Measured]]
    models: int
    methods: int | None
    needs: tuple[Needs, ...]

    def misfit(self, claim: Claim) -> str:
        """Say what a claim lacks for this contrast; empty where it fits."""
        if len(claim.models) != self.models:
            return f"needs {self.models} roles of models, and {len(claim.models)} are named"
        counted = len(claim.methods) if claim.methods != (EACH,) else None
        if (self.methods is None and counted == 0) or (self.methods is not None and counted != self.methods):
            return f"needs {self.methods or 'some'} roles of methods, and {counted or 'none'} are named"
        for quantity in claim.quantities:
            for metric in (*quantity.metrics, *quantity.also):
                measure = measure_of(metric)
                if measure is None or measure.needs not in self.needs:
                    return f"compares measures of {self.needs[0].value}, and {metric!r} is none"
        return ""


def between_models(tables: Tables, claim: Claim, cast: Cast) -> Iterator[Measured]:
    """Compare two models' maps: the first's value minus the second's, for each of the claim's methods."""
    first, second = cast.models(claim)
    several = len(cast.methods(claim)) > 1 or claim.methods == (EACH,)
    for method in cast.methods(claim):
        for quantity in claim.quantities:
            a, b = (tables.sum_of(model, method, quantity) for model in (first, second))
            if a is None or b is None:
                continue
            metric, title = quantity.name, _title(quantity)
            if several:
                metric, title = f"{method}: {metric}", f"{cast.selection.methods[method]}: {title}"
            yield from _by_scope(metric, title, a, b, quantity, tables.labels, ((first, method), (second, method)))


def between_sides(tables: Tables, claim: Claim, cast: Cast) -> Iterator[Measured]:
    """Compare any two sets of maps: the first model's by the first method, minus the second's by the second."""
    first, second = zip(cast.models(claim), cast.methods(claim), strict=True)
    for quantity in claim.quantities:
        a, b = (tables.sum_of(*side, quantity) for side in (first, second))
        if a is not None and b is not None:
            yield from _by_scope(quantity.name, _title(quantity), a, b, quantity, tables.labels, (first, second))


def between_methods(tables: Tables, claim: Claim, cast: Cast) -> Iterator[Measured]:
    """Compare two methods' maps within each model that has both; the scope is the model."""
    first, second = cast.methods(claim)
    for model in cast.models(claim):
        for quantity in claim.quantities:
            a, b = (tables.sum_of(model, method, quantity) for method in (first, second))
            if a is not None and b is not None:
                maps = ((model, first), (model, second))
                yield Measured(model, quantity.name, _title(quantity), a, b, quantity.side, quantity.margin, maps)


def methods_against_models(tables: Tables, claim: Claim, cast: Cast) -> Iterator[Measured]:
    """Compare how far two methods' maps lie apart (mean over two models) with how far two models' do (over methods).

    The distance is 1 minus a measure of agreement.
    """
    models, methods = cast.models(claim), cast.methods(claim)
    by_pair = tables.agreement.set_index(["model_a", "method_a", "model_b", "method_b", "image"]).sort_index()
    pairs_of_methods = [((model, methods[0]), (model, methods[1])) for model in models]
    pairs_of_models = [((models[0], method), (models[1], method)) for method in methods]
    keys = {pair: next((key for key in (pair[0] + pair[1], pair[1] + pair[0]) if key in by_pair.index), None)
            for pair in (*pairs_of_methods, *pairs_of_models)}  # fmt: skip
    if None in keys.values():
        return
    labels = tables.agreement.drop_duplicates("image").set_index("image")["label"]
    for quantity in claim.quantities:
        distance = 1 - by_pair[quantity.metrics[0]]
        of_methods, of_models = (
            sum(distance.loc[keys[pair]] for pair in pairs).reindex(labels.index) / 2
            for pairs in (pairs_of_methods, pairs_of_models)
        )
        metric, title = f"1 - {quantity.name}", f"1 - {_title(quantity)}"
        maps = tuple((model, method) for model in models for method in methods)
        yield from _by_scope(metric, title, of_methods, of_models, quantity, labels, maps)


def between_verdicts(tables: Tables, claim: Claim, cast: Cast) -> Iterator[Measured]:
    """Compare whether two models are right, on the images whose label both know."""
    first, second = cast.models(claim)
    known = tables.predictions.dropna(subset=["right"])
    right = known.pivot(index="image", columns="model", values="right").reindex(columns=[first, second])
    right = right.dropna().astype(bool)
    labels = known.drop_duplicates("image").set_index("image")["label"].reindex(right.index)
    (quantity,) = claim.quantities
    yield from _by_scope(SAME_VERDICT, _title(quantity), right[first], right[second], quantity, labels)


CONTRASTS = {
    "between_models": Contrast(between_models, models=2, methods=None, needs=_OF_ONE_MAP),
    "between_sides": Contrast(between_sides, models=2, methods=2, needs=_OF_ONE_MAP),
    "between_methods": Contrast(between_methods, models=0, methods=2, needs=_OF_ONE_MAP),
    "methods_against_models": Contrast(methods_against_models, models=2, methods=2, needs=(Needs.TWO_MAPS,)),
    "between_verdicts": Contrast(between_verdicts, models=2, methods=0, needs=(Needs.TWO_VERDICTS,)),
}
"""By the name that claims give."""


def measured_claims(tables: Tables, claims: Sequence[Claim], cast: Cast) -> list[tuple[Claim, list[Measured]]]:
    """Put every claim that can be cast as measurements; those of no image are left out."""
    found = []
    for claim in claims:
        if cast.fills(claim):
            pairs = CONTRASTS[claim.contrast].measured(tables.of_label(claim.label), claim, cast)
            found.append((claim, [pair for pair in pairs if len(pair.carried)]))
    return found


def _title(quantity: Quantity) -> str:
    return metric_title(quantity.name)


def _by_scope(
    metric: str,
    title: str,
    a: pd.Series,
    b: pd.Series,
    quantity: Quantity,
    labels: pd.Series,
    maps: tuple[MapKey, ...] = (),
) -> Iterator[Measured]:
    """Take the images of each label, then all."""
    for label in labels.unique().tolist():
        chosen = labels == label
        yield Measured(label, metric, title, a[chosen], b[chosen], quantity.side, quantity.margin, maps)
    yield Measured(ALL, metric, title, a, b, quantity.side, quantity.margin, maps)
