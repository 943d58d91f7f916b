"""A photograph of one's own: the same maps as in Compare, computed now and kept nowhere."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.answers import Answers, show_answers
from dashboard.components.panels import ColourBar, Panel, show_panels
from dashboard.downloads import offer_saliency
from dashboard.drawing import colour_bar, drawn, scale_ends, shared_maximum
from dashboard.page import open_page, plain, share
from dashboard.widgets import map_controls, title
from dashboard.worker import Worker
from data.images import encode
from explain.errors import ExplainError
from explain.explainers.registry import METHOD_TITLES, METHODS
from explain.models.head import softmax
from explain.serving.child import Answer
from explain.serving.sources import sources
from explain.store.evidence import class_index

ENDINGS = ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "avif")
SOURCES = {"file": "A file", "paste": "Paste", "camera": "Camera"}


@st.cache_resource(show_spinner=False, on_release=Worker.close)
def shared_worker() -> Worker:
    """Give the one worker of all visitors; its process starts with the first photograph."""
    return Worker()


def forget() -> None:
    """Drop the visitor's photograph, and what was typed or chosen to get it."""
    turn = st.session_state["upload"].get("turn", 0)
    st.session_state["upload"] = {"turn": turn + 1}


def take(key: str) -> None:
    """Keep the photograph that a widget was just given for the visitor's session; or drop it with the widget's."""
    given = st.session_state[key]
    if hasattr(given, "files"):  # the chat input gives text and files
        given = given.files[0] if given.files else None
    own = st.session_state["upload"]
    for name in ("content", "key", "answer", "error"):
        own.pop(name, None)
    if given is not None:
        own["content"] = given.getvalue()


def ask_for_photograph(own: dict[str, Any], worker: Worker) -> None:
    """Show the limits, and one way to give a photograph: the camera does not start before it is chosen."""
    limits = worker.limits
    largest = limits.bytes // 2**20
    st.markdown(
        f"**JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF**, up to **{largest} MB** and **{limits.pixels // 10**6} million "
        f"pixels**; of animations, the first frame. At most {limits.seconds:.0f} seconds, one photograph after "
        "another; the first waits for the networks to load."
    )
    st.caption(
        ":material/lock: Nothing is kept: the photograph is in the dashboard's memory until you remove it or close "
        "this tab, and is never written to disk. The address of this page carries the settings, not the photograph."
    )
    way = st.segmented_control(
        "Where from", tuple(SOURCES), format_func=SOURCES.__getitem__, default="file", required=True,
        help="A file from this device, a picture from the clipboard, or one taken now.",
    )  # fmt: skip
    key = f"upload_{way}_{own.get('turn', 0)}"
    if way == "file":
        st.file_uploader("Photograph", ENDINGS, max_upload_size=largest, key=key, on_change=take, args=(key,))
    elif way == "paste":
        st.chat_input(
            "Click here, paste a picture (Ctrl+V) and press Enter", accept_file=True, file_type=ENDINGS,
            max_upload_size=largest, key=key, on_submit=take, args=(key,),
        )  # fmt: skip
    else:
        st.camera_input("Photograph", key=key, on_change=take, args=(key,))


def explained(own: dict[str, Any], worker: Worker, targets: dict[str, int | None]) -> Answer | None:
    """Give what the networks say, asking them only where the photograph or the store is another than before."""
    open_end = {name: index for name, index in targets.items() if not store.model(name).closed_form}
    key = (hashlib.sha256(own["content"]).hexdigest(), store.digest, tuple(open_end.items()))
    if own.get("key") != key:
        own.update(key=key, answer=None, error="")
        ahead = f" {worker.waiting + 1} before yours." if worker.busy else ""
        with st.spinner(f"The networks look at it; the first time they are loaded.{ahead}", show_time=True):
            try:
                own["answer"] = worker.explain(own["content"], sources(store), targets, METHODS)
            except ExplainError as error:
                own["error"] = str(error)
    if own["error"]:
        st.error(plain(own["error"]), icon=":material/error:")
        if st.button("Try again", icon=":material/refresh:"):
            own.pop("key")
            st.rerun()
    return own["answer"]


store, view = open_page("Try your own", "The same maps for a photograph of yours, by the networks of this dataset.")
with st.sidebar:
    map_controls(view, store, unset="The predicted class")
own: dict[str, Any] = st.session_state.setdefault("upload", {})
worker = shared_worker()
with st.container(border=True):
    ask_for_photograph(own, worker)
if "content" not in own:
    st.stop()

wanted: dict[str, int | None] = {}
for model in store.models:
    try:
        wanted[model.name] = class_index(store, model.name, view.target) if view.target else None
    except ExplainError as error:
        wanted[model.name] = None
        st.warning(plain(f"{error} The predicted class is shown instead."))
answer = explained(own, worker, wanted)
if answer is None:
    st.stop()

left, sharing, right = st.columns([4, 1, 1], vertical_alignment="center")
left.text(f"{answer.width} x {answer.height} pixels")
with sharing:
    share(view)
right.button("Remove", icon=":material/delete:", on_click=forget, width="stretch", help="Forget this photograph.")

maps, targets = {}, {}
for model in store.models:
    explanation, index = answer.of_model[model.name], wanted[model.name]
    targets[model.name] = int(explanation.logits.argmax()) if index is None else index
    for method in METHODS:
        maps[model.name, method] = explanation.saliency(
            method, head=store.head(model.name), target=targets[model.name], parameters={"k": view.k}
        )
maximum = shared_maximum(maps)
headings = {(name, method): f"{store.model(name).title}, {METHOD_TITLES[method]}" for name, method in maps}


def panel(name: str, method: str, photograph: NDArray[np.uint8]) -> Panel:
    """Put one map's picture, words and values together."""
    raw = maps[name, method]
    heading = headings[name, method]
    about = f"K = {view.k:g}; FEM has no target class."
    if method != "fem":
        about = f"Target: {title(store.model(name).classes[targets[name]])}"
    if not raw.any():
        about = "Nothing passes: this map is zero everywhere."
    picture = encode(drawn(photograph, raw, view, maximum))
    return Panel(heading, f"{heading}: your photograph", picture, (about,), raw)


show_panels(
    [
        Panel("Photograph", "Your photograph", encode(answer.photograph)),
        *(panel(model.name, method, answer.photograph) for method in METHODS for model in store.models),
    ],
    len(store.models),
    ColourBar(encode(colour_bar(view.colormap)), *scale_ends(view, maximum)),
    key="panels",
)

st.subheader("What each model says", anchor=False)
answers = []
for model in store.models:
    probabilities = softmax(answer.of_model[model.name].logits)
    says = title(model.classes[int(probabilities.argmax())])
    heading = f"{model.title}: {says}, {probabilities.max():.0%} (of {len(model.classes)} classes)"
    answers.append(Answers(heading, model.classes, probabilities.tolist()))
show_answers(answers)

with st.expander("Downloads", icon=":material/download:"):
    for (name, method), raw in maps.items():
        offer_saliency(headings[name, method], raw, f"photograph-{name}-{method}")
