"""``python -m tests.reliability``: attack the library once more, and write what was seen into docs/reliability.md.

All of it takes some ten minutes. Words choose rows whose names or files hold one of them (``python -m tests.reliability
power damaged PNG``); the others stay as they were seen.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "reliability.md"
ATTACKS = {
    "Odd files, folders, links, names": "tests/data/test_odd_folders.py",
    "Damaged images, noise of decoders": "tests/data/test_decoding.py",
    "Broken masks": "tests/explain/building/test_broken_mask.py",
    "Disk full, read-only, gone, failing": "tests/explain/store/test_faults.py",
    "Power cuts, lost and torn writes": "tests/explain/store/test_power_cut.py",
    "Builds, kills, damages, reads in any order": "tests/explain/store/test_lives_of_a_store.py",
    "Anything raised in a command": "tests/explain/test_command_line.py",
    "Text that wants to be markup": "tests/dashboard/test_plain_text.py",
    "The dashboard's server, over HTTP": "tests/dashboard/test_server.py",
    "Damaged stores, over all pages": "tests/dashboard/test_damaged_stores.py",
    "Changed pictures, and what archives say of them": "tests/explain/store/test_pictures.py",
    "Changed manifests": "tests/explain/store/test_manifest.py",
    "Images and masks that change meanwhile": "tests/explain/building/test_changed_files.py",
    "Damage that a build must find": "tests/explain/building/test_healing.py",
    "Hostile networks": "tests/explain/models/test_archive.py",
    "Hostile networks in ONNX": "tests/explain/models/test_onnx_archive.py",
}
SIDE = 9990
MODES = ("L", "I;16", "RGB", "RGBA")
MEASURE = (
    "import resource, sys; from data import decode_image; decode_image(sys.argv[1]); "
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def outcome(file: str) -> str:
    """Run a file of tests; give its last line without the time."""
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file]
    lines = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip().splitlines()
    return re.sub(r" in [\d.]+s.*", "", lines[-1]) if lines else "did not run"


def peak(mode: str, folder: Path) -> str:
    """Decode the largest image of a mode in a process of its own; give its peak of resident memory in GB."""
    file = folder / f"{mode.replace(';', '')}.png"
    Image.new(mode, (SIDE, SIDE)).save(file)
    run = [sys.executable, "-c", MEASURE, str(file)]
    kilobytes = int(subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    return f"{kilobytes * 1024 / 1e9:.2f} GB"


def main() -> None:
    """Measure, and replace what stands between the two marks of the document."""
    words = [word.lower() for word in sys.argv[1:]]
    seen = {line.rpartition(" | ")[0]: line for line in DOCUMENT.read_text("utf-8").splitlines()}

    def rows(measures: Mapping[str, Callable[[], str]]) -> list[str]:
        """Measure rows of a table by their beginnings; where others were asked for, keep those that were seen."""
        for start, measure in measures.items():
            if not words or any(word in start.lower() for word in words):
                seen[start] = f"{start} | {measure()} |"
        return [seen[start] for start in measures if start in seen]

    attacks = rows({f"| {name} | `{file}`": partial(outcome, file) for name, file in ATTACKS.items()})
    with tempfile.TemporaryDirectory() as folder:
        memory = rows({f"| PNG, {mode}": partial(peak, mode, Path(folder)) for mode in MODES})
    figures = "\n".join(
        [
            "| Attack | Tests | Seen |", "| --- | --- | --- |", *attacks, "",
            f"| Image of {SIDE} x {SIDE} | Peak memory of one process that decodes it |", "| --- | --- |", *memory,
        ]
    )  # fmt: skip
    before, _, rest = DOCUMENT.read_text("utf-8").partition("<!-- figures -->\n")  # as it is now, minutes later
    _, _, after = rest.partition("<!-- end of figures -->\n")
    DOCUMENT.write_text(f"{before}<!-- figures -->\n\n{figures}\n\n<!-- end of figures -->\n{after}", "utf-8")
    print(figures)


if __name__ == "__main__":
    main()
