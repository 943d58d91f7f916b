"""A classifier and everything about it that determines a result."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from explain.measures.alignment import CENTRED, Alignment
from explain.models.preprocessing import Preprocessing, rows_and_columns
from explain.models.runtimes import ONNXRUNTIME, TENSORFLOW

LONGEST_NAME = 80
"""Characters of a model's name, which folders and files are called by."""

ONNX_SUFFIX = ".onnx"

InputSize = int | tuple[int, int]
"""Side of a square input in pixels, or height and width of one that is none."""


@dataclass(frozen=True)
class ModelSpec:
    """A classifier and everything about it that determines a result.

    Attributes
    ----------
    name : str
        Its key in tables, links and file names.
    title : str
        Its name for people.
    application : str or None
        A name in ``keras.applications``; then `file` is None.
    file : Path or None
        A ``.keras`` or ``.onnx`` file; then `application` is None.
    input_size : int or (int, int)
        Side of the square input, pixels; height and width where it is no square.
    preprocessing : {"tf", "torch", "caffe", "0..1", "none"} or Standardisation
    feature_layer : str
        The last activation before pooling; with slashes where it lies in inner models: ``base/out_relu``. In a
        ``.onnx`` file the name of a tensor, or of the node that makes it.
    head_layer : str
        The layer that gives the logits, whether or not an activation is part of it or follows it.
    classes : tuple of str
        Class names in output order.
    synsets : tuple of str
        WordNet ids in output order where the classes are ImageNet's, else empty.
    runtime : {"tensorflow", "onnxruntime"}
        What runs its forward pass. No property of the classifier, but it decides the last digits of every result. A
        ``.onnx`` file is always run by ONNX Runtime, whatever was asked for.
    labels : tuple of (str, str)
        Labels of datasets with the class that each stands for, where the names differ.
    scores : {"softmax", "sigmoid"} or None
        What turns logits into probabilities; None where the network itself says it.
    notice : str
        One sentence about the model that pages show, or empty. It decides no result.
    alignment : (float, float) or None
        How many pixels of the input the place that a cell of the feature layer looks at lies below, and to the right
        of, the middle of the cell's share of the image; None where nobody measured it. Raw maps do not depend on it.
    """

    name: str
    title: str
    application: str | None
    file: Path | None
    input_size: InputSize
    preprocessing: Preprocessing
    feature_layer: str
    head_layer: str
    classes: tuple[str, ...]
    synsets: tuple[str, ...] = ()
    runtime: str = TENSORFLOW
    labels: tuple[tuple[str, str], ...] = ()
    scores: str | None = None
    notice: str = ""
    alignment: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.is_onnx:
            object.__setattr__(self, "runtime", ONNXRUNTIME)

    @property
    def is_onnx(self) -> bool:
        """Whether the network is a ``.onnx`` file, which holds a graph of operations and no layers."""
        return self.file is not None and self.file.suffix == ONNX_SUFFIX

    @property
    def size_as_json(self) -> int | list[int]:
        """The input size as a manifest holds it."""
        return self.input_size if isinstance(self.input_size, int) else list(self.input_size)

    def alignment_of_maps(self, at_pixels: bool) -> Alignment:
        """Give the alignment of this network's maps: none of those that have a value for every pixel."""
        return CENTRED if at_pixels else Alignment.of_pixels(self.alignment, rows_and_columns(self.input_size))

    def class_index(self, label: str, synset: str | None = None) -> int | None:
        """Find the output of a label: by `labels`, then by class name (case and spaces do not matter), then by synset.

        Parameters
        ----------
        synset : str, optional

        Returns
        -------
        int or None
            None where the model has no such class.
        """
        names = [plain(name) for name in self.classes]
        label = next((name for given, name in self.labels if plain(given) == plain(label)), label)
        if plain(label) in names:
            return names.index(plain(label))
        for wanted in (synset, label):
            if wanted and wanted in self.synsets:
                return self.synsets.index(wanted)
        return None


def size_from_json(size: int | list[int]) -> InputSize:
    """Read an input size as :attr:`ModelSpec.size_as_json` wrote it."""
    return size if isinstance(size, int) else (int(size[0]), int(size[1]))


def plain(name: str) -> str:
    """Spell a class or a label so that case, and spaces for underscores, make no difference."""
    return name.casefold().replace(" ", "_")


def name_from(text: str) -> str:
    """Make a model's name, which stands in links and file names, of a file's or an application's.

    Examples
    --------
    >>> name_from("EfficientNetB0"), name_from("my best model (3)")
    ('efficientnetb0', 'my-best-model-3')
    """
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")[:LONGEST_NAME] or "network"
