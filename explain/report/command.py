"""What ``python -m explain report`` does: one file to send, or a folder to open or put on a host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from explain.errors import ExplainError
from explain.report.interactive import write_site
from explain.report.report import FITS_A_MAIL, write_report
from explain.terminal import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from explain.store.reading import Store


def write(
    opened: Callable[[], Store], out: Path, *, images: bool, interactive: bool, networks: Path | None
) -> Iterator[str]:
    """Write a report, and say where it is and what of it may surprise.

    Parameters
    ----------
    opened : callable
        Opens the store, after the options were found to go together.

    Raises
    ------
    ExplainError
        If the options do not go together, or the file or folder cannot be written.
    """
    if networks and not interactive:
        raise ExplainError("--networks is for --interactive: one file cannot take networks along.")
    if not interactive and out.suffix != ".html":
        raise ExplainError(f"--out is {out}; expected a file that ends in .html.")
    store = opened()
    with writing(out):
        size = write_site(store, out, networks=networks) if interactive else write_report(store, out, images=images)
    if interactive:
        yield f"{out / 'index.html'}: {size / 1e6:.1f} MB in all. Open it from disk, or put the folder on any host."
        return
    yield f"{out}: {size / 1e6:.1f} MB"
    if size > FITS_A_MAIL:
        yield f"Note: this is more than {FITS_A_MAIL / 1e6:.0f} MB, too large for most mail."
