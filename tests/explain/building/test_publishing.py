"""What makes a build visible: the tables of complete results, and the manifest that names them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import explain.building.publishing as publishing
import explain.findings.findings as judging
import explain.findings.kept_tests as kept
from data import Box, Dataset, ImageRecord
from explain.building.jobs import LARGE, MapJob, ModelJob
from explain.building.plan import ModelPlan, plan_maps
from explain.building.tables import ReadImage
from explain.errors import StoreError
from explain.explainers.registry import parse_methods
from explain.findings.findings import findings
from explain.findings.kept_tests import findings_of
from explain.findings.study import study_of
from explain.models.head import Head
from explain.models.specification import ModelSpec
from explain.store.checking import check_store
from explain.store.evidence import ArrayEvidence
from explain.store.layout import ARRAYS, MANIFEST, MAP_ARRAY, MAPS, TABLE_COLUMNS, map_folder, model_folder
from explain.store.made_from import MADE_FROM
from explain.store.opening import open_store
from explain.store.selection import Selection
from explain.store.whole_files import write_manifest, write_table
from explain.store.writing import ArrayWriter

LABELS = ("African_elephant", "American_black_bear")
NAMES = ("net_a", "net_b")
READ = [ReadImage("ok", 100, 80)] * 5 + [ReadImage("no image format")]
HEAD = Head(np.eye(3, 2, dtype=np.float32), np.zeros(2, np.float32))


@pytest.fixture
def dataset():
    records = tuple(
        ImageRecord(f"image_{row}", LABELS[row % 2], None, Path("unread"), f"{row}.jpg", "0" * 64, (Box(0, 0, 50, 80),))
        for row in range(len(READ))
    )
    return Dataset("few", "Few *images*", "A notice.", Path(), LABELS, records, {}, "d" * 64)


@pytest.fixture
def results(tmp_path):
    """Write the arrays of two models, of random activations; the sixth image could not be read."""
    found = []
    for seed, name in enumerate(NAMES):
        spec = ModelSpec(name, name.title(), None, None, 96, "tf", "features", "predictions", LABELS)
        plan = ModelPlan(spec, {"weights": name, "classes": list(LABELS)})
        folder = model_folder(name, plan.digest)
        writer = ArrayWriter(tmp_path / folder, ARRAYS, len(READ), LARGE)
        activations = np.random.default_rng(seed).random((5, 6, 6, 3), np.float32).astype(np.float16)
        evidence = ArrayEvidence(activations.astype(np.float32), activations.mean((1, 2)) @ HEAD.kernel, HEAD)
        pooled = evidence.activations.mean((1, 2))
        writer.write(list(range(5)), {"activations": activations, "logits": evidence.logits, "pooled": pooled})
        writer.finish({"head_kernel": HEAD.kernel, "head_bias": HEAD.bias})
        maps = {}
        for explainer in parse_methods(None):
            map_plan = plan_maps(plan.digest, explainer)
            place = map_folder(name, plan.digest, explainer.name, map_plan.digest)
            of_map = ArrayWriter(tmp_path / place, MAPS, len(READ))
            of_map.write(list(range(5)), {MAP_ARRAY: explainer.explain(evidence, [0] * 5)})
            of_map.finish()
            maps[explainer.name] = MapJob(map_plan, place, of_map)
        found.append(ModelJob(plan, folder, writer, maps))
    return found


def publish(path, dataset, jobs):
    entries = [publishing.entry_of(path, dataset, job) for job in jobs]
    shown = [job.name for job in jobs], list(jobs[0].maps)
    publishing.publish(path, dataset, entries, READ, shown=shown)


def test_a_published_store_has_every_table_with_the_columns_of_the_contract(tmp_path, dataset, results):
    publish(tmp_path, dataset, results)
    store = open_store(tmp_path)
    for name in ("images", "predictions", "metrics", "agreement", "findings", "embedding"):
        assert tuple(store.table(name).columns) == TABLE_COLUMNS[name], name
    assert store.table("images")["status"].tolist() == [read.status for read in READ]
    for name in ("predictions", "metrics", "agreement", "embedding"):
        assert set(store.table(name)["image"]) == {f"image_{row}" for row in range(5)}, name
    assert store.dataset.title == dataset.title
    assert [model.title for model in store.models] == ["Net_A", "Net_B"]
    assert all(model.closed_form and model.classes == LABELS for model in store.models)
    assert_array_equal(store.head("net_a").kernel, HEAD.kernel)


def test_publishing_again_writes_the_same_bytes(tmp_path, dataset, results):
    publish(tmp_path, dataset, results)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    publish(tmp_path, dataset, results)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_nothing_is_visible_before_all_of_it_is_there(tmp_path, dataset, results, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(publishing, "write_table", full)
    with pytest.raises(OSError, match="No space left"):
        publish(tmp_path, dataset, results)
    assert not (tmp_path / MANIFEST).exists()
    with pytest.raises(StoreError, match="no complete store"):
        open_store(tmp_path)


def test_a_failed_rebuild_leaves_what_was_visible(tmp_path, dataset, results, monkeypatch):
    publish(tmp_path, dataset, results[:1])
    before = (tmp_path / MANIFEST).read_bytes()
    written = []

    def full(path, name, frame):
        written.append(name)
        if len(written) == 3:
            raise OSError("No space left on device")
        return f"tables/{name}-new.parquet"

    monkeypatch.setattr(publishing, "write_table", full)
    with pytest.raises(OSError, match="No space left"):
        publish(tmp_path, dataset, results)
    assert (tmp_path / MANIFEST).read_bytes() == before
    assert [model.name for model in open_store(tmp_path).models] == ["net_a"]


def test_one_model_alone_is_a_store_too(tmp_path, dataset, results):
    publish(tmp_path, dataset, results[1:])
    store = open_store(tmp_path)
    assert [model.name for model in store.models] == ["net_b"]
    assert set(store.table("agreement")["model_a"]) == {"net_b"}


def test_claims_are_read_as_they_would_be_judged_anew_and_no_table_of_maps_is_opened(tmp_path, dataset, results):
    publish(tmp_path, dataset, results)
    store = open_store(tmp_path)
    tables = (store.table(name) for name in ("metrics", "agreement", "predictions"))
    classes = {model.name: model.classes for model in store.models}
    anew = findings(*tables, Selection.of(store), store.dataset, classes=classes)
    assert anew
    assert any(finding.tests for finding in anew)
    for name in ("metrics", "agreement", "predictions"):
        (tmp_path / store.provenance["tables"][name]).unlink()
    assert repr(findings_of(open_store(tmp_path))) == repr(anew)


def test_tests_of_other_tables_are_not_believed_and_check_names_them(tmp_path, dataset, results):
    publish(tmp_path, dataset, results)
    store = open_store(tmp_path)
    expected = repr(findings_of(store))
    files = {**store.provenance["tables"]}
    wrong = store.table("findings").assign(difference=9.0)
    metrics = store.table("metrics").iloc[::-1].reset_index(drop=True)  # the same numbers in another file
    files["findings"] = write_table(tmp_path, "findings", wrong)
    files["metrics"] = write_table(tmp_path, "metrics", metrics)
    kept = {key: value for key, value in store.provenance.items() if key not in ("schema", "digest")}
    write_manifest(tmp_path, {**kept, "tables": files})
    store = open_store(tmp_path)
    assert "difference=9.0" not in repr(findings_of(store))
    assert repr(findings_of(store)) == expected
    faults = check_store(store)
    assert {fault.split(":")[0] for fault in faults} == {f"table {name}" for name in MADE_FROM if name in files}
    assert all("was made from other tables than those that are here" in fault for fault in faults)


def test_tests_of_another_study_are_not_believed(tmp_path, dataset, results, monkeypatch):
    publish(tmp_path, dataset, results)
    store = open_store(tmp_path)
    study = study_of(store.dataset)
    measured = next(claim for claim in study.claims if claim.number == findings_of(store)[0].number)
    turned = tuple(
        replace(quantity, direction={"wider": "narrower", "narrower": "wider"}.get(quantity.direction, "smaller"))
        for quantity in measured.quantities
    )
    other = replace(study, claims=(replace(measured, quantities=turned),))
    monkeypatch.setattr(kept, "study_of", lambda dataset: other)
    monkeypatch.setattr(judging, "study_of", lambda dataset: other)
    classes = {model.name: model.classes for model in store.models}
    tables = (store.table(name) for name in ("metrics", "agreement", "predictions"))
    anew = findings(*tables, Selection.of(store), store.dataset, classes=classes)
    assert repr(findings_of(store)) == repr(anew)


def test_one_row_per_image_holds_what_the_long_tables_say(tmp_path, dataset, results):
    publish(tmp_path, dataset, results)
    store = open_store(tmp_path)
    wide = store.table("per_image").set_index("image")
    assert wide["status"].tolist() == [read.status for read in READ]
    for row in store.table("predictions").itertuples():
        answer = [wide.loc[row.image, f"{what} {row.model}"] for what in ("predicted", "probability", "right")]
        assert answer == [row.predicted, row.probability, row.right]
    metrics = store.table("metrics")
    for row in metrics[metrics["metric"].isin(["entropy", "mass_inside"])].itertuples():
        assert wide.loc[row.image, f"{row.metric} {row.model} {row.method}"] == row.value
    for row in store.table("agreement").itertuples():
        name = f"distance {row.model_a} {row.method_a} {row.model_b} {row.method_b}"
        if row.model_a == row.model_b or row.method_a == row.method_b:
            assert wide.loc[row.image, name] == pytest.approx(1 - row.pearson, abs=0, nan_ok=True)
        else:
            assert name not in wide
