"""One photograph's score as a sum: of a class alone, or of a class rather than another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.boundary import public
from dashboard.class_images import parts_of, subject_on_places
from dashboard.components.ledger import Erasing, Words, show_ledger
from dashboard.downloads import offer_table
from dashboard.page import file_name, plain
from dashboard.widgets import select, title
from dashboard.widths import CONTROL, PARAGRAPH
from data.images import decode, encode
from explain.contributions.ledger import Ledger, place_scores
from explain.errors import ExplainError
from explain.figures.overlay import shrunk
from explain.store.contributions import linear_head
from explain.store.evidence import class_index

if TYPE_CHECKING:
    from dashboard.link import View
    from explain.store import Store

PICTURE_SIDE = 448
EXPLANATION = (
    "Paint over places, with the mouse, a finger or the keyboard: their values in the feature map become zero, and the "
    "probabilities beside are what the network's last layer makes of the rest, exactly. This erases in the feature "
    "map, not in the photograph: a place has seen pixels around it, and they stay seen."
)


def one_class(store: Store, view: View, image: str, model: str) -> None:
    """Show what each place, part and channel paid for a class."""
    target = class_of(store, view, image, model)
    name = said(store, model, target)
    st.markdown(
        f"The score of **{plain(name)}**, before it becomes a probability, is a plain sum: a constant of the class, "
        "the bias, and what every place of the feature map adds or takes. What a place pays is what its channels pay.",
        width=PARAGRAPH,
    )
    words = Words(f"Score of {name}", f"Red pays for {name}, blue against it", f"Score of {name}", EXPLANATION)
    ledger = store.ledger(image, model, store.model(model).classes[target])
    _show(store, view, image, model, ledger, words, target, None)


def one_class_against_another(store: Store, view: View, image: str, model: str) -> None:
    """Show what speaks for a class rather than another one."""
    target = class_of(store, view, image, model)
    classes = store.model(model).classes
    found = store.contrast(image, model, classes[target], view.against or None)
    first, second = (said(store, model, index) for index in (target, found.against))
    shown = view.but(against=classes[found.against])
    others = tuple(each for number, each in enumerate(classes) if number != target)
    names = {each: each.replace("_", " ") for each in others}
    help = "The class that the first is set against; the strongest other one by default."
    with st.container(width=2 * CONTROL):
        select(shown, "against", f"Why {plain(first)}, and not", help, others, names=names)
    st.markdown(
        f"A class wins by the **difference** of two scores. Above zero speaks for **{plain(first)}**, below zero for "
        f"**{plain(second)}**; what speaks for both alike cancels.",
        width=PARAGRAPH,
    )
    words = Words(
        f"{first} minus {second}",
        f"Red speaks for {first}, blue for {second}",
        f"{first} minus {second}",
        EXPLANATION,
    )
    _show(store, shown, image, model, found.ledger, words, target, found.against)


def class_of(store: Store, view: View, image: str, model: str) -> int:
    """Find the class that a link asks about: the label's by default, the predicted one where the model lacks it."""
    return class_index(store, model, view.target) if view.target else int(store.targets(model)[store.row(image)])


def said(store: Store, model: str, index: int) -> str:
    """Name a class for people."""
    return title(store.model(model).classes[index]).replace("_", " ")


def _show(
    store: Store, view: View, image: str, model: str, ledger: Ledger, words: Words, target: int, against: int | None
) -> None:
    head, info, parts = linear_head(store, model), store.model(model), parts_of(store, image, model)
    erasing = Erasing(
        place_scores(store.activations(model, image), head),
        head.bias,
        [each.replace("_", " ") for each in info.classes],
        info.scores == "sigmoid",
        target,
        against,
        subject_on_places(store, image, model),
        store.dataset.subject,
        view.erased,
        info.alignment_of_maps(at_pixels=False),
    )
    photograph = encode(shrunk(decode(store.photograph(image)), PICTURE_SIDE))
    address = view.but(image=image, model=model, erased="").to_params()
    show_ledger(ledger, erasing, words, photograph, ledger.by_part(parts), address)
    stem = file_name("-".join(filter(None, (image, model, info.classes[target], view.against, "ledger"))))
    offer_table("The whole ledger (.csv)", ledger.table(parts), stem)


def refused(error: ExplainError) -> None:
    """Say in a sentence why there is no sum to show."""
    st.info(plain(public(error)))
