"""Maps for any class and any K, at once, from stored activations and without TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explain.errors import ExplainError
from explain.explainers.fem import DEFAULT_K, fem
from explain.explainers.gradcam import grad_cam

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explain.store.reading import Store


def live_saliency(
    store: Store, image: str, model: str, method: str, *, target: str | None = None, k: float = DEFAULT_K
) -> NDArray[np.float32]:
    """Give one raw map; the stored one where it is the stored one that is asked for.

    Parameters
    ----------
    store : Store
    image, model : str
    method : {"gradcam", "fem"}
    target : str, optional
        Class of Grad-CAM; the label by default. FEM has none and ignores it.
    k : float
        K of FEM.

    Returns
    -------
    ndarray of float32, shape (h, w)

    Raises
    ------
    ExplainError
        If there is no such image, model or class, or the network's end allows no other class without itself.
    """
    if method == "fem":
        if k == DEFAULT_K:
            return store.saliency(model, method, image)
        return fem(store.activations(model, image)[None], k)[0]
    stored = store.saliency(model, method, image)
    if target is None:
        return stored
    index = class_index(store, model, target)
    label = str(store.table("images")["label"].iloc[store.row(image)])
    if index == store.class_index(model, label):
        return stored
    head = store.head(model)
    if head is None:
        raise ExplainError(
            f"{store.model(model).title} does not end in global average pooling and one dense layer, so only the "
            "labelled class's Grad-CAM is stored; another class needs a new build."
        )
    return grad_cam(store.activations(model, image)[None], head.kernel[:, index])[0]


def class_index(store: Store, model: str, target: str) -> int:
    """Find a class of a model by name.

    Parameters
    ----------
    store : Store
    model, target : str

    Returns
    -------
    int

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
    import difflib

    near = difflib.get_close_matches(wanted, plain, n=3)
    hint = ", ".join(classes[plain.index(name)] for name in near) or ", ".join(classes[:5])
    raise ExplainError(f"{store.model(model).title} has no class {target!r}. Near it: {hint}.")
