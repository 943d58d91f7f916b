"""What a universe is: which choices it makes, and what a claim comes to in it."""

from __future__ import annotations

FOR, AGAINST, NEITHER = "for", "against", "neither"
CHOICES = {
    "measure": "Measure", "scope": "Model", "method": "Method in the role", "parameter": "Parameter",
    "target": "Map of", "grid": "Grid", "place": "Cells lie", "scale": "Scale", "images": "Images",
    "margin": "Alike from",
}  # fmt: skip
"""What can be chosen, as columns of the table and for people."""

COLUMNS = ("claim", *CHOICES, "n", "effect", "low", "high", "p", "outcome")


def outcome(low: float, high: float) -> str:
    """Say what an interval of an effect comes to: wholly above 0, wholly below, or neither.

    >>> outcome(0.1, 0.3), outcome(-0.3, -0.1), outcome(-0.1, 0.1), outcome(float("nan"), float("nan"))
    ('for', 'against', 'neither', 'neither')
    """
    return FOR if low > 0 else AGAINST if high < 0 else NEITHER
