"""A multiverse in a process of its own: ``python -m explain.serving.multiverse STORE``; progress goes to its output."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from explain.errors import ExplainError
from explain.findings.kept_multiverse import keep_multiverse
from explain.store.opening import open_store


def main(path: str) -> int:
    """Compute and keep the multiverse of a store; a line per step: images done, images in all."""
    os.nice(5)  # the dashboard itself stays quick
    try:
        keep_multiverse(open_store(Path(path)), lambda done, whole: print(done, whole, flush=True))
    except (ExplainError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
