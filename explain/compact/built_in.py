"""What the built-in table of a compact network says of it; a stranger has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explain.measures.alignment import CENTRED, Alignment
from explain.models.specification import builtin_names, load_specifications

if TYPE_CHECKING:
    from explain.models.model_spec import ModelSpec


def alignment_of(name: str) -> Alignment:
    """Say where a network's cells lie; in the middle of their shares where no table says."""
    spec = _spec(name)
    return CENTRED if spec is None else spec.alignment_of_maps(at_pixels=False)


def cells_in_words(name: str) -> str:
    """Say the same for people, to be read after "cells lie"."""
    spec = _spec(name)
    if spec is None or spec.alignment is None:
        return "in the middle of their shares"
    down, right = spec.alignment
    return f"{down:+g} pixels of the input down and {right:+g} right of the middle of their shares"


def title_of(name: str) -> str:
    """Give the title of a network; a stranger's is its name."""
    spec = _spec(name)
    return name if spec is None else spec.title


def _spec(name: str) -> ModelSpec | None:
    return load_specifications(name)[0] if name in builtin_names() else None
