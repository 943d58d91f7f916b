"""``python -m tests.reliability``: attack the library once more, and write what was seen into docs/reliability.md."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
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
}
SIDE = 9990
MEASURE = (
    "import resource, sys; from data import decode_image; decode_image(sys.argv[1]); "
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def outcome(file: str) -> str:
    """Run a file of tests; give its last line without the time."""
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file]
    lines = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip().splitlines()
    return re.sub(r" in [\d.]+s.*", "", lines[-1]) if lines else "did not run"


def peak(mode: str, folder: Path) -> float:
    """Decode the largest image of a mode in a process of its own; give its peak of resident memory in GB."""
    file = folder / f"{mode.replace(';', '')}.png"
    Image.new(mode, (SIDE, SIDE)).save(file)
    run = [sys.executable, "-c", MEASURE, str(file)]
    return int(subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout) * 1024 / 1e9


def main() -> None:
    """Measure, and replace what stands between the two marks of the document."""
    rows = [f"| {name} | `{file}` | {outcome(file)} |" for name, file in ATTACKS.items()]
    with tempfile.TemporaryDirectory() as folder:
        memory = [f"| {mode} | {peak(mode, Path(folder)):.2f} GB |" for mode in ("L", "I;16", "RGB", "RGBA")]
    figures = "\n".join(
        [
            "| Attack | Tests | Seen |", "| --- | --- | --- |", *rows, "",
            f"| PNG of {SIDE} x {SIDE} | Peak memory of one process that decodes it |", "| --- | --- |", *memory,
        ]
    )  # fmt: skip
    before, _, rest = DOCUMENT.read_text("utf-8").partition("<!-- figures -->\n")
    _, _, after = rest.partition("<!-- end of figures -->\n")
    DOCUMENT.write_text(f"{before}<!-- figures -->\n\n{figures}\n\n<!-- end of figures -->\n{after}", "utf-8")
    print(figures)


if __name__ == "__main__":
    main()
