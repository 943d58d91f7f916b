"""How many pixels may be decoded at once: memory is bounded by their sum, not by the number of threads."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class PixelRoom:
    """Room for the pixels that several threads hold at the same time.

    Parameters
    ----------
    pixels : int
        All that fit. An image of more waits until it has all the room to itself.

    Examples
    --------
    >>> room = PixelRoom(100)
    >>> with room.held(60), room.held(40):
    ...     pass
    """

    def __init__(self, pixels: int) -> None:
        self._pixels = self._free = pixels
        self._changed = threading.Condition()

    @contextmanager
    def held(self, pixels: int) -> Iterator[None]:
        """Wait until there is room, and hold it."""
        wanted = min(pixels, self._pixels)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= wanted)
            self._free -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()
