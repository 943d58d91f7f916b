"""The engine of many processes, on a cluster of two small nodes on this machine.

Workers that import TensorFlow take ten seconds of processor each, so that one test runs compact networks, and the
others small ones on ONNX Runtime.
"""

import importlib.util
import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from data import open_dataset
from explain.building.build import build
from explain.building.engines.preparing import Batch
from explain.errors import ExplainError
from explain.models.specification import load_specifications
from explain.store.filesystem import files_below, place
from tests.explain.models.onnx_networks import torchs

pytestmark = pytest.mark.slow

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed: pip install '.[ray]'"
)


@pytest.fixture(scope="module")
def cluster():
    """Start two nodes of one processor each, and connect to them.

    Ray's workers give way to all others, which beside tests that keep the processors busy is minutes of nothing.
    """
    import ray
    from ray.cluster_utils import Cluster

    patch = pytest.MonkeyPatch()
    patch.setenv("RAY_worker_niceness", "0")
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes.add_node(num_cpus=1)
    ray.init(address=nodes.address, log_to_driver=False)
    yield nodes
    ray.shutdown()
    nodes.shutdown()
    patch.undo()


def contents(folder):
    return {name: file.read_bytes() for name, file in files_below(folder).items()}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Make six pictures of noise, and save a network of one convolution; give the dataset and the specifications."""
    folder, rng = tmp_path_factory.mktemp("tiny"), np.random.default_rng(4)
    (folder / "photos" / "ant").mkdir(parents=True)
    for number in range(6):
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), np.uint8)).save(folder / f"photos/ant/{number}.png")
    return open_dataset(folder / "photos"), [torchs().save(folder)]


@needs_ray
def test_two_workers_give_the_bytes_that_one_process_gives(cluster, built, few_images, tmp_path):
    report = build(open_dataset(few_images), load_specifications(), tmp_path, batch_size=4, engine="ray")
    assert (report.computed, list(report.failed)) == (12, ["zz_broken"])
    assert contents(report.store) == contents(built[1].store)


@needs_ray
def test_on_onnx_runtime_and_in_object_storage_too_they_are_the_bytes_of_one_process(cluster, tiny, tmp_path):
    one = build(*tiny, tmp_path, batch_size=4)
    two = build(*tiny, place(f"memory://{tmp_path.name}"), batch_size=4, engine="ray")
    assert (one.computed, two.computed) == (6, 6)
    assert contents(one.store) == contents(two.store)


@needs_ray
def test_a_killed_build_resumes_on_ray_with_the_missing_rows_alone(
    cluster, tiny, tmp_path, monkeypatch, killed_at_the_second_batch
):
    whole = build(*tiny, tmp_path / "whole", batch_size=4)
    killed_at_the_second_batch(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        build(*tiny, tmp_path / "cut", batch_size=4)
    monkeypatch.undo()
    resumed = build(*tiny, tmp_path / "cut", batch_size=4, engine="ray")
    assert (resumed.computed, resumed.reused) == (2, 4)
    assert contents(resumed.store) == contents(whole.store)


@needs_ray
def test_the_batch_of_a_killed_worker_is_run_again(cluster, few_images, tmp_path):
    from explain.building.engines.ray import RayEngine

    record = open_dataset(few_images).records[0]
    specs = (torchs(size=(512, 512)).save(tmp_path),)  # slow enough that batches are left when the worker is killed
    batches = [
        Batch({row: replace(record, image=f"{row}")}, {specs[0].name: frozenset({row})}, frozenset())
        for row in range(100)
    ]
    killed, outcomes = None, []
    for outcome in RayEngine(specs, 2).run(batches):
        if killed is None:
            killed = outcome.worker
            os.kill(int(killed.rpartition(":")[2]), signal.SIGKILL)
        outcomes.append(outcome)
    assert sorted(row for outcome in outcomes for row in outcome.read) == list(range(100))
    assert {outcome.worker for outcome in outcomes} - {killed}
    logits = np.concatenate([model.explanation.logits for outcome in outcomes for model in outcome.models])
    assert (logits == logits[0]).all()


def test_without_ray_one_sentence_says_what_to_install(few_images, tmp_path):
    code = (
        "import sys, importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'ray' else found(name, *a)\n"
        "sys.argv = ['explain', 'build', '--engine', 'ray', '--dataset', sys.argv[1], '--cache', sys.argv[2]]\n"
        "from explain.cli import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(few_images), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip().endswith("pip install '.[ray]'")
    assert "Traceback" not in done.stderr


def test_an_unknown_engine_is_named(few_images, tmp_path):
    with pytest.raises(ExplainError, match="no engine 'spark'; known are local, ray"):
        build(open_dataset(few_images), load_specifications()[:1], tmp_path, engine="spark")
