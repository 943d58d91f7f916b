"""The report's sections of single images: each with its maps and numbers."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from data.images import decode, encode
from explain.figures.overlay import overlay
from explain.measures.registry import METRIC_TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explain.store.reading import Store
    from explain.store.selection import Selection

_QUALITY = 70


@dataclass(frozen=True)
class ImageSection:
    """One image with its maps and numbers.

    Attributes
    ----------
    image, label : str
    pictures : tuple of (str, str)
        Caption and data URI: the photograph, and its overlay of every model and method.
    answers : pandas.DataFrame
        One row per model.
    metrics : pandas.DataFrame
        One row per model and method.
    """

    image: str
    label: str
    pictures: tuple[tuple[str, str], ...]
    answers: pd.DataFrame
    metrics: pd.DataFrame


def image_sections(store: Store, selection: Selection) -> Iterator[ImageSection]:
    """Give every readable image its section, one at a time.

    Parameters
    ----------
    selection : Selection
        Whose maps are shown.
    """
    images = store.table("images")
    by_image = {name: dict(iter(store.table(name).groupby("image"))) for name in ("metrics", "predictions")}
    for row in images[images["status"] == "ok"].itertuples(index=False):
        photograph = decode(store.thumbnail(row.image))
        pictures = [("Photograph", _data(store.thumbnail(row.image)))]
        for model, method in selection.keys:
            if store.model(model).method(method) is not None:
                saliency, alignment = store.saliency(model, method, row.image), store.alignment(model, method)
                picture = encode(overlay(photograph, saliency, alignment=alignment), _QUALITY)
                pictures.append((selection.title((model, method)), _data(picture)))
        measured = by_image["metrics"].get(row.image, store.table("metrics").iloc[:0])
        measured = measured[measured["metric"].isin(METRIC_TITLES)]
        wide = measured.pivot_table(
            index=["model", "method"], columns="metric", values="value", sort=False
        ).reset_index()
        answers = by_image["predictions"].get(row.image, store.table("predictions").iloc[:0])
        yield ImageSection(row.image, row.label, tuple(pictures), answers.drop(columns=["image", "label"]), wide)


def _data(picture: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode("ascii")
