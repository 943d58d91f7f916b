"""Where on its image the cells of a map lie: in the middle of their shares of it, or a little beside that."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Alignment:
    """How far the place that a cell looks at lies from the middle of the cell's share of the image.

    Of a map of w columns over an image of width W, cell j is usually drawn at (j + 1/2) W / w. A network that pads its
    images itself, by as much on either side, and then takes every second position, has its cells further up and
    left than that: their places are a property of the network, and the same for all of its maps.

    Attributes
    ----------
    down, right : float
        As shares of the image's height and width; negative is up and left.

    Examples
    --------
    >>> Alignment.of_pixels((0, -8), (224, 224))
    Alignment(down=0.0, right=-0.03571428571428571)
    """

    down: float = 0.0
    right: float = 0.0

    @classmethod
    def of_pixels(cls, pixels: tuple[float, float] | None, shape: tuple[int, int]) -> Alignment:
        """Make one of pixels down and right on an image of some height and width; of None, where nothing is known."""
        return CENTRED if pixels is None else cls(pixels[0] / shape[0], pixels[1] / shape[1])


CENTRED = Alignment()
"""Cells lie in the middle of their shares: so are maps of pixels, and those of networks of which nothing is known."""
