"""Tables made of other tables, for pages that would have to read a row for every image and map of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.findings.contrasts import Tables
from explain.findings.kept_tests import claim_tables
from explain.findings.stored import metrics_of
from explain.findings.study import study_of
from explain.statistics.per_image import per_image
from explain.store.layout import TABLE_COLUMNS
from explain.store.table_files import kinds_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from explain.findings.study import Studied
    from explain.store.manifest import ModelInfo
    from explain.store.selection import Selection


def derived_tables(
    tables: Mapping[str, pd.DataFrame], selection: Selection, dataset: Studied, models: Sequence[ModelInfo]
) -> dict[str, pd.DataFrame]:
    """Make the tables that :data:`explain.store.made_from.MADE_FROM` names, but those of the predicted class.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        With images, predictions, metrics and agreement as the store gets them.
    selection : Selection
        What was asked for: claims are about these models and methods.
    """
    images, predictions, metrics, agreement = (
        tables[name] for name in ("images", "predictions", "metrics", "agreement")
    )
    classes = {model.name: model.classes for model in models}
    claimed = metrics[metrics["metric"].isin(list(metrics_of(study_of(dataset))))]
    return {
        **claim_tables(Tables(claimed, agreement, predictions), selection, dataset, classes),
        "measured": kinds_of(metrics[list(TABLE_COLUMNS["measured"])]),
        "per_image": per_image(images, predictions, metrics, agreement),
    }
