"""Formulas, sources, provenance and limits."""

import streamlit as st

from dashboard.frame import open_page

store, _ = open_page("About", "What is computed, by which formula, from what, and what it cannot tell.")

st.subheader("Grad-CAM", anchor=False)
st.latex(r"L^c = \mathrm{ReLU}\Big(\sum_k \alpha_k^c A^k\Big)")
st.latex(r"\alpha_k^c = \frac1Z \sum_{ij} \frac{\partial y^c}{\partial A^k_{ij}}")
st.markdown(
    "The score is taken before softmax, ReLU after the sum (Selvaraju et al., ICCV 2017). Where a network ends in "
    "global average pooling and one dense layer, the weights are exactly $W_{kc} / Z$, for every class at once."
)
st.subheader("FEM", anchor=False)
st.latex(r"\mathrm{FEM} = \sum_k \mu_k B_k \;")  # the space keeps a subscript within its box, which else scrolls
st.latex(r"B_k = [A^k > \mu_k + K \sigma_k]")
st.markdown(
    "Mean and population standard deviation over the positions of one channel of one image; K = 2 (Fuad et al., "
    "IPTA 2020). FEM has no target class: it tells what stands out, not what speaks for a class."
)
st.subheader("Spread, on a common grid of 112 x 112", anchor=False)
st.markdown(
    "- **Area above half maximum**: share of cells at least half of the maximum.\n"
    "- **Entropy**: Shannon entropy over the logarithm of the number of cells.\n"
    "- **RMS radius** about the centroid; the image's side is 1.\n"
    "- **Gini index** of the cells' values (Hurley and Rickard, 2009); larger is more concentrated.\n"
    "- **Peak inside** (pointing game), **mass inside** (energy-based pointing game): against box or mask."
)
st.subheader("Limits", anchor=False)
st.markdown(
    "Maps are at feature resolution, 7 x 7 or 10 x 10: finer detail in a picture is interpolation. Agreement between "
    "maps is not faithfulness to the network. The compact networks were trained with two terms that ask Grad-CAM and "
    "FEM to lie on the animal, so that their maps are no evidence of where networks look by themselves. The whole "
    "image is squeezed to a square, as the networks were fed."
)
st.subheader("Provenance of this store", anchor=False)
st.json(store.provenance, expanded=1)
