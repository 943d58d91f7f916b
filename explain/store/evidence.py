"""What a store's rows offer explainers, and maps for any class and any parameter from them, without TensorFlow."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explain.errors import ExplainError, StoreError
from explain.explainers.contract import Needs, UnavailableError
from explain.explainers.registry import EXPLAINERS, explainer
from explain.measures.alignment import CENTRED, Alignment
from explain.models.head import Head

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explain.store.reading import Store


@dataclass(frozen=True)
class ArrayEvidence:
    """Evidence from arrays alone: a store's rows, or what a network's process sent.

    Attributes
    ----------
    activations : ndarray of float32, shape (n, h, w, c)
    logits : ndarray of float32, shape (n, classes)
    head : Head or None
        The dense layer behind global average pooling; None where the network does not end so, and gradients are
        not to be had.
    differentiable : bool
        Whether the network that the arrays came from has gradients of other kinds.

    Examples
    --------
    A feature map of one channel on two positions; the class weighs that channel by 3.

    >>> activations = np.array([[[[0.0], [2.0]]]], np.float32)
    >>> head = Head(np.array([[3.0]], np.float32), np.zeros(1, np.float32))
    >>> evidence = ArrayEvidence(activations, activations.mean(axis=(1, 2)) @ head.kernel, head)
    >>> explainer('evidence').explain(evidence, [0])  # sums to the logit, 3
    array([[[0., 3.]]], dtype=float32)
    """

    activations: NDArray[np.float32]
    logits: NDArray[np.float32]
    head: Head | None
    differentiable: bool = True

    @property
    def linear_head(self) -> bool:
        """Whether gradients have a closed form."""
        return self.head is not None

    @property
    def inputs(self) -> NDArray[np.float32]:
        """Refuse: arrays hold no pixels."""
        raise UnavailableError("The pixels that the network saw are not stored; a build with the network has them.")

    def offers(self, needs: Needs) -> bool:
        """Tell whether the feature map, and the head, suffice."""
        return needs <= (Needs.GRADIENTS if self.linear_head else Needs.ACTIVATIONS)

    def gradients(self, classes: Sequence[int]) -> NDArray[np.float32]:
        """Give the gradient of class scores at the feature layer in closed form, shape (n, 1, 1, c)."""
        if self.head is None:
            raise UnavailableError("Gradients of a network without a linear head need the network itself.")
        return self.head.gradients(classes, self.activations.shape[1] * self.activations.shape[2])

    def pixel_gradients(self, classes: Sequence[int], inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Refuse: this needs the network."""
        raise UnavailableError("Gradients at the pixels need the network itself.")

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Refuse: this needs the network."""
        raise UnavailableError("Scores of altered images need the network itself.")


def stored_evidence(store: Store, model: str, images: Sequence[str]) -> ArrayEvidence:
    """Read what a store holds of some images.

    Parameters
    ----------
    images : sequence of str
        Ids of images that the build could read.
    """
    return ArrayEvidence(
        np.stack([store.activations(model, image) for image in images]),
        np.stack([store.logits(model, image) for image in images]),
        store.head(model),
        store.model(model).differentiable,
    )


def evidence_of_arrays(arrays: Any, rows: Sequence[int]) -> ArrayEvidence:
    """Read some rows of a model's group of arrays that no manifest names yet."""
    head = Head(np.asarray(arrays["head_kernel"]), np.asarray(arrays["head_bias"])) if "head_kernel" in arrays else None
    activations, logits = (
        np.stack([np.asarray(arrays[name][row], np.float32) for row in rows]) for name in ("activations", "logits")
    )
    if np.isnan(activations).any() or np.isnan(logits).any():
        raise StoreError("A part of the stored activations is missing. Build with --force to compute them anew.")
    return ArrayEvidence(activations, logits, head)


@dataclass(frozen=True)
class ExplainedMap:
    """One raw map and all that a caption must say of it.

    Attributes
    ----------
    saliency : ndarray of float32, shape (h, w)
    model, method : str
    target : str or None
        The class that the map is of; None where the method has no class.
    parameters : mapping of str to float
        All of the method's, with those at their defaults.
    alignment : Alignment
        Where its cells lie on the image.
    """

    saliency: NDArray[np.float32]
    model: str
    method: str
    target: str | None
    parameters: Mapping[str, float]
    alignment: Alignment = CENTRED


def explain_stored(
    store: Store,
    image: str,
    model: str,
    method: str,
    *,
    target: str | None = None,
    parameters: Mapping[str, float] | None = None,
) -> ExplainedMap:
    """Give one raw map: the stored one where that is what is asked for, else computed from the stored feature map.

    Parameters
    ----------
    target : str, optional
        A class of the model. By default the one that stored maps are of: the label, or the predicted class where the
        model has none for it. Methods without a class ignore it.
    parameters : mapping of str to float, optional
        Of the method; those that it does not have are ignored, so that one set serves several methods.

    Raises
    ------
    ExplainError
        If there is no such image, model, method or class, or what the store holds does not suffice for the map.
    """
    row = store.row(image)
    stored = store.model(model).method(method)
    found = explainer(method) if stored is None else None
    targeted = stored.targeted if stored else found.targeted  # type: ignore[union-attr]
    default = store.targets(model)[row]
    index = class_index(store, model, target) if targeted and target else default
    of_class = store.model(model).classes[index] if targeted else None
    if stored is not None:
        wanted = dict(stored.parameters) | {
            name: float(value) for name, value in (parameters or {}).items() if name in stored.parameters
        }
        if wanted == dict(stored.parameters) and (not targeted or index == default):
            there = store.alignment(model, method)
            return ExplainedMap(store.saliency(model, method, image), model, method, of_class, wanted, there)
    found = found or explainer(method)
    known = {parameter.name for parameter in found.parameters}
    wanted = found.values({name: value for name, value in (parameters or {}).items() if name in known})
    saliency = found.explain(stored_evidence(store, model, [image]), [index], wanted)[0]
    return ExplainedMap(
        saliency, model, method, of_class, wanted, store.model(model).alignment_of_maps(found.at_pixels)
    )


def explain_every_value(store: Store, image: str, model: str, method: str) -> NDArray[np.float32]:
    """Give a method's maps for every value of its one parameter, from the stored feature map.

    Parameters
    ----------
    method : str
        One that :func:`has_every_value`; its maps are of no class.

    Returns
    -------
    ndarray of float32, shape (values, h, w)
        In the order of the parameter's `every_value`; each is what :func:`explain_stored` gives.
    """
    found, evidence = explainer(method), stored_evidence(store, model, [image])
    (parameter,) = found.parameters
    if found.sweep:
        return found.sweep(evidence, parameter.every_value)
    return np.concatenate([found.explain(evidence, [0], {parameter.name: value}) for value in parameter.every_value])


def has_every_value(method: str) -> bool:
    """Tell whether a method's maps cost so little, and depend on so little, that all can be had at once."""
    found = EXPLAINERS.get(method)
    return found is not None and found.needs is Needs.ACTIVATIONS and not found.targeted and len(found.parameters) == 1


def class_index(store: Store, model: str, target: str) -> int:
    """Find a class of a model by name, case and spaces ignored, or by a label that the build found a class for.

    Raises
    ------
    ExplainError
        If the model has no such class; names near it are given.
    """
    classes = store.model(model).classes
    plain = [name.casefold().replace(" ", "_") for name in classes]
    wanted = target.casefold().replace(" ", "_")
    if wanted in plain:
        return plain.index(wanted)
    known = store.class_index(model, target)
    if known is not None:
        return known
    near = difflib.get_close_matches(wanted, plain, n=3)
    hint = ", ".join(classes[plain.index(name)] for name in near) or ", ".join(classes[:5])
    raise ExplainError(f"{store.model(model).title} has no class {target!r}. Near it: {hint}.")
