"""What the app's process takes of a machine's processors, and what those beside it are started with."""

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
