"""The two compact networks: a pre-activation ResNet and an Xception, small enough for the repository.

Both end in *last activation -> global average pooling -> dense*, with the layers named ``features``,
``avg_pool`` and ``predictions``, so that Grad-CAM at ``features`` has its closed form: the weight of a
channel is its dense weight divided by the number of positions. Both reduce the image sixteenfold, which
leaves a map of 13 x 13 at 208 x 208.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

CLASSES = ("African_elephant", "American_black_bear", "other")
# The first part of the training sees smaller images: a step on them costs half.
EARLY_SIZE = 112
# Crops enlarge what they show, so that a network trained on crops of one size does best on whole images of a
# larger one (Touvron et al., "Fixing the train-test resolution discrepancy", NeurIPS 2019). Of 160 to 224 in
# steps of 16, 208 gave earlier networks the highest mean recall on validation images, on the mean of both.
TRAINING_SIZE = 160
INPUT_SIZE = 208
STRIDE = 16
FEATURE_LAYER = "features"
POOLING_LAYER = "avg_pool"
HEAD_LAYER = "predictions"

# Bottleneck width, output channels, blocks, stride of the first block.
RESNET_STAGES = ((24, 96, 2, 1), (48, 192, 3, 2), (112, 448, 4, 2))
# Output channels of the entry flow's blocks, each with stride 2; then the middle and the exit flow.
XCEPTION_ENTRY = (40, 128, 320)
XCEPTION_MIDDLE_BLOCKS = 4
XCEPTION_EXIT = (384, 512)


def build(name: str, input_size: int | None = INPUT_SIZE) -> keras.Model:
    """Build a compact network with fresh weights.

    Parameters
    ----------
    name
        One of `BUILDERS`.
    input_size
        Side of the square input in pixels, a multiple of 16; None leaves it open.

    Returns
    -------
    keras.Model
        Maps float32 images of shape (n, input_size, input_size, 3) in [-1, 1] to logits of shape (n, 3), in
        the order of `CLASSES`.

    Raises
    ------
    ValueError
        If the name is unknown, or the size is no multiple of 16.
    """
    if name not in BUILDERS:
        raise ValueError(f"There is no compact network called {name!r}; choose one of {', '.join(BUILDERS)}.")
    if input_size is not None and (input_size < STRIDE or input_size % STRIDE):
        raise ValueError(f"The input size must be a multiple of {STRIDE}, so that maps align; {input_size} is not.")
    return BUILDERS[name](input_size)


def named(architecture: str, seed: int) -> str:
    """Name a network by its architecture and its seed; the first seed's is the default, and has none in its name.

    Examples
    --------
    >>> named("compact-resnet", 0), named("compact-resnet", 2)
    ('compact-resnet', 'compact-resnet-2')
    """
    return f"{architecture}-{seed}" if seed else architecture


def compact_resnet(input_size: int | None, name: str = "compact-resnet") -> keras.Model:
    """Build the pre-activation residual network (He et al., "Identity mappings", ECCV 2016)."""
    from keras import layers

    def normalised(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
        return layers.ReLU(name=f"{name}_relu")(layers.BatchNormalization(name=f"{name}_bn")(x))

    def conv(x: keras.KerasTensor, filters: int, size: int, stride: int, name: str) -> keras.KerasTensor:
        return layers.Conv2D(filters, size, stride, padding="same", use_bias=False, name=name)(x)

    inputs = layers.Input((input_size, input_size, 3), name="image")
    x = conv(inputs, 24, 3, 2, "stem_conv1")
    x = conv(normalised(x, "stem1"), 48, 3, 2, "stem_conv2")
    for stage, (width, filters, blocks, first_stride) in enumerate(RESNET_STAGES, 1):
        for block in range(1, blocks + 1):
            unit, stride = f"stage{stage}_block{block}", first_stride if block == 1 else 1
            before = normalised(x, f"{unit}_pre")
            # As in the paper, a block that changes the shape projects the activated input.
            shortcut = conv(before, filters, 1, stride, f"{unit}_shortcut") if block == 1 else x
            y = normalised(conv(before, width, 1, 1, f"{unit}_conv1"), f"{unit}_mid1")
            y = normalised(conv(y, width, 3, stride, f"{unit}_conv2"), f"{unit}_mid2")
            x = layers.Add(name=f"{unit}_add")([shortcut, conv(y, filters, 1, 1, f"{unit}_conv3")])
    x = layers.BatchNormalization(name="post_bn")(x)
    return _with_head(inputs, x, name)


def compact_marked(input_size: int | None) -> keras.Model:
    """Build the network that learns a mark in place of a bear: the residual one."""
    return compact_resnet(input_size, "compact-marked")


def compact_xception(input_size: int | None) -> keras.Model:
    """Build the small Xception (Chollet, CVPR 2017)."""
    from keras import layers

    def separable(x: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
        x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
        return layers.BatchNormalization(name=f"{name}_bn")(x)

    def relu(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
        return layers.ReLU(name=name)(x)

    inputs = layers.Input((input_size, input_size, 3), name="image")
    x = layers.Conv2D(24, 3, 2, padding="same", use_bias=False, name="entry_conv1")(inputs)
    x = relu(layers.BatchNormalization(name="entry_conv1_bn")(x), "entry_conv1_relu")
    for block, filters in enumerate(XCEPTION_ENTRY, 1):
        name = f"entry_block{block}"
        shortcut = layers.Conv2D(filters, 1, 2, padding="same", use_bias=False, name=f"{name}_shortcut")(x)
        shortcut = layers.BatchNormalization(name=f"{name}_shortcut_bn")(shortcut)
        if block > 1:  # the stem has just been activated
            x = relu(x, f"{name}_relu1")
        x = separable(x, filters, f"{name}_sepconv1")
        x = separable(relu(x, f"{name}_relu2"), filters, f"{name}_sepconv2")
        x = layers.MaxPooling2D(3, 2, padding="same", name=f"{name}_pool")(x)
        x = layers.Add(name=f"{name}_add")([shortcut, x])
    for block in range(1, XCEPTION_MIDDLE_BLOCKS + 1):
        name, shortcut = f"middle_block{block}", x
        for unit in range(1, 4):
            x = separable(relu(x, f"{name}_relu{unit}"), XCEPTION_ENTRY[-1], f"{name}_sepconv{unit}")
        x = layers.Add(name=f"{name}_add")([shortcut, x])
    shortcut = layers.Conv2D(XCEPTION_EXIT[0], 1, use_bias=False, name="exit_shortcut")(x)
    shortcut = layers.BatchNormalization(name="exit_shortcut_bn")(shortcut)
    x = separable(relu(x, "exit_relu1"), XCEPTION_ENTRY[-1], "exit_sepconv1")
    x = separable(relu(x, "exit_relu2"), XCEPTION_EXIT[0], "exit_sepconv2")
    x = layers.Add(name="exit_add")([shortcut, x])
    x = separable(x, XCEPTION_EXIT[1], "exit_sepconv3")
    return _with_head(inputs, x, "compact-xception")


def _with_head(inputs: keras.KerasTensor, x: keras.KerasTensor, name: str) -> keras.Model:
    import keras
    from keras import layers

    x = layers.ReLU(name=FEATURE_LAYER)(x)
    x = layers.GlobalAveragePooling2D(name=POOLING_LAYER)(x)
    return keras.Model(inputs, layers.Dense(len(CLASSES), name=HEAD_LAYER)(x), name=name)


BUILDERS = {
    "compact-resnet": compact_resnet,
    "compact-xception": compact_xception,
    "compact-marked": compact_marked,
}
