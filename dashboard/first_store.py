"""Where no store is: the demo's is built in a process beside the app, once for all visitors; the page waits for it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dashboard.boundary import public
from dashboard.plain_text import plain
from dashboard.processes import environment
from explain.store import default_cache, unreadable_stores
from explain.store.filesystem import is_remote

COMMAND = (sys.executable, "-P", "-m", "explain.serving.first_build")
_REDRAW = 0.5


@dataclass(frozen=True)
class Progress:
    """How far a build is.

    Attributes
    ----------
    step : str
        What is being done; empty before the first word of the process.
    done, total : int
        Of the step.
    ended : bool
        Whether the process has ended.
    error : str
        Why there is no store although it has ended; empty otherwise.
    """

    step: str = ""
    done: int = 0
    total: int = 1
    ended: bool = False
    error: str = ""


class FirstBuild:
    """One build of the demo's store, from its start to its end; safe to share between visitors.

    Parameters
    ----------
    cache : str
        Folder of all stores.
    command : sequence of str
        What starts the process; it speaks as :mod:`explain.serving.first_build` does.
    """

    def __init__(self, cache: str, command: Sequence[str] = COMMAND) -> None:
        quiet = environment() | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        self._popen = subprocess.Popen(
            (*command, cache), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=quiet, text=True
        )
        weakref.finalize(self, self._popen.kill)  # also when the app ends: what was complete is kept
        self.progress = Progress()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._popen.stdout is not None
        told = False
        for line in self._popen.stdout:
            try:
                said = json.loads(line)
            except ValueError:  # a library's word on standard output is not for the visitor
                continue
            if not isinstance(said, dict):
                continue
            told = "store" in said or "error" in said
            known = {name: said[name] for name in ("step", "done", "total", "error") if name in said}
            self.progress = replace(self.progress, **known)
        status = self._popen.wait()
        error = self.progress.error or ("" if told else f"The process that built it ended early (status {status}).")
        self.progress = replace(self.progress, ended=True, error=error)


@st.cache_resource(max_entries=4, show_spinner=False)
def _build_into(cache: str) -> FirstBuild:
    return FirstBuild(cache)


def build_first_store() -> None:
    """Show how far the demo's store is, and the page itself once it is there; a failed build can be tried again."""
    cache = default_cache()
    if is_remote(cache):
        st.info(
            "There is no store at the address in EXPLAIN_CACHE yet. Run `python -m explain build` there, and reload."
        )
        return
    unreadable = unreadable_stores(cache)
    for sentence in unreadable:
        st.warning(plain(public(sentence)), icon=":material/error:")
    st.info(
        f"No store {'here can be read' if unreadable else 'is here yet'}, so the demo's is being made: 102 rendered "
        "photographs, two small networks, less than a minute. For photographs and networks of your own, run "
        "`python -m explain build`.",
        icon=":material/hourglass_top:",
    )
    _follow(str(cache))


@st.fragment(run_every=_REDRAW)
def _follow(cache: str) -> None:
    progress = _build_into(cache).progress
    if not progress.ended:
        step = progress.step or "Starting"
        st.progress(min(progress.done / max(progress.total, 1), 1.0), f"{step}: {progress.done} of {progress.total}")
        return
    if not progress.error:
        _build_into.clear(cache)
        st.rerun()
    st.error("The demo's store could not be made.")
    st.text(progress.error)
    if st.button("Try again", icon=":material/refresh:"):
        _build_into.clear(cache)
        st.rerun()
