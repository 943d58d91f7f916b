"""What Ray adds to a build on one machine, beside one process alone; and what object storage does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from data import open_dataset
from explain.building.build import build
from explain.building.processes import cores
from explain.models.specification import load_specifications
from explain.store.filesystem import place
from tests.benchmarks.growth_size import repeat_dataset
from tests.benchmarks.measuring import Section, Settings, run_part

IMAGES = 500
WORKERS = (0, 1, 2, 4)
"""0: no Ray. Else so many nodes of one processor each, on this machine, with one worker each."""
FOLDER, STORAGE = "folder", "object storage"
_BUCKET = "bench"


def run(settings: Settings) -> Section:
    """Build the same crops once in each way, each in a process of its own."""
    values: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "crops"
        repeat_dataset(settings.dataset, IMAGES, root)
        for workers in WORKERS:
            for store in (FOLDER, STORAGE):
                command = [sys.executable, "-m", "tests.benchmarks.workers", json.dumps(asdict(settings)), "--one"]
                command += [str(root), str(workers), store]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                found = json.loads(done.stdout.splitlines()[-1])
                values[f"{f'Ray, {workers} workers' if workers else 'this process'}, {store}"] = found
    alone = values[f"this process, {FOLDER}"]["ms_per_image"]
    for found in values.values():
        found["over_this_process_and_a_folder"] = found["ms_per_image"] / alone
    return Section(
        "workers",
        "Ray and object storage on one machine",
        f"{IMAGES} crops of the dataset by both networks. Ray has a node of one processor for each worker, all on this "
        "machine, whose cores they share; object storage is Moto's server, a process on it too. Time per image is from "
        "the first batch that was finished to the last, so without start, tables and the end; the whole is all of it, "
        "Ray's own start included.",
        (),
        values,
    )


def one(settings: Settings, root: Path, workers: int, store: str) -> dict[str, Any]:
    """Build once.

    Parameters
    ----------
    workers : int
        As in :data:`WORKERS`.
    store : {"folder", "object storage"}
    """
    reached: list[tuple[int, float]] = []

    def progress(what: str, done: int, total: int) -> None:
        if what == "Images":
            reached.append((done, time.perf_counter()))

    dataset, specs = open_dataset(str(root)), load_specifications(settings.models)
    with tempfile.TemporaryDirectory() as folder, _storage() if store == STORAGE else nullcontext(folder) as cache:
        started = time.perf_counter()
        with _nodes(workers) if workers else nullcontext():
            report = build(
                dataset,
                specs,
                place(cache),
                batch_size=settings.batch_size,
                engine="ray" if workers else "local",
                cores=cores(),
                progress=progress,
            )
        ended = time.perf_counter()
    (first, since), (last, until) = reached[0], reached[-1]
    return {
        "ms_per_image": 1e3 * (until - since) / (last - first),
        "whole_s": ended - started,
        "first_batch_after_s": since - started,
        "workers_that_ran": report.workers,
    }


@contextmanager
def _nodes(count: int) -> Iterator[None]:
    """Start a cluster of so many nodes of one processor each, and connect to it."""
    # Workers would else give way to this process; nothing is reported to anyone.
    os.environ |= {"RAY_worker_niceness": "0", "RAY_USAGE_STATS_ENABLED": "0"}
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    for _ in range(count - 1):
        cluster.add_node(num_cpus=1)
    ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
    try:
        yield
    finally:
        ray.shutdown()
        cluster.shutdown()


@contextmanager
def _storage() -> Iterator[str]:
    """Start a server that speaks S3, with a bucket."""
    import boto3

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}",
    }
    try:
        for _ in range(100):
            try:
                boto3.client("s3").create_bucket(Bucket=_BUCKET)
                break
            except Exception:  # not there yet
                time.sleep(0.1)
        yield f"s3://{_BUCKET}/stores"
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    if "--one" in sys.argv:
        where, of, kind = sys.argv[-3:]
        print(json.dumps(one(Settings(**json.loads(sys.argv[1])), Path(where), int(of), kind)))
    else:
        run_part(run)
