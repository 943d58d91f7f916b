"""What stands between a command and whoever typed it: progress bars, one sentence for whatever goes wrong, a status."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from data import DataError, ImageError
from explain.errors import ExplainError

if TYPE_CHECKING:
    from explain.building.builder import Progress

DEBUG_VARIABLE = "EXPLAIN_DEBUG"
"""Environment variable: where it is set, an error prints its full trace."""

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells expect it."""


def status_of(command: Callable[[], object]) -> int:
    """Run a command to a status for the shell; whatever is raised is said in one sentence.

    Parameters
    ----------
    command : callable
        A typer application.
    """
    try:
        command()
    except SystemExit as end:  # how typer ends, as well after a usage error
        if end.code == INTERRUPTED:
            print("Interrupted. What was complete is kept; the same command goes on from there.", file=sys.stderr)
        return end.code if isinstance(end.code, int) else 1
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        print("Interrupted. What was complete is kept; the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # the last door: what nobody foresaw is said in a sentence as well
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        print(_sentence(error), file=sys.stderr)
        return 1
    return 0


def _sentence(error: Exception) -> str:
    if isinstance(error, ExplainError | DataError | ImageError):
        return str(error)
    traced = f"Set {DEBUG_VARIABLE}=1 to see where."
    if isinstance(error, MemoryError):
        return f"There is not enough memory for this. Try a smaller --batch-size. {traced}"
    if isinstance(error, OSError):
        named = f"{error.filename}: " if error.filename else ""
        return f"A file could not be used: {named}{error.strerror or type(error).__name__}. {traced}"
    reason = " ".join(str(error).split())[:300]
    return f"Something unforeseen went wrong ({type(error).__name__}{': ' if reason else ''}{reason}). {traced}"


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Make the folder of a file that is about to be written, and say in a sentence why it cannot be."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExplainError(f"{out} cannot be written: {reason}. Make room, or name another --out.") from error


@contextmanager
def progress_bars() -> Iterator[Progress | None]:
    """Give a progress callback that draws bars on a terminal and is silent elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Bars(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None, rate="")
            task = bars.tasks[tasks[what]]
            rate = f"{task.speed:.1f}/s" if task.speed else ""
            bars.update(tasks[what], completed=done, total=total or 1, rate=rate)

        yield report
