"""What the app's process takes of a machine's processors, and what those beside it are started with."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MULTIPLY = """
import os, sys
assert not {"numpy", "dashboard"} & set(sys.modules)
import dashboard.app
import numpy, scipy.linalg
numpy.ones((900, 900)) @ numpy.ones((900, 900))
print(len(os.listdir("/proc/self/task")))
from dashboard.processes import environment
print(environment().get("OPENBLAS_NUM_THREADS"))
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are seen in /proc")
@pytest.mark.parametrize(("said", "told"), [({}, "None"), ({"OPENBLAS_NUM_THREADS": "1"}, "1")])
def test_the_app_multiplies_in_the_visitor_s_thread_and_its_children_as_they_like(said, told):
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"} | said
    done = subprocess.run(
        [sys.executable, "-c", MULTIPLY], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1", told]


TAKE_AT_ONCE = """
import ctypes, threading
import dashboard.app

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

def run():
    taken = [bytes(20_000) for _ in range(1500)]
    together.wait()

bytes(30_000_000)  # from now on the C library keeps twice as much at the end of each heap
before = resident()
together = threading.Barrier(8)
runs = [threading.Thread(target=run) for _ in range(8)]
for each in runs:
    each.start()
for each in runs:
    each.join()
ctypes.CDLL(None).malloc_trim(0)
print((resident() - before) // 2**20)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="of glibc alone it is known")
def test_what_many_runs_took_at_once_is_given_back():
    """240 MB in eight threads: with a heap of its own, each of them keeps what it had."""
    done = subprocess.run(
        [sys.executable, "-c", TAKE_AT_ONCE], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 24
