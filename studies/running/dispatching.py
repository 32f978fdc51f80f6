"""Dispatching: trials go to worker processes, each on one core or GPU of its own; one that dies is replaced."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dataqual.errors import DataqualError
from studies.design.trial import Trial

ATTEMPTS = 2
"""A worker may die once in a trial (memory, a passing fault of the machine); twice is no accident."""
LAST_WORDS = 3
"""Lines of a dead worker's stderr that are repeated."""
KEPT = {"MALLOC_TRIM_THRESHOLD_": str(256 << 20), "MALLOC_MMAP_THRESHOLD_": str(32 << 20)}
"""Of glibc: memory a worker frees stays with it. Else each step hands megabytes back and faults them in again, a twelfth of the
processor time of a model of 40 thousand parameters (benchmarks/results/calibrate.md)."""
THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Two threads on a tiny model spin more than they compute: one each, and as many workers as cores."""


class TrialFailed(DataqualError):
    """A worker died twice in the same trial, or its points are not those of the plan."""


@dataclass
class Worker:
    """A worker process, and the trial it is at."""

    number: int
    process: subprocess.Popen[bytes]
    log: Path
    helpers: Sequence[subprocess.Popen[bytes]] = ()
    """Those that train the same trials with it."""
    fallen: subprocess.Popen[bytes] | None = None
    """The one of them that ended first."""
    begun: int = 0
    """Bytes in the log when it started: what an earlier one said stays there."""
    trial: Trial | None = None

    def give(self, trial: Trial) -> None:
        """Hand it a trial; one that has just died does not take it, which its end will tell."""
        self.trial = trial
        line = json.dumps(trial.as_json()).encode() + b"\n"
        for process in self.processes:
            assert process.stdin
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(line)
                process.stdin.flush()

    @property
    def processes(self) -> Sequence[subprocess.Popen[bytes]]:
        """All of it."""
        return (self.process, *self.helpers)

    def last_words(self) -> str:
        """The end of what it said on stderr, on one line, with how it ended."""
        code = (self.fallen or self.process).wait()
        text = self.log.read_bytes()[self.begun :].decode(errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        ended = f"killed by {_signal(-code)}" if code < 0 else f"exit code {code}"
        return " | ".join([ended, *lines[-LAST_WORDS:]])

    def bury(self) -> None:
        """Wait for a process that has ended, or is about to, and close what was open to it."""
        for process in self.processes:
            if process is not self.fallen and self.helpers:
                process.kill()  # what is left of several waits for the one that ended
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    if pipe:
                        pipe.close()


@dataclass
class Dispatch:
    """Trials on their way to the workers of a run; those start on entering and are gone on leaving, whatever happens."""

    folder: Path
    count: int
    todo: list[Trial]
    first: frozenset[str] = frozenset()
    """Keys of trials that go before all others of `todo`."""
    gpus: Sequence[str] = ()
    """One for each process, as CUDA_VISIBLE_DEVICES names it; none on a CPU."""
    together: int = 1
    """Processes of a worker, which train one trial."""
    _workers: list[Worker] = field(default_factory=list)
    _inbox: queue.SimpleQueue[tuple[Worker, dict[str, Any] | None]] = field(default_factory=queue.SimpleQueue)
    _started: int = 0
    _deaths: dict[str, list[str]] = field(default_factory=dict)

    def __enter__(self) -> Dispatch:
        try:
            for number in range(self.count):
                self._start(number)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            for process in worker.processes:
                process.kill()
        for worker in self._workers:
            worker.bury()

    def events(self) -> Iterator[tuple[Trial, dict[str, Any]]]:
        """What the workers say, until every trial is done."""
        for worker in list(self._workers):
            self._next(worker)
        while any(worker.trial for worker in self._workers):
            worker, event = self._inbox.get()
            trial = worker.trial
            if worker not in self._workers:
                continue
            if trial is None:
                if event is None:  # it died while it had nothing to do
                    self._workers.remove(worker)
                    worker.bury()
                continue
            if event is None:
                self._died(worker, trial)
            elif event["event"] == "refused":
                raise DataqualError(event["message"])
            else:
                yield trial, event
                if event["event"] == "done":
                    self._next(worker)

    def _next(self, worker: Worker) -> None:
        """The first worker takes the cheapest trial left, so that results come early; the others the dearest, so that
        none of them is still at a long one when the rest have nothing to do."""
        worker.trial = None
        if self.todo:
            places = [i for i, trial in enumerate(self.todo) if trial.key in self.first] or range(len(self.todo))
            worker.give(self.todo.pop(places[0 if worker.number == 0 else -1]))

    def release(self, trials: Sequence[Trial]) -> None:
        """More trials, dearer than those that are left; workers that had nothing to do begin with them."""
        self.todo += trials
        for number in set(range(self.count)) - {worker.number for worker in self._workers}:
            self._start(number)
        for worker in self._workers:
            if worker.trial is None:
                self._next(worker)

    def _died(self, worker: Worker, trial: Trial) -> None:
        deaths = self._deaths.setdefault(trial.key, [])
        deaths.append(worker.last_words())
        if len(deaths) >= ATTEMPTS:
            told = "; then: ".join(dict.fromkeys(deaths))
            raise TrialFailed(f"{trial}: its worker died {len(deaths)} times ({told})")
        self._workers.remove(worker)
        worker.bury()
        self._start(worker.number).give(trial)

    def _start(self, number: int) -> Worker:
        log = self.folder / f"worker-{number}.log"
        # -P and the parent's path: the worker finds what its parent finds, and no file that happens to lie around.
        path = os.pathsep.join(place for place in _search_path())
        meeting = self.folder.resolve() / f"meeting-{number}-{self._started}"
        meeting.unlink(missing_ok=True)  # of a run that was stopped: who reads it waits for processes that are gone
        self._started += 1
        with log.open("ab") as errors:
            begun = errors.tell()
            first, *others = [
                subprocess.Popen(
                    [sys.executable, "-P", "-m", "studies.running.trial_worker", str(self.folder)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=os.environ
                    | dict.fromkeys(THREADS, "1")
                    | {name: size for name, size in KEPT.items() if name not in os.environ}
                    | {"PYTHONPATH": path}
                    | self._seen_by(number * self.together + rank)
                    | self._among(rank, meeting),
                    start_new_session=True,  # Ctrl-C is for the parent, who ends its workers in order
                )
                for rank in range(self.together)
            ]
        worker = Worker(number, first, log, others, begun=begun)
        self._workers.append(worker)
        for process in worker.processes:
            threading.Thread(target=self._hear, args=(worker, process), daemon=True).start()
        return worker

    def _seen_by(self, place: int) -> dict[str, str]:
        return {"CUDA_VISIBLE_DEVICES": self.gpus[place]} if self.gpus else {}

    def _among(self, rank: int, meeting: Path) -> dict[str, str]:
        """How processes of one worker find each other; one that is alone is told so, whoever started us."""
        if self.together == 1:
            return {"WORLD_SIZE": "1", "RANK": "0"}
        many = {"RANK": str(rank), "LOCAL_RANK": "0", "WORLD_SIZE": str(self.together)}
        return many | {"STUDIES_MEETING": str(meeting)}

    def _hear(self, worker: Worker, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout
        with contextlib.suppress(ValueError, OSError):  # closed while we listened
            for line in process.stdout:
                self._inbox.put((worker, json.loads(line)))
        worker.fallen = worker.fallen or process
        self._inbox.put((worker, None))


def _search_path() -> list[str]:
    """Where this process finds modules, the folder of this package first."""
    here = str(Path(__file__).resolve().parents[2])
    return list(dict.fromkeys([here, *(os.path.abspath(place) for place in sys.path if place)]))


def _signal(number: int) -> str:
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    return f"{name}, perhaps for want of memory" if name == "SIGKILL" else name
