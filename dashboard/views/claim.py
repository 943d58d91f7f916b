"""A claim of the reader's own: said, sealed, tested on every image, or on those that the link chooses."""

import streamlit as st

from dashboard.chosen_images import chosen_images, show_chosen
from dashboard.evidence_of_claims import show_evidence
from dashboard.folds import fold
from dashboard.own_claims import (
    clear_button,
    say_claim,
    seal_button,
    sealed_claims,
    show_power,
    spoken_claim,
    tables_of,
)
from dashboard.page import open_page, say_of_link
from dashboard.plain_text import plain
from dashboard.verdict_badges import VERDICT_BADGES
from dashboard.widths import FORM, PARAGRAPH
from explain.findings.findings import RULE, judge
from explain.findings.own import study_of_claims
from explain.store.selection import Selection

store, view, _ = open_page("Your own claim", "Say it, seal it, and see whether it holds.", choosing=False)
selection = Selection.of(store)
chosen, wrong = chosen_images(store, view)
images = chosen.images if chosen else ()
say_of_link(*map(plain, wrong))
claims, doubt = sealed_claims(store, view, images)
if doubt:
    st.warning(plain(doubt), icon=":material/lock_open:")
if chosen:
    show_chosen(view, chosen, "claim")
    st.warning(plain(chosen.caution), icon=":material/experiment:")

with st.container(border=True, width=FORM):
    st.header("1. Say it", anchor=False)
    draft = say_claim(store, selection, view)
    if draft is None:
        st.stop()
    st.markdown(f"**{spoken_claim(draft, selection)}**")
with st.container(border=True, width=FORM):
    st.header("2. What the images can show", anchor=False)
    show_power(claims, draft, tables_of(store, (*claims, draft), images), selection)
    seal_button(claims, draft, store, images)

if claims:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.header("3. The answer", anchor=False, width="content")
        clear_button()
    tests = "one claim" if len(claims) == 1 else f"{len(claims)} claims, corrected for each other (Holm)"
    st.caption(
        f":material/lock: Sealed as `{view.sealed}`: {tests}. Tested on {chosen.counted if chosen else 'every image'}. "
        "The link holds claims and seal. A verdict is about these networks and these images.",
        width=PARAGRAPH,
    )
    study, cast = study_of_claims(claims, selection)
    judged = {
        finding.number: finding for finding in judge(study, tables_of(store, claims, images), cast, store.dataset)
    }
    for number, claim in enumerate(claims, 1):
        with st.container(border=True):
            st.markdown(f"### {number}. {spoken_claim(claim, selection)}")
            finding = judged.get(number)
            if finding is None:
                st.markdown(f"**{VERDICT_BADGES['not tested']}** · {plain(claim.misfit(selection).capitalize())}.")
                continue
            st.markdown(
                f"**{VERDICT_BADGES[finding.verdict]}** · {plain(finding.told or finding.note)}", width=PARAGRAPH
            )
            if finding.rows and (opened := fold(view, str(number), "The evidence", ("1",) if len(claims) == 1 else ())):
                with opened:
                    show_evidence(finding, store, selection, view, studied=False)
    with st.expander("How verdicts are reached", icon=":material/gavel:"):
        st.markdown(RULE, width=PARAGRAPH)
