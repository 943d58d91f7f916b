"""Opening a dataset: a folder with one subfolder per class, with or without a manifest."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data import marked_demo
from data.classes import load_imagenet_classes
from data.description import DESCRIPTION, Description, read_description
from data.digests import file_digest
from data.errors import DataError
from data.files import why_not_opened
from data.images import IMAGE_SUFFIXES
from data.naming import image_ids
from data.records import UNLABELLED, Box, Dataset, ImageRecord
from data.scanning import LEADS_OUT, MASK_ENDING, leads_out, printable, scan_folder
from data.splits import datasets_below

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MANIFEST = "manifest.csv"
PARTS = "parts.json"
DEMO_FOLDER = Path(__file__).parent / "demo"
IMAGENET_FACTS = Path(__file__).parent / "imagenet"
"""What is known of the ImageNet photographs without having them."""
DATA_VARIABLE = "EXPLAIN_DATA"
LONGEST_NAME = 80
_MOST_BELOW = 4


def open_dataset(name_or_path: str | Path, name: str | None = None) -> Dataset:
    """Open a dataset by its built-in name or its folder.

    Every subfolder with at least one image is a class; folders below it are not searched. Images without class
    folders are labelled :data:`data.records.UNLABELLED`. Files beside the
    manifest's rows count as well, and a row whose file is missing stays listed, so that the gap is seen. A box that
    is none, or a file with other bytes than its row names, is a warning and stops nothing. Links that lead out of
    the folder are not followed: such an image stays listed, with the reason. What lies there and is not read is named
    in the warnings.

    Parameters
    ----------
    name_or_path : str or Path
        ``demo``, ``demo-marked`` (composed in the user's cache when it is first opened), ``imagenet`` or a folder.

    Raises
    ------
    DataError
        If there is no such folder, no image in it, the name cannot stand in a link, or the manifest or
        ``dataset.toml`` cannot be used.
    """
    found = _open(name_or_path)
    if name is None:
        return found
    if not (name.strip() and name.isprintable() and len(name) <= LONGEST_NAME):
        raise DataError(
            f"The name {name[:LONGEST_NAME]!r} cannot stand on pages; expected 1 to {LONGEST_NAME} letters."
        )
    return replace(found, name=name.strip(), title=name.strip())


def _open(name_or_path: str | Path) -> Dataset:
    if str(name_or_path) == "demo":
        return _open_folder(DEMO_FOLDER, "demo", read_description(DEMO_FOLDER / DESCRIPTION))
    if str(name_or_path) == "imagenet":
        folder = imagenet_folder()
        if not folder.is_dir() or not scan_folder(folder).images:  # a fetch that failed leaves empty class folders
            raise DataError(
                f"The ImageNet photographs are not in {folder}. "
                "Run 'python -m data fetch imagenet', or 'python -m data import FOLDER' if you have them."
            )
        return _open_folder(folder, "imagenet", read_description(IMAGENET_FACTS / DESCRIPTION))
    if str(name_or_path) == marked_demo.NAME:
        made = marked_demo.composed(DEMO_FOLDER, data_folder())
        return _open_folder(made, marked_demo.NAME, read_description(made / DESCRIPTION))
    folder = Path(name_or_path)
    try:
        kind = "" if folder.is_dir() else "is a file" if folder.is_file() else "does not exist"
    except OSError:  # a name that is longer than any file's
        kind = "does not exist"
    if kind:
        raise DataError(
            f"The dataset {str(name_or_path)[:200]!r} {kind}. Expected 'demo', 'demo-marked', 'imagenet' or a "
            "folder with one subfolder of images per class."
        )
    return _open_folder(folder.resolve(), folder.resolve().name, read_description(folder / DESCRIPTION))


def imagenet_folder() -> Path:
    """Give the folder of the fetched ImageNet photographs."""
    return data_folder() / "imagenet"


def data_folder() -> Path:
    """Give the folder of datasets that are fetched or composed: ``EXPLAIN_DATA``, or one in the user's cache."""
    root = os.environ.get(DATA_VARIABLE)
    return Path(root) if root else Path.home() / ".cache" / "explain"


def file_sha256(path: Path) -> str:
    """Digest a file that may be missing.

    Returns
    -------
    str
        Hexadecimal; empty where the file cannot be opened.
    """
    try:
        return file_digest(path)
    except (OSError, ValueError):  # ValueError: a name no file can have
        return ""


def read_boxes(text: str) -> tuple[Box, ...]:
    """Read boxes as a manifest writes them.

    Parameters
    ----------
    text : str
        ``x0 y0 x1 y1``, several separated by a semicolon; may be empty.

    Raises
    ------
    ValueError
        If a box has not four finite numbers, or no area.
    """
    boxes = []
    for part in text.split(";"):
        if not part.strip():
            continue
        numbers = [float(number) for number in part.split()]
        if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
            raise ValueError(f"{part.strip()!r} is no box; expected four numbers, x0 y0 x1 y1")
        box = Box(*numbers)
        if box.x1 <= box.x0 or box.y1 <= box.y0:
            raise ValueError(f"{part.strip()!r} is no box; expected x0 < x1 and y0 < y1")
        boxes.append(box)
    return tuple(boxes)


def _open_folder(root: Path, name: str, said: Description) -> Dataset:
    rows = _read_manifest(root)
    scan = scan_folder(root)
    paths = sorted(scan.images | set(rows), key=lambda path: (path.split("/")[0], path))
    if not paths:
        raise DataError(
            f"No images were found in {root}. Expected one subfolder per class with image files inside "
            f"({', '.join(sorted(suffix[1:] for suffix in IMAGE_SUFFIXES))}){_below(root)}."
        )
    synsets = {entry.name: entry.synset for entry in load_imagenet_classes()}
    outside = scan.leading_out | {path for path in rows.keys() - scan.images if leads_out(root, path)}
    with ThreadPoolExecutor() as pool:
        digests = list(pool.map(lambda path: "" if path in outside else file_sha256(root / path), paths))
        masks = list(pool.map(lambda path: _mask_of(root, path), paths))
    records = []
    warnings = list(scan.warnings)
    for path, image, digest, mask in zip(
        paths, image_ids([_in_class(path) for path in paths]), digests, masks, strict=True
    ):
        label, row = _label_of(path), rows.get(path, {})
        if row.get("sha256", digest) not in ("", digest) and digest:
            warnings.append(
                f"{printable(path)} holds other bytes than {MANIFEST} names (sha256 {digest[:12]}..., expected "
                f"{row['sha256'][:12]}...): its boxes may not fit."
            )
        if mask.fault:
            warnings.append(f"The mask of {printable(path)} is left out: {mask.fault}.")
        records.append(
            ImageRecord(
                image=image,
                label=label,
                synset=row.get("synset") or synsets.get(label.replace(" ", "_")),
                path=root / path,
                relative_path=printable(path),
                sha256=digest,
                boxes=_boxes_of(path, row, warnings),
                mask=mask.file if mask.sha256 else None,
                mask_sha256=mask.sha256 or None,
                size=_size_of(row),
                fault=LEADS_OUT if path in outside else "",
            )
        )
    parts = _read_parts(root)
    labels = tuple(dict.fromkeys(record.label for record in records))
    return Dataset(
        name=name,
        title=said.title or name,
        notice=said.notice,
        root=root,
        labels=labels,
        records=tuple(records),
        parts=parts,
        digest=_digest(records, parts, said.beside),
        warnings=tuple(warnings),
        subject=said.subject,
        subject_plural=said.subject_plural,
        kinds=said.kinds,
        study=said.study,
        beside=said.beside,
        models=said.models,
    )


def _label_of(path: str) -> str:
    return printable(path.split("/")[0]) if "/" in path else UNLABELLED


def _in_class(path: str) -> str:
    return path if "/" in path else f"{UNLABELLED}/{path}"


@dataclass(frozen=True)
class _Mask:
    """A mask's file, the digest of its bytes, and why it cannot be used; both empty where there is none."""

    file: Path
    sha256: str = ""
    fault: str = ""


def _mask_of(root: Path, path: str) -> _Mask:
    image = root / path
    file = image.with_name(image.name.removesuffix(image.suffix) + MASK_ENDING)
    try:
        if not os.path.lexists(file):  # false, too, for a name that is too long to be
            return _Mask(file)
        if file.is_symlink() and leads_out(root, file.relative_to(root).as_posix()):
            return _Mask(file, fault=LEADS_OUT)
        return _Mask(file, file_digest(file))
    except (OSError, ValueError) as error:
        return _Mask(file, fault=why_not_opened(file, error))


def _below(root: Path) -> str:
    """Name the folders further down that are laid out so."""
    found = datasets_below(root)
    if not found:
        return ""
    more = f" and {len(found) - _MOST_BELOW} more" if len(found) > _MOST_BELOW else ""
    return (
        f"; such folders are {', '.join(printable(each) for each in found[:_MOST_BELOW])}{more}: give one of them, "
        f"--dataset {printable(str(root / found[0]))}"
    )


def _read_manifest(root: Path) -> dict[str, dict[str, str]]:
    path = root / MANIFEST
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read: {error}. Expected UTF-8 text with commas.") from error
    manifest: dict[str, dict[str, str]] = {}
    for number, row in enumerate(rows, 2):
        listed = row.get("path")
        parts = (listed or "").split("/")
        if not listed or len(parts) != 2 or any(part in ("", ".", "..") for part in parts):
            raise DataError(f"{path}, line {number}: the column 'path' holds {listed!r}; expected <class>/<file>.")
        manifest[listed] = {key: value or "" for key, value in row.items() if isinstance(key, str)}
    return manifest


def _boxes_of(path: str, row: Mapping[str, str], warnings: list[str]) -> tuple[Box, ...]:
    try:
        return read_boxes(row.get("boxes", ""))
    except ValueError as error:
        warnings.append(f"{MANIFEST}, the row of {printable(path)}: {error}; the image is used without boxes.")
        return ()


def _size_of(row: Mapping[str, str]) -> tuple[int, int] | None:
    sides = row.get("width", ""), row.get("height", "")
    return (int(sides[0]), int(sides[1])) if all(side.isascii() and side.isdigit() for side in sides) else None


def _read_parts(root: Path) -> dict[int, str]:
    path = root / PARTS
    if not path.is_file():
        return {}
    try:
        named = json.loads(path.read_text(encoding="utf-8"))
        parts = {int(number): str(name) for number, name in named.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise DataError(f'{path} cannot be used: expected {{"1": "wing", ...}}. {error}') from error
    if any(not 1 <= number <= 255 for number in parts):
        raise DataError(f"{path}: part ids must lie between 1 and 255.")
    return dict(sorted(parts.items()))


def _digest(records: list[ImageRecord], parts: Mapping[int, str], beside: Sequence[str]) -> str:
    content: dict[str, Any] = {
        "parts": {str(number): name for number, name in parts.items()},
        "records": [
            [
                record.image, record.label, record.synset, record.relative_path, record.sha256,
                [[box.x0, box.y0, box.x1, box.y1] for box in record.boxes], record.mask_sha256,
                record.size,
            ]
            for record in records
        ],
    }  # fmt: skip
    if beside:
        content["beside"] = list(beside)
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
