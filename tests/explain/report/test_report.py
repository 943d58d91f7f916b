import json
import shutil
from html.parser import HTMLParser

import pandas as pd
import pytest
from typer.testing import CliRunner

from data import open_dataset
from explain.cli import app
from explain.errors import ExplainError
from explain.figures.exhibits import Material, report_exhibits
from explain.figures.wording import readable
from explain.findings.findings import findings
from explain.report import FITS_A_MAIL, write_report
from explain.store import open_store
from explain.store.layout import MANIFEST
from explain.store.selection import Selection
from explain.store.whole_files import write_manifest, write_table

pytestmark = pytest.mark.slow
BAD = '<script>alert("x")</script>'


class Page(HTMLParser):
    """Collects what a browser would load, what scripts there are, and what a reader sees."""

    def __init__(self, text):
        super().__init__()
        self.loaded, self.scripts, self.words, self.inside = [], 0, [], ""
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.inside = tag
        self.scripts += tag == "script"
        for name, value in attributes:
            if name in ("src", "srcset", "data", "poster", "background") or (name == "href" and tag != "a"):
                self.loaded.append(value)
            if name == "href" and tag == "a":
                assert value.startswith("#")
            assert not name.startswith("on")
        if dict(attributes).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attributes)["content"]

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside not in ("script", "style"):
            self.words.append(data)

    @property
    def seen(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def store(built, few_images):
    cache, _ = built
    return open_store(cache / open_dataset(few_images).digest[:16])


@pytest.fixture(scope="module")
def report(store, tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "report.html"
    size = write_report(store, out, images=True)
    return out, size


def test_nothing_is_loaded_from_elsewhere(report):
    page = Page(report[0].read_text("utf-8"))
    assert page.loaded
    assert all(value.startswith("data:image/") for value in page.loaded)
    assert "default-src 'none'" in page.policy


def test_the_size_is_what_is_said_and_fits_a_mail(report):
    out, size = report
    assert size == out.stat().st_size < FITS_A_MAIL
    one_image = (size - 6_000_000) / 6
    assert 102 * one_image + 6_000_000 < FITS_A_MAIL


def test_the_same_store_gives_the_same_bytes(report, store, tmp_path):
    write_report(store, tmp_path / "again.html", images=True)
    assert (tmp_path / "again.html").read_bytes() == report[0].read_bytes()


def test_every_claim_is_there_with_its_verdict_rule_and_numbers(report, store):
    seen = Page(report[0].read_text("utf-8")).seen
    tables = (store.table(name) for name in ("metrics", "agreement", "predictions"))
    claims = findings(*tables, Selection.of(store, store.shown_models, store.shown_methods), store.dataset)
    assert len(claims) == 6
    for claim in claims:
        assert claim.claim in seen
        assert claim.quantity in seen
        assert claim.told in seen
        assert f"{claim.verdict.capitalize()}." in seen
        for row in claim.rows:
            numbers = [f"{value:.3f}" if value == value else "–" for value in (row.difference, row.low, row.high)]
            assert " ".join([str(row.n), *numbers]) in seen
    assert "Holm corrects over the deciding differences" in seen


def test_claims_are_about_the_newest_build_as_on_the_page_whatever_else_is_stored(store, tmp_path):
    copy = tmp_path / "store"
    shutil.copytree(store.path, copy)
    manifest = json.loads((copy / MANIFEST).read_text("utf-8"))
    manifest["shown"]["methods"] = manifest["shown"]["methods"][:1]
    write_manifest(copy, manifest)
    fewer = open_store(copy)
    tables = [fewer.table(name) for name in ("metrics", "agreement", "predictions")]
    of_page, of_all = (
        {each.claim for each in findings(*tables, selection, fewer.dataset)}
        for selection in (Selection.of(fewer, fewer.shown_models, fewer.shown_methods), Selection.of(fewer))
    )
    write_report(fewer, tmp_path / "report.html")
    seen = Page((tmp_path / "report.html").read_text("utf-8")).seen
    assert of_page < of_all
    assert {claim for claim in of_all if claim in seen} == of_page


def test_the_report_shows_every_exhibit_with_its_caption_and_titles_for_names(report, store):
    text = report[0].read_text("utf-8")
    seen = Page(text).seen
    selection = Selection.of(store)
    for exhibit in report_exhibits(Material.of(store)):
        assert exhibit.title in seen
        assert exhibit.caption in seen
        for column in readable(exhibit.table, selection):
            assert str(column) in seen
        if exhibit.figure is not None:
            assert json.dumps(exhibit.figure.layout.title.text).strip('"').split("<")[0] in text
    for name in (*selection.models, *selection.methods, "p_uncorrected", "model_a"):
        assert f" {name} " not in seen.partition("Provenance Dataset")[0], name


def test_provenance_and_unreadable_files_are_named(report, store):
    seen = Page(report[0].read_text("utf-8")).seen
    for digest in (store.digest, store.dataset.digest, *(model.digest for model in store.models)):
        assert digest in seen
    assert "zz_broken" in seen


def test_images_have_a_photograph_and_one_overlay_per_model_and_method(report):
    assert len(Page(report[0].read_text("utf-8")).loaded) == 6 * 5


def test_without_images_the_file_has_none(report, store, tmp_path):
    assert write_report(store, tmp_path / "short.html") < report[1]
    assert not Page((tmp_path / "short.html").read_text("utf-8")).loaded


def test_texts_of_a_dataset_are_never_markup(report, store, tmp_path):
    copy = tmp_path / "store"
    shutil.copytree(store.path, copy)
    manifest = json.loads((copy / MANIFEST).read_text("utf-8"))
    manifest["dataset"] |= {"title": BAD, "notice": BAD}
    manifest["models"][0]["title"] = BAD
    for name, file in list(manifest["tables"].items()):
        frame = pd.read_parquet(copy / file)
        if "label" in frame:
            frame["label"] = frame["label"].replace("African_elephant", BAD)
            manifest["tables"][name] = write_table(copy, name, frame)
    manifest["dataset"]["labels"][0] = BAD
    write_manifest(copy, manifest)
    write_report(open_store(copy), tmp_path / "bad.html", images=True)
    good, bad = (Page(path.read_text("utf-8")) for path in (report[0], tmp_path / "bad.html"))
    assert bad.scripts == good.scripts
    assert BAD in bad.seen
    assert "<script>alert" not in (tmp_path / "bad.html").read_text("utf-8")


def test_an_old_report_survives_a_failure(store, tmp_path, monkeypatch):
    out = tmp_path / "report.html"
    out.write_text("old")
    monkeypatch.setattr("explain.report.report.report_exhibits", lambda material: iter([None]))
    with pytest.raises(Exception, match="title"):
        write_report(store, out)
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_the_command_writes_the_file_and_says_how_large(built, few_images, tmp_path):
    out = tmp_path / "new" / "report.html"
    run = CliRunner().invoke(app, ["report", "--dataset", str(few_images), "--cache", str(built[0]), "--out", str(out)])
    assert run.exit_code == 0, run.exception
    assert f"{out.stat().st_size / 1e6:.1f} MB" in run.stdout


def test_another_ending_is_refused_with_a_sentence(tmp_path):
    run = CliRunner().invoke(app, ["report", "--out", str(tmp_path / "report.pdf")])
    assert isinstance(run.exception, ExplainError)
    assert "ends in .html" in str(run.exception)
