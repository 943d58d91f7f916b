"""The folder of an interactive report: what is in it, that it repeats itself, and what it refuses to overwrite."""

import base64
import gzip
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from typer.testing import CliRunner

from explain.cli import app
from explain.errors import ExplainError
from explain.explainers.registry import EXPLAINERS
from explain.models.preprocessing import PREPROCESSING_MODES, prepared
from explain.models.specification import load_specifications
from explain.report.interactive import write_site
from explain.report.interactive.catalogue import explainer_scripts
from explain.report.interactive.networks import pixel_scaling
from explain.report.interactive.packing import packed, write_script
from explain.store import open_store


@pytest.fixture(scope="module")
def store(built):
    return open_store(built[1].store)


def unpacked(pack):
    """Read a pack without the code that wrote it."""
    content, start, found = gzip.decompress(base64.b64decode(pack["gzip"])), 0, {}
    for name, kind, shape in pack["arrays"]:
        count = int(np.prod(shape))
        size = {"float16": 2, "float32": 4}[kind]
        found[name] = np.frombuffer(content[start : start + size * count], f"<f{size}").reshape(shape)
        start += size * count
    assert start == len(content)
    return found


VALUES = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(arrays(np.float32, array_shapes(max_dims=3, max_side=4), elements=VALUES), st.booleans())
def test_packed_arrays_come_back_exactly(values, rounded):
    with np.errstate(over="ignore"):
        values = values.astype(np.float16).astype(np.float32) if rounded else values
    values = np.where(np.isfinite(values), values, 0)
    pack = packed({"one": values, "two": np.zeros((2, 1))})
    again = unpacked(pack)
    np.testing.assert_array_equal(again["one"].astype(np.float32), values)
    assert packed({"one": values, "two": np.zeros((2, 1))}) == pack


def test_a_script_is_one_call_whose_content_json_reads(tmp_path):
    hostile = {"title": "</script><script>alert(1)</script>\u2028'\""}
    write_script(tmp_path, "maps/a/b", hostile)
    text = (tmp_path / "maps" / "a" / "b.js").read_text("utf-8")
    key, content = re.fullmatch(r'Site\.put\("([^"]*)",(.*)\);\n', text, re.DOTALL).groups()
    assert (key, json.loads(content)) == ("maps/a/b", hostile)


@pytest.mark.parametrize("mode", PREPROCESSING_MODES)
def test_preprocessing_as_numbers_equals_preprocessing(mode):
    spec = replace(load_specifications()[0], preprocessing=mode)
    matrix, offset = map(np.asarray, pixel_scaling(spec))
    pixels = np.random.default_rng(0).integers(0, 256, (1, 3, 4, 3), np.uint8)
    np.testing.assert_allclose(pixels / 255 @ matrix.T + offset, prepared(pixels, mode), atol=1e-4)


def test_every_script_is_of_an_explainer_and_defines_what_it_is_named_for():
    text = explainer_scripts()
    defined = re.findall(r"^Site\.explainers\.(\w+) = ", text, re.MULTILINE)
    assert defined
    assert set(defined) <= set(EXPLAINERS)
    assert len(defined) == len(set(defined))


@pytest.mark.slow
def test_a_site_holds_every_readable_image_and_repeats_itself(store, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    assert write_site(store, first) == sum(f.stat().st_size for f in first.rglob("*") if f.is_file())
    write_site(store, second)
    files = {file.relative_to(first) for file in first.rglob("*") if file.is_file()}
    assert files == {file.relative_to(second) for file in second.rglob("*") if file.is_file()}
    assert [file for file in files if (first / file).read_bytes() != (second / file).read_bytes()] == []
    images = store.table("images")
    readable = int((images["status"] == "ok").sum())
    assert len(list((first / "photographs").iterdir())) == readable == 6
    assert len(list((first / "data" / "evidence").iterdir())) == readable
    catalogue = json.loads((first / "data" / "catalogue.js").read_text("utf-8")[len('Site.put("catalogue",') : -3])
    assert [image["id"] for image in catalogue["images"]] == list(images[images["status"] == "ok"]["image"])
    assert '<a href="index.html">' in (first / "findings.html").read_text("utf-8")  # and back to the pictures


@pytest.mark.slow
def test_an_older_site_is_replaced_and_a_strangers_folder_is_not(store, tmp_path):
    site, own = tmp_path / "site", tmp_path / "own"
    write_site(store, site)
    (site / "data" / "left.js").write_text("left", encoding="utf-8")
    write_site(store, site)
    assert not (site / "data" / "left.js").exists()
    own.mkdir()
    (own / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(ExplainError, match="is not empty and no site"):
        write_site(store, own)
    assert [file.name for file in own.iterdir()] == ["letter.txt"]
    assert {entry.name for entry in tmp_path.iterdir()} == {"site", "own"}


@pytest.mark.slow
def test_a_runtime_that_is_not_there_is_a_sentence(store, tmp_path):
    with pytest.raises(ExplainError, match="npm install onnxruntime-web"):
        write_site(store, tmp_path / "site", networks=tmp_path)
    assert not (tmp_path / "site").exists()


@pytest.mark.slow
def test_the_command_writes_a_site_and_refuses_networks_in_one_file(built, few_images, tmp_path):
    asked = ["report", "--dataset", str(few_images), "--cache", str(built[0])]
    result = CliRunner().invoke(app, [*asked, "--out", str(tmp_path / "site"), "--interactive"])
    assert result.exit_code == 0
    assert "site/index.html" in result.stdout
    result = CliRunner().invoke(app, [*asked, "--out", str(tmp_path / "a.html"), "--networks", str(tmp_path)])
    assert isinstance(result.exception, ExplainError)
    assert "--interactive" in str(result.exception)
