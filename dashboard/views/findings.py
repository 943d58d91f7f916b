"""The report's claims, each tested on every image."""

import streamlit as st

from dashboard.controls import title
from dashboard.frame import open_page, plain, share
from dashboard.stores import table
from explain.charts.findings import intervals
from explain.findings import RULE, findings

store, view = open_page(
    "Findings", "Is what the report says true? Each claim, its test on every image, and the verdict."
)
share(view)
titles = {model.name: model.title for model in store.models}
ICONS = {
    "supported": ":green[:material/check_circle: supported]",
    "contradicted": ":red[:material/cancel: contradicted]",
    "not settled": ":gray[:material/help: not settled]",
}


@st.cache_data(show_spinner="Testing the claims ...", max_entries=8)
def tested(path: str, digest: str):
    """Test the claims once per state of the store."""
    del path, digest
    return findings(*(table(store, name) for name in ("metrics", "agreement", "predictions")), titles)


if any(name.startswith("compact-") for name in titles):
    st.info(
        "The compact networks were trained with two terms that ask Grad-CAM and FEM to lie on the animal. What is "
        "found here tells how these networks' maps differ, not where networks trained on labels alone would look.",
        icon=":material/info:",
    )
rows = table(store, "findings")
for finding in tested(str(store.path), store.digest):
    with st.container(border=True):
        st.markdown(f"#### {finding.number}. {plain(finding.claim)}")
        st.markdown(f"**{ICONS[finding.verdict]}**")
        st.caption(plain(finding.quantity))
        if finding.note:
            st.caption(plain(finding.note))
        of_claim = rows[rows["claim"] == finding.number]
        st.plotly_chart(intervals(of_claim), key=f"claim_{finding.number}")
        with st.expander("The numbers"):
            st.dataframe(of_claim.drop(columns="claim"), hide_index=True)
        with st.expander("The images that carry it, and those that go against it"):
            evidence = finding.evidence
            tests = list(dict.fromkeys(zip(evidence["metric"], evidence["scope"], strict=True)))
            names = [f"{title(metric)}, {title(scope)}" for metric, scope in tests]
            chosen = st.selectbox(
                "Test", range(len(tests)), format_func=names.__getitem__, key=f"test_{finding.number}"
            )
            metric, scope = tests[chosen]
            part = evidence[(evidence["metric"] == metric) & (evidence["scope"] == scope)].sort_values("value")
            for column, heading, some in zip(
                st.columns(2), ("Carry it most", "Go against it most"), (part[::-1].head(5), part.head(5)), strict=True
            ):
                with column:
                    st.markdown(f"**{heading}**")
                    for row in some.itertuples():
                        st.page_link(
                            "views/compare.py", label=plain(f"{row.image}: {row.value:+.3f}"),
                            query_params=view.but(image=row.image).to_params(),
                        )  # fmt: skip
            against = int((part["value"] < 0).sum())
            st.caption(f"{len(part) - against} of {len(part)} images do not go against it, {against} do.")
st.caption(RULE)
