"""What a map is, in pictures of the store: how it grows, what its scale says, and where chance lies. For About."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np
import streamlit as st
from PIL import Image

from dashboard.boundary import contained
from dashboard.cached_store import opened, rows, subject_coverage
from dashboard.components.strips import Strip, show_strips
from dashboard.explanations import CHANCE, SCALE
from dashboard.front_page import inviting_image
from dashboard.page import usual_maps
from data.images import decode, encode
from explain.explainers.registry import EXPLAINERS
from explain.figures.overlay import DIVERGING, centred, heatmap, outline_mask, overlay, shrunk
from explain.measures.resampling import divide_by_maximum
from explain.store.evidence import stored_evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.link import View
    from explain.store import Store
    from explain.store.selection import MapKey, Selection

SIDE = 192
CHANNELS = 3
"""So many single channels are shown, the strongest first."""


def show_growing(store: Store, view: View) -> None:
    """Show for every method that says its steps how one of its maps is made, and what its colours and numbers mean."""
    selection = usual_maps(store)
    image = inviting_image(store, selection)
    if not image:
        return
    keys = {method: (model, method) for model, method in reversed(selection.keys) if method in EXPLAINERS}
    grown = [key for key in keys.values() if EXPLAINERS[key[1]].steps and key[1] not in store.model(key[0]).refused]
    with contained("How maps grow"):
        show_strips([_growing(store, view, selection, image, key) for key in reversed(grown)], "growing", wraps=True)
    with contained("What a scale says"):
        st.subheader("One scale, and each its own", anchor=SCALE)
        show_strips([_scales(store, view, selection, image)], "scales", wraps=True)
    coverage = subject_coverage(store, image)
    if coverage is not None:
        with contained("Where chance lies"):
            st.subheader("Inside, and by chance", anchor=CHANCE)
            show_strips([_chance(store, view, selection, image, float(coverage.mean()))], "chance", wraps=True)


def _growing(store: Store, view: View, selection: Selection, image: str, key: MapKey) -> Strip:
    link = urlencode(view.but(image=image, made=":".join(key)).to_params())
    pictures = _steps(str(store.path), store.digest, image, *key)
    title = f"{selection.methods[key[1]]}, step by step"
    return Strip(title, f"{image}, {selection.models[key[0]]}", f"./compare?{link}#how-this-map-is-made", pictures)


@st.cache_data(show_spinner=False, max_entries=16)
def _steps(path: str, digest: str, image: str, model: str, method: str) -> tuple[tuple[str, bytes], ...]:
    """Draw a map in the making."""
    store = opened(path, digest)
    explainer, evidence = EXPLAINERS[method], stored_evidence(store, model, [image])
    steps = explainer.steps
    assert steps is not None
    photograph = shrunk(decode(store.photograph(image)), SIDE)
    target = int(store.targets(model)[store.row(image)])
    weights, entries = steps.weights(evidence, [target])[0], steps.entries(evidence.activations)[0]
    order = np.argsort(-np.abs(weights * entries.sum(axis=(0, 1))), kind="stable")
    found = [("Photograph", encode(photograph))]
    for channel in order[:CHANNELS].tolist():
        said = f"Channel {channel}, where it is high" if steps.threshold else f"Channel {channel}"
        plane = heatmap(divide_by_maximum(entries[:, :, channel]))
        found.append((f"{said}: counts {weights[channel]:+.2g}".replace("-", "\u2212"), _cells(plane, photograph)))
    found.append(
        (f"All {len(weights)} added up", _cells(_summed(entries @ weights, cut=steps.cut is not None), photograph))
    )
    raw, place = store.saliency(model, method, image), store.alignment(model, method)
    finished = overlay(photograph, raw, signed=explainer.signed, alignment=place)
    found.append(("Below zero cut off: the map" if steps.cut else "The map", encode(finished)))
    return tuple(found)


def _summed(values: NDArray[np.float32], *, cut: bool) -> NDArray[np.uint8]:
    """Colour a sum: red and blue where it may lie below zero, as the step shows that cuts it off."""
    return heatmap(centred(values.astype(float)), DIVERGING) if cut else heatmap(divide_by_maximum(values))


def _cells(coloured: NDArray[np.uint8], photograph: NDArray[np.uint8]) -> bytes:
    """Enlarge cells to the photograph's shape, as they are: nothing between them is known."""
    height, width = photograph.shape[:2]
    return encode(np.asarray(Image.fromarray(coloured).resize((width, height), Image.Resampling.NEAREST)))


def _scales(store: Store, view: View, selection: Selection, image: str) -> Strip:
    """Show the same maps on one scale and each on its own."""
    method = next(iter(selection.methods))
    keys = [key for key in selection.keys if key[1] == method]
    maps = {key: store.saliency(*key, image) for key in keys}
    dense = {key: each / (np.abs(each).mean() or 1) for key, each in maps.items()}
    top = max(float(np.abs(each).max()) for each in dense.values())
    photograph = shrunk(decode(store.photograph(image)), SIDE)

    def drawn(key: MapKey, maximum: float | None) -> bytes:
        sign, place = store.method(*key).signed, store.alignment(*key)
        return encode(overlay(photograph, dense[key], maximum=maximum, signed=sign, alignment=place))

    pictures = [(f"One scale: {selection.models[key[0]]}", drawn(key, top)) for key in keys]
    pictures += [(f"Its own: {selection.models[key[0]]}", drawn(key, None)) for key in keys]
    link = urlencode(view.but(image=image, scale="own").to_params())
    said = "on one scale equal colours are equal shares; on its own each is as bright as it can be"
    return Strip(selection.methods[method], said, f"./compare?{link}", tuple(pictures))


def _chance(store: Store, view: View, selection: Selection, image: str, share: float) -> Strip:
    """Show what share of the photograph the labelled object covers, and of two maps what lies in it."""
    photograph, mask = shrunk(decode(store.photograph(image)), SIDE), store.mask(image)
    inside = rows(store, "metrics", where={"image": (image,), "metric": ("mass_inside",)})
    inside = inside.set_index(["model", "method"])["value"]

    def outlined(picture: NDArray[np.uint8]) -> bytes:
        return encode(outline_mask(picture, mask) if mask is not None else picture)

    pictures = [(f"Chance: it covers {share:.0%} of the photograph", outlined(photograph))]
    for key in selection.keys:
        if key in inside.index and not np.isnan(inside[key]):
            place = store.alignment(*key)
            drawn = overlay(photograph, store.saliency(*key, image), signed=store.method(*key).signed, alignment=place)
            pictures.append((f"{selection.title(key)}: {inside[key]:.0%} inside", outlined(drawn)))
    said = f"a map that knows nothing has {share:.0%} of its mass on the {store.dataset.subject}"
    link = urlencode(view.but(image=image, masks="on").to_params())
    return Strip(image, said, f"./compare?{link}", tuple(pictures))
