"""Tables of numbers for the site, from the demo's store."""

from __future__ import annotations

from functools import cache

import explain
from explain.findings.kept_tests import findings_of
from explain.measures.chance import BASELINES
from explain.statistics.skill import skill_table
from explain.store.reading import Store
from explain.store.selection import Selection


@cache
def store() -> Store:
    """Open the demo's store, of its newest build."""
    return explain.open_store("demo")


def selection() -> Selection:
    """Give the models and methods that a build of the demo has."""
    return Selection.of(store())


def findings() -> str:
    """Write each claim of the reference report with its verdict on the demo."""
    parts = []
    for each in findings_of(store()):
        parts.append(f"### {each.number}. {each.claim}\n\n**{each.verdict.capitalize()}.** {each.told or each.note}")
    return "\n\n".join(parts)


def chance() -> str:
    """Write mass inside, beside what maps score that know nothing of their image."""
    skills = skill_table(store().table("metrics"), store().table("chance"))
    inside = skills[skills["metric"] == "mass_inside"]
    keys, columns = list(inside.groupby(["model", "method"], sort=False).groups), []
    for model, method in keys:
        part = inside[(inside["model"] == model) & (inside["method"] == method)]
        columns.append({"": part["value"].iloc[0]} | dict(zip(part["baseline"], part["chance"], strict=True)))
    rows = ["| | " + " | ".join(map(selection().title, keys)) + " |", "|---|" + "--:|" * len(keys)]
    for name, words in ({"": "its own map"} | BASELINES).items():
        rows.append(f"| {_capital(words)} | " + " | ".join(f"{column[name]:.3f}" for column in columns) + " |")
    return "\n".join(rows)


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
