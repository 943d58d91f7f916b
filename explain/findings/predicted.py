"""Claims on maps of the class that each network answers, in place of the labelled one."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pandas as pd

from explain.findings.casting import cast_of
from explain.findings.contrasts import Tables
from explain.findings.findings import judge, said
from explain.findings.kept_tests import KEPT, are_kept, claim_tables, read_kept
from explain.findings.remeasuring import LABELLED, PREDICTED, MapChoice, remeasure
from explain.findings.stored import metrics_of
from explain.findings.study import study_of
from explain.statistics.many_images import MANY
from explain.statistics.some_images import some_of
from explain.store.layout import OF_PREDICTED
from explain.store.made_from import is_current
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Collection

    from explain.findings.findings import Finding
    from explain.store.reading import Store


def findings_of_predicted(store: Store, selection: Selection, images: Collection[str] = ()) -> tuple[Finding, ...]:
    """Judge a store's claims on maps of each network's own answer; nothing but the maps' class is another.

    Parameters
    ----------
    images : collection of str
        Only these, where there are any; else those that :func:`images_looked_at` gives.

    Returns
    -------
    tuple of Finding
        As :func:`explain.findings.findings.findings` gives them for maps of the labelled class. Methods without a
        class, and images that are answered right, have the same maps in both.
    """
    study, cast = study_of(store.dataset), cast_of(study_of(store.dataset), selection)
    if not images and _kept(store, selection):
        return said(study, cast, store.dataset, read_kept(store, OF_PREDICTED))
    tables = tables_of_predicted(store, selection, images or images_looked_at(store, selection))
    return judge(study, tables, cast, store.dataset, classes=_classes(store))


def tables_to_keep(store: Store) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Test the claims about the models and methods of a store's newest build, for a build to keep.

    Returns
    -------
    dict of str to pandas.DataFrame
        As :func:`explain.findings.kept_tests.claim_tables` gives them, and which images were looked at.
    dict
        Empty: no entry of the manifest.
    """
    selection = _shown(store)
    images = drawn_images(store, selection)
    found = claim_tables(tables_of_predicted(store, selection, images), selection, store.dataset, _classes(store))
    found["images"] = pd.DataFrame({"image": pd.array(images, "str")})
    return {f"{name}{OF_PREDICTED}": table for name, table in found.items()}, {}


def tables_are_kept(store: Store) -> bool:
    """Tell whether a store has what :func:`tables_to_keep` gives, of the tables that it holds now."""
    return all(is_current(store.provenance, f"{name}{OF_PREDICTED}") for name in (*KEPT, "images"))


def images_looked_at(store: Store, selection: Selection) -> tuple[str, ...]:
    """Give the images that :func:`findings_of_predicted` looks at.

    Returns
    -------
    tuple of str
        As :func:`drawn_images` gives them.
    """
    if _kept(store, selection):
        return tuple(store.table(f"images{OF_PREDICTED}")["image"])
    return drawn_images(store, selection)


def drawn_images(store: Store, selection: Selection) -> tuple[str, ...]:
    """Draw the images to look at, by a fixed seed, where more than 2,000 would have to be measured again.

    Returns
    -------
    tuple of str
        2,000 of all; none where all are looked at.
    """
    if len(answered_otherwise(store, selection)) <= MANY:
        return ()
    images = store.table("images", ("image", "status"))
    readable = images.loc[images["status"] == "ok", "image"]
    return tuple(readable.iloc[some_of(len(readable), MANY)])


def tables_of_predicted(store: Store, selection: Selection, images: Collection[str] = ()) -> Tables:
    """Give the store's tables with maps of the predicted class: only images whose maps change are measured again.

    Maps that the store does not suffice for are missing for these images.

    Parameters
    ----------
    images : collection of str
        Only these, where there are any.
    """
    only = {"image": images} if images else {}
    metrics = store.table("metrics", None, {**only, "metric": metrics_of(study_of(store.dataset))})
    agreement, predictions = (store.table(name, None, only) for name in ("agreement", "predictions"))
    changed = answered_otherwise(store, selection)
    if images:
        kept = set(images)
        changed = [image for image in changed if image in kept]
    if not changed:
        return Tables(metrics, agreement, predictions)
    choices = [
        MapChoice(model, method, PREDICTED if stored.targeted else LABELLED)
        for model, method in selection.keys
        if (stored := store.model(model).method(method)) is not None
    ]
    anew = remeasure(store, choices, list(combinations(choices, 2)), images=changed).tables(choices, predictions)
    return Tables(_replaced(metrics, anew.metrics, changed), _replaced(agreement, anew.agreement, changed), predictions)


def answered_otherwise(store: Store, selection: Selection) -> list[str]:
    """List the images of which a model's stored map is of another class than its answer."""
    images = store.table("images")
    changed = pd.Series(False, index=images.index)
    for model in selection.models:
        changed |= store.targets(model) != store.logits(model).argmax(axis=1)
    return images["image"][changed & (images["status"] == "ok")].tolist()


def _shown(store: Store) -> Selection:
    return Selection.of(store, store.shown_models, store.shown_methods)


def _kept(store: Store, selection: Selection) -> bool:
    """Tell whether the build's tests are of this selection, and of the tables that the store holds now."""
    return selection == _shown(store) and are_kept(store, OF_PREDICTED)


def _classes(store: Store) -> dict[str, tuple[str, ...]]:
    return {model.name: model.classes for model in store.models}


def _replaced(table: pd.DataFrame, anew: pd.DataFrame, images: list[str]) -> pd.DataFrame:
    kept = table[~table["image"].isin(images)]
    return pd.concat([kept, anew[[column for column in table if column in anew]]], ignore_index=True)
