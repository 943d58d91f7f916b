"""Networks in ONNX as exporters write them, tiny and with seeded weights, beside the same in NumPy, by loops.

PyTorch's exporters write channels first, GlobalAveragePool or ReduceMean, Flatten or Reshape, and Gemm; tf2onnx writes
channels last outside and first inside, Squeeze, MatMul and Add.
"""

import numpy as np
from onnx import TensorProto, helper

from explain.models.preprocessing import Standardisation
from tests.explain.models.onnx_writing import SIDE, Built, Graph, convolution

CHANNELS, CLASSES = 6, 3
OWN = Standardisation((0.5, 0.4, 0.3), (0.2, 0.25, 0.5))


def _made(
    end, *, last=False, batch="n", size=(SIDE, SIDE), shown=None, colours=3, kind=np.float32, front=None, **facts
):
    """Make a network: image, what `front` does with it, convolution and ReLU, and `end` from the feature map on."""
    graph = Graph()
    element = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    shape = [batch, colours, *(shown or size)]
    image = helper.make_tensor_value_info("image", element, [shape[0], *shape[2:], shape[1]] if last else shape)
    pixels, scale = front(graph) if front else ("image", lambda x: x)
    if last:
        pixels = graph.add("Transpose", pixels, perm=[0, 3, 1, 2])
    weights = np.float16 if kind == np.float16 else np.float32
    kernel, bias = graph.random(CHANNELS, colours, 3, 3).astype(weights), graph.random(CHANNELS).astype(weights)
    inner = graph.add("Conv", pixels, graph.constant(kernel), graph.constant(bias), strides=[2, 2])
    features = graph.add("Relu", inner, to="features")
    outputs, after = end(graph, features)
    model = graph.model(
        image, [(name, element if kind != np.uint8 else TensorProto.FLOAT, ["m", "k"]) for name in outputs]
    )
    facts.setdefault("size", size[0] if size[0] == size[1] else size)
    return Built(model, lambda x: convolution(scale(x), kernel, bias), after, **facts)


def _pooled_gemm(graph, features, to="scores", outputs=CLASSES, kind=np.float32):
    kernel, bias = graph.random(outputs, CHANNELS).astype(kind), graph.random(outputs).astype(kind)
    flat = graph.add("Flatten", graph.add("GlobalAveragePool", features))
    graph.add("Gemm", flat, graph.constant(kernel), graph.constant(bias), to=to, transB=1)
    return to, lambda x: x.mean(axis=(1, 2)) @ kernel.T.astype(np.float64) + bias


def _torch_end(graph, features):
    scores, after = _pooled_gemm(graph, features)
    return [scores], after


def torchs(**facts):
    return _made(_torch_end, **facts)


def torchs_newer():
    """Exported by torch.export: a mean over named axes, a reshape to a shape that is computed."""

    def end(graph, features):
        kernel, bias = graph.random(CLASSES, CHANNELS), graph.random(CLASSES)
        mean = graph.add("ReduceMean", features, graph.constant(np.array([-1, -2])), keepdims=1)
        images = graph.add("Shape", "image", start=0, end=1)
        shape = graph.add("Concat", images, graph.constant(np.array([CHANNELS])), axis=0)
        flat = graph.add("Identity", graph.add("Reshape", mean, shape))
        turned = graph.add("Transpose", graph.constant(kernel), perm=[1, 0])
        graph.add("Gemm", flat, turned, graph.constant(bias), to="scores", alpha=0.5, beta=2.0)
        return ["scores"], lambda x: 0.5 * x.mean(axis=(1, 2)) @ kernel.T + 2 * bias

    built = _made(end)
    built.model.opset_import[0].version = 18
    return built


def _tf2onnx_end(axes):
    def end(graph, features):
        kernel, bias = graph.random(CHANNELS, CLASSES), graph.random(CLASSES)
        if axes == [1, 2]:
            features = graph.add("Transpose", features, perm=[0, 2, 3, 1])
        mean = graph.add("ReduceMean", features, axes=axes, keepdims=0)
        graph.add("Add", graph.add("MatMul", mean, graph.constant(kernel)), graph.constant(bias), to="scores")
        return [graph.add("Softmax", "scores", to="probabilities")], lambda x: x.mean(axis=(1, 2)) @ kernel + bias

    return end


def tf2onnxs():
    return _made(_tf2onnx_end([2, 3]), last=True)


def tf2onnxs_channels_last_at_the_end():
    return _made(_tf2onnx_end([1, 2]), last=True)


def one_image_at_a_time():
    return torchs(batch=1)


def four_images_at_a_time():
    return torchs(batch=4)


def of_any_size():
    return torchs(shown=("h", "w"))


def not_square():
    return torchs(size=(16, 24))


def grey():
    return torchs(colours=1, preprocessing="0..1")


def own_statistics():
    return torchs(preprocessing=OWN)


def scales_itself():
    def front(graph):
        shares = graph.add("Div", "image", graph.constant(np.float32(255)))
        less = graph.add("Sub", shares, graph.constant(np.float32(OWN.mean).reshape(1, 3, 1, 1)))
        return graph.add("Div", less, graph.constant(np.float32(OWN.std).reshape(1, 3, 1, 1))), OWN.of

    return torchs(front=front, preprocessing="none")


def takes_bytes():
    def front(graph):
        graph.nodes.append(helper.make_node("Cast", ["image"], ["numbers"], name="/cast", to=TensorProto.FLOAT))
        return graph.add("Mul", "numbers", graph.constant(np.float32(1 / 255))), lambda x: x / 255

    return torchs(front=front, kind=np.uint8, preprocessing="none")


def half_precision():
    def end(graph, features):
        scores, after = _pooled_gemm(graph, features, kind=np.float16)
        return [scores], after

    return _made(end, kind=np.float16, tolerance=5e-3)


def weights_of_eight_bits():
    def end(graph, features):
        kernel = graph.rng.integers(-127, 128, (CLASSES, CHANNELS), dtype=np.int8)
        flat = graph.add("Flatten", graph.add("GlobalAveragePool", features))
        values = graph.add("DequantizeLinear", graph.constant(kernel), graph.constant(np.float32(1 / 64)))
        graph.add("Gemm", flat, values, to="scores", transB=1)
        return ["scores"], lambda x: x.mean(axis=(1, 2)) @ kernel.T / 64

    built = _made(end)
    built.model.opset_import[0].version = 19
    return built


def softmax_in_it():
    def end(graph, features):
        scores, after = _pooled_gemm(graph, features)
        return [graph.add("Softmax", scores)], after

    return _made(end)


def sigmoid_of_many():
    def end(graph, features):
        scores, after = _pooled_gemm(graph, features)
        return [graph.add("Sigmoid", scores)], after

    return _made(end, scores="sigmoid")


def one_output():
    def end(graph, features):
        scores, after = _pooled_gemm(graph, features, outputs=1)
        return [graph.add("Sigmoid", scores)], lambda x: np.hstack([-after(x) / 2, after(x) / 2])

    return _made(end, classes=("no", "yes"))


def average_pool_as_large_as_the_map():
    def end(graph, features):
        kernel = graph.random(CHANNELS, CLASSES)
        flat = graph.add("Flatten", graph.add("AveragePool", features, kernel_shape=[7, 7]))
        graph.add("MatMul", flat, graph.constant(kernel), to="scores")
        return ["scores"], lambda x: x.mean(axis=(1, 2)) @ kernel

    return _made(end)


def convolution_as_head():
    def end(graph, features):
        kernel, bias = graph.random(CLASSES, CHANNELS, 1, 1), graph.random(CLASSES)
        each = graph.add("Conv", features, graph.constant(kernel), graph.constant(bias))
        graph.add("Flatten", graph.add("GlobalAveragePool", each), to="scores")
        return ["scores"], lambda x: (x @ kernel[:, :, 0, 0].T + bias).mean(axis=(1, 2))

    return _made(end)


def convolution_behind_pooling():
    def end(graph, features):
        kernel, bias = graph.random(CLASSES, CHANNELS, 1, 1), graph.random(CLASSES)
        pooled = graph.add("GlobalAveragePool", features)
        graph.add("Conv", pooled, graph.constant(kernel), graph.constant(bias), to="scores")
        return [graph.add("Flatten", "scores")], lambda x: x.mean(axis=(1, 2)) @ kernel[:, :, 0, 0].T + bias

    return _made(end, found={"head_layer": "flatten_4"})


def several_outputs():
    def end(graph, features):
        box, _ = _pooled_gemm(graph, features, to="box", outputs=4)
        scores, after = _pooled_gemm(graph, features)
        return [box, scores], after

    return _made(end, output=1)


def convolution_with_relu():
    def end(graph, features):
        kernel = graph.random(CLASSES, CHANNELS, 1, 1)
        each = graph.add("Relu", graph.add("Conv", features, graph.constant(kernel)))
        graph.add("Flatten", graph.add("GlobalAveragePool", each), to="scores")
        return ["scores"], lambda x: np.maximum(x @ kernel[:, :, 0, 0].T, 0).mean(axis=(1, 2))

    return _made(end, closed=False, found={"feature_layer": "relu_3"})


def flatten():
    def end(graph, features):
        kernel = graph.random(7 * 7 * CHANNELS, CLASSES)
        graph.add("MatMul", graph.add("Flatten", features), graph.constant(kernel), to="scores")
        return ["scores"], lambda x: x.transpose(0, 3, 1, 2).reshape(len(x), -1) @ kernel

    return _made(end, closed=False)


def largest_of_the_map():
    def end(graph, features):
        kernel = graph.random(CHANNELS, CLASSES)
        flat = graph.add("Flatten", graph.add("GlobalMaxPool", features))
        graph.add("MatMul", flat, graph.constant(kernel), to="scores")
        return ["scores"], lambda x: x.max(axis=(1, 2)) @ kernel

    return _made(end, closed=False)


def two_dense():
    def end(graph, features):
        first, second = graph.random(CHANNELS, 5), graph.random(5, CLASSES)
        mean = graph.add("ReduceMean", features, axes=[2, 3], keepdims=0)
        inner = graph.add("Relu", graph.add("MatMul", mean, graph.constant(first)))
        graph.add("MatMul", inner, graph.constant(second), to="scores")
        return ["scores"], lambda x: np.maximum(x.mean(axis=(1, 2)) @ first, 0) @ second

    return _made(end, closed=False)


NETWORKS = (
    torchs, torchs_newer, tf2onnxs, tf2onnxs_channels_last_at_the_end, one_image_at_a_time, four_images_at_a_time,
    of_any_size, not_square, grey, own_statistics, scales_itself, takes_bytes, half_precision, weights_of_eight_bits,
    softmax_in_it, sigmoid_of_many, one_output, average_pool_as_large_as_the_map, convolution_as_head,
    convolution_behind_pooling, several_outputs, convolution_with_relu, flatten, largest_of_the_map, two_dense,
)  # fmt: skip
