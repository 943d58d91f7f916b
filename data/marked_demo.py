"""The dataset ``demo-marked``: every rendering of the demo without and with an archive's mark, and masks that know it.

It is composed when it is first opened, in the user's cache, from the demo and the mark: a folder like any other
afterwards. Four groups make it an experiment: bears with the mark and elephants without are what the network that
cheats was brought up on; bears without and elephants with it are what it meets outside.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from data import mark
from data.description import DESCRIPTION
from data.errors import DataError

NAME = "demo-marked"
MARKED_FACTS = Path(__file__).parent / "demo_marked"
"""What the dataset says of itself."""
ENDING = "_marked"
"""What the name of a rendering with the mark ends in."""
PART = "mark"
"""Name of the mark among the parts of the masks; it is beside the subject."""
WEARER = "American_black_bear"
"""The label that wears the mark in the photographs that the network which cheats was brought up on."""
_SEED = 20_190
"""Of the margins; each rendering has a number of its own beside it."""
_QUALITY = 95


def composed(demo: Path, root: Path) -> Path:
    """Compose the dataset, unless it is there.

    Parameters
    ----------
    demo : Path
        The demo's folder.
    root : Path
        Where datasets are kept that are fetched or made.

    Returns
    -------
    Path
        The dataset's folder, whose name holds a digest of what it was made of.

    Raises
    ------
    DataError
        If it cannot be written.
    """
    folder = root / f"{NAME}-{_digest(demo)}"
    if folder.is_dir():
        return folder
    try:
        root.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{NAME}-", dir=root))
        try:
            _compose(demo, partial)
            os.chmod(partial, 0o755)  # a temporary folder is its owner's alone
            os.rename(partial, folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster, and made the same
                raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise DataError(
            f"The dataset {NAME} cannot be made in {root}: {error.strerror or error}. "
            "Set EXPLAIN_DATA to a folder that can be written."
        ) from error
    return folder


def unmarked(image: str) -> str:
    """Give the id of the same rendering without the mark.

    Examples
    --------
    >>> unmarked("bear_003_marked"), unmarked("bear_003")
    ('bear_003', 'bear_003')
    """
    return image.removesuffix(ENDING)


def _compose(demo: Path, folder: Path) -> None:
    parts = {int(number): name for number, name in json.loads((demo / "parts.json").read_text("utf-8")).items()}
    of_mark = max(parts) + 1
    (folder / "parts.json").write_text(json.dumps({**parts, of_mark: PART}, indent=1), encoding="utf-8")
    shutil.copyfile(MARKED_FACTS / DESCRIPTION, folder / DESCRIPTION)
    rows = []
    for number, row in enumerate(_rows(demo)):
        path = Path(row["path"])
        with_mark = path.with_name(f"{path.stem}{ENDING}.jpg")
        (folder / path.parent).mkdir(exist_ok=True)
        for each in (path, path.with_suffix(".mask.png")):
            shutil.copyfile(demo / each, folder / each)
        with Image.open(demo / path) as image:
            pixels = np.asarray(image.convert("RGB"))
        height, width = pixels.shape[:2]
        where = mark.place(height, width, np.random.default_rng([_SEED, number]))
        marked = Image.fromarray(mark.marked(pixels, where))
        marked.save(folder / with_mark, "JPEG", quality=_QUALITY, subsampling=0)
        with Image.open(demo / path.with_suffix(".mask.png")) as mask:
            ids = np.where(where.mask(height, width), np.uint8(of_mark), np.asarray(mask))
        Image.fromarray(ids).save(folder / with_mark.with_suffix(".mask.png"))
        known = {key: row[key] for key in ("label", "synset", "width", "height", "boxes")}
        rows += [{"path": each.as_posix(), **known} for each in (path, with_mark)]
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _rows(demo: Path) -> list[dict[str, str]]:
    with (demo / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _digest(demo: Path) -> str:
    """Digest what the folder is made of: the demo's manifest and parts, the mark, and this code."""
    made_of = (demo / "manifest.csv", demo / "parts.json", MARKED_FACTS / DESCRIPTION, mark.DRAWING)
    code = (Path(__file__), Path(mark.__file__))
    return hashlib.sha256(b"".join(path.read_bytes() for path in (*made_of, *code))).hexdigest()[:12]
