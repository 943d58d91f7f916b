"""Networks as people build and save them, tiny and with seeded weights; and a tape that knows nothing of this library.

Every builder gives a saved file's model and what a specification says of it. The tape runs the original model, layer
by layer as its builder wired it, and never the flat graph.
"""

from dataclasses import dataclass, field

import numpy as np

from explain.models.specification import ModelSpec

SIDE = 16


@dataclass
class Built:
    """A network, how it is cut at the feature layer, and its specification.

    Attributes
    ----------
    model : keras.Model
    before, after : callable
        From prepared images to the feature map, and on to the scores before softmax or sigmoid.
    """

    model: object
    before: object
    after: object
    feature_layer: str
    head_layer: str = "predictions"
    preprocessing: str = "tf"
    classes: tuple = ("ant", "bee", "cat")
    size: object = SIDE
    closed: bool = False
    scores: str = "softmax"
    options: dict = field(default_factory=dict)

    def save(self, folder):
        file = folder / "network.keras"
        self.model.save(file)
        return ModelSpec(
            "own", "Own", None, file, self.size, self.preprocessing, self.feature_layer, self.head_layer, self.classes,
            **self.options,
        )  # fmt: skip


def tape(built, prepared, classes):
    """Differentiate the scores at the feature map; Grad-CAM by loops over channels."""
    import tensorflow as tf

    with tf.GradientTape() as recorder:
        features = built.before(tf.constant(prepared))
        recorder.watch(features)
        scores = tf.cast(built.after(features), tf.float32)
        total = tf.reduce_sum(tf.gather(scores, classes, batch_dims=1))
    gradients = recorder.gradient(total, features).numpy().astype(np.float64)
    features = features.numpy().astype(np.float64)
    maps = np.zeros(features.shape[:3])
    for n in range(len(features)):
        for k in range(features.shape[3]):
            maps[n] += gradients[n, :, :, k].mean() * features[n, :, :, k]
    return features, scores.numpy(), np.maximum(maps, 0)


def in_turn(*layers):
    """Call layers one after another, as a network in use does."""

    def run(x):
        for layer in layers:
            x = layer(x, training=False) if getattr(layer, "_call_has_training_arg", False) else layer(x)
        return x

    return run


def linear(dense):
    """Give a dense layer's scores without its activation, from its weights."""
    return lambda x: x @ dense.kernel + dense.bias


def _conv(filters=6, name=None, **options):
    from keras import layers

    return layers.Conv2D(filters, 3, activation="relu", name=name, bias_initializer="glorot_uniform", **options)


def _sequential(with_input, pooling, *dense):
    import keras
    from keras import layers

    maps, pool = [_conv(5, strides=2), _conv(6, name="last")], pooling()
    head = layers.Dense(3, activation="softmax", name="predictions", bias_initializer="glorot_uniform")
    first = [keras.Input((SIDE, SIDE, 3))] if with_input else []
    model = keras.Sequential([*first, *maps, pool, layers.Dropout(0.3), *dense, head])
    if not with_input:
        model(np.zeros((1, SIDE, SIDE, 3), np.float32))  # as fit does
    return Built(model, in_turn(*maps), in_turn(pool, *dense, linear(head)), "last")


def sequential():
    from keras import layers

    built = _sequential(True, layers.GlobalAveragePooling2D)
    built.closed = True
    return built


def sequential_without_input():
    from keras import layers

    built = _sequential(False, layers.GlobalAveragePooling2D)
    built.closed = True
    return built


def flatten():
    from keras import layers

    return _sequential(True, layers.Flatten)


def global_max():
    from keras import layers

    return _sequential(True, layers.GlobalMaxPooling2D)


def two_dense():
    from keras import layers

    return _sequential(True, layers.GlobalAveragePooling2D, layers.Dense(4, activation="relu"))


def _base(name="base", ending="out_relu"):
    import keras
    from keras import layers

    image = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(5, 3, strides=2, name="conv")(image)
    x = layers.BatchNormalization(name="norm")(x)
    y = layers.Conv2D(5, 3, padding="same", name="branch")(x)
    base = keras.Model(image, layers.ReLU(name=ending)(layers.Add(name="sum")([x, y])), name=name)
    norm = base.get_layer("norm")
    norm.set_weights([np.linspace(0.5, 1.5, 5), np.linspace(-1, 1, 5), np.linspace(-0.2, 0.2, 5), np.linspace(1, 2, 5)])
    return base


def transfer():
    """Sequential: scaling, augmentation, a backbone, pooling, dropout, one dense layer."""
    import keras
    from keras import layers

    base, pool, scale = _base(), layers.GlobalAveragePooling2D(), layers.Rescaling(1 / 127.5, offset=-1)
    head = layers.Dense(3, name="predictions")
    augmentation = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)], name="augment")
    model = keras.Sequential([keras.Input((SIDE, SIDE, 3)), scale, augmentation, base, pool, layers.Dropout(0.2), head])
    return Built(
        model, in_turn(scale, base), in_turn(pool, linear(head)), "base/out_relu", preprocessing="none", closed=True
    )


def nested_in_functional():
    import keras
    from keras import layers

    base, pool = _base(), layers.GlobalAveragePooling2D()
    head = layers.Dense(3, activation="softmax", name="predictions")
    image = keras.Input((SIDE, SIDE, 3))
    x = layers.RandomZoom(0.2)(layers.RandomFlip()(image))
    model = keras.Model(image, head(layers.Dropout(0.5)(pool(base(x, training=False)))))
    return Built(model, base, in_turn(pool, linear(head)), "out_relu", closed=True)


def looked_at_as_a_whole():
    built = nested_in_functional()
    built.feature_layer = "base"
    return built


def inner_of_inner():
    """Two levels, equal names on both, and a layer between the feature layer and pooling: no closed form."""
    import keras
    from keras import layers

    base = _base("inner", "conv_relu")
    image, scored = keras.Input((SIDE, SIDE, 3)), layers.Conv2D(4, 3, activation="tanh", name="conv")
    outer = keras.Model(image, scored(base(image)), name="outer")
    pool, head = layers.GlobalAveragePooling2D(), layers.Dense(3, name="predictions")
    model = keras.Sequential([keras.Input((SIDE, SIDE, 3)), outer, pool, head])
    return Built(model, base, in_turn(scored, pool, linear(head)), "outer/inner/conv_relu")


def _functional(end, feature="last", size=(SIDE, SIDE), channels=3, **facts):
    """Make a functional network from a feature map, and the function from it to outputs and scores."""
    import keras

    image = keras.Input((*size, channels))
    maps = [_conv(5, strides=2), _conv(6, name="last")]
    features = in_turn(*maps)(image)
    outputs, after = end(features)
    return Built(keras.Model(image, outputs), in_turn(*maps), after, feature, **facts)


def softmax_of_its_own():
    from keras import layers

    def end(x):
        pool, head = layers.GlobalAveragePooling2D(), layers.Dense(3, name="scores")
        return layers.Softmax(name="predictions")(head(pool(x))), in_turn(pool, linear(head))

    return _functional(end, closed=True)


def sigmoid_of_many():
    from keras import layers

    def end(x):
        pool, head = layers.GlobalAveragePooling2D(), layers.Dense(3, activation="sigmoid", name="predictions")
        return head(pool(x)), in_turn(pool, linear(head))

    return _functional(end, closed=True, scores="sigmoid")


def sigmoid_behind_the_head():
    from keras import layers

    def end(x):
        pool, head = layers.GlobalAveragePooling2D(), layers.Dense(3, name="predictions")
        return layers.Activation("sigmoid")(head(pool(x))), in_turn(pool, linear(head))

    return _functional(end, closed=True, scores="sigmoid")


def one_output():
    import tensorflow as tf
    from keras import layers

    def end(x):
        pool, head = layers.GlobalAveragePooling2D(), layers.Dense(1, activation="sigmoid", name="predictions")

        def after(features):
            z = linear(head)(pool(features))
            return tf.concat([-z / 2, z / 2], axis=1)

        return head(pool(x)), after

    return _functional(end, closed=True, classes=("no", "yes"))


def convolution_as_head():
    from keras import layers

    def end(x):
        head, pool = layers.Conv2D(3, 1, name="predictions"), layers.GlobalAveragePooling2D()
        return layers.Activation("softmax")(pool(head(x))), in_turn(head, pool)

    return _functional(end, closed=True)


def convolution_behind_pooling():
    from keras import layers

    def end(x):
        pool = layers.GlobalAveragePooling2D(keepdims=True)
        head, flat = layers.Conv2D(3, 1, name="predictions"), layers.Reshape((3,))
        return layers.Softmax()(flat(head(layers.Dropout(0.1)(pool(x))))), in_turn(pool, head, flat)

    return _functional(end, closed=True)


def convolution_with_relu():
    from keras import layers

    def end(x):
        head, pool = layers.Conv2D(3, 1, activation="relu"), layers.GlobalAveragePooling2D(name="predictions")
        return layers.Softmax()(pool(head(x))), in_turn(head, pool)

    return _functional(end)


def several_outputs():
    from keras import layers

    def end(x):
        pool, head = layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax", name="kind")
        return [layers.Dense(4, name="box")(pool(x)), head(pool(x))], in_turn(pool, linear(head))

    return _functional(end, closed=True, head_layer="kind")


def _pooled(x):
    from keras import layers

    pool, head = layers.GlobalAveragePooling2D(), layers.Dense(3, name="predictions")
    return head(pool(x)), in_turn(pool, linear(head))


def grey():
    return _functional(_pooled, channels=1, closed=True, preprocessing="0..1")


def not_square():
    built = _functional(_pooled, size=(16, 24), closed=True, preprocessing="0..1")
    built.size = (16, 24)
    return built


NETWORKS = (
    sequential, sequential_without_input, flatten, global_max, two_dense, transfer, nested_in_functional,
    looked_at_as_a_whole, inner_of_inner, softmax_of_its_own, sigmoid_of_many, sigmoid_behind_the_head, one_output,
    convolution_as_head, convolution_behind_pooling, convolution_with_relu, several_outputs, grey, not_square,
)  # fmt: skip
