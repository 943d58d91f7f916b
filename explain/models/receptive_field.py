"""Receptive-field arithmetic: which pixels the cells of a feature map are made of, from strides and paddings alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explain.models.layer_classes import keras_class

if TYPE_CHECKING:
    from explain.models.unnesting import Call, Graph

_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D")
_POOLINGS = ("MaxPooling2D", "AveragePooling2D")


@dataclass(frozen=True)
class Extent:
    """What the cells of a feature map see along one axis, in pixels from the image's edge.

    Attributes
    ----------
    low, high : float
        Where the receptive field of the first cell begins and ends; below zero it reaches into padding.
    stride : int
        From one cell's field to the next one's.
    cells : int
    """

    low: float
    high: float
    stride: int
    cells: int

    def offset(self, side: int) -> float:
        """Tell how far the middles of the fields lie, on average, beyond the middles of the cells' shares of the image.

        Examples
        --------
        One convolution of 3 pixels and stride 2 over 8, padded by one pixel on either side: the first cell sees the
        pixels -1 to 1, with the middle at 0.5, and its share of the image is 0 to 2, with the middle at 1.

        >>> Extent(-1, 2, 2, 4).offset(8)
        -0.5
        """
        return (self.low + self.high) / 2 + self.stride * (self.cells - 1) / 2 - side / 2


def receptive_field(graph: Graph, features: Any, size: tuple[int, int]) -> tuple[Extent, Extent] | None:
    """Follow a network from its image to a feature map.

    Parameters
    ----------
    features : keras.KerasTensor
    size : (int, int)
        Height and width of the image.

    Returns
    -------
    (Extent, Extent) or None
        Down and across. What averages over the whole image and weighs channels by it (squeeze and excitation) is left
        out, as it has no place. None where a layer is of a sort whose field is not known here, or branches of
        different strides meet.

    References
    ----------
    Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019, equations 2 to 4;
    where branches meet, the field spans those of all.
    """
    whole = tuple(Extent(0, 1, 1, side) for side in size)
    known: dict[int, tuple[Extent, ...] | None] = {id(graph.image): whole}
    needed, waiting = {id(features)}, [features]
    while waiting:
        call = graph.maker(waiting.pop())
        fresh = [each for each in call.inputs if id(each) not in needed] if call else []
        needed.update(map(id, fresh))
        waiting += fresh
    for call in graph.calls:  # in an order in which they can be made
        if id(call.output) in needed and id(call.output) not in known:
            known[id(call.output)] = _through(call, [known.get(id(each)) for each in call.inputs])
    found = known.get(id(features))
    return None if found is None else (found[0], found[1])


def _through(call: Call, given: list[tuple[Extent, ...] | None]) -> tuple[Extent, ...] | None:
    maps = [
        extents
        for tensor, extents in zip(call.inputs, given, strict=True)
        if len(tensor.shape) == 4 and tuple(tensor.shape[1:3]) != (1, 1)
    ]
    if not maps or None in maps:
        return None
    axes = [_spanned([extents[axis] for extents in maps if extents]) for axis in (0, 1)]
    found = [None if extent is None else _moved(call.layer, extent, axis) for axis, extent in enumerate(axes)]
    if found[0] is None or found[1] is None or not _fits(call.output, found):
        return None
    return found[0], found[1]


def _spanned(extents: list[Extent]) -> Extent | None:
    """Join branches; None where they do not lie on one grid."""
    first = extents[0]
    if any((each.stride, each.cells) != (first.stride, first.cells) for each in extents):
        return None
    return Extent(min(e.low for e in extents), max(e.high for e in extents), first.stride, first.cells)


def _moved(layer: Any, extent: Extent, axis: int) -> Extent:
    """Take one axis through a layer; one that neither slides a window nor pads leaves it as it is."""
    if keras_class(layer, "ZeroPadding2D", "Cropping2D"):
        before, after = layer.padding[axis] if keras_class(layer, "ZeroPadding2D") else _negative(layer.cropping[axis])
        return Extent(
            extent.low - before * extent.stride,
            extent.high - before * extent.stride,
            extent.stride,
            extent.cells + before + after,
        )
    if keras_class(layer, *_CONVOLUTIONS):
        window = (int(layer.kernel_size[axis]) - 1) * int(layer.dilation_rate[axis]) + 1
    elif keras_class(layer, *_POOLINGS):
        window = int(layer.pool_size[axis])
    else:
        return extent
    step, same = int(layer.strides[axis]), layer.padding == "same"
    cells = -(-extent.cells // step) if same else (extent.cells - window) // step + 1
    before = max((cells - 1) * step + window - extent.cells, 0) // 2 if same else 0
    low = extent.low - before * extent.stride
    return Extent(low, extent.high + (window - 1 - before) * extent.stride, extent.stride * step, cells)


def _negative(pair: tuple[int, int]) -> tuple[int, int]:
    return -pair[0], -pair[1]


def _fits(tensor: Any, extents: list[Extent | None]) -> bool:
    """Tell whether a layer's output has as many cells as the arithmetic says: one that it does not know shows there."""
    shape = tensor.shape
    return len(shape) == 4 and all(
        side is None or (extent is not None and side == extent.cells)
        for side, extent in zip(shape[1:3], extents, strict=True)
    )
