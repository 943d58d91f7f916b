"""Which layers of Keras are which: known by the names of Keras' classes among their ancestors, Keras not imported."""

from __future__ import annotations

from typing import Any

ADVICE_TO_REBUILD = (
    "Keras knows no connections of its layers, so that no feature map can be reached. Rebuild it as a functional "
    "model (x = keras.Input(...); y = layer(x); ...; keras.Model(x, y)), load its weights into that, and save it."
)
"""What to do about a network whose forward pass is code."""

_SAME_WHEN_USED = (
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "SpatialDropout2D",
    "AugMix",
    "CutMix",
    "MixUp",
    "RandAugment",
)


def keras_class(layer: Any, *names: str) -> Any:
    """Find the class of Keras, of one of these names, that a layer is of or descends from; None where there is none."""
    for ancestor in type(layer).__mro__:
        if ancestor.__name__ in names and ancestor.__module__.startswith("keras."):
            return ancestor
    return None


def is_identity(layer: Any) -> bool:
    """Tell whether a layer does nothing when a network is used: dropout, noise, augmentation, a linear activation."""
    if keras_class(layer, "RandomCrop"):  # cuts from the middle then
        return False
    if keras_class(layer, *_SAME_WHEN_USED):
        return True
    if keras_class(layer, "Activation"):
        return activation_name(layer) == "linear"
    augments = keras_class(layer, "BaseImagePreprocessingLayer", "TFDataLayer") is not None
    return augments and type(layer).__name__.startswith("Random")


def activation_name(layer: Any) -> str | None:
    """Name the function that ends a layer; None where it ends in none.

    Returns
    -------
    str or None
        "softmax", "sigmoid", "relu", "linear" and so on.
    """
    if keras_class(layer, "Softmax", "Sigmoid", "Relu", "ReLU"):
        return {"Softmax": "softmax", "Sigmoid": "sigmoid"}.get(type(layer).__name__, "relu")
    activation = getattr(layer, "activation", None)
    if activation is None:
        return None
    return str(getattr(activation, "__name__", type(activation).__name__)).lower()  # a function, or a layer
