"""``python -m data``: getting the photographs that may not be redistributed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from data.datasets import imagenet_folder
from data.errors import DataError
from data.imagenet_files import Outcome, fetch, import_folder

app = typer.Typer(
    help="Fetch or import the real photographs.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip


@app.command(name="fetch")
def fetch_command(name: Annotated[str, typer.Argument(help="imagenet")]) -> None:
    """Fetch a dataset from its public place; what is there already is kept."""
    if name != "imagenet":
        raise DataError(f"There is no dataset {name!r} to fetch; expected imagenet.")
    folder = imagenet_folder()
    with _progress("Fetching") as progress:
        outcome = fetch(folder, progress)
    _report(outcome, folder, "Without a network, use 'python -m data import FOLDER' on a copy of the images.")


@app.command(name="import")
def import_command(source: Annotated[Path, typer.Argument(help="A folder that holds the images.")]) -> None:
    """Import the ImageNet photographs from a folder, such as an ImageNet val directory."""
    if not source.is_dir():
        raise DataError(f"{source} is no folder; expected one with the ImageNet photographs in it.")
    folder = imagenet_folder()
    with _progress("Importing") as progress:
        outcome = import_folder(source, folder, progress)
    if not outcome.present + outcome.added:
        raise DataError(f"None of the {len(outcome.missing)} photographs lies below {source}; nothing was imported.")
    _report(outcome, folder, "")


def main() -> NoReturn:
    """Run the command line; what a person can act on is printed without a traceback."""
    try:
        app()
    except DataError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except OSError as error:  # a folder that cannot be written, a full disk
        print(f"The photographs cannot be stored: {error}.", file=sys.stderr)
        sys.exit(1)
    sys.exit(0)


def _report(outcome: Outcome, folder: Path, hint: str) -> None:
    total = outcome.present + outcome.added + len(outcome.missing)
    print(f"{outcome.present + outcome.added} of {total} photographs are in {folder} ({outcome.added} new).")
    if outcome.missing and hint:
        path, reason = outcome.missing[0]
        raise DataError(f"{len(outcome.missing)} are missing; the first, {path}: {reason}. {hint}")
    for path, reason in outcome.missing:
        print(f"Missing: {path}: {reason}", file=sys.stderr)


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Progress(console=console) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
