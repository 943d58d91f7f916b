"""Other people's implementations: installed on demand, run as programs of their own, on our images and networks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAMS = Path(__file__).parent / "peers"
ENVIRONMENTS = Path("build") / "peers"


@dataclass(frozen=True)
class Peer:
    """A program that makes maps.

    Attributes
    ----------
    name, title : str
    own_environment : bool
        Whether its requirements contradict ours; else it is put beside our libraries.
    images : int
        At most so many, because it is slow.
    repeats : int
        At most so many.
    """

    name: str
    title: str
    own_environment: bool
    images: int = 1_000
    repeats: int = 1_000

    @property
    def requirements(self) -> Path:
        """Exact versions of what it needs; may be missing."""
        return PROGRAMS / f"{self.name}.txt"


PEERS = (
    Peer("xplique", "Xplique", own_environment=True),
    Peer("tf_keras_vis", "tf-keras-vis", own_environment=False),
    Peer("report", "the report's way", own_environment=False, images=2, repeats=2),
)


@dataclass(frozen=True)
class Answer:
    """What a peer gave: maps by method, seconds of its runs by contestant, the versions it ran with."""

    maps: dict[str, np.ndarray]
    seconds: dict[str, list[float]]
    versions: dict[str, str]


def environment(peer: Peer) -> tuple[str, dict[str, str]]:
    """Install a peer where it is not installed yet.

    Parameters
    ----------
    peer : Peer

    Returns
    -------
    (str, dict)
        The interpreter and the environment to run it with.
    """
    variables = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    if not peer.requirements.exists():
        return sys.executable, variables
    folder, wanted = (ENVIRONMENTS / peer.name).resolve(), peer.requirements.read_text()
    stamp = folder / "installed.txt"
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", peer.requirements]
    if peer.own_environment:
        interpreter = str(folder / "bin" / "python")
        if not stamp.exists() or stamp.read_text() != wanted:
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            subprocess.run([interpreter, *install], check=True)
            stamp.write_text(wanted)
        return interpreter, variables
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, *install, "--upgrade", "--target", folder], check=True)
        stamp.write_text(wanted)
    return sys.executable, variables | {"PYTHONPATH": str(folder)}


def ask(peer: Peer, model: Any, images: np.ndarray, targets: Sequence[int], job: dict[str, Any]) -> Answer:
    """Let a peer explain images.

    Parameters
    ----------
    peer : Peer
    model : keras.Model
        Gives logits.
    images : ndarray of float32, shape (n, size, size, 3)
        Preprocessed.
    targets : sequence of int, length n
    job : dict
        `feature_layer`, `batch_size`, `repeats`, `k`.

    Returns
    -------
    Answer
    """
    interpreter, variables = environment(peer)
    told = job | {"repeats": min(job["repeats"], peer.repeats)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model.save(folder / "model.keras")
        count = peer.images
        np.savez(folder / "images.npz", images=images[:count], targets=np.asarray(targets[:count], np.int32))
        (folder / "job.json").write_text(json.dumps(told))
        subprocess.run([interpreter, PROGRAMS / f"{peer.name}_peer.py", folder], check=True, env=variables)
        with np.load(folder / "maps.npz", allow_pickle=False) as maps:
            report = json.loads((folder / "seconds.json").read_text())
            return Answer(dict(maps), report["seconds"], report["versions"])
