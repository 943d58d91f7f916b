"""Names of metrics for people; apart from the formulas, so that another wording makes no stored number stale."""

from __future__ import annotations

METRIC_TITLES = {
    "area_half_max": "Area above half maximum", "entropy": "Entropy", "radius": "RMS radius", "gini": "Gini index",
    "peak_inside": "Peak inside", "mass_inside": "Mass inside", "iou_half_max": "IoU of half maximum",
    "deletion": "Area under deletion", "insertion": "Area under insertion", "average_drop": "Average drop",
    "increase": "Increase in confidence", "same_verdict": "Same verdict",
}  # fmt: skip


def metric_title(metric: str) -> str:
    """Name a metric for people.

    Parameters
    ----------
    metric : str

    Returns
    -------
    str
    """
    if metric in METRIC_TITLES or not metric.startswith("part_"):
        return METRIC_TITLES.get(metric, metric.replace("_", " "))
    part = metric.removeprefix("part_").replace("_", " ")
    if part.endswith(" relative"):
        return f"Mass on {part.removesuffix(' relative')} over its share of the animal"
    return f"Mass on {part}"
