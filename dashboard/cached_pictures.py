"""Pictures of one photograph's page that few of its controls change: drawn once for all visitors, kept as JPEG."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from data.images import encode
from explain.figures.overlay import difference_overlay, overlay

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dashboard.drawing import Outlines

MOST = 256  # pictures of some 20 kB


@st.cache_data(show_spinner=False, max_entries=MOST)
def difference_picture(
    photograph: NDArray[np.uint8], values: NDArray[np.float64], limit: float, outlines: Outlines
) -> bytes:
    """Draw a difference of two maps over a photograph."""
    return encode(outlines.on(difference_overlay(photograph, values, limit)))


@st.cache_data(show_spinner=False, max_entries=MOST)
def deviation_picture(
    photograph: NDArray[np.uint8],
    deviation: NDArray[np.float32],
    maximum: float | None,
    outlines: Outlines,
    colormap: str,
    opacity: float,
) -> bytes:
    """Draw over a photograph where a map varies."""
    return encode(outlines.on(overlay(photograph, deviation, colormap=colormap, opacity=opacity, maximum=maximum)))
