"""One batch, whoever runs it: from image records to pixels, and from pixels to activations, logits and maps."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data import ImageError, decode_image, read_mask
from explain.building.tables import ReadImage
from explain.explainers.fem import fem
from explain.explainers.gradcam import grad_cam
from explain.models.preprocessing import resize_image
from explain.store.pictures import Pictures, encode_pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from data import ImageRecord
    from explain.models.network import Network
    from explain.models.specification import ModelSpec


@dataclass(frozen=True)
class Batch:
    """Consecutive images of a dataset, and what the store lacks of them.

    Attributes
    ----------
    start : int
        Row of the first image.
    records : tuple of ImageRecord
    missing : mapping of str to frozenset of int
        Rows without results, by model.
    unpictured : frozenset of int
        Rows without photograph or thumbnail.
    """

    start: int
    records: tuple[ImageRecord, ...]
    missing: Mapping[str, frozenset[int]]
    unpictured: frozenset[int]


@dataclass(frozen=True)
class PreparedImage:
    """A decoded image as the networks and the pages take it.

    Attributes
    ----------
    read : ReadImage
    pixels : mapping of int to ndarray of uint8, shape (size, size, 3)
        By input size; empty where the image could not be read.
    pictures : Pictures or None
        None where they are there already.
    """

    read: ReadImage
    pixels: Mapping[int, NDArray[np.uint8]]
    pictures: Pictures | None


@dataclass(frozen=True)
class PreparedBatch:
    """A batch with its images decoded and resized, in the order of its records."""

    batch: Batch
    images: tuple[PreparedImage, ...]


@dataclass(frozen=True)
class Explanation:
    """What one network says about some images, and where it looks.

    Attributes
    ----------
    activations : ndarray of float32, shape (n, h, w, c)
    logits : ndarray of float32, shape (n, classes)
    grad_cam, fem : ndarray of float32, shape (n, h, w)
        Raw maps at feature resolution.
    """

    activations: NDArray[np.float32]
    logits: NDArray[np.float32]
    grad_cam: NDArray[np.float32]
    fem: NDArray[np.float32]


@dataclass(frozen=True)
class ModelOutcome:
    """One model's results of one batch: the rows, what was computed, and the seconds it took."""

    model: str
    rows: tuple[int, ...]
    explanation: Explanation
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """Everything that became of a batch.

    Attributes
    ----------
    start : int
    read : tuple of ReadImage
        In the order of the batch's records.
    pictures : mapping of int to Pictures
        By row.
    models : tuple of ModelOutcome
        Models that had something to do.
    worker : str
        Host and process that ran the networks.
    """

    start: int
    read: tuple[ReadImage, ...]
    pictures: Mapping[int, Pictures]
    models: tuple[ModelOutcome, ...]
    worker: str


class Networks:
    """The networks of one process, each loaded once, when it is first asked for.

    Parameters
    ----------
    specs : sequence of ModelSpec
    loading : callable, optional
        Called with the title of a network that is about to be loaded.
    """

    def __init__(self, specs: Sequence[ModelSpec], loading: Callable[[str], None] | None = None) -> None:
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
                self._loading(spec.title)
            self._loaded[spec.name] = load_network(spec)
        return self._loaded[spec.name]


def prepare_image(record: ImageRecord, sizes: Collection[int], with_pictures: bool) -> PreparedImage:
    """Decode an image once, and make of it all that is wanted.

    Parameters
    ----------
    record : ImageRecord
    sizes : collection of int
        Input sizes of the networks that lack it.
    with_pictures : bool
        Whether to encode the photograph, the thumbnail and the mask as pages show them.

    Returns
    -------
    PreparedImage

    Raises
    ------
    ImageError
        If the image can be read and its mask cannot.
    """
    try:
        image = decode_image(record.path, size=record.size)
    except ImageError as error:
        return PreparedImage(ReadImage(str(error)), {}, None)
    pictures = None
    if with_pictures:
        pictures = encode_pictures(image, read_mask(record.mask) if record.mask is not None else None)
    pixels = {size: resize_image(image, size) for size in sizes}
    return PreparedImage(ReadImage("ok", image.width, image.height), pixels, pictures)


def sizes_of_rows(batch: Batch, specs: Sequence[ModelSpec]) -> dict[int, frozenset[int]]:
    """Tell which input sizes each row of a batch is wanted in.

    Parameters
    ----------
    batch : Batch
    specs : sequence of ModelSpec

    Returns
    -------
    dict of int to frozenset of int
        Sizes by row.
    """
    return {
        row: frozenset(spec.input_size for spec in specs if row in batch.missing[spec.name])
        for row in range(batch.start, batch.start + len(batch.records))
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
    images = dict(enumerate(prepared.images, batch.start))
    models = []
    for spec in networks.specs:
        rows = tuple(row for row, image in images.items() if image.read.ok and row in batch.missing[spec.name])
        if not rows:
            continue
        network = networks.load(spec)
        started = time.perf_counter()
        pixels = np.stack([images[row].pixels[spec.input_size] for row in rows])
        labels = [(batch.records[row - batch.start].label, batch.records[row - batch.start].synset) for row in rows]
        index_of = {label: spec.class_index(*label) for label in set(labels)}
        explanation = explain_batch(network, pixels, [index_of[label] for label in labels], batch_size)
        models.append(ModelOutcome(spec.name, rows, explanation, time.perf_counter() - started))
    return Outcome(
        batch.start,
        tuple(image.read for image in prepared.images),
        {row: image.pictures for row, image in images.items() if image.pictures is not None},
        tuple(models),
        f"{socket.gethostname()}:{os.getpid()}",
    )


def explain_batch(
    network: Network, pixels: NDArray[np.uint8], targets: Sequence[int | None], batch_size: int
) -> Explanation:
    """Run one network over a batch once, and derive both maps from that pass.

    Parameters
    ----------
    network : Network
    pixels : ndarray of uint8, shape (n, size, size, 3)
        RGB at the network's input size; n is at most `batch_size`.
    targets : sequence of int or None, length n
        Target class of Grad-CAM; None stands for the class that the network predicts.
    batch_size : int
        The batch is filled up with black images, so that every pass has one shape and the network is compiled once.

    Returns
    -------
    Explanation
    """
    count = len(pixels)
    filled = np.zeros((batch_size, *pixels.shape[1:]), np.uint8)
    filled[:count] = pixels
    result = network.forward(filled)
    activations, logits = result.activations[:count], result.logits[:count]
    classes = [int(scores.argmax()) if t is None else t for t, scores in zip(targets, logits, strict=True)]
    if network.head is not None:
        maps = grad_cam(activations, network.head.kernel.T[classes])
    else:
        maps = network.grad_cam(filled, classes + [0] * (batch_size - count))[:count]
    return Explanation(activations, logits, maps, fem(activations))
