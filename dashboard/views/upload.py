"""A photograph of one's own: the same maps as in Compare, computed now and kept nowhere."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

import streamlit as st

from dashboard.boundary import public
from dashboard.components.answers import Answers, show_answers
from dashboard.components.panels import show_panels
from dashboard.downloads import offer_saliency
from dashboard.drawing_controls import control_looks, looks_of
from dashboard.map_panels import panels_of, photograph_of
from dashboard.own_photograph import Question, explain_own, question
from dashboard.page import open_page, plain
from dashboard.photograph_maps import gather, map_file
from dashboard.turns import standing_aside
from dashboard.uploads import keep_only, uploads_are_taken
from dashboard.widgets import target_control, title
from dashboard.widths import CAPTION, PARAGRAPH
from dashboard.worker import Worker
from explain.errors import ExplainError
from explain.explainers.contract import Needs
from explain.models.head import probabilities
from explain.serving.answers import Answer
from explain.serving.sources import sources

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
    keep_only()


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
    keep_only(given.file_id if given is not None else "")


def ask_for_photograph(own: dict[str, Any], worker: Worker) -> None:
    """Show the limits, and one way to give a photograph: the camera does not start before it is chosen."""
    limits = worker.limits
    largest = limits.bytes // 2**20
    st.markdown(
        f"**JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF**, up to **{largest} MB** and **{limits.pixels // 10**6} million "
        f"pixels**; of animations, the first frame. At most {limits.seconds:.0f} seconds, one photograph after "
        "another; the first waits for the networks to load.",
        width=PARAGRAPH,
    )
    st.caption(
        ":material/lock: Nothing is kept: the photograph is in the dashboard's memory until you remove it, or for "
        "about a minute after you close this tab, and is never written to disk. The address of this page carries the "
        "settings, not the photograph.",
        width=CAPTION,
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


def answered(own: dict[str, Any], worker: Worker, asked: Question) -> Answer | None:
    """Give what the networks say, asking them only where something that it depends on is another than before."""
    key = (hashlib.sha256(own["content"]).hexdigest(), store.digest, asked.key)
    if own.get("key") != key:
        answer, error = None, ""
        with st.spinner("The networks look at it; the first time they are loaded.", show_time=True):
            queue = st.empty()
            try:
                wanted = [source for source in sources(store) if source.spec.name in selection.models]
                with standing_aside():
                    answer = worker.explain(
                        own["content"], wanted, asked.targets, asked.methods, asked.parameters,
                        told=lambda ahead: queue.text(f"{ahead} before yours."),
                    )  # fmt: skip
            except ExplainError as failure:
                error = public(failure)
            queue.empty()
        own.update(key=key, answer=answer, error=error)  # not before: another choice ends the waiting
    if own["error"]:
        st.error(plain(own["error"]), icon=":material/error:")
        if st.button("Try again", icon=":material/refresh:"):
            own.pop("key")
            st.rerun()
    return own["answer"]


store, view, selection = open_page(
    "Try your own", "The same maps for a photograph of yours, by the networks of this dataset."
)
if not uploads_are_taken():
    st.info(
        "This dashboard shows what is stored, and takes no photographs: whoever runs it has switched that off. On a "
        "machine of your own it is one command; see the project's README.",
        icon=":material/lock:",
    )
    st.stop()
with st.sidebar:
    target_control(view, store, selection, unset="The predicted class")
    control_looks(view, selection, live=Needs.PASSES)
own: dict[str, Any] = st.session_state.setdefault("upload", {})
worker = shared_worker()
given = "content" in own
with st.expander(
    "Another photograph" if given else "Your photograph", expanded=not given, icon=":material/add_a_photo:"
):
    ask_for_photograph(own, worker)
if "content" not in own:
    st.stop()
asked = question(store, selection, view.target, view.explainer_values)
answer = answered(own, worker, asked)
if answer is None:
    st.stop()

left, right = st.columns([5, 1], vertical_alignment="center")
left.text(f"{answer.width} x {answer.height} pixels")
right.button("Remove", icon=":material/delete:", on_click=forget, width="stretch", help="Forget this photograph.")

maps = gather(
    store,
    selection,
    partial(explain_own, store, asked, answer),
    {} if view.target else dict.fromkeys(selection.models, "predicted"),
    by_method=view.scale == "method",
)
show_panels(
    photograph_of("Your photograph", answer.photograph), panels_of(maps), looks_of(view, selection), key="panels"
)

st.header("What each model says", anchor=False)
answers = []
for name, model_title in selection.models.items():
    classes, shares = store.model(name).classes, probabilities(answer.of_model[name].logits, store.model(name).scores)
    says = title(classes[int(shares.argmax())])
    heading = f"{model_title}: {says}, {shares.max():.0%} (of {len(classes)} classes)"
    answers.append(Answers(heading, classes, shares.tolist()))
show_answers(answers)

if maps.found:
    with st.expander("Downloads", icon=":material/download:"):
        for key, each in maps.found.items():
            offer_saliency(maps.headings[key], each.saliency, map_file("photograph", each))
