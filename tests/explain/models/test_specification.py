import pytest

from explain.errors import ExplainError
from explain.models.preprocessing import Standardisation
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


def test_where_cells_lie_is_read_and_absent_where_nobody_says(tmp_path):
    (spec,) = load_specifications(written(tmp_path, GOOD))
    assert spec.alignment is None
    (spec,) = load_specifications(written(tmp_path, GOOD + "alignment = [0, -9.5]\n"))
    assert spec.alignment == (0.0, -9.5)


def test_an_application_that_is_built_in_under_another_name_lies_as_that_one_was_measured():
    assert load_specifications("Xception")[0].alignment == load_specifications("xception")[0].alignment == (0.0, 0.0)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("head_layer =", "headlayer =", ("line 6", "headlayer", "unknown")),
        ('head_layer = "predictions"\n', "", ("head_layer", "missing")),
        ("input_size = 96", 'input_size = "big"', ("line 3", "input_size")),
        ('"tf"', '"jax"', ("line 4", "preprocessing")),
        ('["a", "b"]', '["a", "a"]', ("line 7", "twice")),
        ("net.keras", "net.h5", ("line 2", ".keras")),
        ("net.keras", "net.pt", ("line 2", ".keras or .onnx")),
        ("[mine]", "[mine", ("TOML",)),
        ("input_size = 96", "input_size = [96]", ("line 3", "height, width")),
        ("input_size = 96", "input_size = [96, 5]", ("line 3", "height, width")),
        ("input_size = 96", "input_size = true", ("line 3", "input_size")),
        ("input_size = 96", "input_size = 1e999", ("line 3", "input_size")),
        ("input_size = 96", "input_size = " + "9" * 4000, ("line 3", "input_size")),
        ("input_size = 96", "input_size = " + "9" * 5000, ("TOML", "too long")),
        ("input_size = 96", "input_size = " + "[" * 20_000 + "]" * 20_000, ("TOML", "deeply")),
        ("net.keras", "a\\u0000b.keras", ("line 2", "file")),
        ("net.keras", "n" * 300 + ".keras", ("line 2", "file")),
        ("[mine]", "[" + "m" * 300 + "]", ("300 characters",)),
        ('"tf"', '"tf\\u0007"', ("line 4", "preprocessing", "one of tf, torch")),
        ('"tf"', "{ mean = [0.5, 0.5] }", ("line 4", "mean and std")),
        ('"tf"', "{ mean = 0.5, std = 0 }", ("line 4", "may be 0")),
        ('"tf"', "{ mean = 0.5, std = nan }", ("line 4", "mean and std")),
        ('"tf"', "{ mean = [1, 2], std = 1 }", ("line 4", "each colour")),
        ('"tf"', "{ mean = 0.5, std = 1, deviation = 1 }", ("line 4", "mean and std")),
        ('["a", "b"]', '["a", "b"]\nlabels = { x = "c" }', ("line 8", "'c'", "no class")),
        ('["a", "b"]', '["a", "b"]\nlabels = 3', ("line 8", "labels")),
        ('["a", "b"]', '["a", "b"]\nalignment = 3', ("line 8", "alignment", "[down, right]")),
        ('["a", "b"]', '["a", "b"]\nalignment = [0, nan]', ("line 8", "alignment")),
        ('["a", "b"]', '["a", "b"]\nscores = "argmax"', ("line 8", "softmax, sigmoid")),
        ('["a", "b"]', '["a", "b\\n"]', ("line 7", "classes")),
    ],
)
def test_a_wrong_key_is_named_with_its_line(tmp_path, old, new, words):
    with pytest.raises(ExplainError) as caught:
        load_specifications(written(tmp_path, GOOD.replace(old, new)))
    for word in words:
        assert word in str(caught.value)
    assert len(str(caught.value)) < 1500


def test_a_mark_that_some_editors_put_in_front_is_no_part_of_the_text(tmp_path):
    assert load_specifications(written(tmp_path, "\ufeff" + GOOD))[0].name == "mine"


@pytest.mark.parametrize("name", ["n" * 300 + ".toml", "a\0b.toml", "n" * 5000 + ".toml"])
def test_a_path_that_no_file_can_have_is_a_sentence(name):
    with pytest.raises(ExplainError, match="cannot be read"):
        load_specifications(name)


def test_labels_stand_for_classes_as_the_table_says(tmp_path):
    text = GOOD.replace('["a", "b"]', '["big cat", "b"]\nlabels = { lion = "Big_Cat", b = "big cat" }')
    (spec,) = load_specifications(written(tmp_path, text + 'notice = "Made for a test."\n'))
    assert [spec.class_index(label) for label in ("lion", "Lion", "b", "B", "big cat", "x")] == [0, 0, 0, 0, 0, None]
    assert spec.notice == "Made for a test."


def test_statistics_of_ones_own_are_a_preprocessing(tmp_path):
    own = "{ mean = [0.5, 0.25, 0.125], std = [0.5, 0.25, 1] }"
    (spec,) = load_specifications(written(tmp_path, GOOD.replace('"tf"', own)))
    assert spec.preprocessing == Standardisation((0.5, 0.25, 0.125), (0.5, 0.25, 1), 1 / 255)
    (spec,) = load_specifications(written(tmp_path, GOOD.replace('"tf"', "{ mean = 127, std = 58.0, scale = 1 }")))
    assert spec.preprocessing == Standardisation((127,), (58.0,), 1.0)


def test_an_input_that_is_no_square_is_height_and_width(tmp_path):
    oblong, square = (
        load_specifications(written(tmp_path, GOOD.replace("= 96", f"= {size}")))[0]
        for size in ("[96, 128]", "[96, 96]")
    )
    assert (oblong.input_size, oblong.size_as_json) == ((96, 128), [96, 128])
    assert square.input_size == 96


def test_an_unknown_model_is_named_with_its_neighbours_among_all_that_there_are():
    with pytest.raises(ExplainError, match=r"'MobileNetV22' is unknown.*near it: .*MobileNetV2"):
        load_specifications("MobileNetV22")


@pytest.mark.parametrize(("name", "word"), [("net.h5", "load_model"), ("saved_model.pb", "load_model")])
def test_networks_in_other_formats_are_refused_with_the_lines_that_convert_them(name, word):
    with pytest.raises(ExplainError, match=word):
        load_specifications(name)


def test_labels_find_their_output_by_name_or_synset():
    resnet = load_specifications("resnet50v2")[0]
    assert resnet.class_index("African elephant") == 386
    assert resnet.class_index("black bears", "n02133161") == 295
    assert resnet.class_index("no such thing") is None
    assert [spec.name for spec in load_specifications("xception,resnet50")] == ["xception", "resnet50"]
