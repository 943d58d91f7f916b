"""Explainers on the command line: what each is in a line or in JSON, and its parameters as they are typed."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from explain.errors import ExplainError
from explain.explainers.contract import NEEDS_IN_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from explain.explainers.contract import Explainer


def lines_of(explainers: Mapping[str, Explainer]) -> Iterator[str]:
    """Say in a line each what explainers need, and what of them can be set."""
    width = max(map(len, explainers))
    for name, each in explainers.items():
        about = [f"needs {NEEDS_IN_WORDS[each.needs]}"]
        about += [] if each.targeted else ["no target class"]
        about += ["signed"] if each.signed else []
        about += ["at pixels"] if each.at_pixels else []
        about += ["linear head only"] if each.linear_head else []
        about += [f"with a linear head the same as {each.same_as}"] if each.same_as else []
        about += [f"--{p.name} {p.low:g} to {p.high:g}, {p.default:g} by default" for p in each.parameters]
        yield f"{name:<{width}}  {each.title}: {'; '.join(about)}. {each.source}"


def described(each: Explainer) -> dict[str, object]:
    """Give what JSON can hold of an explainer."""
    return {
        "title": each.title,
        "needs": each.needs.name.lower(),
        "targeted": each.targeted,
        "signed": each.signed,
        "at_pixels": each.at_pixels,
        "linear_head": each.linear_head,
        "same_as": each.same_as,
        "parameters": {p.name: {"default": p.default, "low": p.low, "high": p.high} for p in each.parameters},
        "source": each.source,
    }


def parameters_of(arguments: Sequence[str]) -> dict[str, float]:
    """Read parameters that stand on the command line as --NAME VALUE or --NAME=VALUE.

    Raises
    ------
    ExplainError
        If a word is no name, or a value no number.

    Examples
    --------
    >>> parameters_of(["--k", "1.5"])
    {'k': 1.5}
    """
    words = [
        part for argument in arguments for part in (argument.split("=", 1) if argument[:2] == "--" else [argument])
    ]
    found: dict[str, float] = {}
    for name, value in zip_longest(words[::2], words[1::2]):
        if not name.startswith("--") or value is None:
            raise ExplainError(f"{name!r} was not understood; parameters are given as --NAME VALUE.")
        try:
            found[name[2:]] = float(value)
        except ValueError:
            raise ExplainError(f"{name} is {value!r}; expected a number.") from None
    return found
