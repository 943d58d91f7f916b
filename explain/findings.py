"""The reference report's claims, each put as a paired difference, tested on every image, and judged by one rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.metrics import SPREAD_METRICS, WIDER_IS
from explain.saliency import METHOD_TITLES
from explain.statistics import compare_paired, holm, mcnemar, proportion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALL = "all"
SIGNIFICANT = 0.05
ALIKE = 0.9

RULE = (
    "One row is supported when Holm's corrected p is below 0.05 and the 95 % interval lies wholly on the side that "
    "the claim names; it is contradicted when p is below 0.05 and the interval lies wholly on the other side; "
    "otherwise it is not settled. A claim as a whole is supported, or contradicted, when every row of its widest "
    "scope is; where rows point to different sides, or some settle nothing, the claim is not settled, and the rows "
    "say on which measure it depends. Claim 5 is supported when the lower end of the Wilson interval is at least "
    "0.9, and contradicted when McNemar's corrected p is below 0.05."
)
"""How verdicts are reached, as the page prints it."""


@dataclass(frozen=True)
class Row:
    """One test of a claim.

    Attributes
    ----------
    claim : int
    scope : str
        A label, a model's name, or ``all``.
    metric : str
    n : int
    difference, low, high : float
        The quantity and its 95 % interval, as the claim defines it.
    p : float
        Not corrected.
    p_holm : float
        Corrected over all rows of all claims.
    effect : float
        Rank-biserial correlation; for claim 5, the difference in accuracy.
    verdict : {"supported", "contradicted", "not settled"}
    side : int
        1 where a positive difference supports the claim, -1 where a negative one does.
    """

    claim: int
    scope: str
    metric: str
    n: int
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    effect: float
    verdict: str
    side: int


@dataclass(frozen=True)
class Finding:
    """A claim, how it is measured, its tests and what they come to.

    Attributes
    ----------
    number : int
    claim : str
        The report's sentence, with this dataset's models.
    quantity : str
        What the difference is.
    rows : tuple of Row
    verdict : str
    note : str
        What the verdict depends on, or cannot say; may be empty.
    evidence : pandas.DataFrame
        image, label, scope, metric, value: each image's own difference, positive where it carries the claim.
    """

    number: int
    claim: str
    quantity: str
    rows: tuple[Row, ...]
    verdict: str
    note: str
    evidence: pd.DataFrame


@dataclass(frozen=True)
class _Roles:
    """Which models play the report's two."""

    resnet: str
    xception: str
    titles: Mapping[str, str]

    @classmethod
    def of(cls, titles: Mapping[str, str]) -> _Roles:
        names = list(titles)
        first = next((name for name in names if "resnet" in name.lower()), None)
        second = next((name for name in names if "xception" in name.lower() and name != first), None)
        rest = [name for name in names if name not in (first, second)]
        first = first or rest.pop(0)
        return cls(first, second or rest.pop(0), titles)


def findings(
    metrics: pd.DataFrame, agreement: pd.DataFrame, predictions: pd.DataFrame, titles: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Test every claim that the tables allow.

    Parameters
    ----------
    metrics, agreement, predictions : pandas.DataFrame
        The store's tables.
    titles : mapping of str to str
        Title by model name, in order. The models whose names hold "resnet" and "xception" play these roles,
        otherwise the first and the second; with a single model only claim 3 is tested.

    Returns
    -------
    tuple of Finding
        In the report's order.
    """
    if metrics.empty or not titles:
        return ()
    wide = metrics.pivot(index="image", columns=["model", "method", "metric"], values="value")
    labels = metrics.drop_duplicates("image").set_index("image")["label"].reindex(wide.index)
    found: list[Finding] = []
    if len(titles) >= 2:
        roles = _Roles.of(titles)
        found += [
            _spread_of_models(number, method, wide, labels, roles) for number, method in ((1, "gradcam"), (2, "fem"))
        ]
    found.append(_spread_of_methods(wide, labels, titles))
    if len(titles) >= 2:
        found.append(_explainer_or_classifier(agreement, roles))
        found.append(_classify_alike(predictions, roles))
        if any(metric == "part_body" for *_, metric in wide.columns):
            found.append(_parts(wide, labels, roles))
    return _judge(found)


def findings_table(
    metrics: pd.DataFrame, agreement: pd.DataFrame, predictions: pd.DataFrame, titles: Mapping[str, str]
) -> pd.DataFrame:
    """Tabulate all tests of all claims.

    Parameters
    ----------
    metrics, agreement, predictions, titles
        As for :func:`findings`.

    Returns
    -------
    pandas.DataFrame
        claim, scope, metric, n, difference, low, high, p_holm, effect, verdict.
    """
    columns = ["claim", "scope", "metric", "n", "difference", "low", "high", "p_holm", "effect", "verdict"]
    rows = [row for finding in findings(metrics, agreement, predictions, titles) for row in finding.rows]
    return pd.DataFrame([[getattr(row, column) for column in columns] for row in rows], columns=columns)


def _spread_of_models(number: int, method: str, wide: pd.DataFrame, labels: pd.Series, roles: _Roles) -> Finding:
    name, resnet, xception = METHOD_TITLES[method], roles.titles[roles.resnet], roles.titles[roles.xception]
    collected = _Collector(number, labels)
    for metric in SPREAD_METRICS:
        a, b = (_column(wide, model, method, metric) for model in (roles.resnet, roles.xception))
        collected.add_scopes(metric, a, b, WIDER_IS[metric])
    return collected.finding(
        f"{name}: {resnet}'s maps are spread wider, {xception}'s are more concentrated.",
        f"Spread of {resnet}'s {name} minus spread of {xception}'s, image by image.",
    )


def _spread_of_methods(wide: pd.DataFrame, labels: pd.Series, titles: Mapping[str, str]) -> Finding:
    collected = _Collector(3, labels)
    for model in titles:
        for metric in SPREAD_METRICS:
            a, b = (_column(wide, model, method, metric) for method in ("gradcam", "fem"))
            collected.add(model, metric, a, b, WIDER_IS[metric])
    return collected.finding(
        "Grad-CAM is broader, FEM is more specific.",
        "Spread of Grad-CAM minus spread of FEM, image by image, for each model.",
    )


def _explainer_or_classifier(agreement: pd.DataFrame, roles: _Roles) -> Finding:
    pearson = agreement.set_index(["model_a", "method_a", "model_b", "method_b", "image"])["pearson"]
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
    collected = _Collector(4, labels)
    collected.add_scopes("1 - pearson", of_methods.reindex(labels.index), of_models.reindex(labels.index), 1)
    return collected.finding(
        "The explanation depends more on the explainer than on the classifier.",
        "1 - Pearson between the two methods (mean over models) minus 1 - Pearson between the two models "
        "(mean over methods), image by image.",
        "Agreement between maps says nothing about whether either is faithful to its network.",
    )


def _classify_alike(predictions: pd.DataFrame, roles: _Roles) -> Finding:
    known = predictions.dropna(subset=["right"])
    right = known.pivot(index="image", columns="model", values="right").reindex(columns=[roles.resnet, roles.xception])
    right = right.dropna().astype(bool)
    labels = known.drop_duplicates("image").set_index("image")["label"].reindex(right.index)
    rows, evidence = [], []
    for scope in _scopes(labels):
        chosen = right[(labels == scope).to_numpy()] if scope != ALL else right
        a, b = chosen[roles.resnet].to_numpy(), chosen[roles.xception].to_numpy()
        share = proportion(int((a == b).sum()), len(a))
        p = mcnemar(a, b) if len(a) else float("nan")
        gap = float(a.mean() - b.mean()) if len(a) else float("nan")
        rows.append(Row(5, scope, "same_verdict", share.n, share.share, share.low, share.high, p, np.nan, gap, "", 1))
        same = pd.DataFrame({"value": np.where(a == b, 1.0, -1.0)}, index=chosen.index).reset_index()
        evidence.append(same.assign(label=labels.reindex(chosen.index).to_numpy(), scope=scope, metric="same_verdict"))
    return Finding(
        5,
        f"{roles.titles[roles.resnet]} and {roles.titles[roles.xception]} classify alike.",
        "Share of images on which both are right or both are wrong about the exact label.",
        tuple(rows),
        "",
        "McNemar's test asks whether one is right more often; that it finds no difference does not show that "
        "there is none. The column of effects holds the difference in accuracy.",
        pd.concat(evidence, ignore_index=True)[["image", "label", "scope", "metric", "value"]],
    )


def _parts(wide: pd.DataFrame, labels: pd.Series, roles: _Roles) -> Finding:
    collected = _Collector(6, labels)
    for method in ("gradcam", "fem"):

        def head(model: str, method: str = method) -> pd.Series:
            return _column(wide, model, method, "part_head") + _column(wide, model, method, "part_trunk")

        def body(model: str, method: str = method) -> pd.Series:
            return _column(wide, model, method, "part_body")

        collected.add_scopes(f"{method}: head and trunk", head(roles.xception), head(roles.resnet), 1)
        collected.add_scopes(f"{method}: body", body(roles.xception), body(roles.resnet), -1)
    return collected.finding(
        f"{roles.titles[roles.xception]} looks at head, tusks and trunk, {roles.titles[roles.resnet]} at the body.",
        f"Share of the map's mass on the part, {roles.titles[roles.xception]} minus "
        f"{roles.titles[roles.resnet]}, image by image.",
        "Only images with part masks count. Tusks belong to the head; bears have no trunk.",
    )


def _column(wide: pd.DataFrame, model: str, method: str, metric: str) -> pd.Series:
    if (model, method, metric) in wide.columns:
        return wide[model, method, metric]
    return pd.Series(np.nan, index=wide.index)


def _scopes(labels: pd.Series) -> list[str]:
    return [*dict.fromkeys(labels), ALL]


class _Collector:
    """Gathers a claim's tests and each image's part in them."""

    def __init__(self, number: int, labels: pd.Series) -> None:
        self.number, self.labels = number, labels
        self.rows: list[Row] = []
        self.evidence: list[pd.DataFrame] = []

    def add_scopes(self, metric: str, a: pd.Series, b: pd.Series, side: int) -> None:
        for scope in _scopes(self.labels):
            chosen = (self.labels == scope).to_numpy() if scope != ALL else np.ones(len(a), bool)
            self.add(scope, metric, a[chosen], b[chosen], side)

    def add(self, scope: str, metric: str, a: pd.Series, b: pd.Series, side: int) -> None:
        c = compare_paired(a, b)
        row = Row(self.number, scope, metric, c.n, c.difference, c.low, c.high, c.p, np.nan, c.effect, "", side)
        self.rows.append(row)
        carried = ((a - b) * side).rename("value").rename_axis("image").reset_index()
        carried["label"] = self.labels.reindex(a.index).to_numpy()
        self.evidence.append(carried.assign(scope=scope, metric=metric).dropna(subset=["value"]))

    def finding(self, claim: str, quantity: str, note: str = "") -> Finding:
        evidence = pd.concat(self.evidence, ignore_index=True)[["image", "label", "scope", "metric", "value"]]
        return Finding(self.number, claim, quantity, tuple(self.rows), "", note, evidence)


def _judge(found: Sequence[Finding]) -> tuple[Finding, ...]:
    corrected = iter(holm([row.p for finding in found for row in finding.rows]))
    judged = []
    for finding in found:
        rows = tuple(_judge_row(replace(row, p_holm=float(next(corrected)))) for row in finding.rows)
        widest = [row for row in rows if row.scope == ALL] or list(rows)
        verdicts = {row.verdict for row in widest}
        verdict = verdicts.pop() if len(verdicts) == 1 else "not settled"
        note = finding.note
        if {"supported", "contradicted"} <= {row.verdict for row in widest}:
            note = f"The verdict depends on the measure: {_by_verdict(widest)}. {note}".strip()
        judged.append(replace(finding, rows=rows, verdict=verdict, note=note))
    return tuple(judged)


def _judge_row(row: Row) -> Row:
    significant = row.p_holm < SIGNIFICANT
    if row.metric == "same_verdict":
        verdict = "contradicted" if significant else "supported" if row.low >= ALIKE else "not settled"
    elif significant and row.side * row.low > 0 and row.side * row.high > 0:
        verdict = "supported"
    elif significant and row.side * row.low < 0 and row.side * row.high < 0:
        verdict = "contradicted"
    else:
        verdict = "not settled"
    return replace(row, verdict=verdict)


def _by_verdict(rows: Sequence[Row]) -> str:
    parts = []
    for verdict in ("supported", "contradicted", "not settled"):
        names = [
            f"{row.metric} ({row.scope})" if row.scope != ALL else row.metric for row in rows if row.verdict == verdict
        ]
        if names:
            parts.append(f"{verdict} by {', '.join(names)}")
    return "; ".join(parts)
