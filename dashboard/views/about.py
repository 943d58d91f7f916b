"""Formulas, sources, provenance and limits."""

import re

import pandas as pd
import streamlit as st

from dashboard.explanations import AGREEMENT, MAP, METHODS, PLACE, anchor_of
from dashboard.page import open_page, plain
from dashboard.sections.growing import show_growing
from dashboard.widths import PARAGRAPH
from explain.explainers.contract import NEEDS_IN_WORDS, Explainer
from explain.explainers.registry import EXPLAINERS, title_of
from explain.measures.contract import Needs
from explain.measures.registry import measures_that_need
from explain.models.preprocessing import rows_and_columns
from explain.store.manifest import notices_of

LONG = 60  # letters of a formula's source: set smaller, so that a telephone holds it without scrolling
ADDRESSES = {"arXiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}
CITED = re.compile(r"\b(arXiv|doi) (\d[\w./-]*\w)")

store, view, _ = open_page(
    "About", "What is computed, by which formula, from what, and what it cannot tell.", choosing=False
)


def linked(source: str) -> str:
    """Give a source as Markdown whose identifiers lead to the papers."""
    parts, end = [], 0
    for match in CITED.finditer(source):
        address = f"{ADDRESSES[match[1]]}{match[2]}"
        parts += [plain(source[end : match.start()]), f"[{plain(match[0])}]({address})"]
        end = match.end()
    return "".join((*parts, plain(source[end:])))


def list_measures(*needs: Needs) -> None:
    """List what the registry knows of the measures with these needs."""
    lines = []
    for measure in measures_that_need(*needs):
        formula = f" ${measure.formula}$." if measure.formula else ""
        source = f" ({plain(measure.source)})" if measure.source else ""
        lines.append(f"- **{plain(measure.title.format(part='a part'))}**: {plain(measure.says)}{source}.{formula}")
    st.markdown("\n".join(lines), width=PARAGRAPH)


def show_explainer(each: Explainer) -> None:
    """Show what the registry knows of a method."""
    st.subheader(each.title, anchor=anchor_of(each.name))
    for formula in each.formula.split(r", \quad "):  # a line each, so that a narrow screen holds them
        size = r"\footnotesize " if len(formula) > LONG else ""
        st.latex(rf"{size}{formula}\;")  # the space keeps a subscript within its box, which else scrolls
    st.markdown(f"{plain(each.says)} ({linked(each.source)})")
    facts = [f"Needs {NEEDS_IN_WORDS[each.needs]}"]
    facts += ["no target class"] * (not each.targeted) + ["signed"] * each.signed
    facts += ["at the resolution of the network's input"] * each.at_pixels
    facts += ["only for networks that end in global average pooling and one dense layer"] * each.linear_head
    facts += [f"there the same map as {title_of(each.same_as)}"] * bool(each.same_as)
    facts += [f"{p.title}: {p.low:g} to {p.high:g}, {p.default:g} by default" for p in each.parameters]
    st.caption(f"{plain('; '.join(facts))}.")


def lie(alignment: tuple[float, float] | None) -> str:
    """Say where the cells of a feature map lie, in pixels of the input."""
    if alignment is None:
        return "where they are drawn, or beside it: not measured"
    down, right = alignment
    return f"{abs(right):g} px {'right' if right > 0 else 'left'}, {abs(down):g} px {'down' if down > 0 else 'up'}"


st.header("How to read a map", anchor=MAP)
st.markdown(
    "A map says what the network's last feature cells above each place of the photograph contributed, by one "
    "explanation method, for one classifier. Bright "
    "is much. On *one scale*, equal colours are equal shares of a map's own mass, so that maps can be compared with "
    "each other; on its *own scale*, each map is as bright as it can be, and only places within it can be compared. A "
    f"map is a statement about a network, not about the {plain(store.dataset.subject)}: it may be right about a "
    "network that is wrong.",
    width=PARAGRAPH,
)
st.markdown(
    "A *signed* map says as well what counts against: red is for, blue against, white is zero. Its scale is by the "
    "mean of its absolute values; numbers are of its positive part.",
    width=PARAGRAPH,
)
show_growing(store, view)
st.header("The methods", anchor=METHODS)
explainers = list(EXPLAINERS.values())
for pair in (explainers[start : start + 2] for start in range(0, len(explainers), 2)):
    for column, each in zip(st.columns(2, gap="large"), pair, strict=False):
        with column:
            show_explainer(each)
st.header("Spread and place, on a common grid of 112 x 112", anchor=PLACE)
st.markdown(
    "A map is scaled to sum 1; of a signed map, the positive part counts. Inside is the mask of the "
    f"{plain(store.dataset.subject)}, else its boxes.",
    width=PARAGRAPH,
)
list_measures(Needs.MAP, Needs.SUBJECT, Needs.PARTS)
st.header("Agreement and faithfulness", anchor=AGREEMENT)
st.markdown(
    "How alike two maps of one image are. Two maps may agree and both be wrong about their network.", width=PARAGRAPH
)
list_measures(Needs.TWO_MAPS)
st.markdown(
    "What the network says when pixels change in the map's order; `python -m explain evaluate` measures it.",
    width=PARAGRAPH,
)
list_measures(Needs.RESPONSES, Needs.REPEATS)
st.markdown(
    "- **Sanity check** (Adebayo et al., NeurIPS 2018): the map should change when what the network has learnt is "
    "shuffled away.\n"
    "- **How sure a map is**: the image is mirrored, cut at two corners and given noise, and the map made "
    "again. Compare shows where it varies (standard deviation); how alike it stays is the ceiling for every agreement "
    "with it.",
    width=PARAGRAPH,
)
st.header("Limits", anchor=False)
shapes = {f"{m.shape[0]} x {m.shape[1]} ({each.title})": None for each in store.models for m in each.methods}
st.markdown(
    f"Cells of a map: {plain(', '.join(shapes))}; finer detail in a picture is interpolation. Cells are drawn where "
    "mirrored images say that they lie (the table below), to a few pixels; of a network that nobody measured, in the "
    "middle of their shares of the image. The whole image is squeezed to a square, as the networks were fed. A test "
    "that settles nothing does not show that there is no difference.",
    width=PARAGRAPH,
)
for notice in notices_of(store.models):
    st.info(plain(notice), icon=":material/info:")

st.header("Provenance of this store", anchor=False)
models = pd.DataFrame(
    [
        {
            "model": model.title, "input": " x ".join(map(str, rows_and_columns(model.input_size))),
            "preprocessing": model.preprocessing, "feature layer": model.feature_layer,
            "feature map": f"{model.grid[0]} x {model.grid[1]}", "its cells lie": lie(model.alignment),
            "classes": len(model.classes), "runtime": model.runtime,
            "gradients": "closed form, any class" if model.closed_form
            else "by differentiation, labelled class" if model.differentiable else "none: run forward only",
            "activations": model.precision,
            "digest": model.digest[:12],
        }
        for model in store.models
    ]
)  # fmt: skip
st.dataframe(models, hide_index=True)
held = [
    {
        "model": model.title, "method": method.title, "map": f"{method.shape[0]} x {method.shape[1]}",
        "of": "the label's class, else the predicted one" if method.targeted else "no class",
        "parameters": ", ".join(f"{name} = {value:g}" for name, value in method.parameters.items()),
        "digest": method.digest[:12], "not to be had": "",
    }
    for model in store.models
    for method in model.methods
]  # fmt: skip
held += [
    {"model": model.title, "method": title_of(name), "not to be had": reason}
    for model in store.models
    for name, reason in model.refused.items()
]
st.dataframe(pd.DataFrame(held), hide_index=True)
for warning in store.dataset.warnings:
    st.warning(plain(warning), icon=":material/rule:")
st.caption("The whole manifest: everything that determined a result, with its digest.")
st.json(store.provenance, expanded=False)
