"""One batch, whoever runs it: from image records to pixels, and from pixels to activations, logits and maps."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from data import ImageError, decode_image, read_mask
from data.files import read_regular, why_not_opened
from explain.building.tables import ReadImage
from explain.explainers.contract import UnavailableError
from explain.explainers.registry import explainer
from explain.models.evidence import HALF, NetworkEvidence
from explain.models.preprocessing import resize_image
from explain.store.pictures import Pictures, encode_pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray
    from PIL import Image

    from data import ImageRecord
    from explain.explainers.contract import Evidence
    from explain.models.network import Network
    from explain.models.specification import InputSize, ModelSpec


@dataclass(frozen=True)
class Batch:
    """Neighbouring images of a dataset, and what the store lacks of them.

    Attributes
    ----------
    records : mapping of int to ImageRecord
        By row, rising; only images that must be decoded.
    missing : mapping of str to frozenset of int
        Rows that a network must see, by model.
    unpictured : frozenset of int
        Rows without photograph or thumbnail.
    methods : mapping of str to tuple of str
        Explainers whose maps are wanted of every row that a network sees, by model.
    precision : mapping of str to str
        What activations are rounded to, by model; float16 where it is not named.
    """

    records: Mapping[int, ImageRecord]
    missing: Mapping[str, frozenset[int]]
    unpictured: frozenset[int]
    methods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    precision: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PreparedImage:
    """A decoded image as the networks and the pages take it.

    Attributes
    ----------
    read : ReadImage
    pixels : mapping of InputSize to ndarray of uint8, shape (rows, columns, 3)
        By input size; empty where the image could not be read.
    pictures : Pictures or None
        None where they are there already.
    """

    read: ReadImage
    pixels: Mapping[InputSize, NDArray[np.uint8]]
    pictures: Pictures | None


@dataclass(frozen=True)
class PreparedBatch:
    """A batch with its images decoded and resized, by row."""

    batch: Batch
    images: Mapping[int, PreparedImage]


@dataclass(frozen=True)
class Explanation:
    """What one network says about some images, and where it looks.

    Attributes
    ----------
    activations : ndarray of float32, shape (n, h, w, c)
        Rounded as the store keeps them.
    logits : ndarray of float32, shape (n, classes)
    maps : mapping of str to ndarray of float32, shape (n, h', w')
        Raw maps by method.
    refused : mapping of str to str
        Why a method has no maps of this network, in a sentence.
    """

    activations: NDArray[np.float32]
    logits: NDArray[np.float32]
    maps: Mapping[str, NDArray[np.float32]]
    refused: Mapping[str, str]


@dataclass(frozen=True)
class ModelOutcome:
    """One model's results of one batch: the rows, what was computed, and the seconds it took.

    The explanation is None where an activation left the range of the precision that was asked for.
    """

    model: str
    rows: tuple[int, ...]
    explanation: Explanation | None
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """Everything that became of a batch.

    Attributes
    ----------
    read : mapping of int to ReadImage
        By row.
    pictures : mapping of int to Pictures
        By row.
    models : tuple of ModelOutcome
        Models that had something to do.
    worker : str
        Host and process that ran the networks.
    """

    read: Mapping[int, ReadImage]
    pictures: Mapping[int, Pictures]
    models: tuple[ModelOutcome, ...]
    worker: str


class Networks:
    """The networks of one process, each loaded once, when it is first asked for.

    Parameters
    ----------
    specs : sequence of ModelSpec
    loading : callable, optional
        Called with the title of a network and 0 before it is loaded, and 1 after.
    """

    def __init__(self, specs: Sequence[ModelSpec], loading: Callable[[str, int], None] | None = None) -> None:
        self.specs = tuple(specs)
        self._loading = loading
        self._loaded: dict[str, Network] = {}

    def load(self, spec: ModelSpec) -> Network:
        """Give a network.

        Parameters
        ----------
        spec : ModelSpec

        Returns
        -------
        Network
        """
        from explain.models.network import load_network

        if spec.name not in self._loaded:
            if self._loading:
                self._loading(spec.title, 0)
            self._loaded[spec.name] = load_network(spec)
            if self._loading:
                self._loading(spec.title, 1)
        return self._loaded[spec.name]


def prepare_image(record: ImageRecord, sizes: Collection[InputSize], with_pictures: bool) -> PreparedImage:
    """Decode an image once, and make of it all that is wanted.

    Parameters
    ----------
    record : ImageRecord
    sizes : collection of InputSize
        Input sizes of the networks that lack it.
    with_pictures : bool
        Whether to encode the photograph, the thumbnail and the mask as pages show them.

    Returns
    -------
    PreparedImage

    Notes
    -----
    A mask that cannot be read is left out; the tables say so, since they read it as well.
    """
    try:
        image = read_record(record)
    except ImageError as error:
        return PreparedImage(ReadImage(str(error)), {}, None)
    pictures = None
    if with_pictures:
        mask = None
        if record.mask is not None:
            with suppress(ImageError):
                mask = read_mask(record.mask)
        pictures = encode_pictures(image, mask)
    pixels = {size: resize_image(image, size) for size in sizes}
    return PreparedImage(ReadImage("ok", image.width, image.height), pixels, pictures)


def read_record(record: ImageRecord) -> Image.Image:
    """Decode an image of a dataset, if it still is the one that the dataset was opened with.

    Returns
    -------
    PIL.Image.Image
        RGB, upright.

    Raises
    ------
    ImageError
        If it cannot be read, or its bytes are not those that the record's digest is of: the store would keep
        another picture's results under this one's name.
    """
    if record.fault:
        raise ImageError(record.fault)
    try:
        content = read_regular(record.path)
    except (OSError, ValueError) as error:
        raise ImageError(f"the file cannot be opened: {why_not_opened(record.path, error)}") from error
    if record.sha256 and hashlib.sha256(content).hexdigest() != record.sha256:
        raise ImageError("the file changed while the dataset was read; build again")
    return decode_image(content, size=record.size)


def sizes_of_rows(batch: Batch, specs: Sequence[ModelSpec]) -> dict[int, frozenset[InputSize]]:
    """Tell which input sizes each row of a batch is wanted in.

    Parameters
    ----------
    batch : Batch
    specs : sequence of ModelSpec

    Returns
    -------
    dict of int to frozenset of InputSize
        Sizes by row.
    """
    return {
        row: frozenset(spec.input_size for spec in specs if row in batch.missing[spec.name]) for row in batch.records
    }


def explain_prepared(prepared: PreparedBatch, networks: Networks, batch_size: int) -> Outcome:
    """Run every network over the images of a batch that it lacks.

    Parameters
    ----------
    prepared : PreparedBatch
    networks : Networks
    batch_size : int

    Returns
    -------
    Outcome
    """
    batch = prepared.batch
    images = prepared.images
    models = []
    for spec in networks.specs:
        rows = tuple(row for row, image in images.items() if image.read.ok and row in batch.missing[spec.name])
        if not rows:
            continue
        network = networks.load(spec)
        started = time.perf_counter()
        pixels = np.stack([images[row].pixels[spec.input_size] for row in rows])
        labels = [(batch.records[row].label, batch.records[row].synset) for row in rows]
        index_of = {label: spec.class_index(*label) for label in set(labels)}
        evidence = NetworkEvidence(
            network, pixels, batch_size=batch_size, precision=batch.precision.get(spec.name, HALF)
        )
        try:
            explanation = explain_batch(
                evidence, [index_of[label] for label in labels], batch.methods.get(spec.name, ())
            )
        except OverflowError:
            explanation = None
        models.append(ModelOutcome(spec.name, rows, explanation, time.perf_counter() - started))
    return Outcome(
        {row: image.read for row, image in images.items()},
        {row: image.pictures for row, image in images.items() if image.pictures is not None},
        tuple(models),
        f"{socket.gethostname()}:{os.getpid()}",
    )


def explain_batch(evidence: Evidence, targets: Sequence[int | None], methods: Sequence[str]) -> Explanation:
    """Derive the maps of several methods from one forward pass.

    Parameters
    ----------
    evidence : Evidence
    targets : sequence of int or None, length n
        Target class of each image; None stands for the class that the network predicts.
    methods : sequence of str
        Names of explainers; their parameters are at their defaults.

    Raises
    ------
    ExplainError
        If the network gives values that are no finite numbers.
    OverflowError
        If an activation leaves the range of the evidence's precision.
    """
    classes = [
        int(scores.argmax()) if target is None else target
        for target, scores in zip(targets, evidence.logits, strict=True)
    ]
    maps, refused = {}, {}
    for name in methods:
        try:
            maps[name] = explainer(name).explain(evidence, classes)
        except UnavailableError as error:
            refused[name] = str(error)
    return Explanation(evidence.activations, evidence.logits, maps, refused)
