"""How this map is made: for Compare, below its maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from dashboard.boundary import public
from dashboard.components.making import Making, Weighing, show_making
from dashboard.page import plain
from dashboard.widgets import segments
from data.images import decode, encode
from explain.errors import ExplainError
from explain.explainers.registry import EXPLAINERS
from explain.figures.overlay import shrunk
from explain.store.evidence import class_index, stored_evidence

if TYPE_CHECKING:
    from dashboard.link import View
    from explain.explainers.contract import Explainer
    from explain.store import Store
    from explain.store.selection import MapKey, Selection

MOST_VALUES = 2**18
"""Activations that a page is sent: all of most networks; of larger feature maps the strongest channels."""
RIVALS = 3
PICTURE_SIDE = 320


def how_it_is_made(store: Store, view: View, selection: Selection, image: str) -> None:
    """Show how one of the maps is made, where a method that is looked at says its steps."""
    made = {
        f"{model}:{method}": (model, method)
        for model, method in selection.keys
        if method in EXPLAINERS and EXPLAINERS[method].steps and method not in store.model(model).refused
    }
    if not made:
        return
    st.subheader("How this map is made", anchor="how-this-map-is-made")
    st.caption("From what the network computed for this photograph, in steps. Nothing here is an illustration.")
    chosen = view.made if view.made in made else next(iter(made))
    names = {name: plain(selection.title(key)) for name, key in made.items()}
    segments(view.but(made=chosen), "made", "Which map", "The map that is taken apart.", tuple(made), names=names)
    try:
        making = _making(store, view, image, made[chosen])
    except ExplainError as error:
        st.info(plain(public(error)))
        return
    step = view.step if view.step in making.steps else ""
    shown = view.but(made=chosen, image=image).to_params()
    channel = int(view.channel) if view.channel.isdecimal() else None
    model, _ = made[chosen]
    if store.model(model).closed_form:
        asked = view.but(image=image, model=model).to_params()
        label = "What every place paid for the score, and what is left when places are erased"
        st.page_link("views/why.py", label=label, icon=":material/balance:", query_params=asked)
    show_making(making, key=f"{image} {chosen}", address=shown, step=step, channels=view.channels, channel=channel)


def _making(store: Store, view: View, image: str, key: MapKey) -> Making:
    model, explainer = key[0], EXPLAINERS[key[1]]
    steps, evidence = explainer.steps, stored_evidence(store, model, [image])
    assert steps is not None
    if reason := explainer.unavailable(evidence):
        raise ExplainError(reason)
    value = view.value(steps.parameter.name) if steps.parameter else 0.0
    activations = evidence.activations[0]
    weights = {index: steps.weights(evidence, [index])[0] for index in _classes(store, view, image, model, explainer)}
    first = next(iter(weights.values()))
    entries = steps.entries(evidence.activations, value)[0]
    fit = max(1, MOST_VALUES // (activations.shape[0] * activations.shape[1]))
    sent = np.sort(np.argsort(-np.abs(first * entries.sum(axis=(0, 1))), kind="stable")[:fit])
    left = np.setdiff1d(np.arange(activations.shape[2]), sent)
    classes = store.model(model).classes
    return Making(
        steps.listed,
        encode(shrunk(decode(store.photograph(image)), PICTURE_SIDE)),
        activations[:, :, sent],
        sent.tolist(),
        activations.shape[2],
        [
            Weighing(
                classes[index] if explainer.targeted else "",
                classes[index].replace("_", " ") if explainer.targeted else "",
                each[sent],
                entries[:, :, left] @ each[left],
            )
            for index, each in weights.items()
        ],
        store.model(model).precision == "float16",
        steps.parameter,
        value,
        store.model(model).alignment_of_maps(at_pixels=False),
    )


def _classes(store: Store, view: View, image: str, model: str, explainer: Explainer) -> list[int]:
    """List the class that the map is of, and the strongest others: their weights are sent with it."""
    default = int(store.targets(model)[store.row(image)])
    chosen = class_index(store, model, view.target) if explainer.targeted and view.target else default
    if not explainer.targeted:
        return [chosen]
    strongest = np.argsort(-store.logits(model, image), kind="stable").tolist()
    return list(dict.fromkeys([chosen, default, *strongest[: RIVALS + 1]]))
