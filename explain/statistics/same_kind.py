"""Whether an answer names a class of the label's kind, if not the exact one.

Classifiers tell apart what a dataset's readers may not, such as three sorts of one bird. An answer that is wrong about
the label and right about its kind is a smaller error, so both readings are shown where answers are counted. Which
labels and classes are of one kind is the dataset's to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.classes import kind_of
from explain.statistics.proportions import mcnemar, proportion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    Kinds = Mapping[str, Collection[str]]


def right_about_kind(predictions: pd.DataFrame, kinds: Kinds) -> pd.Series:
    """Tell for each answer whether it is of the label's kind.

    Parameters
    ----------
    predictions : pandas.DataFrame
        The store's table.
    kinds : mapping of str to collection of str
        Labels and classes by kind; a label of no kind is its own.

    Returns
    -------
    pandas.Series of boolean
        Same index; missing where `right` is, since the model has no class for the label.
    """
    names = {*predictions["predicted"], *predictions["label"]}
    of_name = {name: kind_of(name, kinds) for name in names}
    same = predictions["predicted"].map(of_name) == predictions["label"].map(of_name)
    return same.astype("boolean").where(predictions["right"].notna())


def alike_about_kind(predictions: pd.DataFrame, first: str, second: str, kinds: Kinds) -> str:
    """Say in words how alike two models classify when any class of the label's kind counts as right.

    Parameters
    ----------
    predictions : pandas.DataFrame
        The store's table.
    first, second : str
        Models.

    Returns
    -------
    str
        Empty where no answer is right about the kind alone: the exact labels then say it all.
    """
    judged = predictions.assign(kind=right_about_kind(predictions, kinds)).dropna(subset=["kind"])
    judged = judged[judged["model"].isin([first, second])]
    if judged["kind"].eq(judged["right"]).all():
        return ""
    right = judged.pivot(index="image", columns="model", values="kind").dropna().astype(bool)
    a, b = right[first], right[second]
    alike = proportion(int((a == b).sum()), len(right))
    share, low, high = (f"{100 * each:.1f}" for each in (alike.share, alike.low, alike.high))
    return (
        f"Where any class of the label's kind is right ({', '.join(f'any {kind}' for kind in kinds)}), the models are "
        f"right on {a.sum()} and {b.sum()} of {len(right)} images, and both right or both wrong on {share} % (95 % "
        f"interval {low} to {high} %; McNemar's p = {mcnemar(a, b):.2g}, not corrected: it is none of the page's "
        "tests)."
    )
