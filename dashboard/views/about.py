"""Formulas, sources, provenance and limits."""

import pandas as pd
import streamlit as st

from dashboard.page import open_page, plain
from explain.measures.contract import Needs
from explain.measures.registry import measures_that_need
from explain.store.manifest import notices_of

store, _ = open_page("About", "What is computed, by which formula, from what, and what it cannot tell.")

st.subheader("How to read a map", anchor=False)
st.markdown(
    "A map says how much each place of the photograph counted, by one explanation method, for one classifier. Bright "
    "is much. On *one scale*, equal colours are equal shares of a map's own mass, so that maps can be compared with "
    "each other; on its *own scale*, each map is as bright as it can be, and only places within it can be compared. A "
    f"map is a statement about a network, not about the {plain(store.dataset.subject)}: it may be right about a "
    "network that is wrong."
)
left, right = st.columns(2, gap="large")
with left:
    st.subheader("Grad-CAM", anchor=False)
    st.latex(r"L^c = \mathrm{ReLU}\Big(\sum_k \alpha_k^c A^k\Big)")
    st.latex(r"\alpha_k^c = \frac1Z \sum_{ij} \frac{\partial y^c}{\partial A^k_{ij}}")
    st.markdown(
        "What speaks for class $c$: the score is taken before softmax, ReLU after the sum ([Selvaraju et al., ICCV "
        "2017](https://arxiv.org/abs/1610.02391)). Where a network ends in global average pooling and one dense layer, "
        "the weights are exactly $W_{kc} / Z$, for every class at once."
    )
with right:
    st.subheader("FEM", anchor=False)
    st.latex(r"\mathrm{FEM} = \sum_k \mu_k B_k \;")  # the space keeps a subscript within its box, which else scrolls
    st.latex(r"B_k = [A^k > \mu_k + K \sigma_k]")
    st.markdown(
        "What stands out: mean and population standard deviation over the positions of one channel of one image; K = 2 "
        "([Fuad et al., IPTA 2020](https://doi.org/10.1109/IPTA50016.2020.9286629)). FEM has no target class: it "
        "cannot tell what speaks for a class."
    )


def list_measures(*needs: Needs) -> None:
    """List what the registry knows of the measures with these needs."""
    lines = []
    for measure in measures_that_need(*needs):
        formula = f" ${measure.formula}$." if measure.formula else ""
        source = f" ({plain(measure.source)})" if measure.source else ""
        lines.append(f"- **{plain(measure.title.format(part='a part'))}**: {plain(measure.says)}{source}.{formula}")
    st.markdown("\n".join(lines))


st.subheader("Spread and place, on a common grid of 112 x 112", anchor=False)
st.markdown(
    "A map is scaled to sum 1; of a signed map, the positive part counts. Inside is the mask of the "
    f"{plain(store.dataset.subject)}, else its boxes."
)
list_measures(Needs.MAP, Needs.SUBJECT, Needs.PARTS)
st.subheader("Agreement and faithfulness", anchor=False)
st.markdown("How alike two maps of one image are. Two maps may agree and both be wrong about their network.")
list_measures(Needs.TWO_MAPS)
st.markdown("What the network says when pixels change in the map's order; `python -m explain evaluate` measures it.")
list_measures(Needs.RESPONSES)
st.markdown(
    "- **Sanity check** (Adebayo et al., NeurIPS 2018): the map should change when what the network has learnt is "
    "shuffled away."
)
st.subheader("Limits", anchor=False)
grids = ", ".join(f"{model.grid[0]} x {model.grid[1]} ({model.title})" for model in store.models)
st.markdown(
    f"Maps are at feature resolution, {plain(grids)}: finer detail in a picture is interpolation. The whole image is "
    "squeezed to a square, as the networks were fed. A test that settles nothing does not show that there is no "
    "difference."
)
for notice in notices_of(store.models):
    st.info(plain(notice), icon=":material/info:")

st.subheader("Provenance of this store", anchor=False)
models = pd.DataFrame(
    [
        {
            "model": model.title, "input": f"{model.input_size} x {model.input_size}",
            "preprocessing": model.preprocessing, "feature layer": model.feature_layer,
            "map": f"{model.grid[0]} x {model.grid[1]}", "classes": len(model.classes),
            "runtime": model.runtime,
            "Grad-CAM": "closed form, any class" if model.closed_form else "by differentiation, labelled class",
            "digest": model.digest[:12],
        }
        for model in store.models
    ]
)  # fmt: skip
st.dataframe(models, hide_index=True)
for warning in store.dataset.warnings:
    st.warning(plain(warning), icon=":material/rule:")
st.caption("The whole manifest: everything that determined a result, with its digest.")
st.json(store.provenance, expanded=False)
