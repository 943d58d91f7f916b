"""What a build tells besides its results: labels that a model does not know, and answers no better than guessing."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from data import open_dataset
from explain.building.build import build
from explain.building.notices import near_classes, no_better_than_guessing, unknown_labels
from explain.cli import main
from explain.models.specification import load_specifications
from explain.store import open_store


def store(answers, classes=("cat", "dog")):
    """Make a stand-in for a store: labels with the class answered, 'newt' being no class."""
    labels, predicted = zip(*answers, strict=True)
    index = {label: classes.index(label) if label in classes else None for label in set(labels)}
    right = [None if index[label] is None else label == answer for label, answer in answers]
    predictions = pd.DataFrame({"label": labels, "predicted": predicted, "model": "net"})
    predictions["right"] = pd.array(right, dtype="boolean")
    model = SimpleNamespace(name="net", title="Net", classes=classes, class_of_label=index, preprocessing="tf")
    tables = {"predictions": predictions, "images": pd.DataFrame({"label": labels})}
    return SimpleNamespace(models=(model,), table=tables.__getitem__)


def told(answers, classes=("cat", "dog")):
    return no_better_than_guessing(store(answers, classes), ["net"]).get("net", "")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([("cat", "cat"), ("dog", "dog")] * 6, None),
        ([("cat", "cat"), ("dog", "cat")] * 6, "6 of 12 labelled images right"),  # one answer to everything
        ([("cat", "dog"), ("dog", "cat")] * 6, "0 of 12"),
        ([("cat", "cat")] * 12, None),  # one label, and two classes
        ([("cat", "dog")] * 9, None),  # too few
        ([("newt", "dog")] * 30, None),  # of no class that it has
    ],
)
def test_answers_no_better_than_guessing_are_told_with_what_to_look_at(answers, words):
    said = told(answers)
    assert (words in said and "preprocessing (tf)" in said) if words else said == ""


def test_twelve_wrong_answers_among_a_thousand_classes_are_told():
    classes = tuple(f"class{number}" for number in range(1000))
    assert "0 of 12" in told([("class1", "class7"), ("class2", "class9")] * 6, classes)
    assert not told([("class1", "class1"), ("class2", "class9")] * 6, classes)


def test_what_guessing_gives_is_what_answers_dealt_out_anew_give():
    rng = np.random.default_rng(4)
    labels = np.array(["cat"] * 40 + ["dog"] * 20)
    answers = np.array(["cat"] * 25 + ["dog"] * 35)
    dealt = [int((rng.permutation(answers) == labels).sum()) for _ in range(4000)]
    below, above = np.quantile(dealt, [0.9, 0.99]).astype(int)
    for right, guessed in ((int(below), True), (int(above) + 1, False)):
        # A deal with so many right: cats answered cat, as far as the counts allow.
        cats = next(k for k in range(26) if k + (20 - (25 - k)) == right or k + (20 - (25 - k)) == right + 1)
        pairs = [("cat", "cat")] * cats + [("cat", "dog")] * (40 - cats)
        pairs += [("dog", "cat")] * (25 - cats) + [("dog", "dog")] * (cats - 5)
        assert bool(told(pairs)) == guessed


def test_labels_without_a_class_are_counted_with_names_near_them():
    found = unknown_labels(store([("cat", "cat"), ("small dog", "dog"), ("small dog", "cat")]), ["net", "other"])
    assert found == {"net": {"small dog": {"images": 2, "near": []}}}
    assert near_classes("elephant", ["African_elephant", "tusker", "Indian_elephant"]) == [
        "African_elephant",
        "Indian_elephant",
    ]
    assert near_classes("golden retriver", ["golden_retriever", "cat"]) == ["golden_retriever"]


def test_a_build_reports_both_and_the_command_line_prints_them(folder, network, monkeypatch, capsys):
    report = build(
        open_dataset(folder / "photos"), load_specifications(folder / "models.toml"), folder / "cache", batch_size=4
    )
    assert report.unknown_labels == {"linear": {"newt": {"images": 2, "near": []}}}
    command = ["build", "--dataset", str(folder / "photos"), "--models", str(folder / "models.toml")]
    monkeypatch.setattr("sys.argv", ["explain", *command, "--cache", str(folder / "cache")])
    with pytest.raises(SystemExit):
        main()
    assert "linear has no class for 1 label (2 images)" in capsys.readouterr().err


def test_a_table_that_says_what_a_label_stands_for_makes_results_of_its_own(folder, network):
    text = (folder / "models.toml").read_text()
    (folder / "models.toml").write_text(text + 'labels = { newt = "dog" }\n')
    report = build(
        open_dataset(folder / "photos"), load_specifications(folder / "models.toml"), folder / "cache", batch_size=4
    )
    assert report.unknown_labels == {}
    assert report.computed == 7


def test_other_words_about_a_model_are_published_and_nothing_is_computed_for_them(folder, network):
    text = (folder / "models.toml").read_text()
    (folder / "models.toml").write_text(text + 'notice = "Made by hand."\n')
    dataset, specs = open_dataset(folder / "photos"), load_specifications(folder / "models.toml")
    report = build(dataset, specs, folder / "cache", batch_size=4)
    assert report.computed == 0
    assert open_store(report.store).models[0].notice == "Made by hand."
