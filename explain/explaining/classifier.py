"""A classifier in hand: photographs in, explanations out, by the code that builds run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from explain.building.build import DEFAULT_BATCH_SIZE
from explain.building.engines.batch import explain_batch
from explain.building.notices import near_classes
from explain.errors import ExplainError
from explain.explainers.registry import parse_methods, settings_of
from explain.explaining.explanation import Explanation
from explain.explaining.explanations import Explanations
from explain.explaining.photographs import is_one, name_of, read_photograph
from explain.models.evidence import HALF, SINGLE, NetworkEvidence
from explain.models.preprocessing import resize_image, rows_and_columns
from explain.store.pictures import shown_photograph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from explain.explainers.contract import Explainer
    from explain.explaining.photographs import Photograph
    from explain.models.head import Head
    from explain.models.network import Network
    from explain.models.specification import ModelSpec

    Target = str | int | None
    """A class by its name, or by the number of its output; the predicted class where it is None."""


class Classifier:
    """A loaded network that explains photographs. Made by :func:`explain.load` and :func:`explain.wrap`.

    Attributes
    ----------
    spec : ModelSpec
        Everything about it that decides a result: input size, preprocessing, where it is looked at, its classes.
    head : Head or None
        The dense layer behind global average pooling, where the network ends so: gradients then need no backward pass.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self.spec: ModelSpec = network.spec
        self.head: Head | None = network.head

    def __repr__(self) -> str:
        height, width = rows_and_columns(self.spec.input_size)
        automatic = "gradients by automatic differentiation" if self._network.differentiable else "no gradients"
        form = "gradients by closed form" if self.head is not None else automatic
        return (
            f"<Classifier {self.spec.title}: {height} x {width} pixels, {len(self.spec.classes)} classes, looked at in "
            f"{self.spec.feature_layer!r}, {form}>"
        )

    @overload
    def explain(  # type: ignore[overload-overlap]  # a path is a sequence of letters, and the first fit counts
        self,
        images: Photograph,
        methods: str | Sequence[str] | None = None,
        target: Target = None,
        *,
        parameters: Mapping[str, float] | None = None,
        batch_size: int = DEFAULT_BATCH_SIZE,
    ) -> Explanation: ...

    @overload
    def explain(
        self,
        images: Sequence[Photograph],
        methods: str | Sequence[str] | None = None,
        target: Target | Sequence[Target] = None,
        *,
        parameters: Mapping[str, float] | None = None,
        batch_size: int = DEFAULT_BATCH_SIZE,
    ) -> Explanations: ...

    def explain(
        self,
        images: Photograph | Sequence[Photograph],
        methods: str | Sequence[str] | None = None,
        target: Target | Sequence[Target] = None,
        *,
        parameters: Mapping[str, float] | None = None,
        batch_size: int = DEFAULT_BATCH_SIZE,
    ) -> Explanation | Explanations:
        """Explain a photograph, or a list of them.

        Parameters
        ----------
        images : Photograph or sequence of Photograph
            A path; a file's bytes; a picture of Pillow; an array of uint8, shape (h, w, 3), RGB. Of any size: the
            network gets the whole image, resized as builds do it.
        methods : str or sequence of str, optional
            Names, or one text that divides them by commas; the two of the reference report by default.
            ``python -m explain methods`` lists them.
        target : str, int or None, or a sequence of them for a list of images
            The class that maps are of: its name, a label that the specification has a class for, or the number of its
            output. The predicted class by default.
        parameters : mapping of str to float, optional
            Of the methods, by name, such as ``{"k": 1.5}``.
        batch_size : int
            Images per pass of the network; the last pass is filled up with black ones. At a build's batch size numbers
            are a build's to the bit. With 1, one image takes less time, and logits may differ in their last digit.

        Returns
        -------
        Explanation or Explanations
            Of a list, those that could be read, and the reasons for those that could not.

        Raises
        ------
        ExplainError
            If the one image, or none of the list, can be read; if a method, parameter or class is unknown.
        """
        if batch_size < 1:
            raise ExplainError(f"batch_size is {batch_size}; expected 1 or more.")
        chosen = parse_methods(methods)
        settings = settings_of(chosen, parameters)
        if is_one(images) or not isinstance(images, Iterable):
            one: Any = images
            (number,) = self._numbers(target, 1)
            read = [_Read(name_of(one), read_photograph(one), number)]
            return self._explained(read, chosen, settings, batch_size)[0]
        several: list[Any] = list(images)  # type: ignore[arg-type]
        if not several:
            raise ExplainError("The list of images is empty; expected at least one.")
        numbers = self._numbers(target, len(several))
        names = unlike([name_of(each) for each in several])
        read, failed = [], {}
        for name, each, number in zip(names, several, numbers, strict=True):
            try:
                read.append(_Read(name, read_photograph(each), number))
            except ExplainError as error:
                failed[name] = str(error)
        if not read:
            first = next(iter(failed.values()))
            raise ExplainError(f"None of the {len(several)} images can be read. The first: {first}")
        return Explanations(self._explained(read, chosen, settings, batch_size), failed)

    def _numbers(self, target: Any, count: int) -> list[int | None]:
        """Give the output that each image's maps are of; None for the predicted one."""
        many = isinstance(target, Sequence | np.ndarray) and not isinstance(target, str)
        targets = list(target) if many else [target] * count
        if len(targets) != count:
            raise ExplainError(
                f"There are {count} images and {len(targets)} targets; expected one each, or one for all."
            )
        return [None if each is None else class_named(self.spec, each) for each in targets]

    def _explained(
        self,
        images: Sequence[_Read],
        methods: Sequence[Explainer],
        settings: Mapping[str, Mapping[str, float]],
        batch_size: int,
    ) -> list[Explanation]:
        def all_of(precision: str) -> list[Explanation]:
            return [
                found
                for start in range(0, len(images), batch_size)
                for found in self._pass(images[start : start + batch_size], methods, settings, batch_size, precision)
            ]

        try:
            return all_of(HALF)
        except OverflowError:  # as in a build, all of the model's activations are then kept as float32
            return all_of(SINGLE)

    def _pass(
        self,
        images: Sequence[_Read],
        methods: Sequence[Explainer],
        settings: Mapping[str, Mapping[str, float]],
        batch_size: int,
        precision: str,
    ) -> Iterator[Explanation]:
        pixels = np.stack([resize_image(each.image, self.spec.input_size) for each in images])
        evidence = NetworkEvidence(self._network, pixels, batch_size=batch_size, precision=precision)
        found = explain_batch(evidence, [each.target for each in images], [each.name for each in methods], settings)
        for row, each in enumerate(images):
            logits = found.logits[row]
            yield Explanation(
                name=each.name,
                model=self.spec.title,
                classes=self.spec.classes,
                scores=self._network.scores,
                photograph=np.asarray(shown_photograph(each.image)),
                logits=logits,
                target_index=int(logits.argmax()) if each.target is None else each.target,
                maps={name: maps[row] for name, maps in found.maps.items()},
                methods={each.name: each for each in methods if each.name in found.maps},
                parameters={name: settings[name] for name in found.maps},
                refused=found.refused,
                alignments={each.name: self.spec.alignment_of_maps(each.at_pixels) for each in methods},
            )


@dataclass(frozen=True)
class _Read:
    """A photograph that could be read, its name, and the output that its maps are of."""

    name: str
    image: Image.Image
    target: int | None


def class_named(spec: ModelSpec, target: str | int) -> int:
    """Find the output that a person means.

    Parameters
    ----------
    target : str or int
        A class, a label that the specification has a class for, or an output's number from 0.

    Raises
    ------
    ExplainError
        If there is no such class; names near it are given.
    """
    count = len(spec.classes)
    if isinstance(target, str):
        found = spec.class_index(target)
        if found is None:
            near = near_classes(target, spec.classes) or list(spec.classes[:5])
            raise ExplainError(f"{spec.title} has no class {target[:80]!r}. Near it: {', '.join(near)}.")
        return found
    if isinstance(target, bool) or not isinstance(target, int | np.integer) or not 0 <= target < count:
        raise ExplainError(f"The target is {target!r}; expected a class's name, or an output from 0 to {count - 1}.")
    return int(target)


def unlike(names: Sequence[str]) -> list[str]:
    """Tell names apart that stand more than once, by numbers.

    Examples
    --------
    >>> unlike(["bear", "image", "image"])
    ['bear', 'image', 'image-2']
    """
    found: list[str] = []
    for name in names:
        number, tried = 1, name
        while tried in found:
            number += 1
            tried = f"{name}-{number}"
        found.append(tried)
    return found
