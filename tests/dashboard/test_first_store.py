"""An app without a store builds the demo's beside itself: against a process that plays its part, and the real one."""

import gc
import json
import sys
import textwrap
import time

import pytest
from streamlit.testing.v1 import AppTest

import dashboard.first_store
from dashboard.first_store import FirstBuild
from explain.store import newest_stores


@pytest.fixture
def playing(tmp_path):
    """Give a function that makes a command of a script."""

    def command(script):
        path = tmp_path / "play.py"
        path.write_text(textwrap.dedent(script), encoding="utf-8")
        return (sys.executable, str(path))

    return command


def ended(build, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not build.progress.ended:
        assert time.monotonic() < deadline, build.progress
        time.sleep(0.01)
    return build.progress


def said(*lines):
    return "\n".join(f"print({json.dumps(line)!r}, flush=True)" for line in lines)


def test_progress_is_what_the_process_says_and_the_end_has_no_error(playing, tmp_path):
    build = FirstBuild(
        str(tmp_path), playing(said({"step": "Images", "done": 3, "total": 102}, {"store": "somewhere"}))
    )
    last = ended(build)
    assert (last.step, last.done, last.total, last.error) == ("Images", 3, 102, "")


def test_the_error_is_the_sentence_of_the_process(playing, tmp_path):
    build = FirstBuild(str(tmp_path), playing(said({"error": "The disk is full."})))
    assert ended(build).error == "The disk is full."


@pytest.mark.parametrize("script", ["import os; os._exit(3)", "print('{')", "print('[1]'); print('word')"])
def test_a_process_that_ends_without_a_word_is_an_error(playing, tmp_path, script):
    assert "ended early" in ended(FirstBuild(str(tmp_path), playing(script))).error


def test_the_process_ends_with_the_app(playing, tmp_path):
    build = FirstBuild(str(tmp_path), playing("import time; time.sleep(600)"))
    popen = build._popen
    build._popen.kill()
    ended(build)
    del build
    gc.collect()
    assert popen.wait(10) != 0


def page_without_a_store():
    from dashboard.first_store import build_first_store

    build_first_store()


def running():
    return dashboard.first_store._build_into(str(dashboard.first_store.default_cache()))


@pytest.fixture
def empty_app(monkeypatch, tmp_path):
    """Give a function that opens the page of an app without a store, whose builds run a command."""

    def run(command):
        dashboard.first_store._build_into.clear()
        monkeypatch.setenv("EXPLAIN_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(dashboard.first_store, "FirstBuild", lambda cache: FirstBuild(cache, command))

        return AppTest.from_function(page_without_a_store, default_timeout=30)

    yield run
    dashboard.first_store._build_into.clear()


def test_a_failed_build_is_said_and_can_be_tried_again(empty_app, playing):
    app = empty_app(playing(said({"error": "The folder *cannot* be written."})))
    app.run()
    ended(running())
    app.run()
    assert [each.value for each in app.error] == ["The demo's store could not be made."]
    assert [each.value for each in app.text] == ["The folder *cannot* be written."]  # as text, never as markup
    first = running()
    app.button[0].click().run()
    assert running() is not first


def test_a_store_that_cannot_be_believed_is_said_before_another_is_made(empty_app, playing, tmp_path):
    (tmp_path / "cache" / "photos").mkdir(parents=True)
    (tmp_path / "cache" / "photos" / "manifest.json").write_text('{"schema": 3, "digest": "0", "title": "*x*"}')
    app = empty_app(playing(said({"error": "Not here."}))).run()
    (warning,) = app.warning
    assert warning.value.replace("\\", "").startswith("The manifest of photos was changed after it was written")
    assert str(tmp_path) not in warning.value.replace("\\", "")
    assert "No store here can be read" in app.info[0].value


def test_two_visitors_wait_for_one_build(empty_app, playing):
    script = "import time\n" + said({"step": "Images", "done": 1, "total": 2}) + "\ntime.sleep(600)"
    empty_app(playing(script)).run()
    build = running()
    AppTest.from_function(page_without_a_store, default_timeout=30).run()
    assert running() is build
    build._popen.kill()


@pytest.mark.slow
def test_the_real_process_builds_the_demos_store(first_build):
    cache, last = first_build
    assert (last.ended, last.error) == (True, "")
    assert last.done == last.total
    (store,) = newest_stores(cache)
    assert (store.dataset.name, store.dataset.images) == ("demo", 102)


@pytest.mark.slow
def test_the_real_process_says_in_a_sentence_that_the_cache_cannot_be_written(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    error = ended(FirstBuild(str(blocked)), 120).error
    assert error.endswith(".")
    assert "Traceback" not in error
