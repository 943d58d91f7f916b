"""How verdicts are marked wherever they stand on a page: colour, sign and word."""

VERDICT_BADGES = {
    "supported": ":green[:material/check_circle: supported]",
    "contradicted": ":red[:material/cancel: contradicted]",
    "no relevant difference": ":violet[:material/drag_handle: no relevant difference]",
    "depends on the measure": ":orange[:material/call_split: depends on the measure]",
    "too little data": ":gray[:material/hourglass_empty: too little data]",
    "not tested": ":gray[:material/block: not tested]",
}
"""Markdown by verdict."""
