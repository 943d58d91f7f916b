"""What the maps of all images come to."""

import pandas as pd
import streamlit as st

from dashboard.controls import segments, select, title
from dashboard.figures import agreement_matrix, distributions, embedding, paired_differences
from dashboard.frame import open_page, share
from dashboard.stores import table
from explain.statistics import bootstrap_interval, proportion

store, view = open_page("Statistics", "Spread, agreement and accuracy over every image, by model, method and class.")
titles = {model.name: model.title for model in store.models}
metrics, predictions = table(store, "metrics"), table(store, "predictions")
known = tuple(dict.fromkeys(metrics["metric"]))
metric = view.metric if view.metric in known else known[0]

with st.sidebar:
    offered = tuple(name for name in ("area_half_max", "entropy", "radius", "gini", "peak_inside", "mass_inside",
                                      "iou_half_max") if name in known)  # fmt: skip
    select(view, "metric", "Metric", "Which number of each map; formulas are on the About page.", offered)
    select(view, "label", "Class", "All, or one.", ("", *store.dataset.labels))
    segments(view, "method", "Method", "For the paired differences.")
    share(view)

if view.label:
    metrics, predictions = (frame[frame["label"] == view.label] for frame in (metrics, predictions))


def open_point(event):
    """Open the image of a clicked point."""
    points = event.selection.points if event else []
    image = points[0].get("customdata") if points else None
    if isinstance(image, list):
        image = image[0]
    if image:
        st.switch_page("views/compare.py", query_params=view.but(image=str(image)).to_params())


st.subheader(title(metric), anchor=False)
figure = distributions(metrics, metric, titles, title(metric))
open_point(st.plotly_chart(figure, key="distribution", on_select="rerun", selection_mode="points"))
st.caption("Each point is an image; a click opens it.")


@st.cache_data(show_spinner=False, max_entries=64)
def summary_table(path: str, digest: str, metric: str, label: str) -> pd.DataFrame:
    """Give mean, interval and n by model, method and class."""
    del path, digest
    rows = metrics[metrics["metric"] == metric]
    found = []
    for (model, method, of_label), part in rows.groupby(["model", "method", "label"], sort=False):
        low, high = bootstrap_interval(part["value"])
        found.append(
            {"model": titles[model], "method": title(method), "class": title(of_label), "n": len(part),
             "mean": part["value"].mean(), "low": low, "high": high}
        )  # fmt: skip
    return pd.DataFrame(found)


st.dataframe(summary_table(str(store.path), store.digest, metric, view.label), hide_index=True)
st.caption("Means with bootstrap 95 % intervals (BCa, 10,000 resamples, fixed seed).")

if len(titles) > 1:
    open_point(
        st.plotly_chart(
            paired_differences(metrics, metric, titles, view.method), key="paired", on_select="rerun",
            selection_mode="points",
        )
    )  # fmt: skip

left, right = st.columns(2)
with left:
    st.subheader("Agreement between maps", anchor=False)
    agreement = table(store, "agreement")
    if view.label:
        agreement = agreement[agreement["label"] == view.label]
    st.plotly_chart(agreement_matrix(agreement, titles), key="agreement")
    st.caption(f"Mean Pearson correlation over {agreement['image'].nunique()} images; not a sign of faithfulness.")
with right:
    st.subheader("Map of images", anchor=False)
    of_model = view.model or next(iter(titles))
    select(view.but(model=of_model), "model", "Model", "Whose features place the images.", tuple(titles))
    points = table(store, "embedding")
    points = points[points["model"] == of_model]
    verdicts = predictions[predictions["model"] == of_model].set_index("image")["right"]
    open_point(
        st.plotly_chart(embedding(points, verdicts), key="embedding", on_select="rerun", selection_mode="points")
    )
    st.caption("First two principal components of the pooled features; a cross is a wrong answer.")

st.subheader("Accuracy", anchor=False)
accuracy = []
for (model, label), part in predictions.dropna(subset=["right"]).groupby(["model", "label"], sort=False):
    share_right = proportion(int(part["right"].sum()), len(part))
    accuracy.append(
        {"model": titles[model], "class": title(label), "right": share_right.successes, "n": share_right.n,
         "share": share_right.share, "low": share_right.low, "high": share_right.high}
    )  # fmt: skip
st.dataframe(pd.DataFrame(accuracy), hide_index=True)
st.caption("Exact label; Wilson 95 % intervals.")
st.download_button("All metrics (.csv)", metrics.to_csv(index=False), "metrics.csv", "text/csv")
