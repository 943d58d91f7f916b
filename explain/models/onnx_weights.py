"""What a network in ONNX has learnt, taken from it: the values of its arrays of weights permuted."""

from __future__ import annotations

from typing import Any

import numpy as np


def shuffle_weights(model: Any, seed: int, share: float) -> None:
    """Permute the values of arrays of weights, in place; each keeps the distribution of its values.

    Parameters
    ----------
    model : onnx.ModelProto
    seed : int
    share : float
        Of the operations that have weights, counted from the scores back; 1 is the whole network.
    """
    from onnx import numpy_helper

    rng = np.random.default_rng(seed)
    weights = {each.name: each for each in model.graph.initializer if _is_learnt(each)}
    using = [node for node in model.graph.node if any(name in weights for name in node.input)]
    for node in using[len(using) - round(share * len(using)) :]:
        for name in node.input:
            if name in weights:
                tensor = weights.pop(name)  # each once, also where several operations share it
                values = numpy_helper.to_array(tensor)
                tensor.CopyFrom(numpy_helper.from_array(rng.permutation(values.ravel()).reshape(values.shape), name))


def _is_learnt(tensor: Any) -> bool:
    """Tell weights, whole ones of eight bits among them, from shapes, axes and single numbers."""
    import onnx

    kind = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type))
    return int(np.prod(tensor.dims)) > 1 and (kind.kind == "f" or kind.itemsize == 1)
