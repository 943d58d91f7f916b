"""A network with models inside it, laid out as one flat graph, so that every layer can be reached from the input.

People build networks from networks: a backbone within a ``Sequential``, or called within a functional model. Keras
runs such an inner model as one layer, and its layers' own ``output`` belongs to another graph, which hangs on another
input. Here every layer is called once more, in the order of the network, on one new symbolic input; inner models are
followed inside. Layers are shared, not copied, so the weights are those of the network.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explain.errors import ExplainError
from explain.models.layer_classes import ADVICE_TO_REBUILD, is_identity, keras_class


@dataclass(frozen=True)
class Call:
    """One use of a layer, or of an operation, in the flat graph.

    Attributes
    ----------
    path : str
        Names of the models that it lies in and its own, with slashes: ``base/out_relu``.
    layer : keras.Operation
        For an inner model the model itself.
    inputs : tuple of keras.KerasTensor
    output : keras.KerasTensor
    constants : tuple of float
        Numbers that an operation was called with, such as 255 in ``x / 255``; of an array the largest, without sign.
    """

    path: str
    layer: Any
    inputs: tuple[Any, ...]
    output: Any
    constants: tuple[float, ...] = ()


@dataclass(frozen=True)
class Graph:
    """A network's calls from its one image input to its outputs.

    Attributes
    ----------
    image : keras.KerasTensor, shape (None, h, w, c)
    outputs : tuple of keras.KerasTensor
    calls : tuple of Call
        In an order in which they can be made; inner models follow what lies in them. What changes nothing when a
        network is used (dropout, augmentation) was not called: its output is its input.
    """

    image: Any
    outputs: tuple[Any, ...]
    calls: tuple[Call, ...]

    def find(self, name: str, model: str) -> Call:
        """Find a layer by its path; its bare name will do where no other layer has it.

        Parameters
        ----------
        model : str
            Named in errors.

        Raises
        ------
        ExplainError
            If there is no such layer, several have the name, or one is used several times.
        """
        found = [call for call in self.calls if call.path == name]
        found = found or [call for call in self.calls if call.path.rpartition("/")[2] == name]
        paths = list(dict.fromkeys(call.path for call in found))
        if len(paths) > 1:
            raise ExplainError(f"Model {model!r} has several layers {name!r}: name one of {_some(paths)}.")
        if len(found) > 1:
            raise ExplainError(
                f"Model {model!r} uses the layer {name!r} {len(found)} times, so that its output is not one tensor; "
                "name a layer that is used once."
            )
        if not found:
            names = list(dict.fromkeys(call.path for call in self.calls))
            near = difflib.get_close_matches(name, names, n=3) or names[-4:]
            raise ExplainError(f"Model {model!r} has no layer {name!r}. Near it: {', '.join(near)}.")
        return found[0]

    def maker(self, tensor: Any) -> Call | None:
        """Give the innermost call that made a tensor; None for the image."""
        return next((call for call in self.calls if call.output is tensor), None)

    def users(self, tensor: Any) -> list[Call]:
        """Give the calls that make something else of a tensor; inner models stand for what lies in them."""
        taking = [call for call in self.calls if any(each is tensor for each in call.inputs)]
        return [call for call in taking if call.output is not tensor and function_of(call.layer) is None]


def unnest(model: Any, name: str) -> Graph:
    """Lay a network out flat.

    Parameters
    ----------
    model : keras.Model
        Functional or Sequential, with such models inside it to any depth.
    name : str
        Of the model, for errors.

    Raises
    ------
    ExplainError
        If the network, or a model inside it, is not made of layers that Keras knows the connections of, or it takes
        anything but one image.
    """
    import keras

    function = _function(model, name)
    if len(function.inputs) != 1:
        names = ", ".join(repr(each.name) for each in function.inputs)
        raise ExplainError(
            f"Model {name!r} takes {len(function.inputs)} inputs ({names}); expected one image. Save a model that "
            "fixes the others: keras.Model(image, outputs)."
        )
    (given,) = function.inputs
    if len(given.shape) != 4 or given.shape[-1] not in (1, 3):
        raise ExplainError(
            f"Model {name!r} takes an input of shape {_shape(given)}; expected images (rows, columns, channels) with "
            "3 channels, or with 1 for grey ones."
        )
    image = keras.Input(batch_shape=given.shape, dtype="float32", name=given.name)
    layout = _Layout(name)
    outputs = layout.follow(function, image, "")
    return Graph(image, tuple(keras.tree.flatten(outputs)), tuple(layout.calls))


def function_of(layer: Any) -> Any:
    """Give the graph of connections of a functional or Sequential model; None for a layer."""
    inner = getattr(layer, "_functional", layer)  # a Sequential model keeps its graph there
    return inner if hasattr(inner, "_run_through_graph") else None


def _function(model: Any, name: str) -> Any:
    if keras_class(model, "Sequential") and getattr(model, "_functional", None) is None:
        raise ExplainError(
            f"Model {name!r}: {model.name!r} is a Sequential model that has seen no image yet, so that its layers have "
            "no shapes. Put keras.Input((rows, columns, 3)) in front of its layers and save it again."
        )
    found = function_of(model)
    if found is None:
        raise ExplainError(f"Model {name!r}: {model.name!r} is a subclassed network. {ADVICE_TO_REBUILD}")
    return found


@dataclass
class _Layout:
    """The calls made so far."""

    name: str
    calls: list[Call] = field(default_factory=list)
    _named: dict[str, Any] = field(default_factory=dict)

    def follow(self, function: Any, inputs: Any, prefix: str) -> Any:
        """Call every layer of a graph of connections, as Keras does when it clones one."""
        return function._run_through_graph(inputs, operation_fn=lambda layer: self._caller(layer, prefix))

    def _caller(self, layer: Any, prefix: str) -> Any:
        import keras

        path = prefix + layer.name

        def call(*arguments: Any, **options: Any) -> Any:
            given = keras.tree.flatten((arguments, options))
            inputs = tuple(each for each in given if keras.backend.is_keras_tensor(each))
            constants = tuple(
                _largest(each) for each in given if not keras.backend.is_keras_tensor(each) and _counts(each)
            )
            if keras_class(layer, "Model") is not None:
                # An inner model; whether it was to train or not makes no difference to a network that is used.
                output = self.follow(_function(layer, self.name), arguments, f"{path}/")
            elif is_identity(layer):
                output = arguments[0]
            else:
                self._give_own_name(layer, path)
                output = layer(*arguments, **options)
            for one in keras.tree.flatten(output)[:1]:
                self.calls.append(Call(path, layer, inputs, one, constants))
            return output

        return call

    def _give_own_name(self, layer: Any, path: str) -> None:
        """Rename a layer of an inner model whose name another layer has: one graph may hold each name once."""
        if self._named.setdefault(layer.name, layer) is not layer:
            layer.name = path.replace("/", "_")
            while self._named.setdefault(layer.name, layer) is not layer:
                layer.name += "_"


def _counts(value: Any) -> bool:
    """Tell whether something is a number or an array of numbers."""
    if type(value) in (int, float):
        return True
    return hasattr(value, "dtype") and hasattr(value, "__array__") and np.asarray(value).dtype.kind in "fiu"


def _largest(value: Any) -> float:
    """Give a number as it is, and the largest of an array's, without sign: means and divisors of three colours."""
    return float(value) if type(value) in (int, float) else float(np.max(np.abs(np.asarray(value)), initial=0))


def _some(paths: list[str]) -> str:
    return ", ".join(paths[:5]) + (" ..." if len(paths) > 5 else "")


def _shape(tensor: Any) -> str:
    return "(" + ", ".join("any" if each is None else str(each) for each in tensor.shape[1:]) + ")"
