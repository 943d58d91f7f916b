"""Figures of a compact network on a labelled set: how often it is right, and looks at the animal."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from data import read_mask
from data.datasets import read_boxes
from explain.compact.architectures import CLASSES, FEATURE_LAYER, HEAD_LAYER, INPUT_SIZE
from explain.compact.photographs import BEAR, ELEPHANT, squashed
from explain.explainers.fem import fem
from explain.explainers.gradcam import EXPLAINER as GRADCAM
from explain.measures.alignment import CENTRED, Alignment
from explain.measures.regions import box_coverage, mask_coverage
from explain.measures.resampling import COMMON_GRID, resample
from explain.models.head import Head
from explain.statistics.proportions import proportion
from explain.store.evidence import ArrayEvidence

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Sample:
    """One image to evaluate on.

    Attributes
    ----------
    name
        File name without extension.
    target
        Index into `CLASSES`.
    pixels
        uint8 RGB (h, w, 3).
    region
        bool (112, 112) over the whole image: the mask of the animal where there is one, else its boxes; None
        where neither is known.
    box
        bool (112, 112): the boxes; None where none is known.
    """

    name: str
    target: int
    pixels: np.ndarray
    region: np.ndarray | None
    box: np.ndarray | None


@dataclass(frozen=True)
class Share:
    """A proportion with its Wilson interval: `hits` of `n`."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        """The proportion itself; nan if there is nothing to count."""
        return self.hits / self.n if self.n else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval (Wilson, "Probable inference", JASA 1927)."""
        found = proportion(self.hits, self.n)
        return found.low, found.high


@dataclass(frozen=True)
class Figures:
    """What a card states of one network on one set.

    Attributes
    ----------
    top1, animals
        Right among all outputs; right between the two animals.
    gradcam_peak, fem_peak
        Peak of Grad-CAM (labelled class) and of FEM on the animal.
    centre
        What chance would give: the middle of the image on the animal.
    gradcam_peak_others, fem_peak_others
        The same of the peaks of all other images' maps: mean share over pairs of images.
    mass_ratio, mass_low, mass_high
        Mean share of Grad-CAM's mass in the boxes, divided by the boxes' mean share of the image; with the
        2.5 % and 97.5 % quantiles over 2,000 bootstrap samples of the images.
    mass_ratio_others
        The same of all other images' maps.
    confusion
        For each of the two animals, how many images were called each of `CLASSES`.
    """

    top1: Share
    animals: Share
    gradcam_peak: Share
    fem_peak: Share
    centre: Share
    gradcam_peak_others: float
    fem_peak_others: float
    mass_ratio: float
    mass_low: float
    mass_high: float
    mass_ratio_others: float
    confusion: tuple[tuple[int, ...], ...]


def load_samples(folder: Path) -> list[Sample]:
    """Read a dataset folder whose ``manifest.csv`` has columns path, label, width, height and boxes.

    Raises
    ------
    FileNotFoundError
        If the folder has no manifest.
    """
    manifest = folder / "manifest.csv"
    if not manifest.is_file():
        raise FileNotFoundError(f"{folder} has no manifest.csv; name the folder of a dataset.")
    samples = []
    with manifest.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            path = folder / row["path"]
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("RGB"))
            box = _boxes(row["boxes"], int(row["width"]), int(row["height"]))
            mask_path = path.with_suffix(".mask.png")
            region = _mask(mask_path) if mask_path.is_file() else box
            samples.append(Sample(path.stem, CLASSES.index(row["label"]), pixels, region, box))
    return samples


def evaluate(
    model: keras.Model, samples: Sequence[Sample], alignment: Alignment = CENTRED, batch_size: int = 8
) -> Figures:
    """Measure a network on a set.

    Parameters
    ----------
    model
        A compact network.
    samples
        Images of the two animals.
    alignment
        Where the network's cells lie.
    batch_size
        Images per forward pass.

    Returns
    -------
    Figures
    """
    logits, gradcam, saliency = _explained(model, samples, alignment, batch_size)
    targets = np.array([sample.target for sample in samples])
    predicted = logits.argmax(1)
    between = np.where(logits[:, ELEPHANT] >= logits[:, BEAR], ELEPHANT, BEAR)
    located = [i for i, sample in enumerate(samples) if sample.region is not None and sample.region.any()]
    regions = np.array([samples[i].region for i in located])
    gradcam_hits, fem_hits = (peaks_inside(maps[located], regions) for maps in (gradcam, saliency))
    boxed = [i for i, sample in enumerate(samples) if sample.box is not None and sample.box.any()]
    boxes = np.array([samples[i].box for i in boxed])
    inside, area = mass_inside(gradcam[boxed], boxes), boxes.mean((1, 2))
    own = inside.diagonal()
    drawn = np.random.default_rng(0).integers(len(boxed), size=(2000, len(boxed)))
    low, high = np.quantile(own[drawn].mean(1) / area[drawn].mean(1), [0.025, 0.975])
    return Figures(
        Share(int((predicted == targets).sum()), len(samples)),
        Share(int((between == targets).sum()), len(samples)),
        Share(int(gradcam_hits.trace()), len(located)),
        Share(int(fem_hits.trace()), len(located)),
        Share(int(regions[:, COMMON_GRID // 2, COMMON_GRID // 2].sum()), len(located)),
        _mean_of_pairs(gradcam_hits),
        _mean_of_pairs(fem_hits),
        float(own.mean() / area.mean()),
        float(low),
        float(high),
        float(_mean_of_pairs(inside) / area.mean()),
        tuple(
            tuple(int(n) for n in np.bincount(predicted[targets == animal], minlength=len(CLASSES)))
            for animal in (ELEPHANT, BEAR)
        ),
    )


def peaks_inside(maps: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """Tell for each region and each map whether the map's largest value lies in the region.

    Parameters
    ----------
    maps
        Array of shape (n, h, w), not negative; a map without any peak misses every region.
    regions
        bool (n, h, w).

    Returns
    -------
    numpy.ndarray
        bool (n, n): rows are regions, columns maps; on the diagonal the two are of one image.
    """
    flat = maps.reshape(len(maps), -1)
    return regions.reshape(len(regions), -1)[:, flat.argmax(1)] & (flat.max(1) > 0)


def mass_inside(maps: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """Give for each region and each map, as in `peaks_inside`, the share of the map's sum that lies in the region."""
    flat = maps.reshape(len(maps), -1)
    return regions.reshape(len(regions), -1).astype(flat.dtype) @ (flat / flat.sum(1, keepdims=True).clip(1e-12)).T


def _mean_of_pairs(values: np.ndarray) -> float:
    """Average a square matrix without its diagonal."""
    count = len(values) * (len(values) - 1)
    return float((values.sum() - values.trace()) / count) if count else float("nan")


def _explained(
    model: keras.Model, samples: Sequence[Sample], alignment: Alignment, batch_size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return logits (n, classes), and on the common grid (n, 112, 112) Grad-CAM of the label, and FEM."""
    import keras

    network = keras.Model(model.input, [model.get_layer(FEATURE_LAYER).output, model.output])
    kernel, bias = model.get_layer(HEAD_LAYER).get_weights()
    logits, gradcam, saliency = [], [], []
    for start in range(0, len(samples), batch_size):
        batch = samples[start : start + batch_size]
        images = squashed([sample.pixels for sample in batch], INPUT_SIZE)
        activations, scores = (np.asarray(x) for x in network(images, training=False))
        logits.append(scores)
        evidence = ArrayEvidence(activations, scores, Head(kernel, bias))
        gradcam.append(GRADCAM.explain(evidence, [sample.target for sample in batch]))
        saliency.append(fem(activations))
    grid = (COMMON_GRID, COMMON_GRID)
    return (
        np.concatenate(logits),
        resample(np.concatenate(gradcam), grid, alignment=alignment),
        resample(np.concatenate(saliency), grid, alignment=alignment),
    )


def _boxes(text: str, width: int, height: int) -> np.ndarray | None:
    """Tell which cells of the common grid lie in the boxes by at least half."""
    boxes = read_boxes(text)
    return box_coverage(boxes, width, height) >= 0.5 if boxes else None


def _mask(path: Path) -> np.ndarray:
    """Tell which cells of the common grid lie on the mask by at least half."""
    return mask_coverage(read_mask(path)) >= 0.5
