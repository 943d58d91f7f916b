"""Standard error while a decoder of compiled code runs: what it writes there is caught, and belongs to its file."""

from __future__ import annotations

import logging
import os
import re
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

logging.getLogger("PIL").addHandler(logging.NullHandler())  # what it says of a damaged file is in the reason
_TURNS = threading.Lock()  # standard error belongs to the whole process: one decoder at a time has it
_OF_A_DECODER = re.compile(
    r"(_?TIFF|O?JPEG|ZIP|LZW|LZMA|ZSTD|LERC|WebP|Fax|PackBits|Thunder|NeXT|PixarLog|SGILog|LogLuv|DumpMode|tempfile\.tif"
    r"|MissingRequired)"
)


@dataclass
class Noise:
    """What a decoder wrote; complete once it has ended."""

    text: str = ""


@contextmanager
def caught_noise() -> Iterator[Noise]:
    """Catch what libtiff writes to the process's standard error; lines of anyone else are passed on at the end."""
    noise = Noise()
    with _TURNS:
        sys.stderr.flush()
        try:
            kept = os.dup(2)
        except OSError:  # there is no standard error
            yield noise
            return
        with tempfile.TemporaryFile() as held:
            os.dup2(held.fileno(), 2)
            try:
                yield noise
            finally:
                sys.stderr.flush()
                os.dup2(kept, 2)
                os.close(kept)
                held.seek(0)
                lines = held.read().decode(errors="replace").splitlines()
                noise.text = "\n".join(line for line in lines if _OF_A_DECODER.match(line))
                for line in lines:
                    if not _OF_A_DECODER.match(line):
                        print(line, file=sys.stderr)
