"""What a build did, and what it cost."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class BuildReport:
    """What a build did.

    Attributes
    ----------
    store : Path
    images : int
        In the dataset.
    computed, reused : int
        Results (image x model) that were computed, or were there.
    failed : dict of str to str
        Reason by image id.
    seconds : float
    seconds_of_model : dict of str to float
        Time in the network and its explanations, for the images computed.
    seconds_of_step : dict of str to float
        Time of the process that builds, by what it did or waited for; each network's under its title. Steps overlap in
        nothing.
    computed_of_model : dict of str to int
    workers : int
        Processes that ran networks.
    healed : tuple of str
        What of the store was found damaged and made anew, or left out, a sentence each.
    refused : dict of str to dict of str to str
        Methods that a network allows no maps of, with the reason, by model.
    unknown_labels : dict
        By model and label: how many images bear a label that the model has no class for, and names near it.
    at_chance : dict of str to str
        A sentence by model whose answers are no better than guessing.
    unread_masks : dict of str to str
        Why the mask of an image was left out, by image id; the image itself was read.
    """

    store: Path
    images: int
    computed: int = 0
    reused: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    seconds_of_model: dict[str, float] = field(default_factory=dict)
    seconds_of_step: dict[str, float] = field(default_factory=dict)
    computed_of_model: dict[str, int] = field(default_factory=dict)
    workers: int = 0
    healed: tuple[str, ...] = ()
    refused: dict[str, dict[str, str]] = field(default_factory=dict)
    unknown_labels: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    at_chance: dict[str, str] = field(default_factory=dict)
    unread_masks: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the time that a block takes to a step."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.add_time(step, time.perf_counter() - started)

    def add_time(self, step: str, seconds: float) -> None:
        """Add time to a step."""
        self.seconds_of_step[step] = self.seconds_of_step.get(step, 0) + seconds

    def as_json(self) -> dict[str, Any]:
        """Give the report as the command line's ``--json`` prints it."""
        per_image = {
            name: self.seconds_of_model[name] / count for name, count in self.computed_of_model.items() if count
        }
        return {
            "images": self.images,
            "computed": self.computed,
            "reused": self.reused,
            "failed": len(self.failed),
            "failures": self.failed,
            "seconds": round(self.seconds, 3),
            "seconds_per_image_and_model": {name: round(value, 5) for name, value in per_image.items()},
            "seconds_of_step": {step: round(seconds, 3) for step, seconds in self.seconds_of_step.items()},
            "workers": self.workers,
            "refused": self.refused,
            "healed": list(self.healed),
            "unknown_labels": self.unknown_labels,
            "at_chance": self.at_chance,
            "unread_masks": self.unread_masks,
            "peak_memory_bytes": peak_memory(),
            "store": str(self.store),
        }


def peak_memory() -> int:
    """Give the largest resident memory of this process so far.

    Returns
    -------
    int
        Bytes.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
