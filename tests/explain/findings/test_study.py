"""Studies as files: what is read, and what a person is told whose file cannot be used."""

import re
from pathlib import Path

import pytest

from data.description import read_description
from explain.errors import ExplainError
from explain.findings.claim_file import read_claims
from explain.findings.contrasts import CONTRASTS
from explain.findings.study import load_study, study_of
from explain.store.manifest import DatasetInfo

WRITTEN = """
title = "Made"
[models]
big = ["big"]
small = []
[methods]
one = []
other = []
[[claims]]
number = 4
text = "{big} is wider than {small} on the {subject}."
contrast = "between_models"
models = ["big", "small"]
methods = ["one"]
measures = ["entropy", { name = "both ends", sum = ["part_wing", "part_tail"], direction = "smaller" }]
direction = "wider"
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / "made.toml"
        file.write_text(text, encoding="utf-8")
        load_study.cache_clear()
        return load_study(file)

    yield write
    load_study.cache_clear()


def test_a_claim_is_read_as_it_is_written(written):
    study = written(WRITTEN)
    (claim,) = study.claims
    assert (study.name, study.title, claim.number, claim.contrast) == ("made", "Made", 4, "between_models")
    assert dict(study.models) == {"big": ("big",), "small": ()}
    assert [(q.name, q.metrics, q.side) for q in claim.quantities] == [
        ("entropy", ("entropy",), 1), ("both ends", ("part_wing", "part_tail"), -1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("number = 4", 'number = 4\nmargin = "0.1"', "claim 4: the margin of 'entropy' is '0.1'"),
        ("number = 4", "number = 4\nmargin = 0", "expected a number above 0"),
        ("number = 4", "number = 4\nmargin = { entropi = 0.1 }", "near it is 'entropy'"),
        ('"part_tail"]', '"part_tail"], also = ["part"]', "the measure 'part' is unknown"),
        ("[methods]", "[alternatives]\nthird = []\n[methods]", "role of a method 'third' is unknown"),
        ("number = 4", "number = 4\nmodel = []", "near it is 'models'"),
        ("number = 4", "", "claim at place 1: the key 'number' is missing"),
        ("number = 4", "number = true", "number is True"),
        ('title = "Made"', "", "the key 'title' is missing"),
        ('"entropy",', '"entrophy",', "the measure 'entrophy' is unknown"),
        ('"entropy",', '"deletion",', "cannot be said what is wider"),
        ('"entropy",', '"pearson",', "what is wider"),
        ('sum = ["part_wing", "part_tail"]', 'sum = ["pearson"]', "'pearson' is none"),
        ('sum = ["part_wing", "part_tail"]', "sum = []", "cannot be said what is smaller"),
        ('"between_models"', '"between_model"', "near it is 'between_models'"),
        ('"between_models"', '"between_methods"', "needs 0 roles of models, and 2"),
        ('methods = ["one"]', "methods = []", "needs some roles of methods"),
        ('models = ["big", "small"]', 'models = ["big", "smal"]', "role of a model 'smal' is unknown; near"),
        ('models = ["big", "small"]', 'models = ["big"]', "needs 2 roles of models, and 1"),
        ('direction = "wider"', 'direction = "broader"', "the direction 'broader' is unknown"),
        ('direction = "wider"', "", "the key 'direction' is missing"),
        ("{subject}", "{animal}", "the role 'animal' is unknown"),
        ("{subject}", "{other}", "the role 'other' is unknown"),  # plays no part in this claim
        ("{subject}", "{subject", "text is no template"),
        ("one = []", "big = []", "'big' is a role of models and of methods"),
        ("one = []", "one = 3", "the role 'one' of methods is 3"),
        ("[[claims]]", "[claims]", "claims is"),
        ("[models]", "models = 3\n[other_models]", "unknown"),
        ('title = "Made"', "title = ", "not valid TOML"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_with_file_and_claim(written, old, new, words):
    assert old in WRITTEN
    with pytest.raises(ExplainError) as error:
        written(WRITTEN.replace(old, new, 1))
    said = str(error.value)
    assert words in said
    assert "made.toml" in said
    assert "\n" not in said.strip()


ALIKE = """
[[claims]]
number = 5
text = "{big} and {small} classify alike."
contrast = "between_verdicts"
models = ["big", "small"]
measures = ["same_verdict"]
direction = "larger"
"""


def test_margins_are_read_by_measure_or_for_all(written):
    (claim,) = written(WRITTEN.replace("number = 4", "number = 4\nmargin = { entropy = 0.1 }")).claims
    assert claim.quantities[0].margin == 0.1
    assert claim.quantities[1].margin != claim.quantities[1].margin  # not a number: none was declared
    (claim,) = written(WRITTEN.replace("number = 4", "number = 4\nmargin = 0.2")).claims
    assert [quantity.margin for quantity in claim.quantities] == [0.2, 0.2]


@pytest.mark.parametrize(("margin", "words"), [("", "'margin' is missing"), ("margin = 1.5", "a share below 1")])
def test_that_models_classify_alike_needs_the_share_from_which_they_do(written, margin, words):
    with pytest.raises(ExplainError, match=words):
        written(WRITTEN + ALIKE + margin)


def test_two_claims_may_not_have_one_number(written):
    with pytest.raises(ExplainError, match="two claims have the number 4"):
        written(WRITTEN + "[[claims]]" + WRITTEN.split("[[claims]]")[1])


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ExplainError, match=r"none\.toml cannot be read"):
        load_study(tmp_path / "none.toml")


def test_a_dataset_has_its_own_study_or_a_general_comparison():
    def of(study):
        return study_of(DatasetInfo("d", "D", "", (), {}, "", 0, study=study))

    assert [claim.number for claim in of("reference_report").claims] == [1, 2, 3, 4, 5, 6]
    assert of("").name == "comparison"
    with pytest.raises(ExplainError, match="study 'mine', which is unknown; known are reference_report"):
        of("mine")


def test_the_examples_of_the_document_are_read(written, tmp_path):
    text = (Path(__file__).parents[3] / "docs" / "datasets-and-claims.md").read_text("utf-8")
    words, study, own = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    assert [claim.contrast for claim in written(study).claims] == ["between_models"]
    (tmp_path / "dataset.toml").write_text(words)
    assert read_description(tmp_path / "dataset.toml").kinds == {"raptor": ("hawk", "bald_eagle")}
    (tmp_path / "claims.toml").write_text(own)
    (claim,) = read_claims(tmp_path / "claims.toml").claims
    assert claim.text == "resnet50:gradcam|xception:gradcam|entropy|larger|0.01|African_elephant"
    for name in CONTRASTS:
        assert f"| `{name}` |" in text
