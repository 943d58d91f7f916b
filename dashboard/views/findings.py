"""The report's claims, each tested on every image."""

import streamlit as st

from dashboard.cached_store import table
from dashboard.page import open_page, plain, share
from dashboard.widgets import title, write
from explain.figures.findings import intervals
from explain.findings.claims import TRAINED_TO_BE_SEEN, trained_to_be_seen
from explain.findings.findings import RULE, Finding, findings

store, view = open_page(
    "Findings", "Is what the report says true? Each claim, its test on every image, and the verdict."
)
share(view)
titles = {model.name: model.title for model in store.models}
ICONS = {
    "supported": ":green[:material/check_circle: supported]",
    "contradicted": ":red[:material/cancel: contradicted]",
    "not settled": ":gray[:material/help: not settled]",
    "not tested": ":gray[:material/block: not tested]",
}


@st.cache_data(show_spinner="Gathering the evidence ...", max_entries=8)
def judged(path: str, digest: str) -> tuple[Finding, ...]:
    """Put the stored tests and each image's part in them together, once per state of the store."""
    del path, digest
    metrics, agreement, predictions = (table(store, name) for name in ("metrics", "agreement", "predictions"))
    return findings(metrics, agreement, predictions, titles, table(store, "findings"))


def images_of(finding: Finding) -> None:
    """List the images that carry one test of a claim most, and those that go against it most."""
    evidence = finding.evidence
    tests = list(dict.fromkeys(zip(evidence["metric"], evidence["scope"], strict=True)))
    names = {
        f"{finding.number}:{metric}:{scope}": f"{title(metric)}, {titles.get(scope) or title(scope)}"
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


if trained_to_be_seen(titles):
    st.info(TRAINED_TO_BE_SEEN, icon=":material/info:")
rows = table(store, "findings")
found = judged(str(store.path), store.digest)
st.markdown("\n".join(f"{f.number}. {plain(f.claim)} **{ICONS[f.verdict]}**" for f in found))
for finding in found:
    with st.container(border=True):
        st.markdown(f"#### {finding.number}. {plain(finding.claim)}")
        st.markdown(f"**{ICONS[finding.verdict]}**")
        st.caption(plain(finding.quantity))
        if finding.note:
            st.caption(plain(finding.note))
        of_claim = rows[rows["claim"] == finding.number]
        if of_claim.empty:
            continue
        st.plotly_chart(intervals(of_claim, titles), key=f"claim_{finding.number}")
        with st.expander("The numbers"):
            st.dataframe(of_claim.drop(columns="claim"), hide_index=True)
        linked = view.test.startswith(f"{finding.number}:")
        with st.expander("The images that carry it, and those that go against it", expanded=linked):
            images_of(finding)
st.caption(RULE)
