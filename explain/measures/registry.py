"""Which measures there are. Adding one is a function in this package and one entry in the list below.

Tables, charts, claims, About and the gallery's order are made from this list; nothing else names a measure but claims,
which are data, and a page's choice of the one that it opens with.
"""

from __future__ import annotations

from explain.measures import likeness, location, parts, response, spread, verdicts
from explain.measures.contract import Measure, Needs

_MEASURES = (
    Measure(
        name="area_half_max", title="Area above half maximum", needs=Needs.MAP, function=spread.area_half_max,
        wider=1,
        formula=r"\frac{1}{hw}\,\big|\{ij : p_{ij} \ge \tfrac12 \max p\}\big|",
        says="share of cells at least half of the maximum",
    ),
    Measure(
        name="entropy", title="Entropy", needs=Needs.MAP, function=spread.entropy,
        wider=1, sort="spread",
        formula=r"-\sum_{ij} p_{ij} \log p_{ij} \,/\, \log hw",
        source="Bhatt et al., IJCAI 2020, equation 6, normalised",
        says="Shannon entropy over the logarithm of the number of cells; 1 for a uniform map",
    ),
    Measure(
        name="radius", title="RMS radius", needs=Needs.MAP, function=spread.radius,
        high=0.5**0.5, wider=1,
        formula=r"\sqrt{\sum_{ij} p_{ij}\, \lVert x_{ij} - \bar x \rVert^2}",
        says="root of the mean squared distance of the mass from its centroid; the image's side is 1",
    ),
    Measure(
        name="gini", title="Gini index", needs=Needs.MAP, function=spread.gini,
        wider=-1,
        formula=r"\frac{2}{N}\sum_{n=1}^{N} n\, p_{(n)} - \frac{N+1}{N}",
        source="Hurley and Rickard, IEEE Trans. Inf. Theory 2009, table I",
        says="how unequal the cells' values are; larger is more concentrated",
    ),
    Measure(
        name="peak_inside", title="Peak inside", needs=Needs.SUBJECT, function=location.peak_inside,
        better=1,
        source="Zhang et al., IJCV 2018",
        says="the pointing game: whether the maximum lies inside",
    ),
    Measure(
        name="peak_near", title="Peak within 15 pixels", needs=Needs.SUBJECT, function=location.peak_near,
        better=1,
        source="Zhang et al., IJCV 2018",
        says="the pointing game with its tolerance: whether the maximum lies inside or within 15 pixels, of 224",
    ),
    Measure(
        name="mass_inside", title="Mass inside", needs=Needs.SUBJECT, function=location.mass_inside,
        better=1, sort="inside",
        formula=r"\sum_{ij} p_{ij}\, m_{ij}",
        source="Wang et al., CVPRW 2020, section 4.3",
        says="the energy-based pointing game: the share of the map's mass that lies inside",
    ),
    Measure(
        name="iou_half_max", title="IoU of half maximum", needs=Needs.SUBJECT, function=location.iou_half_max,
        better=1,
        says="intersection over union with the cells at least half of the maximum",
    ),
    Measure(
        name="auc_iou", title="IoU over all thresholds", needs=Needs.SUBJECT, function=location.auc_iou,
        better=1,
        formula=r"\frac{1}{19}\sum_{t=1}^{19} \mathrm{IoU}\big(\{p_{ij} \ge \tfrac{t}{20} \max p\}, m\big)",
        source="after Choe et al., CVPR 2020",
        says="intersection over union, averaged over thresholds from 5 % to 95 % of the maximum",
    ),
    Measure(
        name="part_{part}", title="Mass on {part}", needs=Needs.PARTS, function=parts.share_of_mass,
        says="the share of the map's mass that lies on a part",
    ),
    Measure(
        name="part_{part}_relative", title="Mass on {part} over its share of the subject",
        needs=Needs.PARTS, function=parts.share_over_chance,
        high=float("inf"),
        says="a part's share of the mass on all parts, over its share of their visible area; 1: as much as chance",
    ),
    Measure(
        name="part_{part}_share", title="Share of the subject's mass on {part}",
        needs=Needs.PARTS, function=parts.share_of_parts,
        says="the mass on a part over the mass on all parts: what lies beside the subject does not count",
    ),
    Measure(
        name="deletion", title="Area under deletion", needs=Needs.RESPONSES, function=response.deletion,
        better=-1,
        source="Petsiuk et al., BMVC 2018, section 4.2",
        says="the class's probability while the most salient pixels are taken away",
    ),
    Measure(
        name="insertion", title="Area under insertion", needs=Needs.RESPONSES, function=response.insertion,
        better=1,
        source="Petsiuk et al., BMVC 2018, section 4.2",
        says="the class's probability while the most salient pixels come back into a blurred image",
    ),
    Measure(
        name="average_drop", title="Average drop", needs=Needs.RESPONSES, function=response.average_drop,
        better=-1,
        formula=r"\max(0, Y - O) \,/\, Y",
        source="Chattopadhay et al., WACV 2018, section 4.1.1",
        says="the share of the confidence that is lost where only what the map names is left",
    ),
    Measure(
        name="increase", title="Increase in confidence", needs=Needs.RESPONSES, function=response.increase,
        better=1,
        formula=r"[O > Y]",
        source="Chattopadhay et al., WACV 2018, section 4.1.2",
        says="whether the confidence rises where only what the map names is left",
    ),
    Measure(
        name="stability", title="Stability", needs=Needs.REPEATS, function=likeness.stability,
        low=-1, better=1,
        formula=r"\frac{1}{5}\sum_{t} r\big(p, t^{-1} p(t\,x)\big)",
        source="after Alvarez-Melis and Jaakkola, WHI 2018",
        says="correlation with the maps of the image mirrored, cut by 5 % in two ways, and with noise twice; the mean",
    ),
    Measure(
        name="pearson", title="Pearson correlation", needs=Needs.TWO_MAPS, function=likeness.pearson,
        low=-1,
        says="linear correlation over the cells",
    ),
    Measure(
        name="sim", title="SIM", needs=Needs.TWO_MAPS, function=likeness.sim,
        formula=r"\sum_{ij} \min(p_{ij}, q_{ij})",
        source="Bylinskii et al., TPAMI 2019, equation 4",
        says="sum of the smaller of two densities",
    ),
    Measure(
        name="spearman", title="Rank correlation", needs=Needs.TWO_MAPS, function=likeness.spearman,
        low=-1,
        says="Spearman's correlation of the cells' ranks",
    ),
    Measure(
        name="iou_top20", title="IoU of the top 20 %", needs=Needs.TWO_MAPS, function=likeness.iou_top20,
        says="intersection over union of the cells in each map's top 20 %",
    ),
    Measure(
        name="same_verdict", title="Same verdict", needs=Needs.TWO_VERDICTS, function=verdicts.same_verdict,
        says="whether two classifiers are both right or both wrong about an image",
    ),
)  # fmt: skip

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _MEASURES}
"""By name, in the order in which tables and pages list them."""


def measures_that_need(*needs: Needs) -> tuple[Measure, ...]:
    """List the measures with one of these needs, in the registry's order."""
    return tuple(measure for measure in MEASURES.values() if measure.needs in needs)


METRIC_TITLES = {
    measure.name: measure.title
    for measure in measures_that_need(Needs.MAP, Needs.SUBJECT, Needs.RESPONSES, Needs.REPEATS, Needs.TWO_VERDICTS)
}
"""Titles of the numbers of one map, or of one image's answers; those of parts depend on the dataset."""

AGREEMENT_METRICS = tuple(measure.name for measure in measures_that_need(Needs.TWO_MAPS))
"""Columns of the table of agreement."""

EVALUATION_METRICS = tuple(measure.name for measure in measures_that_need(Needs.RESPONSES, Needs.REPEATS))
"""What ``python -m explain evaluate`` adds to the table of metrics."""


def measure_of(metric: str) -> Measure | None:
    """Find the measure whose values a table holds under a name; None where this version knows none.

    Examples
    --------
    >>> measure_of("part_left_wing_relative").name
    'part_{part}_relative'
    """
    fitting = [measure for measure in MEASURES.values() if measure.part_of(metric) is not None]
    return max(fitting, key=lambda measure: len(measure.name), default=None)


def metric_title(metric: str) -> str:
    """Name a metric for people: by its measure, else by its own name with spaces.

    Examples
    --------
    >>> metric_title("part_left_wing"), metric_title("of_another_version")
    ('Mass on left wing', 'of another version')
    >>> metric_title("entropy@coarse")
    'Entropy, coarser grid'
    """
    measure = measure_of(metric)
    if measure is None:
        return metric.replace("_", " ")
    if not measure.part_of(metric) and metric != measure.name:
        return f"{measure.title}, coarser grid"
    return measure.title.format(part=(measure.part_of(metric) or "").replace("_", " "))
