"""A manifest: that it is as it was written, what older versions did not write, and what must be said of models."""

import json
from dataclasses import replace

import numpy as np
import pytest

from explain.building.build import build
from explain.errors import StoreError
from explain.measures.alignment import CENTRED, Alignment
from explain.models.specification import load_specifications
from explain.store import check_store, newest_stores, open_store
from explain.store.amending import amend_store
from explain.store.manifest import dataset_info, model_info, notices_of

DATASET = {"name": "d", "title": "D", "notice": "", "labels": ["a"], "parts": {}, "digest": "0", "images": 1}
MODEL = {
    "name": "m", "title": "M", "input_size": 8, "preprocessing": "tf", "feature_layer": "f", "classes": ["a"],
    "grid": [2, 2], "digest": "0", "closed_form": True, "folder": "m-0", "determined_by": {},
    "class_of_label": {"a": 0},
}  # fmt: skip


def test_a_store_of_an_older_version_has_neutral_words():
    old = dataset_info(DATASET)
    assert (old.subject, old.subject_plural, dict(old.kinds), old.study) == (
        "labelled object", "labelled objects", {}, "",
    )  # fmt: skip
    new = dataset_info({**DATASET, "subject": "bird", "kinds": {"raptor": ["hawk"]}, "study": "birds"})
    assert (new.subject, new.kinds, new.study) == ("bird", {"raptor": ("hawk",)}, "birds")


def test_nothing_is_known_of_where_the_cells_of_an_older_store_lie():
    assert model_info(MODEL).alignment is None
    assert model_info(MODEL).alignment_of_maps(at_pixels=False) == CENTRED
    known = model_info({**MODEL, "input_size": [8, 16], "alignment": [-1, 4]})
    assert known.alignment_of_maps(at_pixels=False) == Alignment(-0.125, 0.25)
    assert known.alignment_of_maps(at_pixels=True) == CENTRED


def test_a_notice_of_several_models_is_said_once():
    plain = model_info(MODEL)
    noted = model_info({**MODEL, "notice": "Trained to be seen."})
    assert plain.notice == ""
    assert notices_of([plain, noted, replace(noted, name="n")]) == ("Trained to be seen.",)


def said_of(path):
    """Give the sentence of a store that cannot be opened."""
    with pytest.raises(StoreError) as caught:
        open_store(path)
    return str(caught.value)


def test_a_value_that_was_changed_is_not_believed_by_anybody(parts):
    path = parts[1]
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["models"][0]["classes"] = ["dog", "cat"]
    (path / "manifest.json").write_text(json.dumps(manifest))
    assert "manifest" in said_of(path)
    assert "was changed after it was written" in said_of(path)
    assert newest_stores(path.parent) == ()
    with pytest.raises(StoreError, match="was changed"):  # or what was changed would get a digest of its own
        amend_store(path, lambda store: ({}, {}))


def test_every_flipped_bit_of_a_manifest_is_a_sentence_or_changes_no_value(parts):
    path = parts[1]
    file, whole = path / "manifest.json", open_store(path).provenance
    content, said = file.read_bytes(), []
    for at in np.random.default_rng(4).integers(0, 8 * len(content), 400):
        flipped = bytearray(content)
        flipped[at // 8] ^= 1 << at % 8
        file.write_bytes(flipped)
        try:
            assert open_store(path).provenance == whole  # the space between two values
        except StoreError as error:
            said.append(str(error))
    assert len(said) > 300
    assert [sentence for sentence in said if "Run: python -m explain build" not in sentence] == []


def test_a_manifest_without_a_digest_is_an_older_one_or_is_not_believed(parts):
    path = parts[1]
    manifest = json.loads((path / "manifest.json").read_text())
    del manifest["digest"]
    (path / "manifest.json").write_text(json.dumps(manifest))
    assert "was changed" in said_of(path)
    (path / "manifest.json").write_text(json.dumps({**manifest, "schema": 2}))
    assert check_store(open_store(path)) == ()


def test_a_build_over_a_changed_manifest_says_so_computes_nothing_and_finds_other_models_again(parts, folder):
    dataset, path, specs = parts
    (folder / "other.toml").write_text((folder / "models.toml").read_text().replace("[linear]", "[other]"))
    others = load_specifications(folder / "other.toml")
    build(dataset, others, folder / "cache", batch_size=4)
    whole = open_store(path)
    assert [model.name for model in whole.models] == ["other", "linear"]
    file = path / "manifest.json"
    file.write_text(file.read_text().replace('"dog"', '"fox"'))
    thumbnails = next(path.glob("thumbnails/*.zip"))
    before = thumbnails.read_bytes()
    thumbnails.write_bytes(before[:99] + bytes([before[99] ^ 1]) + before[100:])
    report = build(dataset, specs, folder / "cache", batch_size=4)
    assert "manifest.json was changed after it was written" in report.healed[0]
    assert report.computed == 0
    assert [model.name for model in open_store(path).models] == ["linear"]
    assert open_store(path).models[0].classes == ("cat", "dog")
    assert thumbnails.read_bytes() == before  # no digest spoke for it
    assert check_store(open_store(path)) == ()
    again = build(dataset, others, folder / "cache", batch_size=4)
    assert (again.healed, again.computed) == ((), 0)
    assert open_store(path).digest == whole.digest
