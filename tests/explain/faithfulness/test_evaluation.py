import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import explain.models.network as network_module
from data import decode_image, open_dataset
from explain.building.build import build
from explain.cli import main
from explain.errors import ExplainError
from explain.explainers.registry import explainer
from explain.faithfulness import perturbation_curve
from explain.faithfulness.certainty import deviations_of_image
from explain.faithfulness.evaluation import evaluate, specifications_of
from explain.faithfulness.perturbation import blurred, masked
from explain.faithfulness.perturbed_inputs import Probes
from explain.faithfulness.randomisation import CASCADE, CHECKS, HEAD, randomised_head_agreement
from explain.faithfulness.tables import CHANGED, SANITY_METRICS
from explain.measures.response import area_under
from explain.models.head import softmax
from explain.models.specification import load_specifications
from explain.store import check_store, open_store
from explain.store.evidence import stored_evidence
from explain.store.whole_files import write_manifest

STEPS = 4
PROBES = Probes(STEPS).count


def run(parts, **options):
    dataset, path, specs = parts
    return evaluate(dataset, open_store(path), specs, steps=STEPS, **{"batch_size": 2, **options})


def tables(path):
    store = open_store(path)
    return {name: (store.path / file).read_bytes() for name, file in store.provenance["tables"].items()}


def test_every_number_is_the_one_of_its_image_alone(parts, network):
    run(parts)
    dataset, path, (spec,) = parts
    store = open_store(path)
    metrics, curves = store.table("metrics"), store.table("curves")
    assert sorted(set(metrics["metric"]) & {"deletion", "insertion", "average_drop", "increase"}) == [
        "average_drop", "deletion", "increase", "insertion",
    ]  # fmt: skip
    readable = [record for record in dataset.records if record.image != "zz_broken"]
    ranking = sum(bool(store.saliency("linear", m, r.image).any()) for m in ("gradcam", "fem") for r in readable)
    assert 7 < ranking < 14  # some maps are zero everywhere, and must have no curve
    assert len(curves) == ranking * 2 * (STEPS + 1)
    substrates = store.provenance["evaluation"]["linear/fem"]["curves"]["substrates"]
    for record in readable:
        image = network.preprocess(np.asarray(decode_image(record.path)))
        target = spec.class_index(record.label)
        if target is None:  # a newt: the class that the network says
            target = int(store.logits("linear", record.image).argmax())
        for method in ("gradcam", "fem"):
            saliency = store.saliency("linear", method, record.image)
            rows = metrics[(metrics["image"] == record.image) & (metrics["method"] == method)]
            value = rows.set_index("metric")["value"]
            kept = curves[(curves["image"] == record.image) & (curves["method"] == method)]
            before, after = (softmax(network.predict(x[None]))[0, target] for x in (image, masked(image, saliency)))
            assert value["average_drop"] == pytest.approx(max(0, before - after) / before, rel=1e-5, abs=1e-6)
            assert value["increase"] == float(after > before)
            starts = {"deletion": (image, np.zeros_like(image)), "insertion": (blurred(image), image)}
            for name, (start, finish) in starts.items():
                points = kept[kept["curve"] == name].sort_values("fraction")
                if not saliency.any():
                    assert len(points) == 0
                    assert name not in value
                    continue
                alone = perturbation_curve(network.predict, start, finish, saliency, target, STEPS, 3)
                np.testing.assert_allclose(points["probability"], alone.probabilities, rtol=1e-5)
                np.testing.assert_allclose(points["fraction"], np.arange(STEPS + 1) / STEPS)
                assert value[name] == pytest.approx(area_under(points["probability"]))
                assert set(points["steps"]) == {STEPS}
                assert set(points["substrate"]) == {substrates[name]}


def test_the_sanity_check_compares_with_a_shuffled_head_and_a_shuffled_network(parts):
    run(parts)
    store = open_store(parts[1])
    sanity = store.table("sanity")
    assert set(zip(sanity["method"], sanity["check"], strict=True)) == {
        (method, check) for method in ("gradcam", "fem") for check in CHECKS if (method, check) != ("fem", HEAD)
    }  # fmt: skip
    assert len(sanity) == 11 * 7
    images = [record.image for record in parts[0].records if record.label == "cat"]
    evidence = stored_evidence(store, "linear", images)
    expected = randomised_head_agreement(explainer("gradcam"), evidence, [0] * len(images))
    found = sanity[(sanity["check"] == "head") & sanity["image"].isin(images)]
    np.testing.assert_allclose(found[list(SANITY_METRICS)], expected)
    itself, table = sanity[sanity["check"] == CHANGED], store.table("metrics")
    stable = table[table["metric"] == "stability"].set_index(["method", "image"])["value"]
    known = itself.dropna(subset=["pearson"]).set_index(["method", "image"])["pearson"]
    pd.testing.assert_series_equal(stable.sort_index(), known.sort_index(), check_names=False)
    certainty = store.table("certainty")  # one map of standard deviations for each map that has mass
    with_mass = [
        bool(store.saliency("linear", m, i).any()) for m, i in zip(certainty["method"], certainty["image"], strict=True)
    ]
    assert len(certainty) == len(known)
    assert all(with_mass)
    assert all(found.min() >= 0 for found in deviations_of_image(certainty, images[0]).values())
    # The linear network's activations have no weights, so FEM cannot change, whatever is shuffled.
    fem = sanity[(sanity["method"] == "fem") & sanity["check"].isin(CASCADE)]
    np.testing.assert_allclose(fem.dropna()["pearson"], 1)


def test_a_killed_run_computes_again_at_most_one_chunk_and_ends_with_the_same_bytes(parts, network):
    network.allowed = PROBES + PROBES // 2  # killed in the middle of the second chunk of two images
    with pytest.raises(KeyboardInterrupt):
        run(parts)
    assert "curves" not in open_store(parts[1]).provenance["tables"]
    network.allowed = np.inf
    before = len(network.asked)
    report = run(parts)
    assert (report.computed, report.reused) == (12, 2)
    assert len(network.asked) - before == -(-5 * PROBES // 2) + -(-7 * PROBES // 2)
    resumed = tables(parts[1])
    manifest = json.loads((parts[1] / "manifest.json").read_text())
    for file in (parts[1] / "evaluation").rglob("*.npz"):
        file.unlink()
    del manifest["evaluation"]
    write_manifest(parts[1], manifest)
    assert run(parts).computed == 14
    assert tables(parts[1]) == resumed


def test_what_is_there_is_not_asked_again_unless_it_is_damaged(parts, network):
    assert run(parts).computed == 14
    asked, digest = len(network.asked), open_store(parts[1]).digest
    report = run(parts)
    assert (report.computed, report.reused, len(network.asked)) == (0, 14, asked)
    assert open_store(parts[1]).digest == digest
    victim = min((parts[1] / "evaluation").rglob("curves-*/*.npz"))
    victim.write_bytes(victim.read_bytes()[:-40])
    assert run(parts).computed == 2
    assert open_store(parts[1]).digest == digest


def test_more_steps_ask_again_but_shuffle_no_weights_again(parts, network, monkeypatch):
    run(parts)
    monkeypatch.setattr(type(network), "randomised", None)
    dataset, path, specs = parts
    assert evaluate(dataset, open_store(path), specs, steps=STEPS + 1, batch_size=2).computed == 14
    assert set(open_store(path).table("curves")["steps"]) == {STEPS + 1}


def test_results_survive_builds_and_every_digest_stays_right(parts, folder):
    run(parts)
    dataset, path, specs = parts
    assert check_store(open_store(path)) == ()
    before = tables(path)
    build(dataset, specs, folder / "cache", batch_size=4)  # nothing to do
    assert tables(path) == before
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["table_code"] = "of an older version"
    write_manifest(path, manifest)
    build(dataset, specs, folder / "cache", batch_size=4)  # all tables anew, no map
    assert tables(path) == before
    assert check_store(open_store(path)) == ()
    assert run(parts).computed == 0
    build(dataset, specs, folder / "cache", batch_size=4, force=True)
    assert tables(path) == before  # the maps are the same to the bit, so what was found about them still holds


def test_results_of_other_weights_do_not_survive(parts, folder):
    run(parts)
    (folder / "linear.keras").write_bytes(b"other weights")
    dataset, path, specs = parts
    with pytest.raises(ExplainError, match="weights differ"):
        run(parts)
    build(dataset, specs, folder / "cache", batch_size=4)
    assert len(open_store(path).table("sanity")) == 0
    assert "deletion" not in set(open_store(path).table("metrics")["metric"])
    assert run(parts).computed == 14
    assert len(list((path / "evaluation").glob("linear-*/*"))) == 2  # the progress of the old weights is gone


def test_a_network_is_judged_by_what_ran_it_and_never_beside_results_of_another_runtime(parts, folder, monkeypatch):
    run(parts)
    dataset, path, specs = parts
    monkeypatch.setattr("explain.models.runtimes.version", lambda library: "1.0")  # nothing of it is run here
    build(dataset, [replace(spec, runtime="onnxruntime") for spec in specs], folder / "cache", batch_size=4)
    assert len(open_store(path).table("sanity")) == 0
    loaded, load = [], network_module.load_network
    monkeypatch.setattr(network_module, "load_network", lambda spec: loaded.append(spec.runtime) or load(spec))
    assert run(parts).computed == 14
    assert loaded == ["onnxruntime"]
    entry = open_store(path).provenance["evaluation"]["linear/fem"]
    assert entry["curves"]["libraries"]["onnxruntime"] == "1.0"


def test_a_dataset_that_has_changed_is_refused(parts, folder):
    (folder / "photos" / "cat" / "cat_0.png").unlink()
    with pytest.raises(ExplainError, match="other images"):
        evaluate(open_dataset(folder / "photos"), open_store(parts[1]), parts[2])


def test_networks_that_are_not_built_in_must_be_named(parts, folder):
    store = open_store(parts[1])
    with pytest.raises(ExplainError, match="--models"):
        specifications_of(store, None)
    assert specifications_of(store, str(folder / "models.toml")) == parts[2]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--models", "compact-resnet"], 1, "has no model 'compact-resnet'"),
        (["--models", "nothing"], 1, "nothing"),
        (["--cache", "empty"], 1, "no complete store"),
        (["--dataset", "nowhere"], 1, "does not exist"),
        (["--steps", "0"], 2, "--steps"),
    ],
)
def test_bad_input_gets_a_sentence_and_no_traceback(parts, folder, arguments, status, words, monkeypatch, capsys):
    given = {"--dataset": str(folder / "photos"), "--cache": str(folder / "cache")} | dict([arguments])
    monkeypatch.setattr(sys, "argv", ["explain", "evaluate", *(word for pair in given.items() for word in pair)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == status
    assert words in capsys.readouterr().err


TINY = """
[own]
title = "Own"
file = "network.keras"
input_size = 16
preprocessing = "tf"
feature_layer = "last"
head_layer = "predictions"
classes = ["ant", "bee", "cat"]
"""


@pytest.fixture(params=["a tiny one", pytest.param("compact-resnet", marks=pytest.mark.exhaustive)])
def models(request, tmp_path):
    """Give what is named by --models: a network of Keras, tiny and with seeded weights, or one that is built in."""
    if request.param == "compact-resnet":
        return request.param
    import keras

    from tests.explain.models.saved_networks import sequential

    keras.utils.set_random_seed(5)
    sequential().save(tmp_path)
    (tmp_path / "models.toml").write_text(TINY)
    return str(tmp_path / "models.toml")


@pytest.mark.slow
def test_a_network_of_keras_is_evaluated_once_and_then_without_tensorflow(models, tmp_path, few_images):
    (spec,) = specs = load_specifications(models)
    for source, label in zip(("elephant_000", "bear_000"), spec.classes, strict=False):
        (tmp_path / "two" / label).mkdir(parents=True)
        (file,) = few_images.rglob(f"{source}.jpg")
        shutil.copy(file, tmp_path / "two" / label)
    dataset = open_dataset(tmp_path / "two")
    path = build(dataset, specs, tmp_path / "cache", batch_size=2).store
    report = evaluate(dataset, open_store(path), specs, steps=STEPS, batch_size=8)
    assert (report.computed, report.predictions) == (4, {spec.name: 4 * PROBES})
    store = open_store(path)
    first = store.table("curves").query("method == 'fem' and curve == 'deletion' and fraction == 0")
    stated = store.table("predictions")["label_probability"]
    np.testing.assert_allclose(first["probability"], stated, rtol=1e-4)
    shuffled = store.table("sanity").query("check == 'network'")
    assert len(shuffled) == 4
    assert not (shuffled["pearson"] > 0.99).any()
    code = (
        "import sys; from explain.cli import app\n"
        "dataset, cache, models = sys.argv[1:]\n"
        "chosen = ['--dataset', dataset, '--cache', cache, '--models', models, '--steps', '4', '--json']\n"
        "app(['evaluate', *chosen], standalone_mode=False)\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "two"), str(tmp_path / "cache"), models],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["reused"] == 4
