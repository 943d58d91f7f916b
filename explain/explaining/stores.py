"""Built datasets in Python: a dataset's store, and single photographs out of it as explanations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from data import open_dataset
from data.images import decode
from explain.errors import StoreError
from explain.explainers.registry import EXPLAINERS
from explain.explaining.explanation import Explanation
from explain.store import opening
from explain.store.evidence import class_index, explain_stored
from explain.store.filesystem import place
from explain.store.layout import MANIFEST, default_cache, store_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explain.store.reading import Store


def open_store(dataset: str | Path = "demo", cache: str | Path | None = None) -> Store:
    """Open what a build made of a dataset: its tables, maps, scores and photographs, without any network.

    Parameters
    ----------
    dataset : str or Path
        ``demo``, ``imagenet`` or a folder of photographs, as ``python -m explain build`` takes it; or a store's own
        folder or URL.
    cache : str or Path, optional
        Folder or URL of all stores; ``EXPLAIN_CACHE``, else ``.cache/explain``.

    Returns
    -------
    Store
        ``store.table("metrics")`` gives a table, ``store.saliency(model, method)`` all raw maps; ``store.models`` says
        what is there.

    Raises
    ------
    StoreError
        If the dataset was not built.
    data.DataError
        If there is no such dataset.
    """
    own = place(dataset)
    try:
        if (own / MANIFEST).is_file():
            return opening.open_store(own)
    except (OSError, ValueError):  # a name that no file can have
        pass
    opened = open_dataset(dataset)
    folder = store_path(default_cache() if cache is None else place(cache), opened.digest)
    try:
        return opening.open_store(folder)
    except StoreError as error:
        if (folder / MANIFEST).exists():
            raise
        raise StoreError(
            f"{opened.title} was not built, or has changed since. Run: python -m explain build --dataset {dataset}"
        ) from error


def look_up(
    store: Store,
    image: str,
    model: str | None = None,
    methods: str | Sequence[str] | None = None,
    target: str | None = None,
    *,
    parameters: Mapping[str, float] | None = None,
) -> Explanation:
    """Give what a store holds of one photograph, as :meth:`explain.Classifier.explain` gives it of a new one.

    Parameters
    ----------
    image : str
        Id of an image: its file name without extension.
    model : str, optional
        Name of a built model; the first one by default.
    methods : str or sequence of str, optional
        Those that the store was built with by default. Others are computed, where the stored feature map suffices.
    target : str, optional
        A class; by default the labelled one, or the predicted one where the model has no class for the label.
    parameters : mapping of str to float, optional
        Of the methods, by name; those that no method has are ignored.

    Raises
    ------
    ExplainError
        If there is no such image, model, method or class, or what is stored does not suffice for a map.
    """
    info = store.model(model or (store.shown_models or [each.name for each in store.models])[0])
    wanted = methods.split(",") if isinstance(methods, str) else methods
    names = [name.strip() for name in wanted] if wanted is not None else [each.name for each in info.methods]
    found = {
        name: explain_stored(store, image, info.name, name, target=target, parameters=parameters) for name in names
    }
    default = int(store.targets(info.name)[store.row(image)])
    return Explanation(
        name=image,
        model=info.title,
        classes=info.classes,
        scores=info.scores,
        photograph=decode(store.photograph(image)),
        logits=store.logits(info.name, image),
        target_index=default if target is None else class_index(store, info.name, target),
        maps={name: each.saliency for name, each in found.items()},
        methods={name: info.method(name) or EXPLAINERS[name] for name in found},
        parameters={name: each.parameters for name, each in found.items()},
        refused=dict(info.refused),
        alignments={name: each.alignment for name, each in found.items()},
    )
