"""The reference report's claims, each put as paired measurements of the same images; nothing is tested here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.explainers.registry import METHOD_TITLES
from explain.measures.contract import Needs
from explain.measures.registry import measures_that_need

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TRAINED_TO_BE_SEEN = (
    "The compact networks were trained with two terms that ask Grad-CAM and FEM to lie on the animal. What is found "
    "here tells how these networks' maps differ, not where networks trained on labels alone would look."
)
"""What must stand beside everything that is found on the built-in compact networks."""

GINI_RUNS_THE_OTHER_WAY = "The Gini index is smaller where a map is wider: of it, a negative difference supports."
"""What a reader of claims about spread must know to read the signs."""

WIDER_IS = {measure.name: measure.wider for measure in measures_that_need(Needs.MAP)}
SPREAD_METRICS = tuple(WIDER_IS)

ALL = "all"
SAME_VERDICT = "same_verdict"


@dataclass(frozen=True)
class Measured:
    """Two measurements of the same images, whose difference speaks for a claim or against it.

    Attributes
    ----------
    scope : str
        A label, a model's name, or ``all``.
    metric : str
    first, second : pandas.Series
        By image; missing where undefined.
    side : int
        1 where a positive difference supports the claim, -1 where a negative one does.
    """

    scope: str
    metric: str
    first: pd.Series
    second: pd.Series
    side: int

    @property
    def carried(self) -> pd.Series:
        """Each image's own difference, positive where it carries the claim; for equal verdicts, 1 or -1."""
        if self.metric == SAME_VERDICT:
            return pd.Series(np.where(self.first == self.second, 1.0, -1.0), index=self.first.index)
        return ((self.first - self.second) * self.side).dropna()


@dataclass(frozen=True)
class Claim:
    """What the report says, and how it is measured.

    Attributes
    ----------
    number : int
    text : str
        The report's sentence, with this dataset's models.
    quantity : str
        What the difference is.
    note : str
        What the claim's tests cannot say, or why there are none; may be empty.
    measured : tuple of Measured
        Empty where the tables do not allow the claim to be tested.
    """

    number: int
    text: str
    quantity: str
    note: str
    measured: tuple[Measured, ...]


@dataclass(frozen=True)
class Roles:
    """Which models play the report's two."""

    resnet: str
    xception: str
    titles: Mapping[str, str]

    @classmethod
    def of(cls, titles: Mapping[str, str]) -> Roles:
        """Choose by name: one with "resnet", one with "xception", otherwise the first and the second.

        Parameters
        ----------
        titles : mapping of str to str
            At least two.

        Returns
        -------
        Roles
        """
        names = list(titles)
        first = next((name for name in names if "resnet" in name.lower()), None)
        second = next((name for name in names if "xception" in name.lower() and name != first), None)
        rest = [name for name in names if name not in (first, second)]
        first = first or rest.pop(0)
        return cls(first, second or rest.pop(0), titles)

    @property
    def title_of_resnet(self) -> str:
        """Title of the model in the ResNet's role."""
        return self.titles[self.resnet]

    @property
    def title_of_xception(self) -> str:
        """Title of the model in the Xception's role."""
        return self.titles[self.xception]


def trained_to_be_seen(models: Iterable[str]) -> bool:
    """Tell whether :data:`TRAINED_TO_BE_SEEN` must be said.

    Parameters
    ----------
    models : iterable of str
        Names.

    Returns
    -------
    bool
    """
    return not {"compact-resnet", "compact-xception"}.isdisjoint(models)


def claims(
    metrics: pd.DataFrame, agreement: pd.DataFrame, predictions: pd.DataFrame, titles: Mapping[str, str]
) -> tuple[Claim, ...]:
    """Put every claim as measurements.

    Parameters
    ----------
    metrics, agreement, predictions : pandas.DataFrame
        The store's tables.
    titles : mapping of str to str
        Title by model name, in order; with a single model only claim 3 is there.

    Returns
    -------
    tuple of Claim
        In the report's order.
    """
    if metrics.empty or not titles:
        return ()
    wide = metrics.pivot(index="image", columns=["model", "method", "metric"], values="value")
    labels = metrics.drop_duplicates("image").set_index("image")["label"].reindex(wide.index)
    if len(titles) < 2:
        return (_spread_of_methods(wide, titles),)
    roles = Roles.of(titles)
    return (
        _spread_of_models(1, "gradcam", wide, labels, roles),
        _spread_of_models(2, "fem", wide, labels, roles),
        _spread_of_methods(wide, titles),
        _explainer_or_classifier(agreement, roles),
        _classify_alike(predictions, roles),
        _parts(wide, labels, roles),
    )


def _spread_of_models(number: int, method: str, wide: pd.DataFrame, labels: pd.Series, roles: Roles) -> Claim:
    name, measured = METHOD_TITLES[method], []
    for metric in SPREAD_METRICS:
        a, b = (_column(wide, model, method, metric) for model in (roles.resnet, roles.xception))
        measured += _by_scope(metric, a, b, WIDER_IS[metric], labels)
    return Claim(
        number,
        f"{name}: {roles.title_of_resnet}'s maps are spread wider, {roles.title_of_xception}'s are more concentrated.",
        f"Spread of {roles.title_of_resnet}'s {name} minus spread of {roles.title_of_xception}'s, image by image.",
        GINI_RUNS_THE_OTHER_WAY,
        tuple(measured),
    )


def _spread_of_methods(wide: pd.DataFrame, titles: Mapping[str, str]) -> Claim:
    measured = []
    for model in titles:
        for metric in SPREAD_METRICS:
            a, b = (_column(wide, model, method, metric) for method in ("gradcam", "fem"))
            measured.append(Measured(model, metric, a, b, WIDER_IS[metric]))
    return Claim(
        3,
        "Grad-CAM is broader, FEM is more specific.",
        "Spread of Grad-CAM minus spread of FEM, image by image, for each model.",
        GINI_RUNS_THE_OTHER_WAY,
        tuple(measured),
    )


def _explainer_or_classifier(agreement: pd.DataFrame, roles: Roles) -> Claim:
    pearson = agreement.set_index(["model_a", "method_a", "model_b", "method_b", "image"])["pearson"].sort_index()
    distance = 1 - pearson

    def pair(model_a: str, method_a: str, model_b: str, method_b: str) -> pd.Series:
        key = (model_a, method_a, model_b, method_b)
        if key not in distance.index:
            key = (model_b, method_b, model_a, method_a)
        return distance.loc[key]

    r, x = roles.resnet, roles.xception
    of_methods = (pair(r, "gradcam", r, "fem") + pair(x, "gradcam", x, "fem")) / 2
    of_models = (pair(r, "gradcam", x, "gradcam") + pair(r, "fem", x, "fem")) / 2
    labels = agreement.drop_duplicates("image").set_index("image")["label"]
    return Claim(
        4,
        "The explanation depends more on the explainer than on the classifier.",
        "1 - Pearson between the two methods (mean over models) minus 1 - Pearson between the two models "
        "(mean over methods), image by image.",
        "Agreement between maps says nothing about whether either is faithful to its network.",
        tuple(_by_scope("1 - pearson", of_methods.reindex(labels.index), of_models.reindex(labels.index), 1, labels)),
    )


def _classify_alike(predictions: pd.DataFrame, roles: Roles) -> Claim:
    known = predictions.dropna(subset=["right"])
    right = known.pivot(index="image", columns="model", values="right").reindex(columns=[roles.resnet, roles.xception])
    right = right.dropna().astype(bool)
    labels = known.drop_duplicates("image").set_index("image")["label"].reindex(right.index)
    return Claim(
        5,
        f"{roles.title_of_resnet} and {roles.title_of_xception} classify alike.",
        "Share of images on which both are right or both are wrong about the exact label.",
        "McNemar's test asks whether one is right more often; that it finds no difference does not show that "
        "there is none. The column of effects holds the difference in accuracy.",
        tuple(_by_scope(SAME_VERDICT, right[roles.resnet], right[roles.xception], 1, labels)),
    )


def _parts(wide: pd.DataFrame, labels: pd.Series, roles: Roles) -> Claim:
    there = {metric for *_, metric in wide.columns}
    measured = []
    for method in ("gradcam", "fem") if {"part_head", "part_trunk", "part_body"} <= there else ():
        resnet, xception = (
            {part: _column(wide, model, method, f"part_{part}") for part in ("head", "trunk", "body")}
            for model in (roles.resnet, roles.xception)
        )
        front_of_xception, front_of_resnet = (parts["head"] + parts["trunk"] for parts in (xception, resnet))
        measured += _by_scope(f"{method}: head and trunk", front_of_xception, front_of_resnet, 1, labels)
        measured += _by_scope(f"{method}: body", xception["body"], resnet["body"], -1, labels)
    return Claim(
        6,
        f"{roles.title_of_xception} looks at head, tusks and trunk, {roles.title_of_resnet} at the body.",
        f"Share of the map's mass on the part, {roles.title_of_xception} minus {roles.title_of_resnet}, "
        "image by image.",
        "Only images with part masks count. Tusks belong to the head; bears have no trunk."
        if measured
        else "Not tested here: this dataset has no masks of the parts. The demo set has them.",
        tuple(measured),
    )


def _column(wide: pd.DataFrame, model: str, method: str, metric: str) -> pd.Series:
    if (model, method, metric) in wide.columns:
        return wide[model, method, metric]
    return pd.Series(np.nan, index=wide.index)


def _by_scope(metric: str, a: pd.Series, b: pd.Series, side: int, labels: pd.Series) -> list[Measured]:
    """Take the images of each label, then all."""
    return [
        *(Measured(label, metric, a[labels == label], b[labels == label], side) for label in dict.fromkeys(labels)),
        Measured(ALL, metric, a, b, side),
    ]
