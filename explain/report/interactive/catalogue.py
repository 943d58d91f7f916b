"""What a site says of its dataset, models, methods and images, without their arrays."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from explain.explainers.contract import Needs
from explain.explainers.registry import EXPLAINERS
from explain.figures.overlay import DIVERGING, heatmap
from explain.models.head import probabilities
from explain.store.layout import picture_name
from explain.store.manifest import notices_of

if TYPE_CHECKING:
    from explain.store.manifest import ModelInfo
    from explain.store.reading import Store

COLORMAPS = ("viridis", "magma", "inferno", "cividis", "turbo")
ALL_CLASSES = 50
"""A model with more classes offers maps of those that label an image or lead its answers alone."""
_LEADING = 3
_SCRIPTS = Path(EXPLAINERS[next(iter(EXPLAINERS))].maps.__code__.co_filename).parent


def catalogue(store: Store) -> dict[str, Any]:
    """Describe a store so that pages can list, find and caption everything in it.

    Returns
    -------
    dict
        What JSON can hold. Images that could not be read at build are not listed.
    """
    images = store.table("images")
    readable = images[images["status"] == "ok"]
    offered = {model.name: offered_classes(store, model) for model in store.models}
    stored = {method.name for model in store.models for method in model.methods}
    return {
        "title": store.dataset.title,
        "notice": " ".join(filter(None, (store.dataset.notice, *notices_of(store.models)))),
        "labels": list(store.dataset.labels),
        "digest": store.digest,
        "shown": {"models": list(store.shown_models), "methods": list(store.shown_methods)},
        "models": [_model(model, offered[model.name]) for model in store.models],
        "methods": [_method(store, name) for name in EXPLAINERS if name in stored or script_of(name)],
        "images": _images(store, readable),
        "colormaps": {name: _colours(name) for name in (*COLORMAPS, DIVERGING)},
        "diverging": DIVERGING,
        "networks": [],
    }


def script_of(method: str) -> str:
    """Name the explainer by whose script a browser makes a method's maps; empty where it needs the network.

    A method that gives another's map wherever the head is linear needs no script of its own: a browser has no
    gradients but those of a linear head.
    """
    return next(
        (name for name in (method, EXPLAINERS[method].same_as) if name and (_SCRIPTS / f"{name}.js").is_file()), ""
    )


def explainer_scripts() -> str:
    """Give the scripts of all explainers that have one, as one text."""
    names = dict.fromkeys(name for name in map(script_of, EXPLAINERS) if name)
    texts = [(_SCRIPTS / f"{name}.js").read_text("utf-8") for name in names]
    return "\n".join(['"use strict";', "Site.explainers = {};", *texts])


def offered_classes(store: Store, model: ModelInfo) -> list[int]:
    """Choose the classes whose maps a site can make: all of a small head, else labels and leading answers."""
    if len(model.classes) <= ALL_CLASSES:
        return list(range(len(model.classes)))
    leading = np.argsort(-store.logits(model.name), axis=1)[:, :_LEADING]
    return sorted({int(index) for index in [*leading.ravel(), *store.targets(model.name)]})


def _model(model: ModelInfo, offered: list[int]) -> dict[str, Any]:
    where = model.alignment_of_maps(at_pixels=False)
    return {
        "name": model.name,
        "title": model.title,
        "classes": list(model.classes),
        "offered": offered,
        "closedForm": model.closed_form,
        "scores": model.scores,
        "shift": [where.down, where.right],
        "methods": [{"name": each.name, "parameters": dict(each.parameters)} for each in model.methods],
    }


def _method(store: Store, name: str) -> dict[str, Any]:
    found = EXPLAINERS[name]
    return {
        "name": name,
        "title": found.title,
        "targeted": found.targeted,
        "signed": found.signed,
        "atPixels": found.at_pixels,
        "needsHead": found.needs > Needs.ACTIVATIONS,
        "script": script_of(name),
        "says": found.says,
        "parameters": [
            {"name": p.name, "title": p.title, "default": p.default, "low": p.low, "high": p.high, "step": p.step}
            for p in found.parameters
        ],
    }


def _images(store: Store, readable: pd.DataFrame) -> list[dict[str, Any]]:
    answers = {model.name: _answers(store, model) for model in store.models}
    listed = []
    for image, label, width, height in readable[["image", "label", "width", "height"]].itertuples(index=False):
        row = store.row(image)
        listed.append(
            {
                "id": image,
                "row": row,
                "key": picture_name(row),
                "file": f"{picture_name(row)}.jpg",
                "label": label or "",
                "width": int(width),
                "height": int(height),
                "answers": {name: each[row] for name, each in answers.items()},
            }
        )
    return listed


def _answers(store: Store, model: ModelInfo) -> list[dict[str, Any]]:
    """Give what a model answers, by row: the class, its probability, whether it is right, of which class maps are."""
    logits = store.logits(model.name)
    shares = probabilities(logits, model.scores)
    targets = store.targets(model.name)
    labels = store.table("images")["label"]
    found = []
    for row, (best, label) in enumerate(zip(logits.argmax(axis=1), labels, strict=True)):
        known = model.class_of_label.get(label)
        found.append(
            {
                "title": model.classes[best],
                "probability": round(float(np.nan_to_num(shares[row, best])), 6),
                "right": None if known is None else bool(best == known),
                "target": int(targets[row]),
            }
        )
    return found


def _colours(name: str) -> str:
    return base64.b64encode(heatmap(np.linspace(0, 1, 256)[None], name).tobytes()).decode("ascii")
