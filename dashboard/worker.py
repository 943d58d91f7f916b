"""The one process beside the app that runs the networks: started on first use, watched, and replaced when it fails."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil

from dashboard.processes import environment
from explain.errors import ExplainError
from explain.serving.answers import Answer, read_answer, request
from explain.serving.messages import FramingError, receive, send

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explain.serving.sources import Source

COMMAND = (sys.executable, "-P", "-m", "explain.serving.child")
_LOOK, _TELL = 0.05, 1.0


class WorkerError(ExplainError):
    """A photograph that was not explained; the sentence is for the visitor."""


@dataclass(frozen=True)
class Limits:
    """What the worker takes.

    Attributes
    ----------
    bytes : int
        Of a photograph's file.
    pixels : int
        Width times height.
    seconds : float
        For one photograph, without its time in the queue.
    loading_seconds : float
        On top, where networks are not loaded yet.
    memory : int
        Resident bytes of the process.
    waiting : int
        Photographs in the queue, beside the one at work.
    """

    bytes: int = 20 * 2**20
    pixels: int = 50_000_000
    seconds: float = 30
    loading_seconds: float = 120
    memory: int = 4 * 2**30
    waiting: int = 8


class Worker:
    """Explains photographs one after another in a process of its own; safe to share between threads.

    Parameters
    ----------
    command : sequence of str
        What starts the process; it speaks as :mod:`explain.serving.child` does.
    """

    def __init__(self, limits: Limits = Limits(), command: Sequence[str] = COMMAND) -> None:
        self.limits = limits
        self._command = tuple(command)
        self._turns: deque[object] = deque()
        self._turn_ended = threading.Condition()
        self._process: _Process | None = None

    @property
    def busy(self) -> bool:
        """Whether a photograph is at work."""
        return bool(self._turns)

    @property
    def waiting(self) -> int:
        """How many photographs are in the queue, beside the one at work."""
        return max(0, len(self._turns) - 1)

    def explain(
        self,
        photograph: bytes,
        models: Sequence[Source],
        targets: Mapping[str, int | None],
        methods: Sequence[str] = (),
        parameters: Mapping[str, float] | None = None,
        told: Callable[[int], object] | None = None,
    ) -> Answer:
        """Explain a photograph; waits for its turn.

        Parameters
        ----------
        photograph : bytes
            The file's content.
        targets : mapping of str to int or None
            Class of the maps by model; the predicted one where it is None or absent.
        methods : sequence of str
            Whose maps are wanted.
        parameters : mapping of str to float, optional
            Of all methods.
        told : callable, optional
            Told while it waits how many photographs are before this one: at first, when one is done, and every second,
            so that it can raise what ends the waiting of a visitor who has left. Then the place is free.

        Raises
        ------
        WorkerError
            If the file is too large, the queue is full, or the process failed: it crashed, or a limit ended it.
            The next call starts a fresh process.
        ExplainError
            With the process' own sentence, if the photograph cannot be read or a network not be loaded.
        """
        if len(photograph) > self.limits.bytes:
            raise WorkerError(
                f"The file has {len(photograph) / 2**20:.1f} MB; at most {self.limits.bytes / 2**20:.0f} MB are read. "
                "Save it smaller and try again."
            )
        with self._turn(told):
            process = self._running()
            fresh = {model.weights for model in models} - process.loaded
            seconds = self.limits.seconds + (self.limits.loading_seconds if fresh else 0)
            try:
                header, body = process.ask(
                    request(models, targets, methods, self.limits.pixels, parameters), photograph, seconds, self.limits
                )
                answer = read_answer(header, body)
            except FramingError as error:
                process.kill()
                raise WorkerError(f"The networks' process gave no proper answer ({error}). Try again.") from error
            process.loaded |= fresh
            return answer

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()

    @contextmanager
    def _turn(self, told: Callable[[int], object] | None) -> Iterator[None]:
        """Wait in line, first come first served."""
        ticket = object()
        with self._turn_ended:
            if self.busy and self.waiting >= self.limits.waiting:
                raise WorkerError(
                    f"The queue for the networks is full ({self.waiting} waiting). Try again in a minute."
                )
            self._turns.append(ticket)
        try:
            ahead = -1
            while ahead := self._ahead(ticket, ahead):
                if told:
                    told(ahead)
            yield
        finally:
            with self._turn_ended:
                self._turns.remove(ticket)
                self._turn_ended.notify_all()

    def _ahead(self, ticket: object, before: int) -> int:
        """Count who is before a ticket, as soon as it is another number than before, or when a second has passed."""
        with self._turn_ended:
            self._turn_ended.wait_for(lambda: self._turns.index(ticket) != before, timeout=_TELL)
            return self._turns.index(ticket)

    def _running(self) -> _Process:
        if self._process is None or not self._process.alive:
            self._process = _Process(self._command)
        return self._process


class _Process:
    """One run of the process, from its start to its end."""

    def __init__(self, command: Sequence[str]) -> None:
        self._popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment())
        self.loaded: set[str] = set()
        self.kill = weakref.finalize(self, _end, self._popen)  # also when the app ends

    @property
    def alive(self) -> bool:
        return self.kill.alive and self._popen.poll() is None

    def ask(
        self, header: Mapping[str, Any], body: bytes, seconds: float, limits: Limits
    ) -> tuple[dict[str, Any], bytes]:
        """Exchange one message for another, or kill the process and say why."""
        answer: Future[tuple[dict[str, Any], bytes]] = Future()
        threading.Thread(target=_exchange, args=(self._popen, header, body, answer), daemon=True).start()
        deadline = time.monotonic() + seconds
        while not wait([answer], timeout=_LOOK).done:
            if time.monotonic() > deadline:
                self.kill()
                raise WorkerError(
                    f"This photograph took longer than {seconds:g} seconds and was given up. "
                    "Try a smaller one, or try again later."
                )
            if self._memory() > limits.memory:
                self.kill()
                raise WorkerError(
                    f"This photograph took more than {limits.memory / 2**30:.1f} GB of memory and was given up. "
                    "Try a smaller one."
                )
        try:
            return answer.result()
        except (OSError, ValueError, EOFError, FramingError) as error:
            self.kill()
            raise WorkerError(
                f"The networks' process ended while it looked at this photograph (status {self._popen.returncode}). "
                "A fresh one starts with the next photograph."
            ) from error

    def _memory(self) -> int:
        try:
            return psutil.Process(self._popen.pid).memory_info().rss
        except psutil.Error:  # it has just ended: the exchange tells
            return 0


def _exchange(
    popen: subprocess.Popen[bytes], header: dict[str, Any], body: bytes, answer: Future[tuple[dict[str, Any], bytes]]
) -> None:
    assert popen.stdin is not None
    assert popen.stdout is not None
    try:
        send(popen.stdin, header, body)
        received = receive(popen.stdout)
        if received is None:
            raise EOFError("the process ended")
        answer.set_result(received)
    except Exception as error:  # whatever it is belongs to whoever waits
        answer.set_exception(error)


def _end(popen: subprocess.Popen[bytes]) -> None:
    popen.kill()
    popen.wait()
