"""A multiverse is kept beside its store, under a name that the store's state and this code determine."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from explain.findings.casting import cast_of
from explain.findings.multiverse import multiverse, shares
from explain.findings.study import study_of
from explain.findings.universes import AGAINST, COLUMNS, FOR, NEITHER
from explain.store.digests import code_digest, digest_of
from explain.store.filesystem import read_whole, write_atomically
from explain.store.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from explain.store.reading import Store

_CODE = tuple(
    Path(__file__).with_name(f"{name}.py")
    for name in ("multiverse", "universes", "answer_universes", "remeasuring", "contrasts")
)


def kept_multiverse(store: Store) -> pd.DataFrame | None:
    """Read the multiverse of a store's study, about the models and methods of its newest build.

    Returns
    -------
    pandas.DataFrame or None
        As :func:`explain.findings.multiverse.multiverse` gives it; None where it was not computed for this state of
        the store, or cannot be read.
    """
    try:
        found = pd.read_parquet(io.BytesIO(read_whole(_file(store))))
    except (OSError, ValueError):
        return None
    return found if tuple(found.columns) == COLUMNS else None


def keep_multiverse(store: Store, progress: Callable[[int, int], None] | None = None) -> pd.DataFrame:
    """Compute it, or read it where that was done, and keep it; those of earlier states of the store are taken away."""
    there = kept_multiverse(store)
    if there is not None:
        return there
    study = study_of(store.dataset)
    cast = cast_of(study, Selection.of(store, store.shown_models, store.shown_methods))
    found = multiverse(study, cast, store, progress)
    buffer = io.BytesIO()
    found.to_parquet(buffer, index=False, compression="zstd")
    file = _file(store)
    for old in file.parent.glob(f"{store.path.name}-multiverse-*.parquet"):
        old.unlink(missing_ok=True)
    write_atomically(file, buffer.getvalue())
    return found


def shares_in_words(universes: pd.DataFrame) -> str:
    """Say in a line for every claim how many universes there are, and what they come to."""
    lines = []
    for row in shares(universes).to_dict("records"):
        said = ", ".join(f"{row[outcome]:.0%} {outcome}" for outcome in (FOR, AGAINST, NEITHER))
        lines.append(f"Claim {row['claim']}: {row['universes']:,} universes, {said}")
    return "\n".join(lines)


def _file(store: Store) -> Path:
    state = digest_of([store.digest, code_digest(_CODE)])[:16]
    return store.path.with_name(f"{store.path.name}-multiverse-{state}.parquet")
