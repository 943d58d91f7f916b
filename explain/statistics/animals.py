"""Whether an answer names the right animal, if not the exact class: any elephant for an elephant, any bear for a bear.

ImageNet tells three elephants and four bears apart. A network that calls an African elephant a tusker is wrong about
the label and right about the animal, so both readings are shown where answers are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.statistics.hypothesis_tests import mcnemar, proportion

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "elephant": frozenset({"African_elephant", "Indian_elephant", "tusker"}),
    "bear": frozenset({"American_black_bear", "brown_bear", "ice_bear", "sloth_bear"}),
}
"""Classes of ImageNet by animal."""


def kind_of(name: str) -> str:
    """Give the animal that a class is one of.

    Parameters
    ----------
    name : str
        Of a class or label, as Keras writes ImageNet's, or with spaces.

    Returns
    -------
    str
        ``elephant`` or ``bear``; the name itself for everything else.
    """
    plain = name.replace(" ", "_")
    return next((kind for kind, names in KINDS.items() if plain in names), plain)


def right_about_kind(predictions: pd.DataFrame) -> pd.Series:
    """Tell for each answer whether it names the label's animal.

    Parameters
    ----------
    predictions : pandas.DataFrame
        The store's table.

    Returns
    -------
    pandas.Series of boolean
        Same index; missing where `right` is, since the model has no class for the label.
    """
    same = predictions["predicted"].map(kind_of) == predictions["label"].map(kind_of)
    return same.astype("boolean").where(predictions["right"].notna())


def alike_about_kind(predictions: pd.DataFrame, first: str, second: str) -> str:
    """Say in words how alike two models classify when any animal of the label's kind counts as right.

    Parameters
    ----------
    predictions : pandas.DataFrame
        The store's table.
    first, second : str
        Models.

    Returns
    -------
    str
        Empty where no answer is right about the animal alone: the exact labels then say it all.
    """
    judged = predictions.assign(kind=right_about_kind(predictions)).dropna(subset=["kind"])
    judged = judged[judged["model"].isin([first, second])]
    if judged["kind"].eq(judged["right"]).all():
        return ""
    right = judged.pivot(index="image", columns="model", values="kind").dropna().astype(bool)
    a, b = right[first], right[second]
    alike = proportion(int((a == b).sum()), len(right))
    return (
        f"Where any elephant is right for an elephant, and any bear for a bear, the models are right on {a.sum()} and "
        f"{b.sum()} of {len(right)} images, and alike on {alike.share:.1%} (95 % interval {alike.low:.3f} to "
        f"{alike.high:.3f}; McNemar's p = {mcnemar(a, b):.2g}, not corrected: it is none of the page's tests)."
    )
