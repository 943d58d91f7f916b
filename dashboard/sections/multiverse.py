"""A claim in every universe: computed on request beside the app, kept, and each universe has a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.multiverse_job import jobs
from dashboard.plain_text import plain
from dashboard.plots import beside_its_words, legible
from dashboard.widgets import write
from explain.figures.multiverse import multiverse_exhibit, universe_in_words
from explain.findings.kept_multiverse import kept_multiverse

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.link import View
    from explain.findings.findings import Finding
    from explain.store import Store


def show_multiverse(finding: Finding, store: Store, view: View) -> None:
    """Show a claim under every defensible choice; offer to compute that where it was not done."""
    universes = kept_multiverse(store)
    if universes is None:
        _offer(store, finding.number)
    elif (universes["claim"] == finding.number).any():
        _show(universes, finding.number, view)


def _show(universes: pd.DataFrame, claim: int, view: View) -> None:
    of_claim, _, place = view.universe.partition("-")
    found = universes[universes["claim"] == claim].reset_index(drop=True)
    asked = of_claim == str(claim) and place.isascii() and place.isdigit() and int(place) < len(found)
    chosen = int(place) if asked else None
    shown = multiverse_exhibit(universes, claim, chosen)
    st.markdown(f"**{shown.title}**")
    with beside_its_words() as words:
        event = st.plotly_chart(
            legible(shown.figure, st.context.theme.type),
            key=f"multiverse_{claim}",
            on_select="rerun",
            selection_mode="points",
            alt=shown.caption,
        )
    words.caption(plain(shown.caption))
    for point in event.selection.points:  # type: ignore[attr-defined]
        name = point.get("customdata")
        name = f"{claim}-{name[0] if isinstance(name, list) else name}"
        if name != view.universe:
            write("universe", name)
            st.rerun()
    if chosen is not None:
        st.markdown(f":material/planet: {plain(universe_in_words(found.loc[chosen]))}")


@st.fragment(run_every=1.0)
def _watch(store: Store) -> None:
    """Show how far the process is; when it has ended, the page is drawn anew."""
    job = jobs().of(store)
    if job is None or job.ended:
        st.rerun()
        return
    st.progress(min(1.0, job.done / max(1, job.whole)), f"{job.done} of {job.whole} images, under every choice ...")


def _offer(store: Store, claim: int) -> None:
    job = jobs().of(store)
    if job is not None and not job.ended:
        _watch(store)
        return
    if job is None and jobs().busy:
        st.caption("Another dataset's claims are being tried under every choice; this one's turn comes after it.")
        return
    if job is not None and job.failure:
        st.warning(f"That could not be computed: {plain(job.failure)}")
    st.button(
        "Try every defensible choice", icon=":material/account_tree:", key=f"start_multiverse_{claim}",
        help="Measure, parameter, grid, scale, class and images: the claim under all combinations, in under a minute.",
        on_click=lambda: jobs().start(store),
    )  # fmt: skip
