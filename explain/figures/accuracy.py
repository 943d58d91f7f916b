"""How often each model is right, class by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from explain.figures.exhibit import Exhibit, Material, Options, nothing
from explain.statistics.proportions import proportion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

NOT_KNOWN = "No answer can be judged: no model has a class for these labels, or no answer is stored."


def compose(material: Material, options: Options) -> Exhibit:
    """Count the right answers by model and class."""
    del options  # nothing of it can be set
    judged = material.rows("predictions").dropna(subset=["right"])
    if judged.empty:
        return nothing("accuracy", "Accuracy", NOT_KNOWN)
    caption = "Right: the exact label is the most probable class; Wilson 95 % intervals."
    if material.kinds:
        known = ", ".join(str(kind).replace("_", " ") for kind in material.kinds)
        caption += f" Right about the kind: any class of the label's kind ({known})."
    return Exhibit("accuracy", "Accuracy", None, caption, material.ordered(accuracy_table(judged, material.kinds)))


def accuracy_table(judged: pd.DataFrame, kinds: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Count right answers.

    Parameters
    ----------
    judged : pandas.DataFrame
        Rows of the predictions whose `right` is known.
    kinds : mapping of str to collection of str
        Labels and classes by kind; may be empty.

    Returns
    -------
    pandas.DataFrame
        model, label, right, n, share, low, high (Wilson, 95 %), and kind_right where kinds are known.
    """
    kind_of = {str(name).replace(" ", "_"): kind for kind, names in kinds.items() for name in names}

    def of_kind(names: pd.Series) -> pd.Series:
        places, known = names.str.replace(" ", "_").factorize()
        return pd.Series(np.array([kind_of.get(name, name) for name in known], object)[places], names.index)

    same = of_kind(judged["predicted"].astype(str)) == of_kind(judged["label"].astype(str))
    rows = []
    for (model, label), part in judged.groupby(["model", "label"], sort=False):
        right = proportion(int(part["right"].sum()), len(part))
        row = {"model": model, "label": label, "right": right.successes, "n": right.n, "share": right.share}
        row |= {"low": right.low, "high": right.high}
        rows.append({**row, "kind_right": int(same[part.index].sum())} if kinds else row)
    return pd.DataFrame(rows)
