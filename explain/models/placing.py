"""Where the cells of a network's feature layer lie on its images: by mirror images, and beside it by arithmetic."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.measures.mirror import DOWN, RIGHT, mirror_fit
from explain.models.evidence import SINGLE, NetworkEvidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from explain.measures.mirror import MirrorFit
    from explain.models.network import Network

MOST_IMAGES = 102
"""On which a network is measured, at most: its offset is then known to a fraction of a pixel."""
_BATCH = 16


@dataclass(frozen=True)
class Placing:
    """Where the cells of a feature layer lie, in pixels of the input beyond the middles of their shares of it.

    Attributes
    ----------
    right, down : MirrorFit
        By images mirrored left to right, and upside down.
    arithmetic : (float, float) or None
        Down and right by strides and paddings alone; None where the graph holds what arithmetic cannot follow.
    """

    right: MirrorFit
    down: MirrorFit
    arithmetic: tuple[float, float] | None

    @property
    def alignment(self) -> tuple[float, float] | None:
        """What a model's table should say, down and right; None where nothing could be measured.

        Down is taken to be what right was measured to be, where strides and paddings are the same both ways. A
        photograph turned upside down is nothing that a network knows, and its map is another one; mirrored, it
        is a photograph like any other.
        """
        if np.isnan(self.right.offset):
            return None
        across = round(self.right.offset, 1) + 0.0
        alike = self.arithmetic is None or self.arithmetic[0] == self.arithmetic[1]
        return (across if alike else 0.0), across

    def as_json(self) -> dict[str, Any]:
        """Give everything as JSON can hold it."""
        fits = {
            name: {key: None if np.isnan(value) else value for key, value in asdict(fit).items()}
            for name, fit in (("right", self.right), ("down", self.down))
        }
        return {**fits, "arithmetic": self.arithmetic, "alignment": self.alignment}


def measure_placing(
    network: Network, pixels: Iterable[NDArray[np.uint8]], told: Callable[[int], None] | None = None
) -> Placing:
    """Run images, their mirror images and those turned upside down through a network, and compare its feature maps.

    Parameters
    ----------
    pixels : iterable of ndarray of uint8, shape (height, width, 3)
        Images at the network's input size. Photographs of what it knows say most.
    told : callable, optional
        Called with the number of images done.

    Notes
    -----
    What is compared is the mean of squared activations, which asks for no class and no method.
    """
    images = list(pixels)
    found: dict[int, list[NDArray[np.float32]]] = {0: [], DOWN: [], RIGHT: []}
    for start in range(0, len(images), _BATCH):
        batch = np.stack(images[start : start + _BATCH])
        for axis, maps in found.items():
            view = np.ascontiguousarray(np.flip(batch, axis) if axis else batch)
            evidence = NetworkEvidence(network, view, batch_size=_BATCH, precision=SINGLE)
            maps.append((evidence.activations**2).mean(axis=-1))
        if told is not None:
            told(start + len(batch))
    plain, down, right = (np.concatenate(found[axis]) for axis in (0, DOWN, RIGHT))
    shape = images[0].shape[0], images[0].shape[1]
    return Placing(
        mirror_fit(plain, right, shape, RIGHT), mirror_fit(plain, down, shape, DOWN), network.arithmetic_offset()
    )
