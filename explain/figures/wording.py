"""Tables for people: titles instead of names in every heading and cell, and numbers that can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import is_float_dtype

from explain.measures.registry import metric_title

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from explain.store.selection import Selection

P_COLUMNS = ("p_holm", "p_uncorrected", "p_alike")
COLUMN_TITLES = {
    "accuracy_difference": "Difference in accuracy", "answer": "Answer", "band": "Band", "baseline": "Held against",
    "between_seeds": "Between seeds (SD)",
    "bin_high": "Bin to", "bin_low": "Bin from", "centre": "Line", "centre_column": "Centre, from left",
    "centre_row": "Centre, from top", "chance": "By chance", "check": "Check", "component": "Component",
    "confidence": "Mean probability", "curve": "Curve", "decides": "Decides", "difference": "Difference",
    "effect": "Effect (rank-biserial)", "first": "First", "first_quartile": "First quartile",
    "fraction": "Share of the pixels", "high": "95 % to", "image": "Image", "kind_right": "Right about the kind",
    "label": "Class", "label_probability": "Probability of the label", "label_rank": "Rank of the label",
    "area": "The mark's share of the image", "area_under": "Area under the curve",
    "condition": "Condition", "fall": "Fall", "fall_without": "Fall without",
    "left": "Left", "logit": "Logit", "logit_without": "Logit without", "more": "More", "more_high": "95 % to",
    "more_low": "95 % from", "none": "None", "one": "One", "pictures": "Of", "showing": "Maps that show it",
    "shown": "Shown", "shown_high": "Shown, 95 % to", "shown_low": "Shown, 95 % from", "shown_without": "Shown without",
    "share_high": "Share, 95 % to", "share_low": "Share, 95 % from", "share_without": "Share without",
    "value_without": "Value without",
    "low": "95 % from", "map_of": "Map of", "margin": "Margin", "mean": "Mean", "median": "Median", "method": "Method",
    "method_a": "First method", "method_b": "Second method", "metric": "Metric", "model": "Model",
    "model_a": "First model", "model_b": "Second model", "n": "n", "named": "Most often",
    "networks": "Networks",
    "p_alike": "p (within the margin)", "p_holm": "p (Holm)", "p_uncorrected": "p (not corrected)",
    "predicted": "Answer", "probability": "Probability of the answer", "right": "Right", "scope": "Scope",
    "second": "Second", "share": "Share", "skill": "Skill", "smallest": "Smallest that n shows", "steps": "Steps",
    "on_mark": "On the mark", "rise": "Rise of the logit", "strategy": "Strategy",
    "substrate": "Substrate", "third_quartile": "Third quartile", "value": "Score", "verdict": "Verdict",
    "wrong": "Wrong", "x": "First component", "y": "Second component",
}  # fmt: skip
"""Names of the tables' columns for people; other columns are named after measures."""


def column_title(column: str) -> str:
    """Name a table's column for people."""
    return COLUMN_TITLES.get(column) or metric_title(column)


def readable(table: pd.DataFrame, selection: Selection, titles: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Make a table of names a table for people.

    Parameters
    ----------
    table : pandas.DataFrame
        By its machine names.
    selection : Selection
        Titles of models and methods.
    titles : mapping of str to str, optional
        Of metrics and scopes whose titles neither the registry of measures nor the selection can know.

    Returns
    -------
    pandas.DataFrame
        Another one: columns by :func:`column_title`, models and methods by their titles, numbers with three decimals
        but p, which keeps two digits. No zero has a sign.
    """

    def named(names: Any) -> Callable[[Any], Any]:
        return lambda value: names.get(value, value)

    known = titles or {}
    words: dict[str, Callable[[Any], Any]] = {
        **dict.fromkeys(("model", "model_a", "model_b"), named(selection.models)),
        **dict.fromkeys(("method", "method_a", "method_b"), named(selection.methods)),
        **dict.fromkeys(("label", "answer", "predicted", "curve", "check", "substrate"), _spoken),
        "metric": lambda value: known.get(value) or metric_title(value),
        "scope": lambda value: known.get(value) or selection.models.get(value) or _spoken(value),
    }
    columns: dict[str, pd.Series] = {}
    for name in table.columns:
        column = table[name]
        if name in words:
            column = column.map(words[name], na_action="ignore")
        elif name in P_COLUMNS:
            column = column.map(lambda value: float(f"{value:.2g}"), na_action="ignore")
        elif is_float_dtype(column):
            column = column.astype(float).round(3) + 0.0  # minus zero becomes zero
        columns[column_title(name)] = column
    return pd.DataFrame(columns)


def in_a_sentence(title: str) -> str:
    """Give a title as it stands within a sentence: without its capital, unless the first word is a name.

    >>> in_a_sentence("Mass inside"), in_a_sentence("IoU of half maximum"), in_a_sentence("Gini index")
    ('mass inside', 'IoU of half maximum', 'Gini index')
    """
    first = title.partition(" ")[0]
    if first in ("Gini", "Pearson", "Spearman") or not first[1:].islower():
        return title
    return title[0].lower() + title[1:]


def _spoken(value: Any) -> str:
    return str(value).replace("_", " ")
