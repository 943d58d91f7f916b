"""A reader's own claims: the form that says one, what the images can show of it, and the seal before the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.cached_store import kinds_in, opened
from dashboard.plain_text import plain
from dashboard.widgets import segments, select, slider, write
from explain.errors import ExplainError
from explain.findings.contrasts import Tables
from explain.findings.own import MEASURED, OwnClaim, in_words, power_of, seal, study_of_claims
from explain.findings.stored import metrics_of
from explain.measures.registry import measure_of, metric_title
from explain.store.selection import Selection

if TYPE_CHECKING:
    from dashboard.link import View
    from explain.store import Store


def tables_of(store: Store, claims: tuple[OwnClaim, ...], images: tuple[str, ...] = ()) -> Tables:
    """Give what claims are tested on as contrasts read it, of some images alone where there are any."""
    study, _ = study_of_claims(claims, Selection.of(store))
    return _tables(str(store.path), store.digest, tuple(metrics_of(study)), images)


@st.cache_resource(max_entries=8, show_spinner=False)  # with what contrasts make of them, once for all visitors
def _tables(path: str, digest: str, metrics: tuple[str, ...], images: tuple[str, ...]) -> Tables:
    store = opened(path, digest)
    measured = store.table("metrics", where={"metric": metrics})
    compared = store.table("agreement", where={"model_a": ()})  # of pairs of maps, which no own claim is about
    tables = Tables(measured, compared, store.table("predictions"))
    return tables.of_images(images) if images else tables


def say_claim(store: Store, selection: Selection, view: View) -> OwnClaim | None:
    """Show the form over the link, and give the claim that it says; None where there are no two sides to compare."""
    sides = {f"{model}:{method}": selection.title((model, method)) for model, method in selection.keys}
    if len(sides) < 2:
        st.info("There are no two sets of maps to compare: the store holds one model and one method.")
        return None
    there = kinds_in(store, "metrics", ("metric",))["metric"]
    known = [(name, measure_of(name)) for name in there if "@" not in name]
    measures = {name: metric_title(name) for name, each in known if each is not None and each.needs in MEASURED}
    first = view.first if view.first in sides else next(iter(sides))
    second = view.second if view.second in sides and view.second != first else next(s for s in sides if s != first)
    shown = view.but(first=first, second=second)
    others = tuple(name for name in sides if name != first)
    # A row at a time: on a phone, too, the form is a sentence from its beginning to its end.
    (whose, against), (measured, way), (on, by) = (st.columns(2) for _ in range(3))
    with whose:
        select(shown, "first", "The maps of", "The first side.", tuple(sides), names=sides)
    with against:
        select(shown, "second", "against the maps of", "The second side.", others, names=sides)
    with measured:
        help = "By which measure; formulas are on the About page."
        select(shown, "metric", "have a", help, tuple(measures), names=measures)
    with way:
        names = {"larger": "Larger", "smaller": "Smaller"}
        segments(shown, "direction", "that is", "What is said of the first side's value.", names=names)
    with on:
        select(shown, "label", "on images of", "Only one class, or all.", ("", *store.dataset.labels))
    with by:
        said = "Smaller differences would change nobody's mind. At 0, no margin is declared."
        slider(shown, "margin", "by more than", said, 0.0, 0.2, 0.005)
    measure = view.metric if view.metric in measures else next(iter(measures))
    (a, _, b), (c, _, d) = first.partition(":"), second.partition(":")
    return OwnClaim((a, b), (c, d), measure, view.direction, view.margin, view.label)


def show_power(claims: tuple[OwnClaim, ...], draft: OwnClaim, tables: Tables, selection: Selection) -> None:
    """Say what the images can show of a claim, corrected for those that are sealed already; nothing of the answer."""
    every = claims if draft in claims else (*claims, draft)
    study, cast = study_of_claims(every, selection)
    of_draft = [each for each in power_of(study, tables, cast) if each.claim == 1 + every.index(draft)]
    if not of_draft:
        st.info("No image has this measure on both sides: the claim cannot be tested.")
        return
    (power,) = of_draft
    counted, smallest, margin = st.columns(3)
    counted.metric("Images", f"{power.n:,}", border=True)
    seen = f"{power.smallest:.3f}" if power.smallest == power.smallest else "none"
    smallest.metric("Smallest difference they show", seen, border=True, help="In four of five studies.")
    margin.metric("Your margin", f"{draft.margin:g}" if draft.margin else "none", border=True)
    if draft.margin and not power.smallest <= draft.margin:
        st.caption(
            "So many images may miss a difference as small as your margin: expect “too little data” unless the "
            "difference is larger."
        )
    st.caption("This is read off how much the images' differences vary, and says nothing of which way they go.")


def sealed_claims(store: Store, view: View, images: tuple[str, ...]) -> tuple[tuple[OwnClaim, ...], str]:
    """Read the sealed claims of a link.

    Parameters
    ----------
    images : tuple of str
        The images that the link chooses; none where it chooses all.

    Returns
    -------
    (tuple of OwnClaim, str)
        The claims; none where the link cannot be believed, and then the reason, in a sentence.
    """
    try:
        claims = tuple(OwnClaim.parse(text) for text in view.claims)
    except ExplainError as error:
        return (), f"The link's claims cannot be read. {error}"
    if claims and seal(claims, store.dataset.digest, images) != view.sealed:
        return (), "The link's claims are not those that were sealed: they, or the images, have changed since."
    return claims, ""


def seal_button(claims: tuple[OwnClaim, ...], draft: OwnClaim, store: Store, images: tuple[str, ...]) -> None:
    """Offer to seal the claim that the form says: its digest goes into the link before anything is tested."""

    def store_seal() -> None:
        every = (*claims, draft)
        write("claims", tuple(claim.text for claim in every))
        write("sealed", seal(every, store.dataset.digest, images))

    if draft in claims:
        st.caption("This claim is sealed; its verdict stands below.")
        return
    st.button("Seal it, then test it", icon=":material/lock:", on_click=store_seal)


def clear_button() -> None:
    """Offer to begin anew."""

    def clear() -> None:
        write("claims", ())
        write("sealed", "")

    st.button("Begin anew", icon=":material/restart_alt:", on_click=clear)


def spoken_claim(claim: OwnClaim, selection: Selection) -> str:
    """Give a claim's sentence as plain Markdown."""
    return plain(in_words(claim, selection).replace("{{", "{").replace("}}", "}"))
