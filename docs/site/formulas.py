"""Explainers and measures with their formulas, from the registries; formulas as MathML, which needs no script."""

from __future__ import annotations

from latex2mathml.converter import convert

from explain.explainers.contract import NEEDS_IN_WORDS
from explain.explainers.registry import EXPLAINERS
from explain.measures.registry import MEASURES


def explainers() -> str:
    """Write a section per explanation method."""
    return "\n\n".join(
        f"### {each.title}\n\n{each.says}\n\n<div class=formula>{convert(each.formula, display='block')}</div>\n\n"
        f"`{each.name}` · needs {NEEDS_IN_WORDS[each.needs]} · {each.source}"
        for each in EXPLAINERS.values()
    )


def measures() -> str:
    """Write a row per measure."""
    rows = ["| Measure | Formula | |", "|---|---|---|"]
    for each in MEASURES.values():
        formula = convert(each.formula) if each.formula else ""
        rows.append(f"| {each.title}<br>`{each.name}` | {formula} | {each.says} |")
    return "\n".join(rows)
