"""The engine of one machine: threads, in order, within a budget of memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from dataqual.engine.memory import default_memory
from dataqual.engine.read_ahead import read_ahead
from dataqual.errors import SpecError

Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH_MEMORY = 100 << 20
"""What a batch may take with all its cuts: 4 MiB of records, some twenty arrays as long as its words."""

BASE_MEMORY = 300 << 20
"""What the process takes before the first batch: the interpreter, polars, compiled kernels."""

AHEAD = 2
"""Chunks cut before a worker asks for one: enough to hide the reading, little enough to forget."""


@dataclass(frozen=True)
class Local:
    """Threads of this process; `workers` is the number of cores it may use, `max_memory` a quarter of what there is.

    The results do not depend on either. The memory bounds how many batches are in flight, one at least.

    >>> list(Local(workers=2).map(str.upper, ["a", "b"]))
    ['A', 'B']
    """

    workers: int | None = None
    max_memory: int | None = None

    def __post_init__(self) -> None:
        for name, value in (("workers", self.workers), ("max_memory", self.max_memory)):
            if value is not None and value < 1:
                raise SpecError(f"{name}: {value} is too small; it is at least 1")

    @property
    def memory(self) -> int:
        """The budget in bytes."""
        return self.max_memory or default_memory()

    @property
    def threads(self) -> int:
        """How many items are worked on at once."""
        return min(self.workers or _cores(), self.in_flight)

    @property
    def in_flight(self) -> int:
        """How many items, or results not yet taken, there may be at once."""
        budget = self.memory - BASE_MEMORY
        return max(1, min(2 * (self.workers or _cores()), budget // BATCH_MEMORY))

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """`function` of every item, in order; items are made in a thread of their own, a little ahead.

        The first error, in the order of the items, is raised and ends it; so does closing the generator. Either
        way no thread is left behind.
        """
        source = read_ahead(items, AHEAD)
        try:
            if self.threads == 1:
                for item in source:
                    yield function(item)
            else:
                yield from self._pooled(function, source)
        finally:
            source.close()

    def _pooled(self, function: Callable[[Item], Result], items: Iterator[Item]) -> Generator[Result, None, None]:
        pool = ThreadPoolExecutor(self.threads, thread_name_prefix="dataqual")
        waiting: deque[Future[Result]] = deque()
        broken = None
        try:
            while True:
                try:
                    item = next(items)
                except StopIteration:
                    break
                except Exception as error:
                    broken = error
                    break
                waiting.append(pool.submit(function, item))
                if len(waiting) >= self.in_flight:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
            if broken is not None:
                raise broken
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _cores() -> int:
    """Cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
