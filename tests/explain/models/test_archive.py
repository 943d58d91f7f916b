"""Files of networks from elsewhere: what is wrong with one is a sentence, and none of its code runs."""

import io
import json
import os
import zipfile
from contextlib import suppress

import numpy as np
import pytest

from explain.errors import ExplainError
from explain.models.archive import check_archive
from explain.models.inspection import inspect_network
from explain.models.specification import load_specifications

WRAPPED = {"module": "keras.layers", "class_name": "Dense", "registered_name": None, "config": {"name": "d"}}
LAYER = {"module": "keras", "class_name": "Sequential", "config": {"layers": [WRAPPED]}, "registered_name": None}


def weights(**arrays):
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name, (shape, chunks) in arrays.items():
            file.create_dataset(name, shape, np.float32, chunks=chunks, compression="gzip", fillvalue=0)
    return buffer.getvalue()


def archive(folder, config=LAYER, kind=zipfile.ZIP_DEFLATED, **parts):
    file = folder / "network.keras"
    with zipfile.ZipFile(file, "w", kind) as made:
        made.writestr("config.json", config if isinstance(config, str) else json.dumps(config))
        for name, content in {"model.weights.h5": weights(), **parts}.items():
            made.writestr(name, content)
    return file


def nested(layer):
    return {**LAYER, "config": {"layers": [{**WRAPPED, "config": {"name": "outer", "inner": layer}}]}}


def test_layers_of_keras_are_let_through(tmp_path):
    check_archive(archive(tmp_path))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (nested({**WRAPPED, "class_name": "Lambda", "config": {"name": "mine"}}), ("Lambda", "mine", "Rescaling")),
        (nested({"class_name": "__lambda__", "config": {"value": "code"}}), ("__lambda__", "Keras' own")),
        (nested({**WRAPPED, "module": "mylib", "class_name": "Fancy", "registered_name": "Fancy"}), ("Fancy", "mylib")),
        (nested({"module": "builtins", "class_name": "function", "config": "f", "registered_name": "f"}), ("'f'",)),
        ({**LAYER, "module": "os", "class_name": "system"}, ("subclassed", "functional")),
        ({**LAYER, "module": "keras.layers", "class_name": "Dense"}, ("Dense", "no functional")),
        ([1, 2], ("no network",)),
        ("{", ("no .keras file",)),
        ("[" * 100_000, ("nested too deeply",)),
    ],
)
def test_what_is_not_keras_own_is_named(tmp_path, config, words):
    with pytest.raises(ExplainError) as caught:
        check_archive(archive(tmp_path, config))
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_part_that_unpacks_to_far_more_than_its_size_is_not_unpacked(tmp_path):
    with pytest.raises(ExplainError, match=r"was not opened: its part 'model\.weights\.h5'"):
        check_archive(archive(tmp_path, **{"model.weights.h5": bytes(64 << 20)}))


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_weights_that_unpack_to_far_more_than_their_size_are_not_unpacked(tmp_path, kind):
    bomb = weights(kernel=((1 << 20, 1 << 10), (1 << 10, 1 << 10)))
    with pytest.raises(ExplainError, match=r"its weights of .* unpack to 4294967296"):
        check_archive(archive(tmp_path, kind=kind, **{"model.weights.h5": bomb}))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"\x89HDF\r\n\x1a\n", bytes(1000)])
def test_what_is_no_archive_is_a_sentence(tmp_path, content):
    file = tmp_path / "network.keras"
    file.write_bytes(content)
    with pytest.raises(ExplainError, match=r"no \.keras file that can be read"):
        check_archive(file)


def test_an_archive_without_weights_or_configuration_is_a_sentence(tmp_path):
    with zipfile.ZipFile(tmp_path / "network.keras", "w") as made:
        made.writestr("readme", "")
    with pytest.raises(ExplainError, match=r"no \.keras file"):
        check_archive(tmp_path / "network.keras")


def test_a_saved_model_folder_is_refused_with_the_two_lines_that_convert_it(tmp_path):
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"")
    for opens in (check_archive, load_specifications, inspect_network):
        with pytest.raises(ExplainError, match=r"load_model\(.*\n.*save\("):
            opens(tmp_path / "saved")


def test_a_folder_and_a_missing_file_are_no_networks(tmp_path):
    (tmp_path / "net.keras").mkdir()
    for opens in (check_archive, load_specifications, inspect_network):
        with pytest.raises(ExplainError, match="is a folder"):
            opens(tmp_path / "net.keras")
    with pytest.raises(ExplainError, match="is not there"):
        load_specifications(tmp_path / "other.keras")


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_cut_or_flipped_anywhere_is_read_or_is_a_sentence(tmp_path, kind):
    whole = archive(tmp_path, kind=kind, **{"model.weights.h5": weights(kernel=((8, 8), (4, 4)))}).read_bytes()
    rng = np.random.default_rng(5)
    for at in rng.integers(0, len(whole), 150):
        damaged = bytearray(whole)
        damaged[at] ^= int(rng.integers(1, 256))
        for content in (bytes(damaged), whole[:at]):
            (tmp_path / "network.keras").write_bytes(content)
            with suppress(ExplainError):
                check_archive(tmp_path / "network.keras")


@pytest.mark.parametrize(
    ("layer", "named"),
    [
        ({**WRAPPED, "config": {"name": "d", "units": 10**12}}, "'d' asks for 1000000000000 weights"),
        (
            {**WRAPPED, "config": {"name": "d", "units": 10**5}, "build_config": {"input_shape": [None, 10**5]}},
            "'d' asks for 10000000000 weights",
        ),
        (
            {**WRAPPED, "class_name": "Conv2D", "config": {"name": "c", "filters": 10**9, "kernel_size": [3, 3]}},
            "'c' asks for 9000000000 weights",
        ),
    ],
)
def test_a_layer_larger_than_its_weights_is_refused_before_memory_is_asked_for(tmp_path, layer, named):
    with pytest.raises(ExplainError, match=named):
        check_archive(archive(tmp_path, {**LAYER, "config": {"layers": [layer]}}))


def test_numbers_that_are_none_claim_nothing(tmp_path):
    for units in (True, -5, "many", None, 1e300):
        check_archive(archive(tmp_path, {**LAYER, "config": {"layers": [{**WRAPPED, "config": {"units": units}}]}}))


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "network.keras")
    with pytest.raises(ExplainError, match="a pipe or a device"):
        check_archive(tmp_path / "network.keras")
    os.mkfifo(tmp_path / "models.toml")
    with pytest.raises(ExplainError, match="cannot be read"):
        load_specifications(tmp_path / "models.toml")
