"""The strategies of a class: components of what its channels pay."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from dashboard.cached_store import table
from dashboard.cached_strategies import class_strategies, strategy_on, strategy_picture
from dashboard.chosen_images import top_of
from dashboard.components.slates import Picture, Slate, show_slates
from dashboard.downloads import offer_table
from dashboard.page import file_name, plain
from dashboard.widgets import near, not_listed, select, title
from dashboard.widths import CONTROL, FORM, PARAGRAPH
from explain.contributions.strategies import SPLITS
from explain.figures.style import signed
from explain.store.evidence import class_index

if TYPE_CHECKING:
    from dashboard.cached_strategies import ClassStrategies
    from dashboard.link import View
    from explain.store import Store

HIGHEST, LOWEST = 5, 2
STEADY = 0.7
MOST_SHOWN = 60
"""Pictures of the chosen strategy."""


def strategies(store: Store, view: View, model: str, label: str) -> None:
    """Show in how many ways a network comes to a class, one of them in full, and its map on any image."""
    key = (str(store.path), store.digest, model, label)
    found = class_strategies(*key)
    name, subject = title(label), plain(store.dataset.subject)
    st.markdown(
        f"What the channels pay for **{plain(name)}** differs from image to image. Principal components sort these "
        "differences: each is one way, a strategy, in which the score comes about, and together they are the score. "
        f"The share says how much of the differences between the scores of the {len(found.images)} images is the "
        "strategy's. Red places pay for it, blue ones against it.",
        width=PARAGRAPH,
    )
    count = len(found.steady)
    chosen = min(view.strategy, count) - 1
    show_slates([_slate(store, view, key, found, number, number == chosen) for number in range(count)], "strategies")
    st.caption(
        f"Steady: each half of the images, split {SPLITS} times at random, gives components of its own; the number is "
        f"how alike those of the halves are (cosine, 1: the same). A half has {len(found.images) // 2} images. Below "
        f"{STEADY} a component is a matter of which images were taken, and no strategy should be read into it. Off the "
        f"{subject}: share of what is red; chance is the share of the area.",
        width=PARAGRAPH,
    )
    st.header(f"Strategy {chosen + 1}, from most to least", anchor="strategy")
    order = np.argsort(-found.paid[:, chosen], kind="stable").tolist()
    facts: tuple[str, ...] = (
        f"{len(order)} images; the number is what the strategy adds to the score, beyond the mean image's.",
    )
    if len(order) > MOST_SHOWN:
        facts += (f"Shown are the {MOST_SHOWN // 2} that it pays most for and the {MOST_SHOWN // 2} at the other end.",)
        order = order[: MOST_SHOWN // 2] + order[-(MOST_SHOWN // 2) :]
    shown = [_picture(view, key, found, row, chosen) for row in order]
    show_slates([Slate(f"Strategy {chosen + 1}", facts, tuple(shown))], "strategy", level=3)
    _on_any_image(store, view, key, found, chosen)
    offer_table("What each strategy pays (.csv)", found.table(), file_name(f"{model}-{label}-strategies"))


def _slate(
    store: Store, view: View, key: tuple[str, str, str, str], found: ClassStrategies, number: int, chosen: bool
) -> Slate:
    order = np.argsort(-found.paid[:, number], kind="stable").tolist()
    share, steady, off = (float(each[number]) for each in (found.found.shares, found.steady, found.off))
    facts = [f"{share:.1%} of the differences between scores"]
    facts += [] if np.isnan(steady) else [f"steady {steady:.2f}" + ("" if steady >= STEADY else ": do not rely on it")]
    facts += [] if np.isnan(off) else [f"{off:.0%} off the {store.dataset.subject}, chance {found.chance:.0%}"]
    facts += [
        f"{each.shares[number]:.1%} on the {each.part}, which covers {each.area:.1%} of {each.images} images"
        for each in found.beside
    ]
    rows = order[:HIGHEST] + order[-LOWEST:]
    top = f"the {{}} that strategy {number + 1} pays most for ({title(key[3])}, {store.model(key[2]).title})"
    return Slate(
        f"Strategy {number + 1}",
        tuple(facts),
        tuple(_picture(view, key, found, row, number) for row in rows),
        href=f"./strategies?{urlencode(view.but(strategy=number + 1).to_params())}",
        chosen=chosen,
        share=share,
        links=top_of(view, found.images, order, top),
    )


def _picture(view: View, key: tuple[str, str, str, str], found: ClassStrategies, row: int, number: int) -> Picture:
    image = found.images[row]
    href = f"./why?{urlencode(view.but(image=image).to_params())}"
    return Picture(
        strategy_picture(*key, number, row),
        f"{image}: where strategy {number + 1} pays",
        image,
        signed(found.paid[row, number], 2),
        href,
    )


def _on_any_image(
    store: Store, view: View, key: tuple[str, str, str, str], found: ClassStrategies, chosen: int
) -> None:
    """Show a strategy's map on an image of the reader's choice, of any class, and what all of them pay there."""
    images = table(store, "images")
    readable = tuple(images.loc[images["status"] == "ok", "image"])
    image = view.image if view.image in readable else found.images[int(found.paid[:, chosen].argmax())]
    st.header("On any image", anchor="on-any-image")
    said = f"Of this class or another.{not_listed(readable)}"
    with st.container(width=CONTROL):
        select(view.but(image=image), "image", "Image", said, near(readable, image))
    _, _, model, label = key
    paid = found.found.pays(store.pooled(model, image)[None])[0]
    index = class_index(store, model, label)
    score, head = float(store.logits(model, image)[index]), store.head(model)
    assert head is not None
    mean = float(found.found.mean.sum() + head.bias[index])
    with st.container(width=FORM):
        picture, numbers = st.columns([2, 3])
    heading = f"{image}: where strategy {chosen + 1} pays for {title(label)}"
    picture.image(strategy_on(*key, chosen, image), caption=plain(heading), alt=heading, width="stretch")
    count = len(found.steady)
    rows = [("The mean image of the class", mean)]
    rows += [(f"Strategy {number + 1}", float(paid[number])) for number in range(count)]
    rows += [(f"Strategies {count + 1} to {len(paid)}", float(paid[count:].sum()))]
    rows += [("What none of them holds", score - mean - float(paid.sum())), ("Score", score)]
    numbers.table({"What": [name for name, _ in rows], "pays": [signed(value, 2) for _, value in rows]})
    numbers.caption(
        "What none of them holds is next to nothing on images of the class; on others it is what this class's images "
        "never differ by."
    )
