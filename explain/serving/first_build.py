"""Building the demo's store for an app that found none: ``python -m explain.serving.first_build CACHE``.

Progress and the end are told on standard output, a line of JSON each: ``{"step", "done", "total"}``, then
``{"store"}`` or ``{"error"}``. Whatever else is printed there is not for the app.
"""

from __future__ import annotations

import json
import sys

BATCH_SIZE = 4
"""Images per forward pass: a small host has 1 GB for everything."""


def main(cache: str) -> int:
    """Build, and tell how far it is; errors are sentences for whoever looks at the page."""
    from data import DataError, open_dataset
    from explain.building.build import build
    from explain.errors import ExplainError
    from explain.models.specification import load_specifications
    from explain.store.filesystem import place

    try:
        dataset = open_dataset("demo")
        specs = load_specifications(None, labels=dataset.labels)
        report = build(dataset, specs, place(cache), batch_size=BATCH_SIZE, progress=_tell_progress)
    except (ExplainError, DataError) as error:
        _tell(error=str(error))
        return 1
    except OSError as error:
        _tell(error=f"A file could not be used: {error.strerror or type(error).__name__}.")
        return 1
    _tell(store=str(report.store))
    return 0


def _tell_progress(step: str, done: int, total: int) -> None:
    _tell(step=step, done=done, total=total)


def _tell(**line: str | int) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
