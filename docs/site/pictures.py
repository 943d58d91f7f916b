"""Pictures for the site, drawn from the demo's store, and from one of its networks where a store does not hold them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import explain
from docs.site.numbers import selection, store
from explain.explainers.fem import EXPLAINER as FEM
from explain.explainers.gradcam import EXPLAINER as GRADCAM
from explain.figures.overlay import heatmap, outline_mask, overlay
from explain.measures.alignment import CENTRED, Alignment
from explain.measures.chance import AVERAGE, OTHER, partners
from explain.measures.resampling import divide_by_maximum, resample
from explain.store.evidence import stored_evidence

IMAGE = "elephant_002"
MODEL = "compact-resnet"
_SIDE = 360


@dataclass(frozen=True)
class Tile:
    """One picture of a row: what is said under it, and what it shows, for those who do not see it."""

    image: Image.Image
    says: str
    shows: str


def photograph() -> NDArray[np.uint8]:
    """Give the photograph of all pictures, as it is shown."""
    return np.asarray(Image.open(io.BytesIO(store().photograph(IMAGE))).convert("RGB"))


def four_maps() -> tuple[Tile, ...]:
    """Show what a build gives for one photograph."""
    tiles = [Tile(_small(photograph()), "The photograph, a rendering", "An elephant")]
    for model, method in selection().keys:
        drawn = _over(store().saliency(model, method, IMAGE), alignment=store().alignment(model, method))
        title = selection().title((model, method))
        tiles.append(Tile(drawn, title, f"The map of {title} over the photograph"))
    return tuple(tiles)


def gradcam() -> tuple[Tile, ...]:
    """Show how channels become a map of Grad-CAM."""
    evidence = stored_evidence(store(), MODEL, [IMAGE])
    target = int(store().targets(MODEL)[store().row(IMAGE)])
    channels, weights = evidence.activations[0], evidence.gradients([target])[0].mean(axis=(0, 1))
    paid = channels.mean(axis=(0, 1)) * weights
    total = (channels * weights).sum(axis=-1)
    most, least = int(paid.argmax()), int(paid.argmin())
    shown = "One channel of the feature map"
    return (
        Tile(_cells(channels[..., most]), f"Channel {most}, most for the class: weight {weights[most]:+.4f}", shown),
        Tile(_cells(channels[..., least]), f"Channel {least}, most against it: weight {weights[least]:+.4f}", shown),
        Tile(_over(total, signed=True), "The weighted sum: red for the class, blue against", "Red and blue places"),
        Tile(_over(np.maximum(total, 0)), "After ReLU: Grad-CAM", "The map over the photograph"),
    )


def fem() -> tuple[Tile, ...]:
    """Show how K decides what FEM keeps."""
    evidence = stored_evidence(store(), MODEL, [IMAGE])
    channels = evidence.activations[0].astype(np.float64)
    means, deviations = channels.mean(axis=(0, 1)), channels.std(axis=(0, 1))
    first = int(means.argmax())
    kept = channels[..., first] > means[first] + 2 * deviations[first]
    tiles = [
        Tile(
            _cells(channels[..., first]), f"Channel {first}, mean {means[first]:.2f}", "One channel of the feature map"
        ),
        Tile(_cells(kept), f"Its cells above mean + 2 deviations: {kept.sum()} of {kept.size}", "A few bright cells"),
    ]
    for k in (1.0, 2.0, 3.0):
        saliency = FEM.explain(evidence, [0], {"k": k})[0]
        says = f"FEM with K = {k:g}: above zero in {np.mean(saliency > 0):.0%} of cells"
        tiles.append(Tile(_over(saliency), says, "The map over the photograph"))
    return tuple(tiles)


def layers() -> tuple[Tile, ...]:
    """Show the same methods at other layers of the same network."""
    tiles: dict[str, list[Tile]] = {GRADCAM.name: [], FEM.name: []}
    for layer in ("stage2_block1_mid1_relu", "stage3_block1_mid1_relu", "features"):
        found = explain.load(MODEL, feature_layer=layer).explain(store().photograph(IMAGE), [GRADCAM.name, FEM.name])
        for method in (GRADCAM, FEM):
            saliency = found.maps[method.name]
            says = f"{method.title} at {layer}, {saliency.shape[0]} x {saliency.shape[1]}"
            tiles[method.name].append(Tile(_over(saliency), says, "The map over the photograph"))
    return (*tiles[GRADCAM.name], *tiles[FEM.name])


def chance() -> tuple[Tile, ...]:
    """Show a map beside those that know nothing of this photograph."""
    images, row = store().table("images"), store().row(IMAGE)
    other = str(images["image"].iloc[partners(list(images["label"]))[row]])
    mask = store().mask(IMAGE)
    assert mask is not None, f"{IMAGE} has no mask"
    every = store().saliency(MODEL, GRADCAM.name)
    average = np.delete(every / every.sum(axis=(1, 2), keepdims=True), row, axis=0).mean(axis=0)
    shown = "The map over the photograph"
    return (
        Tile(_small(outline_mask(photograph(), mask)), "The mask: what counts as inside", "The animal, outlined"),
        Tile(_over(every[row]), f"Its own map: {inside('metrics'):.2f} inside", shown),
        Tile(_over(every[store().row(other)]), f"The map of {other}: {inside('chance', OTHER):.2f} inside", shown),
        Tile(_over(average), f"The average of all other maps: {inside('chance', AVERAGE):.2f} inside", shown),
    )


def inside(table: str, baseline: str = "") -> float:
    """Read how much of a map's mass lies inside the photograph's mask."""
    rows = store().table(table)
    rows = rows[(rows["image"] == IMAGE) & (rows["model"] == MODEL) & (rows["method"] == GRADCAM.name)]
    rows = rows[rows["metric"] == "mass_inside"]
    return float((rows[rows["baseline"] == baseline] if baseline else rows)["value"].iloc[0])


def classes() -> tuple[Tile, ...]:
    """Show maps of every class, also of those that are not there: they look no worse."""
    evidence = stored_evidence(store(), MODEL, [IMAGE])
    scores = np.exp(evidence.logits[0] - evidence.logits[0].max())
    tiles = []
    for index, name in enumerate(store().model(MODEL).classes):
        title, saliency = name.replace("_", " "), GRADCAM.explain(evidence, [index])[0]
        says = f"{title}: probability {scores[index] / scores.sum():.3f}, maximum {saliency.max():.4f}"
        tiles.append(Tile(_over(saliency), says, f"The map of {title} over the photograph"))
    return tuple(tiles)


def _small(pixels: NDArray[np.uint8]) -> Image.Image:
    found = Image.fromarray(pixels)
    found.thumbnail((_SIDE, _SIDE))
    return found


def _over(saliency: NDArray[np.float32], *, signed: bool = False, alignment: Alignment = CENTRED) -> Image.Image:
    return _small(overlay(photograph(), saliency, opacity=0.7, signed=signed, alignment=alignment))


def _cells(values: NDArray[np.generic]) -> Image.Image:
    """Colour a small map so that its cells are seen, in the photograph's shape."""
    stretched = resample(values.astype(np.float32), photograph().shape[:2], "nearest")
    return _small(heatmap(divide_by_maximum(stretched, None)))


DRAWN: dict[str, Callable[[], tuple[Tile, ...]]] = {
    "four-maps": four_maps,
    "gradcam": gradcam,
    "fem": fem,
    "layers": layers,
    "chance": chance,
    "classes": classes,
}
"""What draws each row of pictures, by the name that pages ask for it."""
