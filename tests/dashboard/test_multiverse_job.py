"""The process that computes a multiverse, with another command in its place."""

import sys
import time
from types import SimpleNamespace

from dashboard.multiverse_job import Jobs

STORE = SimpleNamespace(path="/a/store")


def run(script):
    return ended(Jobs(command=(sys.executable, "-c", script)))


def ended(jobs):
    jobs.start(STORE)
    started = jobs.of(STORE)
    deadline = time.monotonic() + 60
    while not started.ended and time.monotonic() < deadline:
        time.sleep(0.02)
    assert started.ended
    return jobs, started


def test_progress_is_read_line_by_line_and_the_store_is_named():
    _, job = run("import sys; assert sys.argv[1] == '/a/store'; print(1, 3); print(3, 3)")
    assert (job.done, job.whole, job.failure) == (3, 3, "")


def test_a_failure_is_said_with_its_last_sentence_and_another_run_may_start():
    jobs, job = run("import sys; print('trace', file=sys.stderr); sys.exit('The store is gone.')")
    assert job.failure == "The store is gone."
    assert not jobs.busy
    jobs.start(SimpleNamespace(path="/another"))
    assert jobs.of(STORE) is None


def test_one_run_at_a_time():
    jobs = Jobs(command=(sys.executable, "-c", "import time; time.sleep(10)"))
    jobs.start(STORE)
    first = jobs.of(STORE)
    jobs.start(SimpleNamespace(path="/another"))
    assert jobs.busy
    assert jobs.of(STORE) is first


def test_the_own_command_starts_wherever_the_app_was_started(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    _, job = ended(Jobs())
    assert "There is no complete store in /a/store" in job.failure
