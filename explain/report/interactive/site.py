"""Writing a site: a store in, a folder out, the same bytes for the same store."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError
from explain.explainers.registry import EXPLAINERS
from explain.report.interactive.catalogue import catalogue, explainer_scripts, script_of
from explain.report.interactive.packing import packed, write_script
from explain.report.report import write_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from explain.store.manifest import ModelInfo
    from explain.store.reading import Store

_STATIC = Path(__file__).with_name("static")
_MARK = "site.css"
"""A file that every site has: a folder without it, and not empty, is somebody's own."""


def write_site(
    store: Store, out: Path, *, networks: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> int:
    """Write a folder that shows a whole store in a browser: from disk, or from any host of static files.

    Gallery and Compare work as on the dashboard; another class, K, scale or colour is computed in the browser from the
    stored feature maps, by the same formulas. The report's findings and figures are a page of it.

    Parameters
    ----------
    out : Path
        A new or empty folder, or one with an older site, which is replaced.
    networks : Path, optional
        Folder ``dist`` of the npm package onnxruntime-web: the site then explains a visitor's own photographs, in
        the browser, and takes its networks along.
    progress : callable, optional
        Called with the images written and their number.

    Returns
    -------
    int
        Bytes written.

    Raises
    ------
    ExplainError
        If the folder holds something else, or a network cannot be taken along.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / _MARK).is_file())):
        raise ExplainError(f"{out} is not empty and no site: name a new folder for --out.")
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        shutil.copytree(_STATIC, partial)
        _write(store, partial, networks, progress or (lambda done, total: None))
        shutil.rmtree(out, ignore_errors=True)
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return sum(file.stat().st_size for file in out.rglob("*") if file.is_file())


def _write(store: Store, folder: Path, networks: Path | None, progress: Callable[[int, int], None]) -> None:
    data = folder / "data"
    described = catalogue(store)
    if networks is not None:
        from explain.report.interactive.networks import write_networks

        described["networks"] = write_networks(store, networks, data)
    (folder / "explainers.js").write_text(explainer_scripts(), encoding="utf-8")
    write_script(data, "catalogue", described)
    write_report(store, folder / "findings.html", home="index.html")
    offered = {model["name"]: model["offered"] for model in described["models"]}
    for model in store.models:
        _write_model(store, model, offered[model.name], described["images"], data)
    for each in ("photographs", "thumbnails"):
        (folder / each).mkdir()
    for done, image in enumerate(described["images"], start=1):
        (folder / "photographs" / image["file"]).write_bytes(store.photograph(image["id"]))
        (folder / "thumbnails" / image["file"]).write_bytes(store.thumbnail(image["id"]))
        write_script(data, f"evidence/{image['key']}", packed(_evidence(store, image["id"])))
        progress(done, len(described["images"]))


def _write_model(store: Store, model: ModelInfo, offered: list[int], images: list[dict[str, Any]], data: Path) -> None:
    if head := store.head(model.name):
        write_script(
            data, f"heads/{model.name}", packed({"kernel": head.kernel[:, offered], "bias": head.bias[offered]})
        )
    rows = [image["row"] for image in images]
    for method in model.methods:
        maps = store.saliency(model.name, method.name)[rows]
        rounded = maps.astype(np.float16) if np.abs(maps).max(initial=0) < np.finfo(np.float16).max else maps
        write_script(data, f"maps/{model.name}/{method.name}", packed({"maps": rounded}) | {"rows": rows})


def _evidence(store: Store, image: str) -> dict[str, NDArray[Any]]:
    """Give the feature maps of an image, and those stored maps that a browser cannot make of them."""
    arrays: dict[str, NDArray[Any]] = {}
    for model in store.models:
        arrays[f"{model.name}/activations"] = store.activations(model.name, image)
        for method in model.methods:
            made = method.name in EXPLAINERS and script_of(method.name) and (model.closed_form or not method.targeted)
            if not made:
                arrays[f"{model.name}/{method.name}"] = store.saliency(model.name, method.name, image)
    return arrays
