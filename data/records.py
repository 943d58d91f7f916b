"""What an image is, and what a dataset is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


UNLABELLED = "unlabelled"
"""The label of images that lie in no class folder: no class is meant by it."""


@dataclass(frozen=True)
class Box:
    """A rectangle around a labelled object, in pixels of the upright image, from (x0, y0) to (x1, y1)."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class ImageRecord:
    """One image of a dataset, known by its bytes; whether it can be decoded is found out later.

    Attributes
    ----------
    image : str
        Its id: the file's name without extension, prefixed by the class where two classes share it. It can be printed
        and has 200 characters at most; see :func:`data.naming.image_ids`.
    label : str
        Its class: the name of its folder, or :data:`UNLABELLED`.
    synset : str or None
        WordNet id, from the manifest or from ImageNet's class of that name.
    path : Path
        The file.
    relative_path : str
        The same, relative to the dataset, with forward slashes, as it can be printed.
    sha256 : str
        Of the file's bytes; empty where the file is missing or cannot be opened.
    boxes : tuple of Box
    mask : Path or None
        Part mask: 0 background, other values as the dataset's `parts` name them.
    mask_sha256 : str or None
    size : (int, int) or None
        Width and height of the upright image in pixels, to which `boxes` refer, where the manifest has them.
    fault : str
        Why the file is not opened, whatever it holds; empty where it may be.
    """

    image: str
    label: str
    synset: str | None
    path: Path
    relative_path: str
    sha256: str
    boxes: tuple[Box, ...] = ()
    mask: Path | None = None
    mask_sha256: str | None = None
    size: tuple[int, int] | None = None
    fault: str = ""


@dataclass(frozen=True)
class Dataset:
    """A folder of labelled images.

    Attributes
    ----------
    name : str
        Stands in links.
    title : str
        For people.
    notice : str
        One sentence that every page shows, or empty.
    root : Path
    labels : tuple of str
        Classes in order.
    records : tuple of ImageRecord
        By label, then path.
    parts : mapping of int to str
        Names of the ids in part masks; empty where there are none.
    digest : str
        sha256 over everything that determines results: ids, labels, bytes, boxes, masks; not over places or words.
    warnings : tuple of str
        What of the manifest or the folder was left out, one sentence each.
    subject, subject_plural : str
        What the boxes and masks are around, in words.
    kinds : mapping of str to tuple of str
        Labels and classes that are of one kind, by the kind's name; see :func:`data.classes.kind_of`.
    study : str
        Name of the study whose claims are about these images; empty where there is none.
    beside : tuple of str
        Parts of the masks that do not belong to the subject.
    models : tuple of str
        Built-in models that a build takes where none is named; empty for its own default.
    """

    name: str
    title: str
    notice: str
    root: Path
    labels: tuple[str, ...]
    records: tuple[ImageRecord, ...]
    parts: Mapping[int, str]
    digest: str
    warnings: tuple[str, ...] = ()
    subject: str = "labelled object"
    subject_plural: str = "labelled objects"
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    study: str = ""
    beside: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
