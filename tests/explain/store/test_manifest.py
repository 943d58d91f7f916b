"""Words in a manifest: what older versions did not write, and what must be said of models."""

from dataclasses import replace

from explain.measures.alignment import CENTRED, Alignment
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
