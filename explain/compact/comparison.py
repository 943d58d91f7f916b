"""Compact networks beside real ones: how many deciding rows of the findings agree, and which parts they look at.

Networks are compared in pairs of one seed, one of each architecture, as a reader meets the first pair.

Both are read from stores: nothing is chosen by them, and no network is run.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

from explain.errors import ExplainError
from explain.findings.findings import findings
from explain.findings.study import study_of
from explain.statistics.architectures import architecture_of
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from explain.store.reading import Store

COMPARISON_FILE = "comparison.json"
_PART, _RELATIVE = "part_", "_relative"


@dataclass(frozen=True)
class Agreement:
    """How far the verdicts about two compact networks are those about two real ones.

    Attributes
    ----------
    study : str
        Title of the claims.
    networks, real : tuple of str
        Titles, in the order of their roles.
    images : int
        That both stores hold.
    rows, same : int
        Deciding rows of the same claims, and how many of them come to the same verdict.
    other_claims : tuple of str
        Of the claims with a row that does not: number and row, for people.
    """

    study: str
    networks: tuple[str, ...]
    real: tuple[str, ...]
    images: int
    rows: int
    same: int
    other_claims: tuple[str, ...]


def agreement_with_real(compact: Store, real: Store, networks: Sequence[str] = ()) -> Agreement:
    """Compare the deciding rows of the same claims about the same images and the same methods.

    Parameters
    ----------
    networks : sequence of str
        Of the compact store, one for each role; those that it shows by default.

    Raises
    ------
    ExplainError
        If the stores are of different images.
    """
    if compact.dataset.digest != real.dataset.digest:
        raise ExplainError(f"{compact.path} and {real.path} hold different images; expected the same.")
    methods = [method for method in compact.shown_methods if method in real.shown_methods]
    sides = [
        (store, Selection.of(store, names, methods))
        for store, names in ((compact, networks or compact.shown_models), (real, real.shown_models))
    ]
    mine, theirs = (_deciding(store, selection) for store, selection in sides)
    asked = [key for key in mine if key in theirs]
    other = tuple(f"{key[0]}: {key[1]}" for key in asked if mine[key] != theirs[key])
    titles, real_ones = (tuple(selection.models.values()) for _, selection in sides)
    study = study_of(compact.dataset).title
    return Agreement(study, titles, real_ones, compact.dataset.images, len(asked), len(asked) - len(other), other)


def pairs_of_one_seed(models: Sequence[str]) -> list[tuple[str, ...]]:
    """Group networks by the number of their seed, each group with one of every architecture.

    Examples
    --------
    >>> pairs_of_one_seed(["resnet", "xception", "resnet-1", "xception-1", "resnet-2"])
    [('resnet', 'xception'), ('resnet-1', 'xception-1')]
    """
    found: dict[str, list[str]] = {}
    for model in models:
        found.setdefault(model.removeprefix(architecture_of(model)), []).append(model)
    architectures = {architecture_of(model) for model in models}
    return [tuple(group) for group in found.values() if len(group) == len(architectures)]


def _deciding(store: Store, selection: Selection) -> dict[tuple[int, str, str], str]:
    """Give the verdicts of all deciding rows, by claim, measure and scope; a model's scope by its place."""
    place = {name: f"model {number}" for number, name in enumerate(selection.models, 1)}
    metrics, agreement, predictions = (store.table(name) for name in ("metrics", "agreement", "predictions"))
    judged = findings(metrics, agreement, predictions, selection, store.dataset)
    return {
        (each.number, each.titles[row.metric], place.get(row.scope, row.scope)): row.verdict
        for each in judged
        for row in each.rows
        if row.decides
    }


def parts_looked_at(store: Store) -> dict[str, dict[str, dict[str, float]]]:
    """Give each part's share of the mass on all parts, over its share of their visible area.

    Returns
    -------
    dict of str to dict of str to dict of str to float
        By model, by the method's title, by part: the mean over images on which the part can be seen. 1 is chance.
    """
    metrics = store.table("metrics")
    rows = metrics[metrics["metric"].str.startswith(_PART) & metrics["metric"].str.endswith(_RELATIVE)]
    titles = {method.name: method.title for model in store.models for method in model.methods}
    found: dict[str, dict[str, dict[str, float]]] = {}
    for (model, method, metric), value in (
        rows.groupby(["model", "method", "metric"], sort=False)["value"].mean().items()
    ):
        part = str(metric).removeprefix(_PART).removesuffix(_RELATIVE)
        found.setdefault(str(model), {}).setdefault(titles[str(method)], {})[part] = round(float(value), 3)
    return found


def write_comparison(weights: Path, agreements: Sequence[Agreement], parts: Mapping[str, Any]) -> None:
    """Put down what was measured beside the weights, where the cards find it."""
    content = {"agreements": [asdict(each) for each in agreements], "parts": dict(sorted(parts.items()))}
    (weights / COMPARISON_FILE).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read_comparison(weights: Path) -> dict[str, Any]:
    """Read what was put down; empty where nothing was."""
    file = weights / COMPARISON_FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def comparison_in_words(comparison: Mapping[str, Any], name: str, title: str) -> str:
    """Say on a card what was measured of a network; nothing of one that was not.

    Parameters
    ----------
    name, title : str
        Of the network.
    """
    said = []
    parts = comparison.get("parts", {}).get(name, {})
    if parts:
        names = list(dict.fromkeys(part for of in parts.values() for part in of))
        lines = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
        lines += [
            f"| {method} | {' | '.join(_number(of.get(part)) for part in names)} |" for method, of in parts.items()
        ]
        said.append(
            "Parts of the animal, on the demo set: a part's share of the mass on all parts, over its share of their "
            "visible area, mean over images; 1 is as much as chance.\n\n" + "\n".join(lines)
        )
    for found in comparison.get("agreements", ()):
        if title in found["networks"]:
            said.append(
                f"**Beside real networks.** “{found['study']}” was tested on {' and '.join(found['networks'])}, and on "
                f"{' and '.join(found['real'])}, on the same {found['images']} real photographs: "
                f"{found['same']} of {found['rows']} deciding rows come to the same verdict. Others: "
                f"{'; '.join(found['other_claims']) or 'none'} (claim: measure)."
            )
    return "".join(f"{_folded(each)}\n\n" for each in said)


def _folded(text: str) -> str:
    """Break a paragraph into lines; what follows it, a table, stays as it is."""
    paragraph, gap, table = text.partition("\n\n")
    return fill(paragraph, 118) + gap + table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
