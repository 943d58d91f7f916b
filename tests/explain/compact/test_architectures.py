import subprocess
import sys

import pytest

from explain.compact.architectures import BUILDERS, build


def test_importing_the_architectures_does_not_import_tensorflow():
    heavy = "{'tensorflow', 'keras'} & set(sys.modules)"
    code = f"import sys; import explain.compact.architectures; sys.exit(bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_name_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="compact-resnet"):
        build("resnet")


def test_a_size_that_does_not_align_is_refused():
    with pytest.raises(ValueError, match="multiple of 16"):
        build("compact-resnet", 150)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDERS)
def test_networks_end_in_activation_pooling_dense(name):
    model = build(name)
    features, pooling, head = model.layers[-3:]
    assert (features.name, pooling.name, head.name) == ("features", "avg_pool", "predictions")
    assert type(features).__name__ == "ReLU"
    assert features.output.shape[1:3] == (13, 13)
    assert model.output_shape == (None, 3)
