"""The engine of one machine: threads, and processes where that pays, in order, within a budget of memory."""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from dataqual.engine.crew import Crew, Threads
from dataqual.engine.helper import Helper, possible, start_early
from dataqual.engine.memory import default_memory
from dataqual.engine.read_ahead import read_ahead
from dataqual.errors import SpecError

Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH_MEMORY = 100 << 20
"""What a batch may take with all its cuts: 4 MiB of records, some twenty arrays as long as its words."""

BASE_MEMORY = 300 << 20
"""What the process takes before the first batch: the interpreter, polars, compiled kernels."""

HELPER_MEMORY = BASE_MEMORY + BATCH_MEMORY
"""What a helping process takes, with the one batch it works on."""

WORTHWHILE = 64 << 20
"""Bytes of input from which helping processes are started: what threads measure while a process imports polars and numba
and loads its kernels, which takes about 1.5 CPU-seconds."""

WAITING = 4
"""Results per worker that may wait for an earlier one; without their batch they are small."""

NOT_PICKLED = (pickle.PicklingError, AttributeError, TypeError)
"""What `pickle` raises for a function that is local to another, or holds something it cannot send."""

AHEAD = 2
"""Chunks cut before a worker asks for one: enough to hide the reading, little enough to forget."""


@dataclass(frozen=True)
class Local:
    """Workers on this machine; `workers` is the number of cores they may use, `max_memory` a quarter of what there is.

    They are threads of this process, and where the input is large, all but one are processes that help it: between the
    compiled loops Python has one lock for all threads of a process. The results depend on none of this. The memory
    bounds how many batches are in flight, one at least, and how many processes there are.

    >>> list(Local(workers=2).map(str.upper, ["a", "b"]))
    ['A', 'B']
    """

    workers: int | None = None
    max_memory: int | None = None
    scratch: str | None = field(default=None, repr=False, compare=False)
    """A folder for what a survey has made and its step needs again; see `Unfinished.scratch`."""

    def __post_init__(self) -> None:
        for name, value in (("workers", self.workers), ("max_memory", self.max_memory)):
            if value is not None and value < 1:
                raise SpecError(f"{name}: {value} is too small; it is at least 1")

    def within(self, name: str) -> Local:
        """The same, with a part of its folder of its own."""
        return self if self.scratch is None else replace(self, scratch=os.path.join(self.scratch, name))

    @property
    def memory(self) -> int:
        """The budget in bytes."""
        return self.max_memory or default_memory()

    @property
    def threads(self) -> int:
        """How many items are worked on at once, where no process helps."""
        return min(self.workers or _cores(), self.in_flight)

    @property
    def in_flight(self) -> int:
        """How many items, or results not yet taken, there may be at once, where no process helps."""
        budget = self.memory - BASE_MEMORY
        return max(1, min(2 * (self.workers or _cores()), budget // BATCH_MEMORY))

    def helpers(self, size: int) -> int:
        """How many processes help with an input of `size` bytes; 0 where that does not pay, or memory is too little.

        >>> Local(workers=4, max_memory=1 << 40).helpers(1 << 30), Local(workers=4).helpers(1000)
        (3, 0)
        """
        if size < WORTHWHILE or not possible():
            return 0
        budget = self.memory - BASE_MEMORY - 2 * BATCH_MEMORY
        return max(0, min((self.workers or _cores()) - 1, budget // HELPER_MEMORY))

    def expect(self, paths: Iterable[str], module: str) -> int:
        """Start the processes that will help with these files, if any will, while this one still has to import.

        They import `module`, and wait for the next `map`. Returns how many.
        """
        helpers = self.helpers(sum(os.path.getsize(path) for path in paths if os.path.isfile(path)))
        start_early(helpers, module)
        return helpers

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, size: int = 0, beside: bool = False
    ) -> Generator[Result, None, None]:
        """`function` of every item, in order; items are made in a thread of their own, a little ahead.

        With `size`, the bytes of all items, processes may help if the function can be pickled. The first error, in the
        order of the items, is raised and ends it; so does closing the generator. Either way no thread and no process
        is left behind, but for those that are `staying`. An item that says it is `alone` is worked on when nothing else is.
        With `beside` this process works on none where others help: it has something else to do.
        """
        source = read_ahead(items, AHEAD)
        try:
            with Crew() as crew:
                limit = self._man(crew, function, size, beside)
                if limit == 1:
                    for item in source:
                        yield function(item)
                else:
                    yield from _in_order(crew, source, limit)
        finally:
            source.close()

    def _man(self, crew: Crew, function: Callable[[Any], Any], size: int, beside: bool) -> int:
        """Fill the crew, and say how many items, or results not yet taken, there may be at once."""
        helpers = self.helpers(size)
        with suppress(OSError, *NOT_PICKLED):  # no process to be had, or a function that cannot be sent: threads do it
            given = pickle.dumps(function, protocol=5) if helpers else b""
            for _ in range(helpers):
                crew.hands.append(Helper(given, crew.changed))
        helpers = len(crew.hands)
        if not helpers:
            if self.in_flight > 1:
                crew.hands.append(Threads(function, self.threads, self.in_flight, crew.changed))
            return self.in_flight
        if beside:
            return WAITING * helpers
        workers = (self.workers or _cores()) - helpers
        left = (self.memory - BASE_MEMORY - helpers * HELPER_MEMORY) // BATCH_MEMORY
        threads = max(1, min(workers, left - 1))
        crew.hands.append(Threads(function, threads, threads + 1, crew.changed))
        return WAITING * (helpers + threads)


def _in_order(crew: Crew, items: Iterator[Any], limit: int) -> Generator[Any, None, None]:
    """What becomes of the items, in their order; an error of the source comes after the items before it."""
    waiting: deque[Future[Any]] = deque()
    broken = None
    while True:
        try:
            item = next(items)
        except StopIteration:
            break
        except Exception as error:
            broken = error
            break
        if getattr(item, "alone", False):  # too large to be in memory beside others
            while waiting:
                yield waiting.popleft().result()
            yield crew.submit(item).result()
            continue
        waiting.append(crew.submit(item))
        if len(waiting) >= limit or waiting[0].done():  # one for one: nobody is idle while the results are taken
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
    if broken is not None:
        raise broken


def _cores() -> int:
    """Cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
