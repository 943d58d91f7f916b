"""The claims of the dataset's study, each tested on every image."""

import streamlit as st

from dashboard.cached_statistics import exhibit
from dashboard.cached_store import table
from dashboard.page import open_page, plain, share
from dashboard.plots import show
from dashboard.widgets import title, write
from explain.figures.exhibits import ENTRIES, Options
from explain.figures.findings import intervals
from explain.figures.wording import readable
from explain.findings.findings import RULE, Finding, findings
from explain.findings.rows import table_of
from explain.findings.study import study_of
from explain.store.manifest import notices_of
from explain.store.selection import Selection

store, view, _ = open_page("Findings", "Each claim, its test on every image, and the verdict.", choosing=False)
share(view)
study, selection = study_of(store.dataset), Selection.of(store, store.shown_models, store.shown_methods)
ICONS = {
    "supported": ":green[:material/check_circle: supported]",
    "contradicted": ":red[:material/cancel: contradicted]",
    "no relevant difference": ":violet[:material/drag_handle: no relevant difference]",
    "depends on the measure": ":orange[:material/call_split: depends on the measure]",
    "too little data": ":gray[:material/hourglass_empty: too little data]",
    "not tested": ":gray[:material/block: not tested]",
}


@st.cache_data(show_spinner="Gathering the evidence ...", max_entries=8)
def judged(path: str, digest: str) -> tuple[Finding, ...]:
    """Put the stored tests and each image's part in them together, once per state of the store."""
    del path, digest
    metrics, agreement, predictions = (table(store, name) for name in ("metrics", "agreement", "predictions"))
    tested, classes = table(store, "findings"), {model.name: model.classes for model in store.models}
    return findings(metrics, agreement, predictions, selection, store.dataset, tested=tested, classes=classes)


def checks_of(finding: Finding) -> None:
    """Say for every other choice whether the verdict survives it."""
    for check in finding.checks:
        outcome = "survives" if check.survives else "does not survive"
        st.caption(f"With {plain(check.choice)}: {check.verdict}. The verdict **{outcome}**.")


def images_of(finding: Finding) -> None:
    """List the images that carry one test of a claim most, and those that go against it most."""
    evidence = finding.evidence
    tests = list(dict.fromkeys(zip(evidence["metric"], evidence["scope"], strict=True)))
    names = {
        f"{finding.number}:{metric}:{scope}": f"{finding.titles[metric]}, {finding.titles.get(scope) or title(scope)}"
        for metric, scope in tests
    }
    key = f"test_{finding.number}"
    st.session_state[key] = view.test if view.test in names else next(iter(names))
    chosen = st.selectbox(
        "Test", names, format_func=names.__getitem__, key=key, help="Which of the claim's tests the images belong to.",
        on_change=lambda: write("test", st.session_state[key]),
    )  # fmt: skip
    metric, scope = tests[list(names).index(chosen)]
    part = evidence[(evidence["metric"] == metric) & (evidence["scope"] == scope)].sort_values("value")
    against = int((part["value"] < 0).sum())
    st.caption(f"{len(part) - against} of {len(part)} images do not go against it, {against} do.")
    some = {"Carry it most": part[::-1].head(5), "Go against it most": part[part["value"] < 0].head(5)}
    for column, (heading, rows) in zip(st.columns(2), some.items(), strict=True):
        with column:
            st.markdown(f"**{heading}**")
            if rows.empty:
                st.caption("None.")
            for row in rows.itertuples():
                st.page_link(
                    "views/compare.py", label=plain(f"{row.image}: {row.value:+.3f}"),
                    query_params=view.but(image=row.image).to_params(),
                )  # fmt: skip


for notice in notices_of(store.models):
    st.info(plain(notice), icon=":material/info:")
found = judged(str(store.path), store.digest)
st.markdown(plain(study.says))
if not found:
    st.info("No claim can be tested here: there are too few models and methods to compare.")
st.markdown("\n".join(f"{f.number}. {plain(f.claim)} **{ICONS[f.verdict]}**" for f in found))
for finding in found:
    with st.container(border=True):
        st.markdown(f"#### {finding.number}. {plain(finding.claim)}")
        st.markdown(f"**{ICONS[finding.verdict]}**")
        st.caption(plain(finding.quantity))
        if finding.note:
            st.caption(plain(finding.note))
        if not finding.rows:
            continue
        checks_of(finding)
        rows = table_of(finding.rows)
        st.plotly_chart(intervals(rows, finding.titles), key=f"claim_{finding.number}")
        with st.expander("The numbers"):
            st.dataframe(readable(rows.drop(columns="claim"), selection, finding.titles), hide_index=True)
        linked = view.test.startswith(f"{finding.number}:")
        with st.expander("The images that carry it, and those that go against it", expanded=linked):
            images_of(finding)
st.caption(RULE)
for place, entry in enumerate(ENTRIES):
    if entry.beside_claims:
        with st.container(border=True):
            show(exhibit(store, selection, "", place, Options()), selection, view)
