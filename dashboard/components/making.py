"""How a map is made of channels, step by step; its sliders redraw in the browser from the values that are sent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.components.component import colours, data_uri, packed, part
from explain.measures.alignment import CENTRED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.explainers.contract import Parameter
    from explain.explainers.steps import Step
    from explain.measures.alignment import Alignment


@dataclass(frozen=True)
class Weighing:
    """The weights of one class, or of none.

    Attributes
    ----------
    name, title : str
        Of the class, in links and for people; empty where the method has none.
    weights : ndarray, shape (c,)
        Of the channels that are sent.
    rest : ndarray, shape (h, w)
        What the channels that are not sent add to the sum.
    """

    name: str
    title: str
    weights: NDArray[np.float32]
    rest: NDArray[np.float32]


@dataclass(frozen=True)
class Making:
    """One map, ready to be made.

    Attributes
    ----------
    steps : mapping of str to Step
    photograph : bytes
        JPEG.
    activations : ndarray of float32, shape (h, w, c)
        Of the channels that are sent.
    numbers : sequence of int
        Which channels they are.
    total : int
        How many the network has.
    weighings : sequence of Weighing
        The class that the map is of first.
    half : bool
        Whether half-precision numbers hold the activations.
    parameter, value : Parameter and float, optional
        What can be moved, and where it stands.
    alignment : Alignment
        Where the places lie on the photograph.
    """

    steps: Mapping[str, Step]
    photograph: bytes
    activations: NDArray[np.float32]
    numbers: Sequence[int]
    total: int
    weighings: Sequence[Weighing]
    half: bool
    parameter: Parameter | None = None
    value: float = 0.0
    alignment: Alignment = CENTRED


def show_making(
    making: Making, *, key: str, address: Mapping[str, str], step: str, channels: int, channel: int | None
) -> None:
    """Show a map being made.

    Parameters
    ----------
    key : str
        Changes with what is shown.
    address : mapping of str to str
        Parameters of the link that opens what is shown now.
    step : str
        The step that the link leads to, or empty.
    channels : int
        How many channels are summed at first.
    channel : int, optional
        Which channel is looked at first; the strongest by default.
    """
    rows, columns, _ = making.activations.shape
    parameter = making.parameter
    data = {
        "key": key,
        "steps": {name: asdict(each) for name, each in making.steps.items()},
        "photograph": data_uri(making.photograph),
        "rows": rows,
        "columns": columns,
        "activations": packed(np.moveaxis(making.activations, 2, 0), "<f2" if making.half else "<f4"),
        "half": making.half,
        "numbers": list(making.numbers),
        "total": making.total,
        "classes": [
            {"name": each.name, "title": each.title, "weights": packed(each.weights), "rest": packed(each.rest)}
            for each in making.weighings
        ],
        "parameter": parameter
        and {
            "name": parameter.name, "title": parameter.title, "low": parameter.low, "high": parameter.high,
            "step": parameter.step, "value": making.value,
        },
        "colours": colours(),
        "shift": [making.alignment.right, making.alignment.down],
        "address": dict(address),
        "step": step,
        "count": channels,
        "channel": channel,
    }  # fmt: skip
    part("making", shared=("cells",))(key="making", data=data)
