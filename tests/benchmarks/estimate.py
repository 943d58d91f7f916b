"""What a million images would take, from what one image was measured to take: nothing here is measured anew."""

from __future__ import annotations

from typing import Any

MILLION = 1_000_000


def million(parts: dict[str, Any], price_per_hour: float, price_per_gib_month: float) -> dict[str, Any]:
    """Scale the cost of one image up.

    Parameters
    ----------
    parts : dict
        Sections by part; the marginal costs come from the growth part's two largest sizes.
    price_per_hour, price_per_gib_month : float
        USD, assumed; for the machine as it was measured, and for storage.

    Returns
    -------
    dict
        Empty where the growth part was not run with two sizes.
    """
    sizes = parts.get("growth", {}).get("values", {}).get("by_size", {})
    if len(sizes) < 2:
        return {}
    *_, (few, before), (many, after) = sorted((int(size), found) for size, found in sizes.items())

    def per_image(key: str) -> float:
        return (after[key] - before[key]) / (many - few)

    memory = after["peak_bytes"] + per_image("peak_bytes") * (MILLION - many)
    hours = MILLION * per_image("build_s") / 3600
    gib, gib_lean = (MILLION * per_image(key) / 2**30 for key in ("store_bytes", "store_bytes_without_activations"))
    return {
        "seconds per image (both models, everything)": per_image("build_s"),
        "of these, in the tables": per_image("tables_s"),
        "hours on this machine": hours,
        f"USD at {price_per_hour} an hour": hours * price_per_hour,
        "GiB with activations": gib,
        "GiB without activations": gib_lean,
        f"USD a month at {price_per_gib_month} a GiB": gib * price_per_gib_month,
        "the same without activations": gib_lean * price_per_gib_month,
        "GiB of memory at the measured growth": memory / 2**30,
        "files in the store": int(MILLION * per_image("files")),
    }
