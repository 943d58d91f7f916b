"""Claims in a file come to what the page says of them, and a seal that does not fit stops them."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.link import parse
from explain.errors import ExplainError
from explain.findings.claim_file import answer, read_claims
from explain.findings.contrasts import Tables
from explain.findings.findings import judge
from explain.findings.own import OwnClaim, seal, study_of_claims
from explain.store import open_store
from explain.store.selection import Selection

CLAIM = """
[[claims]]
first = ["linear", "gradcam"]
second = ["linear", "fem"]
measure = "entropy"
direction = "larger"
margin = 0.02
"""
OTHER = CLAIM.replace("entropy", "gini").replace("larger", "smaller").replace("margin = 0.02", 'label = "cat"')


@pytest.fixture
def store(parts):
    return open_store(parts[1])


@pytest.fixture
def written(tmp_path):
    def write(text):
        (tmp_path / "claims.toml").write_text(text, "utf-8")
        return read_claims(tmp_path / "claims.toml")

    return write


def test_two_claims_of_a_file_are_those_of_the_page_and_corrected_for_each_other(written, store):
    said = answer(written(CLAIM + OTHER), store)
    sides = ("linear", "gradcam"), ("linear", "fem")
    claims = OwnClaim(*sides, "entropy", "larger", 0.02), OwnClaim(*sides, "gini", "smaller", 0.0, "cat")
    study, cast = study_of_claims(claims, Selection.of(store))
    tables = Tables(*(store.table(name) for name in ("metrics", "agreement", "predictions")))
    expected = judge(study, tables, cast, store.dataset)
    assert [each.finding.verdict for each in said.all] == [each.verdict for each in expected]
    for each, other in zip(said.all, expected, strict=True):
        assert [repr(row) for row in each.finding.rows] == [repr(row) for row in other.rows]
    alone = {row.scope: row for row in answer(written(CLAIM), store).all[0].finding.rows}
    assert all(row.p_holm >= alone[row.scope].p_holm for row in said.all[0].finding.rows if row.decides)


def test_the_link_says_the_claims_and_their_seal(written, store):
    said = answer(written(CLAIM + OTHER), store)
    view, notices = parse(parse_qs(urlsplit(said.link).query))
    assert notices == ()
    claims = tuple(OwnClaim.parse(text) for text in view.claims)
    assert claims == tuple(each.claim for each in said.all)
    assert seal(claims, store.dataset.digest) == view.sealed == said.seal


def test_lines_say_power_before_the_seal_and_the_seal_before_any_verdict(written, store):
    lines = list(answer(written(CLAIM + OTHER), store).lines())
    sealed = next(place for place, line in enumerate(lines) if line.startswith("Sealed as"))
    assert "2 claims, corrected for each other" in lines[sealed]
    assert sum("margin" in line for line in lines[:sealed]) == 2
    verdicts = [line for line in lines[sealed + 1 :] if line.startswith(("1. ", "2. "))]
    assert len(verdicts) == 2
    first = list(answer(written(CLAIM + OTHER), store, only_seal=True).lines())
    assert first[: sealed + 1] == lines[: sealed + 1]
    assert not any("Most for it" in line for line in first)


def test_claims_that_changed_after_they_were_sealed_are_refused(written, store):
    digest = answer(written(CLAIM), store, only_seal=True).seal
    assert answer(written(f'sealed = "{digest}"\n{CLAIM}'), store).seal == digest
    with pytest.raises(ExplainError, match="changed since"):
        answer(written(f'sealed = "{digest}"\n{CLAIM.replace("0.02", "0.03")}'), store)


def test_what_the_store_does_not_hold_is_said(written, store):
    said = answer(written(CLAIM.replace('"linear", "fem"', '"vgg", "fem"')), store)
    assert "Not tested: there are no maps of 'vgg'" in " ".join(said.lines())
    assert json.loads(json.dumps(said.as_json()))["claims"][0]["not_tested"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no claims"),
        ("claims = 3", "holds no claims"),
        ("x = [", "cannot be read"),
        ("other = 1\n" + CLAIM, "holds no claims"),
        (CLAIM.replace("measure", "metric"), "claim 1 has other keys"),
        (CLAIM.replace('["linear", "fem"]', '"linear"'), "second of claim 1"),
        (CLAIM.replace("entropy", "entropi"), "claim 1: The claim's measure is unknown"),
        (CLAIM.replace("0.02", "-1"), "margin"),
    ],
)
def test_a_file_that_is_no_claim_is_refused_in_a_sentence(written, text, words):
    with pytest.raises(ExplainError, match=words):
        written(text)
