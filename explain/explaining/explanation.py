"""What a network says of one photograph, and where it looks: maps, scores, pictures, a figure, files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
from PIL import Image

from explain.errors import ExplainError
from explain.explaining.in_html import explanation_html
from explain.figures.overlay import overlay
from explain.figures.side_by_side import side_by_side
from explain.measures.alignment import CENTRED
from explain.models.head import probabilities
from explain.spreadsheet import as_csv

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from explain.measures.alignment import Alignment
    from explain.measures.resampling import Interpolation


class Method(Protocol):
    """What is said of the method of a map, whether this version knows it or a store does."""

    @property
    def title(self) -> str: ...  # noqa: D102

    @property
    def targeted(self) -> bool: ...  # noqa: D102

    @property
    def signed(self) -> bool: ...  # noqa: D102


def plainly(name: str) -> str:
    """Give a class's name for people: underscores as spaces."""
    return name.replace("_", " ")


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """What one network says of one photograph. In a notebook it shows itself.

    Attributes
    ----------
    name : str
        Of the photograph: its file's, without extension.
    model : str
        Of the network, for people.
    classes : tuple of str
        In the order of the network's outputs.
    scores : {"softmax", "sigmoid"}
        What turns logits into probabilities.
    photograph : ndarray of uint8, shape (h, w, 3)
        Upright RGB, as it is shown: at most 640 pixels on the long side.
    logits : ndarray of float32, shape (classes,)
        Scores before softmax or sigmoid.
    target_index : int
        Output of the class that maps are of.
    maps : mapping of str to ndarray of float32, shape (h, w)
        Raw maps by method: not normalised, not enlarged.
    methods : mapping of str to Method
        For every map its method's title, whether it is of a class, and whether values below zero mean something.
    parameters : mapping of str to mapping of str to float
        Of each method, with those at their defaults.
    refused : mapping of str to str
        Methods that gave no map of this network, with the reason.
    alignments : mapping of str to Alignment
        Where the cells of each map lie on the photograph; those that are absent lie in the middle of their shares.
    """

    name: str
    model: str
    classes: tuple[str, ...]
    scores: str
    photograph: NDArray[np.uint8]
    logits: NDArray[np.float32]
    target_index: int
    maps: Mapping[str, NDArray[np.float32]]
    methods: Mapping[str, Method]
    parameters: Mapping[str, Mapping[str, float]]
    refused: Mapping[str, str]
    alignments: Mapping[str, Alignment] = field(default_factory=dict)

    def __repr__(self) -> str:
        probability = self.predictions["probability"].iloc[0]
        maps = ", ".join(self.maps) or "none"
        return f"<Explanation of {self.name} by {self.model}: {self.predicted} ({probability:.2f}); maps: {maps}>"

    def _repr_html_(self) -> str:
        return explanation_html(self)

    @property
    def target(self) -> str:
        """The class that maps are of, where their method has one."""
        return self.classes[self.target_index]

    @property
    def predicted(self) -> str:
        """The class with the highest score."""
        return self.classes[int(self.logits.argmax())]

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Every class with its probability and logit, the likeliest first."""
        order = np.argsort(-self.logits, kind="stable")
        return pd.DataFrame(
            {
                "class": np.array(self.classes, object)[order],
                "probability": probabilities(self.logits, self.scores)[order],
                "logit": self.logits[order],
            }
        )

    def saliency(self, method: str | None = None) -> NDArray[np.float32]:
        """Give one raw map; the first one by default.

        Raises
        ------
        ExplainError
            If there is no map by that method; the sentence says which there are, or why this one was refused.
        """
        return self.maps[self._named(method)]

    def caption(self, method: str | None = None) -> str:
        """Say what a map is: its method, what of it was set, and the class that it is of."""
        name = self._named(method)
        settings = "".join(f", {key} = {value:g}" for key, value in self.parameters[name].items())
        of_class = f" of {plainly(self.target)}" if self.methods[name].targeted else ""
        return f"{self.methods[name].title}{settings}{of_class}"

    def overlay(
        self,
        method: str | None = None,
        *,
        colormap: str = "viridis",
        opacity: float = 0.55,
        maximum: float | None = None,
        interpolation: Interpolation = "bilinear",
    ) -> Image.Image:
        """Lay a map over the photograph, as the dashboard does.

        Parameters
        ----------
        method : str, optional
            The first map's by default.
        colormap : str
            A name that ``cmap`` knows. Signed maps have diverging colours whatever it is.
        opacity : float
            0 shows the photograph alone, 1 the map alone.
        maximum : float, optional
            What the map is divided by, to compare maps on one scale; its own maximum by default.
        interpolation : {"bilinear", "nearest", "bicubic"}

        Returns
        -------
        PIL.Image.Image
            Of the photograph's size.
        """
        name = self._named(method)
        if not 0 <= opacity <= 1:
            raise ExplainError(f"opacity is {opacity}; expected a number from 0 to 1.")
        return Image.fromarray(
            overlay(
                self.photograph, self.maps[name], colormap=colormap, opacity=opacity, maximum=maximum,
                interpolation=interpolation, signed=self.methods[name].signed,
                alignment=self.alignments.get(name, CENTRED),
            )
        )  # fmt: skip

    def figure(self, colormap: str = "viridis") -> go.Figure:
        """Draw the photograph and every map over it, side by side.

        Returns
        -------
        plotly.graph_objects.Figure
        """
        pictures = {self.caption(name): np.asarray(self.overlay(name, colormap=colormap)) for name in self.maps}
        probability = float(self.predictions["probability"].iloc[0])
        heading = f"{self.name}: {self.model} says {plainly(self.predicted)} ({probability:.2f})"
        return side_by_side(heading, {"Photograph": self.photograph, **pictures})

    def save(self, folder: str | Path) -> Path:
        """Write everything into a folder: what is there under the same names is replaced.

        Parameters
        ----------
        folder : str or Path
            Made where it is missing.

        Returns
        -------
        Path
            The folder: ``photograph.png``; per method ``<method>.npy``, the raw map, and ``<method>.png``, its overlay;
            ``predictions.csv``; ``explanation.json``, which says what was explained by what.

        Raises
        ------
        ExplainError
            If the folder cannot be written.
        """
        out = Path(folder)
        try:
            out.mkdir(parents=True, exist_ok=True)
            Image.fromarray(self.photograph).save(out / "photograph.png")
            for name, saliency in self.maps.items():
                np.save(out / f"{name}.npy", saliency, allow_pickle=False)
                self.overlay(name).save(out / f"{name}.png")
            (out / "predictions.csv").write_text(as_csv(self.predictions), encoding="utf-8", newline="")
            (out / "explanation.json").write_text(json.dumps(self._facts(), indent=1, ensure_ascii=False), "utf-8")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ExplainError(f"{out} cannot be written: {reason}. Name another folder.") from error
        return out

    def _facts(self) -> dict[str, object]:
        return {
            "name": self.name,
            "model": self.model,
            "predicted": self.predicted,
            "target": self.target,
            "scores": self.scores,
            "maps": {
                name: {
                    "title": self.methods[name].title,
                    "of_class": self.target if self.methods[name].targeted else None,
                    "signed": self.methods[name].signed,
                    "parameters": dict(self.parameters[name]),
                    "shape": list(saliency.shape),
                }
                for name, saliency in self.maps.items()
            },
            "refused": dict(self.refused),
        }

    def _named(self, method: str | None) -> str:
        if method is None and self.maps:
            return next(iter(self.maps))
        if method is not None and method in self.maps:
            return method
        if method is not None and method in self.refused:
            raise ExplainError(self.refused[method])
        there = f"there are maps by {', '.join(self.maps)}" if self.maps else "there are none"
        raise ExplainError(f"There is no map by {method!r} of {self.name}; {there}. Name it in methods.")
