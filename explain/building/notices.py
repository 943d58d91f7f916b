"""What a build tells besides its results: labels that a model does not know, answers no better than guessing."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import binom

from data.records import UNLABELLED
from explain.models.model_spec import plain

if TYPE_CHECKING:
    import pandas as pd

    from explain.store.manifest import ModelInfo
    from explain.store.reading import Store

_ENOUGH = 10
"""Labelled images below which nothing is said of guessing."""
_NEAR = 3


def unknown_labels(store: Store, models: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """List the dataset's labels that a model has no class for.

    Returns
    -------
    dict of str to dict of str to dict
        By model and label: ``images``, how many bear it, and ``near``, names of classes that resemble it.
    """
    counts = store.table("images")["label"].value_counts()
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for model in (each for each in store.models if each.name in models):
        unknown = [
            label
            for label, index in model.class_of_label.items()
            if index is None and label in counts and label != UNLABELLED
        ]
        if unknown:
            found[model.name] = {
                label: {"images": int(counts[label]), "near": near_classes(label, model.classes)} for label in unknown
            }
    return found


def near_classes(label: str, classes: Sequence[str]) -> list[str]:
    """Find classes whose names resemble a label: that hold it as a whole word first, then by likeness.

    Examples
    --------
    >>> near_classes("bear", ["brown_bear", "zebra", "bears", "American_black_bear"])
    ['brown_bear', 'American_black_bear', 'bears']
    """
    by_name = {plain(name): name for name in classes}
    words = set(plain(label).split("_"))
    whole = [plain_name for plain_name in by_name if words <= set(plain_name.split("_"))]
    like = difflib.get_close_matches(plain(label), by_name, n=_NEAR)
    return [by_name[each] for each in list(dict.fromkeys([*whole, *like]))[:_NEAR]]


def no_better_than_guessing(store: Store, models: Sequence[str]) -> dict[str, str]:
    """Find models that name labelled images no more often right than one that does not look would.

    Returns
    -------
    dict of str to str
        A sentence by model. What not looking would give is how often labels and answers agree when the same answers
        are dealt out anew; where all images bear one label, one in the number of classes. A model is named where its
        count of right answers does not lie above that, one-sided, at about 5 %.

    References
    ----------
    Hoeffding, "A Combinatorial Central Limit Theorem", 1951: mean and variance of agreement under permutation.
    """
    predictions = store.table("predictions")
    found = {}
    for model in (each for each in store.models if each.name in models):
        of_model = predictions[predictions["model"] == model.name]
        known = of_model[of_model["right"].notna()]
        if len(known) < _ENOUGH:
            continue
        right, expected, enough = int(known["right"].sum()), *_of_guessing(known, model)
        if right <= enough:
            found[model.name] = (
                f"{model.title} names {right} of {len(known)} labelled images right, which guessing would too "
                f"({expected:.1f} expected). Look at its preprocessing ({model.preprocessing}), at the "
                "order of its classes, and at which class each label stands for; its maps mean nothing until then."
            )
    return found


def _of_guessing(known: pd.DataFrame, model: ModelInfo) -> tuple[float, float]:
    """Give the right answers that guessing would make: expected, and at most but for one time in twenty."""
    index_of = {name: index for index, name in enumerate(model.classes)}
    labels = known["label"].map(model.class_of_label).astype(int).value_counts()
    n = len(known)
    if len(labels) < 2:
        return n / len(model.classes), float(binom.ppf(0.95, n, 1 / len(model.classes)))
    answers = known["predicted"].map(index_of).value_counts().reindex(labels.index, fill_value=0)
    borne, given = labels.to_numpy(float), answers.to_numpy(float)
    pairs = float(borne @ given)
    squares = pairs - float(borne @ given**2 + given @ borne**2) / n + pairs**2 / n**2
    return pairs / n, pairs / n + 1.645 * float(np.sqrt(max(squares, 0.0) / (n - 1)))
