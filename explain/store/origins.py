"""Where the networks and the photographs of a store lie on this machine: kept beside its manifest, no part of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from explain.store.digests import digest_of
from explain.store.filesystem import read_whole, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

ORIGINS = "origins.json"


@dataclass(frozen=True)
class Origins:
    """Where things lay at the build.

    Attributes
    ----------
    networks : mapping of str to str
        Files of networks of one's own, by model.
    dataset : str
        The folder of the photographs; empty where it is not known.
    fault : str
        Why what is there cannot be believed; empty where all is well, or nothing is there.
    """

    networks: Mapping[str, str] = field(default_factory=dict)
    dataset: str = ""
    fault: str = ""


def read_origins(store: Path) -> Origins:
    """Read the origins of a store; a store that was brought here without them has none."""
    try:
        found = json.loads(read_whole(store / ORIGINS))
    except OSError:
        return Origins()
    except ValueError:
        return Origins(fault=f"{ORIGINS} is damaged.")
    if isinstance(found, dict) and "digest" not in found:  # an older version wrote networks alone
        return Origins({str(name): str(file) for name, file in found.items()})
    try:
        networks, dataset = dict(found["networks"]), str(found["dataset"])
        whole = found["digest"] == _digest(networks, dataset)
    except (KeyError, TypeError, ValueError):
        return Origins(fault=f"{ORIGINS} is damaged.")
    return Origins(networks, dataset, "" if whole else f"{ORIGINS} was changed after it was written.")


def write_origins(store: Path, origins: Origins) -> None:
    """Write the origins of a store, unless they stand there already."""
    networks = dict(origins.networks)
    value: dict[str, Any] = {"networks": networks, "dataset": origins.dataset}
    content = (json.dumps({**value, "digest": _digest(**value)}, indent=1, sort_keys=True) + "\n").encode()
    try:
        there = read_whole(store / ORIGINS)
    except OSError:
        there = b""
    if there != content:
        write_atomically(store / ORIGINS, content)


def _digest(networks: dict[str, str], dataset: str) -> str:
    return digest_of({"networks": networks, "dataset": dataset})
