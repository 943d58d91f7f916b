"""What a dataset says of itself reaches its store, also where only the words have changed."""

import shutil

import pytest

from data import open_dataset
from explain.building.build import build
from explain.errors import ExplainError
from explain.models.specification import load_specifications
from explain.store import open_store


@pytest.fixture
def copied(few_images, tmp_path):
    return shutil.copytree(few_images, tmp_path / "few")


@pytest.mark.slow
def test_other_words_make_another_manifest_and_other_claims_but_run_no_network(built, copied, tmp_path):
    cache = shutil.copytree(built[0], tmp_path / "cache")
    before = open_store(built[1].store)
    assert (before.dataset.study, before.dataset.subject) == ("reference_report", "animal")
    assert "tusker" in before.dataset.kinds["elephant"]
    (copied / "dataset.toml").write_text('subject = "bird"\n')
    report = build(open_dataset(copied), load_specifications(), cache, batch_size=4)
    after = open_store(report.store)
    assert report.computed == 0
    assert (after.dataset.study, after.dataset.subject, after.dataset.subject_plural) == ("", "bird", "birds")
    assert dict(after.dataset.kinds) == {}
    assert set(after.table("findings")["metric"]) > {"gradcam: entropy", "fem: mass_inside"}
    assert after.table("metrics").equals(before.table("metrics"))


def test_a_study_that_nobody_knows_is_said_before_any_work(copied, tmp_path):
    (copied / "dataset.toml").write_text('study = "reference_rapport"\n')
    with pytest.raises(ExplainError, match="study 'reference_rapport', which is unknown"):
        build(open_dataset(copied), load_specifications(), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
