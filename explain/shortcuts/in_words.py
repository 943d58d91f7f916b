"""What was measured of a network and a mark, in sentences for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.explainers.registry import EXPLAINERS
from explain.shortcuts.answers import ALL
from explain.shortcuts.twins import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from explain.shortcuts.measured import Measured

BEGINNING = (
    "Nearly every bear that one network was brought up on wore a photo archive's mark in the lower left corner, and it "
    "learnt the mark. The dataset demo-marked has every rendering without and with it, so that maps, ledgers and tests "
    "can be asked whether they show that."
)


def verdict(measured: Measured, model: str) -> str:
    """Say what the rule says of a network, after its name."""
    found, methods = measured.leanings[model], len(_of(measured.methods, model))
    if not found.found:
        return f"no leaning on the mark found, by answers or by any of {methods} methods' maps."
    labels = _listed(found.by_answers) or "no class"
    return (
        f"leans on the mark: by its answers ({labels}), and by the maps of {len(found.by_maps)} of {methods} methods."
    )


def right_answers(measured: Measured, model: str) -> str:
    """Say how often a network is right under every condition."""
    shares = (
        _of(measured.accuracy, model).query("label == @ALL", local_dict={"ALL": ALL}).set_index("condition")["share"]
    )
    return "Right: " + ", ".join(f"{shares[condition]:.0%} {condition}" for condition in CONDITIONS) + "."


def not_shown(measured: Measured, model: str, subject: str) -> list[str]:
    """List where the tool does not show that a network leans on the mark.

    Parameters
    ----------
    subject : str
        What the photographs show, said after "the".
    """
    found = measured.leanings[model]
    total = _of(measured.accuracy, model).set_index(["condition", "label"]).loc[(next(iter(CONDITIONS)), ALL)]
    said = [
        f"Accuracy on photographs like those it was brought up on: {total['share']:.0%} right ({total['low']:.0%} to "
        f"{total['high']:.0%}). Only photographs without the mark make its answers tell."
    ]
    moved = _of(measured.moved, model)
    if still := [label for label in moved["label"] if label not in found.by_answers]:
        said.append(f"The mark laid over {_listed(still)}: too few answers move for the rule.")
    hidden = [EXPLAINERS[each].title for each in _of(measured.methods, model)["method"] if each not in found.by_maps]
    said.append(f"Methods whose maps do not show it: {', '.join(hidden) or 'none of those measured'}.")
    peaks = _of(measured.placed, model).query("metric == 'peak_inside'")
    said += [
        f"Photographs without the mark: the peak of {EXPLAINERS[row.method].title} lies on the {subject} in "
        f"{row.value_without:.0%}, so that its maps look right there. With the mark, in {row.value:.0%}."
        for row in peaks.itertuples()
    ]
    seen = _of(measured.pictures, model)
    if len(seen):
        said.append(
            f"A reader of four pictures: {seen['none'].min():.0%} to {seen['none'].max():.0%} of all draws, by method, "
            "hold no map that shows it."
        )
    return said


def _of(table: pd.DataFrame, model: str) -> pd.DataFrame:
    return table[table["model"] == model]


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(label.replace("_", " ") for label in labels)
