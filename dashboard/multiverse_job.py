"""The process that computes a store's multiverse: one at a time for all visitors, with its progress."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.processes import environment

if TYPE_CHECKING:
    from explain.store import Store

COMMAND = (sys.executable, "-P", "-m", "explain.serving.multiverse")


@dataclass
class Job:
    """One run of the process.

    Attributes
    ----------
    path : str
        The store's.
    done, whole : int
        Images.
    ended : bool
    failure : str
        What the process said when it failed; empty where it did not.
    """

    path: str
    done: int = 0
    whole: int = 1
    ended: bool = False
    failure: str = ""


@dataclass
class Jobs:
    """Starts the process, one at a time, and reads its progress; safe to share between threads."""

    command: tuple[str, ...] = COMMAND
    latest: Job | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, store: Store) -> None:
        """Start the process for a store, unless one is at work."""
        with self._lock:
            if self.latest is None or self.latest.ended:
                self.latest = Job(str(store.path))
                threading.Thread(target=self._run, args=(self.latest,), daemon=True).start()

    @property
    def busy(self) -> bool:
        """Whether a process is at work."""
        return self.latest is not None and not self.latest.ended

    def of(self, store: Store) -> Job | None:
        """Give the latest run for a store."""
        return self.latest if self.latest is not None and self.latest.path == str(store.path) else None

    def _run(self, job: Job) -> None:
        pipe = subprocess.PIPE
        try:
            with subprocess.Popen(
                [*self.command, job.path], env=environment(), stdout=pipe, stderr=pipe, text=True
            ) as process:
                assert process.stdout is not None
                assert process.stderr is not None
                for line in process.stdout:
                    job.done, job.whole = (int(word) for word in line.split())
                failure = process.stderr.read()
            if process.returncode:
                job.failure = failure.strip().splitlines()[-1] if failure.strip() else "The process ended early."
        except (OSError, ValueError) as error:
            job.failure = str(error)
        finally:
            job.ended = True


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Give the one for all visitors."""
    return Jobs()
