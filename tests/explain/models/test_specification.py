import pytest

from explain.errors import ExplainError
from explain.models.specification import load_specifications

GOOD = """[mine]
file = "net.keras"
input_size = 96
preprocessing = "tf"
feature_layer = "features"
head_layer = "predictions"
classes = ["a", "b"]
"""


def written(tmp_path, text):
    path = tmp_path / "models.toml"
    path.write_text(text)
    return path


def test_a_specification_is_read_relative_to_its_file(tmp_path):
    (spec,) = load_specifications(written(tmp_path, GOOD))
    assert spec.file == (tmp_path / "net.keras").resolve()
    assert spec.classes == ("a", "b")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("head_layer =", "headlayer =", ("line 6", "headlayer", "unknown")),
        ('head_layer = "predictions"\n', "", ("head_layer", "missing")),
        ("input_size = 96", 'input_size = "big"', ("line 3", "input_size")),
        ('"tf"', '"jax"', ("line 4", "preprocessing")),
        ('["a", "b"]', '["a", "a"]', ("line 7", "twice")),
        ("net.keras", "net.h5", ("line 2", ".keras")),
        ("[mine]", "[mine", ("TOML",)),
    ],
)
def test_a_wrong_key_is_named_with_its_line(tmp_path, old, new, words):
    with pytest.raises(ExplainError) as caught:
        load_specifications(written(tmp_path, GOOD.replace(old, new)))
    for word in words:
        assert word in str(caught.value)


def test_labels_find_their_output_by_name_or_synset():
    resnet = load_specifications("resnet50v2")[0]
    assert resnet.class_index("African elephant") == 386
    assert resnet.class_index("black bears", "n02133161") == 295
    assert resnet.class_index("no such thing") is None
    assert [spec.name for spec in load_specifications("xception,resnet50")] == ["xception", "resnet50"]
