"""What a dataset says of itself: dataset.toml, and what a person is told whose file cannot be used."""

from pathlib import Path

import pytest

import data
from data import DataError, open_dataset
from data.datasets import DEMO_FOLDER, IMAGENET_FACTS
from data.description import Description, read_description


@pytest.fixture
def written(tmp_path):
    def write(text):
        (tmp_path / "dataset.toml").write_text(text, encoding="utf-8")
        return read_description(tmp_path / "dataset.toml")

    return write


def test_without_a_file_the_words_are_neutral(tmp_path):
    said = read_description(tmp_path / "dataset.toml")
    assert said == Description()
    assert (said.subject, said.subject_plural, dict(said.kinds), said.study) == (
        "labelled object", "labelled objects", {}, "",
    )  # fmt: skip


def test_every_key_is_read(written):
    said = written(
        'title = "Birds"\nnotice = "Drawn."\nsubject = "bird"\nsubject_plural = "birds of ours"\nstudy = "birds"\n'
        'beside = ["ring"]\nmodels = ["own"]\n'
        '[kinds]\nraptor = ["hawk", "bald eagle"]\n'
    )
    assert (said.title, said.notice, said.study) == ("Birds", "Drawn.", "birds")
    assert (said.subject, said.subject_plural) == ("bird", "birds of ours")
    assert said.kinds == {"raptor": ("hawk", "bald eagle")}
    assert (said.beside, said.models) == (("ring",), ("own",))


def test_a_subject_without_a_plural_gets_one(written):
    assert written('subject = "bird"').subject_plural == "birds"
    assert written('subject = " "').subject == "labelled object"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('subjekt = "bird"', "the key 'subjekt' is unknown; near it is 'subject'"),
        ('colour = "red"', "the key 'colour' is unknown; known are title"),
        ("title = 3", "title is 3; expected text"),
        ('beside = "ring"', "beside is 'ring'; expected a list of names"),
        ("models = [1]", "models is [1]; expected a list of names"),
        ("kinds = 3", "kinds is 3; expected a table"),
        ('kinds = { raptor = "hawk" }', "the kind 'raptor' is 'hawk'; expected a list"),
        ("kinds = { raptor = [1] }", "expected a list of labels"),
        ('kinds = { raptor = ["hawk"], bird = ["hawk"] }', "'hawk' is of the kinds 'raptor' and 'bird'"),
        ("title = ", "not valid TOML"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_with_the_file_and_the_key(written, text, words):
    with pytest.raises(DataError) as error:
        written(text)
    assert words in str(error.value)
    assert "dataset.toml" in str(error.value)


def test_bytes_that_are_no_text_are_said(tmp_path):
    (tmp_path / "dataset.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(DataError, match="not valid TOML"):
        read_description(tmp_path / "dataset.toml")


def test_the_builtin_datasets_have_one_study_and_the_same_kinds():
    demo, imagenet = (read_description(folder / "dataset.toml") for folder in (DEMO_FOLDER, IMAGENET_FACTS))
    assert demo.study == imagenet.study == "reference_report"
    assert demo.kinds == imagenet.kinds
    classes = {entry.name for entry in data.load_imagenet_classes()}
    assert {label for labels in demo.kinds.values() for label in labels} <= classes


def test_words_change_no_digest_and_reach_the_dataset(few_images, tmp_path):
    import shutil

    folder = Path(shutil.copytree(few_images, tmp_path / "few"))
    before = open_dataset(folder)
    assert (before.title, before.subject, before.study) == ("few", "animal", "reference_report")
    (folder / "dataset.toml").write_text('title = "Mine"\n')
    after = open_dataset(folder)
    assert (after.title, after.subject, after.study, after.digest) == ("Mine", "labelled object", "", before.digest)
    (folder / "dataset.toml").unlink()
    assert open_dataset(folder).title == "few"
