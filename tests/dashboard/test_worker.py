"""The worker's client, against a process that speaks its language and fails on request; and once the real one."""

import gc
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from dashboard.worker import Limits, Worker, WorkerError
from data.datasets import DEMO_FOLDER
from explain.errors import ExplainError

ROOT = Path(__file__).parents[2]

ACTOR = """
    import os, pathlib, sys, time
    from explain.serving.messages import receive, send

    while (message := receive(sys.stdin.buffer)) is not None:
        act, _, rest = message[1].decode().partition(" ")
        if act == "crash":
            os.abort()
        if act == "sleep":
            time.sleep(60)
        if act == "eat":
            eaten = b"x" * 400_000_000
            time.sleep(60)
        if act == "babble":
            sys.stdout.buffer.write(b"not a message, whatever its length" * 9)
            sys.stdout.buffer.flush()
            continue
        if act == "hold":
            pathlib.Path(rest + ".held").touch()
            while not pathlib.Path(rest).exists():
                time.sleep(0.01)
        send(sys.stdout.buffer, {"error": f"{os.getpid()} {act}"})
"""


@pytest.fixture
def worker(tmp_path):
    script = tmp_path / "actor.py"
    script.write_text(textwrap.dedent(ACTOR))
    limits = Limits(bytes=1000, seconds=20, memory=200 * 2**20, waiting=1)
    worker = Worker(limits, (sys.executable, str(script)))
    yield worker
    worker.close()


def limited(worker, **changes):
    return Worker(Limits(**(vars(worker.limits) | changes)), worker._command)


def say(worker, text="hello"):
    """Give the process' id and what it was told, as the actor answers."""
    with pytest.raises(ExplainError) as caught:
        worker.explain(text.encode(), (), {})
    if isinstance(caught.value, WorkerError):
        raise caught.value
    pid, act = str(caught.value).split()
    assert act == text.split()[0]
    return int(pid)


def until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_nothing_is_started_before_the_first_photograph(worker):
    before = len(psutil.Process().children())
    assert worker.waiting == 0
    assert len(psutil.Process().children()) == before


def test_visitors_share_one_process(worker):
    assert say(worker) == say(worker, "again")


def test_a_crash_is_a_sentence_and_then_there_is_a_fresh_process(worker):
    first = say(worker)
    with pytest.raises(WorkerError, match="ended while it looked at this photograph"):
        worker.explain(b"crash", (), {})
    second = say(worker)
    assert second != first
    assert not psutil.pid_exists(first)


def test_a_process_that_died_between_photographs_is_replaced_without_a_word(worker):
    first = say(worker)
    psutil.Process(first).kill()
    until(lambda: not psutil.pid_exists(first) or psutil.Process(first).status() == psutil.STATUS_ZOMBIE)
    assert say(worker) != first


def test_too_long_is_a_sentence_and_the_process_is_ended(worker):
    hasty = limited(worker, seconds=0.3)
    with pytest.raises(WorkerError, match=r"longer than 0\.3 seconds"):
        hasty.explain(b"sleep", (), {})
    assert not [child for child in psutil.Process().children() if "actor.py" in " ".join(child.cmdline())]


def test_too_much_memory_is_a_sentence_and_the_process_is_ended(worker):
    first = say(worker)
    with pytest.raises(WorkerError, match="memory"):
        worker.explain(b"eat", (), {})
    assert not psutil.pid_exists(first)
    assert say(worker) != first


def test_what_is_no_answer_is_a_sentence(worker):
    with pytest.raises(WorkerError):
        worker.explain(b"babble", (), {})
    say(worker)


def test_a_large_file_is_refused_before_anything_runs(worker):
    with pytest.raises(WorkerError, match="at most 0 MB"):
        worker.explain(bytes(1001), (), {})


def test_a_full_queue_says_how_many_wait_and_the_others_are_served_in_turn(worker, tmp_path):
    gate = tmp_path / "gate"
    with ThreadPoolExecutor(2) as visitors:
        first = visitors.submit(say, worker, f"hold {gate}")
        until((tmp_path / "gate.held").exists)
        second = visitors.submit(say, worker, "second")
        until(lambda: worker.waiting == 1)
        with pytest.raises(WorkerError, match=r"full \(1 waiting\)"):
            worker.explain(b"third", (), {})
        gate.touch()
        assert first.result(20) == second.result(20)
    assert worker.waiting == 0
    say(worker)


def test_who_waits_is_told_how_many_are_before_until_none_is(worker, tmp_path):
    worker = limited(worker, waiting=9)
    gates = [tmp_path / "first", tmp_path / "second"]
    heard = []
    with ThreadPoolExecutor(3) as visitors:
        visitors.submit(say, worker, f"hold {gates[0]}")
        until((tmp_path / "first.held").exists)
        visitors.submit(say, worker, f"hold {gates[1]}")
        until(lambda: worker.waiting == 1)
        third = visitors.submit(worker.explain, b"third", (), {}, told=heard.append)
        until(lambda: heard == [2, 2])  # told once more, so that a visitor who has left is noticed
        gates[0].touch()
        until(lambda: heard[-1] == 1)
        gates[1].touch()
        assert isinstance(third.exception(20), ExplainError)
    assert sorted(heard, reverse=True) == heard
    worker.close()


def test_who_leaves_the_queue_frees_the_place(worker, tmp_path):
    gate = tmp_path / "gate"

    def leave(ahead):
        raise KeyError("left")

    with ThreadPoolExecutor(2) as visitors:
        first = visitors.submit(say, worker, f"hold {gate}")
        until((tmp_path / "gate.held").exists)
        with pytest.raises(KeyError, match="left"):
            worker.explain(b"second", (), {}, told=leave)
        assert worker.waiting == 0
        gate.touch()
        first.result(20)
    say(worker)


def test_a_crash_for_one_visitor_is_none_for_the_next_in_line(worker, tmp_path):
    gate = tmp_path / "gate"
    with ThreadPoolExecutor(2) as visitors:
        first = visitors.submit(say, worker, f"hold {gate}")
        until((tmp_path / "gate.held").exists)
        second = visitors.submit(say, worker, "second")
        until(lambda: worker.waiting == 1)
        next(child for child in psutil.Process().children() if "actor.py" in " ".join(child.cmdline())).kill()
        with pytest.raises(WorkerError):
            first.result(20)
        second.result(20)


def test_the_process_ends_with_the_app(worker, tmp_path):
    code = f"""
        import os, signal
        from dashboard.worker import Worker
        worker = Worker(command={worker._command!r})
        try:
            worker.explain(b"hello", (), {{}})
        except Exception as error:
            print(str(error).split()[0], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    app = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    pid = int(app.stdout)
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_a_worker_that_nobody_holds_leaves_no_process(worker):
    other = limited(worker)
    pid = say(other)
    del other
    gc.collect()  # the exceptions that were caught still held it
    until(lambda: not psutil.pid_exists(pid))


@pytest.mark.slow
def test_two_visitors_get_their_own_photographs_from_the_real_networks(built):
    from explain.serving.sources import sources
    from explain.store import open_store

    store = open_store(built[1].store)
    worker = Worker()
    photographs = [DEMO_FOLDER / "African_elephant/elephant_000.jpg", DEMO_FOLDER / "American_black_bear/bear_003.jpg"]
    answers = {}

    def visit(file):
        answers[file.stem] = worker.explain(file.read_bytes(), sources(store), {})

    visitors = [threading.Thread(target=visit, args=(file,)) for file in photographs]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    for image, answer in answers.items():
        for model in store.models:
            assert answer.of_model[model.name].logits == pytest.approx(store.logits(model.name, image), abs=1e-3)
    with pytest.raises(ExplainError, match="no image format"):
        worker.explain(b"no picture", sources(store), {})
    worker.close()
