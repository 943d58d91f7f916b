"""Weights of applications are found under every name that Keras publishes them by."""

import pytest

from explain.models.specification import ModelSpec
from explain.models.weights import find_weights

PUBLISHED = {  # as keras.applications of Keras 3 downloads them
    "EfficientNetB0": "efficientnetb0.h5",
    "EfficientNetV2B0": "efficientnetv2-b0.h5",
    "ConvNeXtTiny": "convnext_tiny.h5",
    "MobileNet": "mobilenet_1_0_224_tf.h5",
    "MobileNetV2": "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5",
    "MobileNetV3Small": "weights_mobilenet_v3_small_224_1.0_float.h5",
    "NASNetMobile": "NASNet-mobile.h5",
    "ResNet50": "resnet50_weights_tf_dim_ordering_tf_kernels.h5",
    "ResNet50V2": "resnet50v2_weights_tf_dim_ordering_tf_kernels.h5",
    "InceptionV3": "inception_v3_weights_tf_dim_ordering_tf_kernels.h5",
    "VGG16": "vgg16_weights_tf_dim_ordering_tf_kernels.h5",
}


@pytest.mark.parametrize("application", PUBLISHED)
def test_among_all_files_the_applications_own_is_found(application, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLAIN_WEIGHTS", str(tmp_path))
    for file in PUBLISHED.values():
        (tmp_path / file).write_bytes(b"")
        (tmp_path / file.replace(".h5", "_notop.h5")).write_bytes(b"")
    spec = ModelSpec("a", "A", application, None, 224, "tf", "x", "y", ())
    assert find_weights(spec).name == PUBLISHED[application]
