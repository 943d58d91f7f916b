"""What stands in words beside a claim about answers: who is right more often, about which classes, about the kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.statistics.proportions import mcnemar
from explain.statistics.same_kind import alike_about_kind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

    Classes = Mapping[str, Collection[str]]


def said_of_answers(
    predictions: pd.DataFrame,
    models: tuple[str, str],
    titles: Mapping[str, str],
    kinds: Mapping[str, Collection[str]],
    classes: Classes | None = None,
) -> str:
    """Say what two models' answers have in common beyond the share of equal verdicts.

    Parameters
    ----------
    predictions : pandas.DataFrame
        The store's table.
    titles : mapping of str to str
        Of the models.
    kinds : mapping of str to collection of str
        Labels and classes of one kind.
    classes : mapping of str to collection of str, optional
        Names of the classes that each model chooses among.

    Returns
    -------
    str
        Plain sentences: accuracies with McNemar's p, which decides nothing; a notice where the models choose among
        different classes; how alike they are about the label's kind, where that differs.
    """
    first, second = models
    known = predictions[predictions["model"].isin(models)].dropna(subset=["right"])
    right = known.pivot(index="image", columns="model", values="right").dropna().astype(bool)
    a, b = right[first], right[second]
    said = [
        f"{titles[first]} is right on {a.sum()} of {len(right)} images, {titles[second]} on {b.sum()}; McNemar's "
        f"p = {mcnemar(a, b):.2g}, not corrected, for information."
    ]
    if classes and set(classes.get(first, ())) != set(classes.get(second, ())):
        counts = [len(classes.get(model, ())) for model in models]  # ImageNet has two cranes and two maillots
        said.append(
            f"The two choose among different classes: {titles[first]} among {counts[0]:,}, {titles[second]} among "
            f"{counts[1]:,}. To be right among few is easier, so their answers are not of one task."
        )
    said.append(alike_about_kind(predictions, first, second, kinds))
    return " ".join(sentence for sentence in said if sentence)
