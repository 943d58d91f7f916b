"""The claims of the dataset's study, each tested on every image."""

import streamlit as st

from dashboard.cached_findings import judged, judged_of_predicted, looked_at_of_predicted
from dashboard.cached_statistics import exhibit
from dashboard.chosen_images import chosen_images, show_chosen
from dashboard.evidence_of_claims import show_evidence
from dashboard.explanations import JUDGING, link_to_explanations
from dashboard.folds import fold
from dashboard.page import open_page, plain, say_of_link
from dashboard.plots import show
from dashboard.verdict_badges import VERDICT_BADGES
from dashboard.widgets import segments
from dashboard.widths import CAPTION, PARAGRAPH
from explain.figures.exhibits import ENTRIES, Options
from explain.figures.networks import VERDICTS_ARE_ABOUT
from explain.findings.casting import own_methods
from explain.findings.findings import RULE, Finding
from explain.findings.study import study_of
from explain.findings.verdicts import SETTLED
from explain.store.manifest import notices_of
from explain.store.selection import Selection

store, view, _ = open_page("Findings", "What is said about these images, and whether it is true.", choosing=False)
study, selection = study_of(store.dataset), Selection.of(store, store.shown_models, store.shown_methods)

for notice in notices_of(store.models):
    st.info(plain(notice), icon=":material/info:")
chosen, wrong = chosen_images(store, view)
say_of_link(*map(plain, wrong))
judge = judged_of_predicted if view.of == "predicted" else judged
found = judge(store, chosen.images if chosen else ())
everywhere = {finding.number: finding.verdict for finding in judge(store)} if chosen else {}
if chosen:
    show_chosen(view, chosen, "findings")
    st.warning(plain(chosen.caution), icon=":material/experiment:")
says = f"Each claim, its test on these {chosen.counted}, and its verdict beside that on all." if chosen else study.says
st.markdown(f"{plain(says)} {VERDICTS_ARE_ABOUT}", width=PARAGRAPH)
if view.of == "predicted" and not chosen and (drawn := looked_at_of_predicted(store)):
    st.caption(f"Looked at here: {len(drawn):,} of {store.dataset.images:,} images, drawn by a fixed seed.")
link_to_explanations(JUDGING, selection, view)
if view.test and view.test not in {f"{f.number}:{metric}:{scope}" for f in found for metric, scope in f.tests}:
    say_of_link("The link's test is none of these claims'; no other is shown for it.")


def beside(finding: Finding) -> str:
    """Say beside a verdict on chosen images what it is worth, and what it is on all."""
    if chosen is None:
        return ""
    of_all = VERDICT_BADGES[everywhere[finding.number]] if finding.number in everywhere else "not tested"
    return f" on {chosen.counted}: exploratory; on all: {of_all}"


if not found:
    st.info("No claim can be tested here: there are too few models and methods to compare.")
if found:
    st.header("The claims", anchor=False)
st.markdown(
    "\n".join(
        f"{place}. [{plain(f.claim)}](#claim-{f.number}) **{VERDICT_BADGES[f.verdict]}**{beside(f)}"
        for place, f in enumerate(found, 1)  # a claim for which there are too few models is not here
    )
)
if found:
    with st.container(horizontal=True, gap="medium"):
        segments(
            view, "of", "Maps of", "Of methods that have a class: the image's label, or what the model answers.",
            names={"label": "The labelled class", "predicted": "The predicted class"},
        )  # fmt: skip
        segments(
            view, "rows", "Rows", "Rows of single classes lie within those of all images, and decide nothing.",
            names={"all": "What decides", "classes": "Each class too"},
        )  # fmt: skip
usual = [str(finding.number) for finding in found if finding.rows and finding.verdict not in SETTLED]
usual += [str(finding.number) for finding in found if view.test.startswith(f"{finding.number}:")]
for place, finding in enumerate(found, 1):
    with st.container(border=True):
        st.subheader(f"{place}. {plain(finding.claim)}", anchor=f"claim-{finding.number}")
        told = f" · {plain(finding.told)}" if finding.told else ""
        st.markdown(f"**{VERDICT_BADGES[finding.verdict]}**{beside(finding)}{told}", width=PARAGRAPH)
        if finding.note:
            st.caption(plain(finding.note), width=CAPTION)
        if finding.rows and (opened := fold(view, str(finding.number), "The evidence", usual)):
            with opened:
                show_evidence(finding, store, selection, view, studied=chosen is None)  # universes are of all images
with st.expander("How verdicts are reached", icon=":material/gavel:"):
    st.markdown(RULE, width=PARAGRAPH)
own = own_methods(study, selection)  # what claims are about: an alternative is no third method of the decomposition
for place, entry in enumerate(ENTRIES):
    if entry.beside_claims:
        with st.container(border=True):
            show(exhibit(store, own, "", place, Options(), chosen.images if chosen else ()), own, view)
