from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dataqual.engine import Local, parse_size
from dataqual.engine import memory as memory_module
from dataqual.engine.local import BASE_MEMORY, BATCH_MEMORY
from dataqual.engine.read_ahead import read_ahead
from dataqual.errors import SpecError

WORKERS = [1, 2, 5]


def ours() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("dataqual")]


@pytest.mark.parametrize("workers", WORKERS)
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    def slow_first(n: int) -> int:
        time.sleep(0.02 if n % 5 == 0 else 0)
        return n * n

    assert list(Local(workers).map(slow_first, range(40))) == [n * n for n in range(40)]
    assert ours() == []


@pytest.mark.parametrize("workers", WORKERS)
def test_the_first_error_in_order_ends_the_work_and_every_thread(workers: int) -> None:
    seen: list[int] = []

    def fail(n: int) -> int:
        seen.append(n)
        if n in (7, 8):
            raise ValueError(str(n))
        return n

    results: list[int] = []
    with pytest.raises(ValueError, match=r"^7$"):
        results.extend(Local(workers).map(fail, range(10_000)))
    assert results == list(range(7))
    assert max(seen) < 7 + 2 * workers + 1
    assert ours() == []


@pytest.mark.parametrize("workers", WORKERS)
def test_an_error_of_the_source_comes_after_the_items_before_it(workers: int) -> None:
    def source() -> Iterator[int]:
        yield from range(5)
        raise OSError("gone")

    results: list[int] = []
    with pytest.raises(OSError, match="gone"):
        results.extend(Local(workers).map(lambda n: n, source()))
    assert results == [0, 1, 2, 3, 4]
    assert ours() == []


@pytest.mark.parametrize("workers", WORKERS)
def test_closing_early_stops_the_threads_and_closes_the_source(workers: int) -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            n = 0
            while True:
                yield (n := n + 1)
        finally:
            closed.set()

    source = endless()
    results = Local(workers).map(lambda n: n, source)
    assert [next(results), next(results)] == [1, 2]
    results.close()
    assert closed.is_set()
    assert ours() == []


@pytest.mark.parametrize("workers", WORKERS)
def test_an_interrupt_stops_the_threads(workers: int) -> None:
    results = Local(workers).map(lambda n: n, iter(range(1000)))
    next(results)
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt())
    assert ours() == []


@pytest.mark.parametrize("batches", [1, 2, 3])
def test_memory_bounds_how_many_items_are_in_flight(batches: int) -> None:
    engine = Local(workers=8, max_memory=BASE_MEMORY + batches * BATCH_MEMORY)
    lock = threading.Lock()
    started = finished = most = 0

    def work(n: int) -> int:
        nonlocal started, most
        with lock:
            started += 1
            most = max(most, started - finished)
        time.sleep(0.002)
        return n

    for _ in engine.map(work, range(50)):
        with lock:
            finished += 1
    assert most <= batches
    assert (engine.in_flight, engine.threads) == (batches, batches)


def test_a_large_item_is_worked_on_alone_and_in_its_turn() -> None:
    working: list[int] = []
    beside: dict[int, int] = {}

    @dataclass(frozen=True)
    class Item:
        number: int

        @property
        def alone(self) -> bool:
            return self.number % 7 == 3

    def look(item: Item) -> int:
        working.append(item.number)
        time.sleep(0.005)
        beside[item.number] = len(working)
        working.remove(item.number)
        return item.number

    assert list(Local(4).map(look, map(Item, range(30)))) == list(range(30))
    assert {beside[number] for number in range(3, 30, 7)} == {1}
    assert max(beside.values()) > 1


def test_there_is_always_one_in_flight_and_never_more_than_twice_the_workers() -> None:
    assert Local(workers=4, max_memory=1).in_flight == 1
    assert Local(workers=4, max_memory=1 << 50).in_flight == 8
    assert Local(workers=4, max_memory=1 << 50).threads == 4


@pytest.mark.parametrize("options", [{"workers": 0}, {"max_memory": -5}])
def test_too_little_is_refused(options: dict[str, int]) -> None:
    [(name, value)] = options.items()
    with pytest.raises(SpecError, match=f"^{name}: {value} is too small; it is at least 1$"):
        Local(**options)


def test_reading_goes_ahead_only_so_far() -> None:
    made: list[int] = []

    def source() -> Iterator[int]:
        for n in range(100):
            made.append(n)
            yield n

    items = read_ahead(source(), depth=3)
    assert next(items) == 0
    for _ in range(200):
        if len(made) == 4:
            break
        time.sleep(0.005)
    time.sleep(0.02)
    assert made == [0, 1, 2, 3]
    assert list(items) == list(range(1, 100))


def test_items_that_are_false_are_items() -> None:
    assert list(read_ahead([0, None, "", []], depth=1)) == [0, None, "", []]


@pytest.mark.parametrize(
    ("size", "count"),
    [("1G", 2**30), ("512m", 512 * 2**20), ("1.5 GiB", 3 * 2**29), ("2TB", 2**41), (" 10 ", 10), ("3kb", 3072)],
)
def test_sizes_are_read_as_people_write_them(size: str, count: int) -> None:
    assert parse_size(size) == count


@pytest.mark.parametrize("size", ["", "G", "-1G", "1X", "1e9", "0", "0.0001K", "1 000", "nan"])
def test_what_is_no_size_is_a_letter(size: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_size(size)
    assert str(caught.value) == (
        f"{size!r} is not a size; write a number with K, M, G or T behind it, such as 512M or 1.5G"
    )


def test_a_container_with_less_memory_than_the_machine_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory_module, "LIMITS", (str(tmp_path / "none"), str(limit)))
    limit.write_text("max\n")
    machine = memory_module.default_memory()
    limit.write_text("400000000\n")
    assert memory_module.default_memory() == 100_000_000 < machine
