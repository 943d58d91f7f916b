"""What the maps of all images come to."""

import pandas as pd
import streamlit as st

from dashboard.cached_statistics import agreement, answers, averages, bands, distribution, of_label, paired
from dashboard.cached_store import table
from dashboard.downloads import offer_table
from dashboard.page import open_page, share
from dashboard.plots import show
from dashboard.widgets import segments, select, title
from explain.explainers.registry import METHOD_TITLES
from explain.figures.agreement import agreement_matrix, agreement_points
from explain.figures.averages import average_maps
from explain.figures.calibration import confusion_matrix, reliability_diagram
from explain.figures.curves import faithfulness_curves, sanity_checks
from explain.figures.differences import paired_differences
from explain.figures.distributions import distributions
from explain.figures.embedding import embedding
from explain.measures.registry import metric_title
from explain.statistics.accuracy import calibration_error
from explain.statistics.animals import right_about_kind
from explain.statistics.averages import averages_table
from explain.statistics.hypothesis_tests import PairedComparison, proportion
from explain.statistics.summaries import BANDS, columns_of_images, paired_values, pairs_of_kinds

SECTIONS = {
    "distributions": "Distributions", "differences": "Differences", "agreement": "Agreement",
    "averages": "Average maps", "answers": "Answers", "faithfulness": "Faithfulness", "map": "Map of images",
}  # fmt: skip
NOT_EVALUATED = "No curves are stored yet. Run `python -m explain evaluate` for this dataset, and reload this page."

store, view = open_page("Statistics", "Spread, agreement and accuracy over every image, by model, method and class.")
titles = {model.name: model.title for model in store.models}
metrics = of_label(store, "metrics", view.label)
predictions = of_label(store, "predictions", view.label)
known = tuple(dict.fromkeys(table(store, "metrics")["metric"]))
if view.metric not in known:
    st.warning("The link's metric is not in this store; the first one is shown.", icon=":material/link_off:")
    view = view.but(metric=known[0] if known else "entropy")

segments(view, "section", "Section", "What to look at.", names=SECTIONS)
with st.sidebar:
    select(view, "label", "Class", "All, or one.", ("", *store.dataset.labels))


def show_distributions() -> None:
    """Show one metric by model, method and class."""
    with st.sidebar:
        select(view, "metric", "Metric", "Which number of each map; formulas are on the About page.", known)
        segments(view, "by", "Side by side", "Colours tell the other two apart.")
        segments(view, "shape", "Shape", "Of the distribution.", names={"box": "Boxes", "violin": "Violins"})
    name = metric_title(view.metric)
    numbers = distribution(store, view.metric, view.label)
    figure = distributions(metrics, view.metric, titles, name, by=view.by, shape=view.shape)
    show(figure, f"distribution-{view.metric}", numbers, view)
    st.caption(
        "Each point is an image; a click opens it. Box: quartiles and median; dashed: mean. The table has means with "
        "bootstrap 95 % intervals (BCa, 10,000 resamples, fixed seed)."
    )


def show_differences() -> None:
    """Show paired differences between models, and between methods."""
    with st.sidebar:
        select(view, "metric", "Metric", "Which number of each map; formulas are on the About page.", known)
    numbers = paired(store, view.metric, view.label)
    columns = st.columns(2)
    for place, (row, (first, second)) in enumerate(
        zip(numbers.itertuples(), pairs_of_kinds(list(titles)), strict=True)
    ):
        values = paired_values(metrics, view.metric, first, second)
        comparison = PairedComparison(row.n, row.difference, row.low, row.high, row.p_uncorrected, row.effect)
        a, b = (f"{titles[model]}, {METHOD_TITLES[method]}" for model, method in (first, second))
        with columns[place % 2]:
            figure = paired_differences(values, comparison, a, b, metric_title(view.metric))
            show(figure, "-".join(("difference", view.metric, *first, *second)), values, view)
    st.caption("Line and band: mean and its bootstrap 95 % interval (BCa, 10,000 resamples, fixed seed).")
    st.dataframe(
        numbers, hide_index=True, column_config={"p_uncorrected": st.column_config.NumberColumn(format="scientific")}
    )
    st.caption("Wilcoxon's p is not corrected here; the Findings page corrects over all its tests.")


def show_agreement() -> None:
    """Show how alike the maps are."""
    with st.sidebar:
        select(view, "measure", "Measure", "How two maps are compared.")
    rows = of_label(store, "agreement", view.label)
    numbers = agreement(store, view.measure, view.label)
    show(agreement_matrix(rows, titles, view.measure), f"agreement-{view.measure}", numbers, view)
    st.caption("Means over images. Agreement is not a sign of faithfulness: two maps may agree and both be wrong.")
    each = rows[["image", "label", "model_a", "method_a", "model_b", "method_b", view.measure]]
    show(agreement_points(rows, titles, view.measure), f"agreement-{view.measure}-images", each, view)


def show_averages() -> None:
    """Show average maps over average photographs."""
    with st.sidebar:
        select(view, "colormap", "Colours", "viridis is safe for colour-blind readers; turbo is the report's.")
    found = averages(store, view.label)
    show(average_maps(found, titles, view.colormap), "average-maps", averages_table(found), view)
    st.caption(
        "Every map weighs the same: each is scaled to sum 1 on the common grid before the mean, which is shown over "
        "its own maximum, over the mean of the photographs. Maps that are zero everywhere do not count."
    )


def show_answers() -> None:
    """Show accuracy, calibration and confusion."""
    bins, counts = answers(store, view.label)
    errors = {model: calibration_error(bins[bins["model"] == model]) for model in titles}
    rows = []
    judged = predictions.assign(kind=right_about_kind(predictions)).dropna(subset=["right"])
    for (model, label), part in judged.groupby(["model", "label"], sort=False):
        right = proportion(int(part["right"].sum()), len(part))
        rows.append(
            {"model": titles[model], "class": title(label), "right": right.successes, "n": right.n,
             "share": right.share, "low": right.low, "high": right.high, "right about the animal": part["kind"].sum()}
        )  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True)
    st.caption(
        "Right: the exact label is the most probable class; Wilson 95 % intervals. About the animal: any elephant for "
        "an elephant, any bear for a bear."
    )
    show(reliability_diagram(bins, errors, predictions, titles), "calibration", bins, view)
    st.caption(
        "Ten bins of equal width, Wilson 95 % intervals; error: expected calibration error (Guo et al., ICML 2017). "
        "Marks above are images answered rightly, below wrongly; a click opens one."
    )
    show(confusion_matrix(counts, titles), "confusion", counts, view)
    st.caption(
        "Rows: the label; columns: the answer. Classes outside of the dataset count as one; the table names them."
    )
    wrong = view.but(verdict="wrong", section="distributions").to_params()
    st.page_link("views/gallery.py", label="The images answered wrongly, in the gallery", query_params=wrong)


def show_faithfulness() -> None:
    """Show deletion and insertion curves, and the sanity check."""
    with st.sidebar:
        segments(view, "band", "Band", "What line and band are.", names={"quartiles": "Quartiles", "mean": "Mean"})
    numbers = bands(store, view.label, view.band)
    if numbers.empty:
        st.info(NOT_EVALUATED)
    else:
        show(faithfulness_curves(numbers, titles, BANDS[view.band]), f"curves-{view.band}", numbers, view)
        st.caption(
            "Deletion: lower is more faithful. Insertion: higher is. Of the labelled class, after RISE (2018). "
            "The interval of a mean is Student's t at each step."
        )
    sanity = of_label(store, "sanity", view.label)
    if len(sanity):
        show(sanity_checks(sanity, titles), "sanity", sanity, view)
        st.caption(
            "Rank correlation of the map with that of the network with random weights (Adebayo et al., 2018): a map "
            "that stays the same does not depend on what the network learned."
        )


def show_map() -> None:
    """Show the map of images."""
    chosen = view.but(model=view.model or next(iter(titles)))
    columns = columns_of_images(predictions, metrics, chosen.model, chosen.method)
    if chosen.colour not in columns:
        st.warning("The link's colour is not a column of this store; the class is shown.", icon=":material/link_off:")
        chosen = chosen.but(colour="label")
    with st.sidebar:
        select(chosen, "model", "Model", "Whose features place the images.", tuple(titles), names=titles)
        select(chosen, "colour", "Colour", "What colours the images.", tuple(columns.columns))
        segments(chosen, "method", "Method", "Whose metrics may colour the images.")
    points = of_label(store, "embedding", view.label)
    points = points[points["model"] == chosen.model]
    wrong = columns["right"].eq(False)
    figure = embedding(points, columns[chosen.colour], title(chosen.colour), wrong)
    show(figure, "map-of-images", points.merge(columns.drop(columns="label"), on="image"), view)
    st.caption(
        "First two principal components of the pooled features; a cross is a wrong answer, a click opens the image."
    )


{
    "distributions": show_distributions, "differences": show_differences, "agreement": show_agreement,
    "averages": show_averages, "answers": show_answers, "faithfulness": show_faithfulness, "map": show_map,
}[view.section]()  # fmt: skip
with st.sidebar:
    share(view)
    offer_table("All metrics (.csv)", metrics, "metrics")
