"""What a network is, found by looking at it: input, scaling, feature maps, head; and the table that says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explain.errors import ExplainError
from explain.models.applications import application_named, layers_counted_anew, preprocessing_of_application
from explain.models.archive import how_to_convert
from explain.models.ending import find_ending, linear_head
from explain.models.feature_maps import FeatureMap, feature_maps, last_feature_map
from explain.models.installed import LIBRARIES_OF_KERAS, versions_of
from explain.models.layer_classes import activation_name, keras_class
from explain.models.loading import read_network, refuse_quantised
from explain.models.model_spec import ONNX_SUFFIX
from explain.models.network import import_keras
from explain.models.scaling import own_preprocessing
from explain.models.unnesting import unnest
from explain.models.weights import digest_of_weights
from explain.store.digests import code_digest, digest_of
from explain.store.filesystem import read_whole, write_atomically

if TYPE_CHECKING:
    from explain.models.unnesting import Graph

_IMAGENET_CLASSES = 1000
_USUAL_SIDE = 224
"""What applications are trained at that leave their input's size open."""


@dataclass(frozen=True)
class Inspection:
    """What a look at a network found.

    Attributes
    ----------
    network : str
        File name or name of the application.
    choices : mapping of str to object
        Keys of a specification with what is clear of them.
    open : mapping of str to str
        Keys that are not clear, with a sentence that says why and what to write.
    channels : int
        Of the input: 3, or 1 for grey.
    scaling : str
        What the network does with pixels itself, in a sentence.
    layers : tuple of FeatureMap
        Where one can look: the last layer of each resolution.
    classes : int
        How many the network tells apart.
    scores : {"softmax", "sigmoid"} or empty
        What turns its logits into probabilities.
    closed_form : bool
        Whether gradients at the feature layer need no automatic differentiation.
    differentiable : bool
        Whether there are gradients beyond those in closed form.
    """

    network: str
    choices: Mapping[str, Any]
    open: Mapping[str, str]
    channels: int
    scaling: str
    layers: tuple[FeatureMap, ...]
    classes: int
    scores: str
    closed_form: bool
    differentiable: bool = True

    def as_json(self) -> dict[str, Any]:
        """Give everything as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Inspection:
        """Read what :meth:`as_json` gave.

        Raises
        ------
        TypeError, KeyError
            If another version wrote it.
        """
        layers = tuple(FeatureMap(**{**each, "shape": tuple(each["shape"])}) for each in value["layers"])
        return cls(**{**value, "layers": layers})


def inspect_network(network: Path | str) -> Inspection:
    """Look at a network.

    Parameters
    ----------
    network : Path or str
        A ``.keras`` or ``.onnx`` file, or a name in ``keras.applications`` (its weights are not needed).

    Raises
    ------
    ExplainError
        If there is no such network, or it is none that can be explained.
    """
    file = Path(network)
    if file.suffix != ONNX_SUFFIX:
        versions_of(LIBRARIES_OF_KERAS)
    application = application_named(str(network))
    if application is not None:
        keras = import_keras()
        build = getattr(keras.applications, application)
        with layers_counted_anew():
            model = build(weights=None, classifier_activation=None)
        graph = unnest(model, application)
        known = {"application": application, "preprocessing": preprocessing_of_application(build)}
        return _inspected(application, graph, known)
    if (advice := how_to_convert(file)) is not None:
        raise ExplainError(f"{file.name}: {advice}")
    try:
        there = file.exists()
    except (OSError, ValueError):
        there = False
    if not there:
        raise ExplainError(
            f"{str(network)[:200]!r} is neither a file nor a name in keras.applications; expected one of them."
        )
    if file.suffix == ONNX_SUFFIX:
        from explain.models.onnx_inspection import inspect_onnx

        return inspect_onnx(file)
    return _inspected(file.name, unnest(read_network(import_keras(), file), file.stem), {"file": str(network)})


def inspect_model(model: Any, name: str) -> Inspection:
    """Look at a network that is in memory.

    Parameters
    ----------
    model : keras.Model
    name : str
        Of the network, for errors.

    Raises
    ------
    ExplainError
        If it is none that can be explained.
    """
    versions_of(LIBRARIES_OF_KERAS)
    if not isinstance(model, import_keras().Model):
        raise ExplainError(
            f"{name!r} is a {type(model).__module__}.{type(model).__qualname__}; expected a Keras model, Functional or "
            "Sequential."
        )
    refuse_quantised(model, name)
    return _inspected(name, unnest(model, name), {})


def inspect_once(network: Path | str, remembered: Path | None) -> Inspection:
    """Look at a network, unless what was found is remembered: then TensorFlow is not imported.

    Parameters
    ----------
    network : Path or str
        As :func:`inspect_network` takes it.
    remembered : Path or None
        The folder of what was found, by digest of the network and of the code that looks at it.
    """
    if remembered is None or (isinstance(network, Path) and not network.is_file()):
        return inspect_network(network)
    code = code_digest(tuple(sorted(Path(__file__).parent.glob("*.py"))))
    identity = digest_of_weights(network) if isinstance(network, Path) else network
    note = remembered / f"{digest_of({'network': identity, 'code': code, 'keras': version('keras')})}.json"
    try:
        return Inspection.from_json(json.loads(read_whole(note)))
    except (OSError, ValueError, TypeError, KeyError):
        found = inspect_network(network)
    with suppress(OSError):  # a cache that cannot be written costs time, no result
        write_atomically(note, json.dumps(found.as_json(), indent=1).encode())
    return found


def _inspected(name: str, graph: Graph, known: dict[str, Any]) -> Inspection:
    choices = {key: value for key, value in known.items() if value is not None}
    left: dict[str, str] = {}
    choose_size(tuple(graph.image.shape[1:3]), choices, left)
    scaling = choose_preprocessing(own_preprocessing(graph), choices, left)
    scores, classes, closed = "", 0, False
    features = None
    head = _head_of(graph, left)
    if head is not None:
        choices["head_layer"] = head
        ending = find_ending(graph, head, name)
        scores, classes = ending.scores, int(ending.logits.shape[-1])
        features = last_feature_map(graph, ending)
        if features is None:
            left["feature_layer"] = "its scores do not come from one feature map; name the layer to look at."
        elif sum(call.path == features.path for call in graph.calls) > 1:
            left["feature_layer"] = f"its last feature map is of {features.path!r}, which is used twice; name another."
        else:
            choices["feature_layer"] = features.path
            closed = linear_head(graph, ending, features.output) is not None
    choose_classes(classes, choices, left)
    layers = feature_maps(graph, features)
    return Inspection(name, choices, left, int(graph.image.shape[-1]), scaling, layers, classes, scores, closed)


def choose_size(takes: tuple[int | None, int | None], choices: dict[str, Any], left: dict[str, str]) -> None:
    """Choose the input size from the rows and columns that a network takes, or say why that is open."""
    height, width = takes
    if height and width:
        choices["input_size"] = height if height == width else [height, width]
    elif "application" in choices:
        choices["input_size"] = _USUAL_SIDE
    else:
        left["input_size"] = "it takes images of any size; write the size that it was trained at."


def choose_preprocessing(found: tuple[str, str] | None, choices: dict[str, Any], left: dict[str, str]) -> str:
    """Choose how pixels are scaled from what a network does with them, or say why that is open.

    Parameters
    ----------
    found : (str, str) or None
        The preprocessing that the network's first layers ask for, and the layer that says so.

    Returns
    -------
    str
        What the network does with pixels itself, in a sentence.
    """
    if found is not None:
        choices["preprocessing"] = found[0]
        return f"It scales pixels itself, by its layer {found[1]!r}."
    if "preprocessing" in choices:
        return "Its application's own function scales pixels for it."
    if choices.get("application") is None:
        left["preprocessing"] = (
            'it does not scale pixels itself; write what its training did: "torch" (ImageNet\'s mean and deviation, as '
            'torchvision\'s networks take them), "tf" (-1 to 1), "caffe", "0..1" (divided by 255), "none" (0 to 255 as '
            "they are), or a mean and deviation of your own { mean = [...], std = [...] }."
        )
    return "It does not scale pixels itself."


def choose_classes(number: int, choices: dict[str, Any], left: dict[str, str]) -> None:
    """Choose ImageNet's classes where there are as many, or say why they are open."""
    if "application" in choices or number == _IMAGENET_CLASSES:
        choices["classes"] = "imagenet"
    else:
        left["classes"] = f"no file holds the names of its {number} classes; write classes = [...] in output order."


def _head_of(graph: Graph, left: dict[str, str]) -> str | None:
    """Name the layer that gives scores; with several outputs that is for a person to say."""
    rows = [call for tensor in graph.outputs if (call := graph.maker(tensor)) and len(tensor.shape) in (2, 4)]
    if len(rows) != 1 or (len(rows[0].output.shape) == 4 and not keras_class(rows[0].layer, "Conv2D")):
        names = ", ".join(call.path for call in rows) or "none"
        left["head_layer"] = f"it has several outputs, or none with scores ({names}); name the layer that gives them."
        return None
    (call,) = rows
    before = graph.maker(call.inputs[0]) if len(call.inputs) == 1 else None
    weightless = not call.layer.weights if hasattr(call.layer, "weights") else True
    return before.path if before and weightless and activation_name(call.layer) in ("softmax", "sigmoid") else call.path
