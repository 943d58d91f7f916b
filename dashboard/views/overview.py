"""What this is about: one photograph and its maps, what is claimed of all of them, and ways in."""

from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from dashboard.boundary import contained
from dashboard.cached_findings import judged
from dashboard.cached_store import available, summary
from dashboard.components.claims import show_claims
from dashboard.components.invitation import show_invitation
from dashboard.front_page import claims_at_a_glance, invitation_of
from dashboard.page import open_page, usual_maps
from dashboard.plain_text import plain
from explain.findings.study import study_of
from explain.statistics.per_image import column
from explain.store.selection import Selection

store, view, _ = open_page("Where classifiers look", choosing=False)
selection = Selection.of(store, store.shown_models, store.shown_methods)
study, count = study_of(store.dataset), store.dataset.images
models = (
    " and ".join(selection.models.values()) if len(selection.models) < 3 else f"{len(selection.models)} classifiers"
)
methods = (
    " and ".join(selection.methods.values()) if len(selection.methods) < 3 else f"{len(selection.methods)} methods"
)

image = ""
with contained("The first image"):
    image, pictures = invitation_of(store, usual_maps(store))
    if pictures:
        link = f"./compare?{urlencode(view.but(image=image, scale='own').to_params())}"
        show_invitation(pictures, link, f"Open {image} in Compare: the photograph and its maps")
st.markdown(
    f"{plain(methods)} say where {plain(models)} look in a photograph: bright is much, on each map's own "
    f"scale, and where little counts the photograph keeps its colours. Here are such maps for **{count} photographs**, "
    "and what they come to."
)
ways = (
    ("gallery", ":material/grid_view:", f"Browse all {count} images", view.but(image="")),
    ("compare", ":material/compare:", "Compare one image's maps", view.but(image=image)),
    ("upload", ":material/add_a_photo:", "Try your own photograph", view),
    ("cheat", ":material/content_copy:", "Catch a network that cheats", view.but(image="")),
)
with st.container(horizontal=True, gap="small"):
    for stem, icon, label, kept in ways:
        st.page_link(f"views/{stem}.py", label=label, icon=icon, query_params=kept.to_params(), width="content")

if not store.dataset.study:
    answers = summary(store, selection)
    with st.container(horizontal=True):
        st.metric("Images", count, border=True, width="content")
        st.metric("Classes", len(store.dataset.labels), border=True, width="content")
        for name, heading in selection.models.items():
            right = answers[column("right", name)].dropna().astype(bool)
            said = f"{right.mean():.0%}" if len(right) else "-"
            st.metric(f"{plain(heading)} is right on", said, border=True, width="content")
st.header("What is claimed, and what the images say", anchor=False)
st.caption(f"{plain(study.says)} These verdicts are about these networks and these images.")
with contained("What the images say"):
    claims = claims_at_a_glance(store, selection, view)
    if claims:
        show_claims([replace(claim, number=place) for place, claim in enumerate(claims, 1)])
        everything = view.but(test="").to_params()
        st.page_link(
            "views/findings.py", label="All tests and their rule", icon=":material/fact_check:", query_params=everything
        )
    else:
        st.info("No claim can be tested here: there are too few models and methods to compare.")

others = {
    each.dataset.title: judged(each) for each in available().values() if each.dataset.study == store.dataset.study
}
if len(others) > 1:
    st.header("The same claims on every dataset", anchor=False)
    numbers = list(dict.fromkeys(finding.number for found in others.values() for finding in found))
    verdicts = {
        plain(title): [next((f.verdict for f in found if f.number == number), "not tested") for number in numbers]
        for title, found in others.items()
    }
    st.table({"Claim": numbers} | verdicts)
