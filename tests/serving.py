"""A dashboard as its visitors meet it: a server of its own on a free port of this machine."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from filelock import FileLock

ROOT = Path(__file__).parents[1]


@contextmanager
def serving(cache, *options, log=subprocess.DEVNULL):
    """Serve the stores of a cache; give the address and the process.

    Parameters
    ----------
    options : str
        Of Streamlit, such as ``--server.maxUploadSize=1``.
    log : int or file
        Where what the server says goes.
    """
    address, server = _started(cache, *options, log=log)
    try:
        yield address, server
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def sharing(cache, folder):
    """Serve the stores of a cache to all processes that ask for it: the first starts a server, the last ends it.

    Whoever is served holds a lock, which a process that dies gives back.

    Parameters
    ----------
    folder : Path
        Where the processes leave word for each other.
    """
    said = folder / "server.json"
    with (folder / "server.users").open("a") as users, FileLock(folder / "server.lock") as entrance:
        if not said.exists():
            address, server = _started(cache)
            said.write_text(json.dumps([address, server.pid]))
        address, pid = json.loads(said.read_text())
        fcntl.flock(users, fcntl.LOCK_SH)
        entrance.release()
        try:
            yield address
        finally:
            entrance.acquire()
            fcntl.flock(users, fcntl.LOCK_UN)
            with suppress(BlockingIOError):  # others are served still
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                said.unlink()
                psutil.Process(pid).terminate()


def _started(cache, *options, log=subprocess.DEVNULL):
    """Start a server and wait until it answers; give the address and the process."""
    environment = os.environ | {"EXPLAIN_CACHE": str(cache), "TF_CPP_MIN_LOG_LEVEL": "3"}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port), *options]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _await_health(f"{address}/_stcore/health", server)
    except BaseException:
        server.kill()
        raise
    return address, server


def _await_health(url, server):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"The dashboard ended with status {server.returncode} before it served a page.")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("The dashboard did not start within two minutes.")
