"""Loops that are kept as machine code give what numba gives, and whatever is wrong with what is kept, numba does it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dataqual
from dataqual.corpus import Corpus
from dataqual.kernels import keeping, lines
from dataqual.kernels.compiling import Kernel, njit
from tests.strange import DOCUMENTS

ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys
import numpy as np
from dataqual.kernels.minhash import bucket_pairs, earliest_equal
keys = np.array([8 * 1 + 0, 8 * 1 + 2, 8 * 1 + 3, 8 * 7 + 1], np.uint64)
out = np.zeros(20, np.uint64)
print(bucket_pairs(keys, 3, 6, 2, 0, 0, out), [divmod(int(pair), 2**32) for pair in out[:3]])
exact, copy_of = np.array([[7, 1], [9, 2], [7, 1], [7, 2]], np.uint64), np.full(4, -1)
print(earliest_equal(keys=keys, bits=3, exact=exact, copy_of=copy_of), copy_of.tolist())
print("numba" in sys.modules)
"""

EXPECTED = ["(3, 4, 3) [(2, 0), (3, 0), (3, 2)]", "None [-1, -1, 0, -1]"]


def run(cache: Path, **environment: str) -> list[str]:
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=os.environ | {"PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(cache)} | environment,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return told.stdout.splitlines()


def test_the_second_process_needs_no_numba_and_damaged_code_is_made_again(tmp_path: Path) -> None:
    assert run(tmp_path) == [*EXPECTED, "True"]
    assert run(tmp_path) == [*EXPECTED, "False"]
    kept = sorted(tmp_path.glob("*.loop"))
    assert [path.name.split("-")[0] for path in kept] == ["minhash.bucket_pairs", "minhash.earliest_equal"]
    whole = kept[0].read_bytes()
    for damaged in (whole[:-100], b"", b"\n", whole[:-1] + bytes([whole[-1] ^ 1])):
        kept[0].write_bytes(damaged)
        assert run(tmp_path) == [*EXPECTED, "True"]
        assert kept[0].read_bytes() == whole
    assert len(list(tmp_path.glob("*.loop*"))) == 2


def test_what_other_sources_left_is_replaced(tmp_path: Path) -> None:
    place = keeping._place("dataqual.kernels.any", "loop", "i")
    mine = tmp_path / place.path.name
    stale = tmp_path / place.old.replace("*", "0123456789abcdef")
    other = tmp_path / "any.other-0123.0123.loop"
    for path in (stale, other):
        path.write_bytes(b"")
    keeping._write(keeping.Place(mine, place.old), b"code")
    assert sorted(tmp_path.iterdir()) == sorted([mine, other])
    assert mine.read_bytes() == b"code"


def test_what_cannot_be_kept_or_found_is_no_error() -> None:
    keeping.keep(None, "dataqual.kernels.any", "loop", "i", (1,))  # no dispatcher at all
    assert keeping.find("dataqual.kernels.any", "none", "i") is None


@pytest.mark.parametrize(
    ("args", "types"),
    [
        ((np.zeros(3, np.uint8), 5, True), "|u1 1,i,b"),
        ((np.zeros((2, 3), np.int64), np.int64(5), np.uint64(5), np.bool_(True)), "<i8 2,i,u,b"),
        ((np.frombuffer(b"ab", np.uint8),), "|u1 1"),
        ((np.zeros((4, 4))[:, 0],), None),
        ((np.zeros((4, 4)).T[:2],), None),
        ((1 << 63,), None),
        ((1.5,), None),
        ((np.array(["a"]),), None),
        (("text",), None),
    ],
)
def test_types_are_told_apart_as_numba_does(args: tuple[Any, ...], types: str | None) -> None:
    assert keeping.types_of(args) == types


def test_no_loop_of_a_profile_needs_numba_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):  # as if in two processes, the first of which may have to compile
        for kernel in kernels().values():
            monkeypatch.setattr(kernel, "_ready", {})
            monkeypatch.setattr(kernel, "_quick", {})
        dataqual.profile(Corpus.of([*DOCUMENTS, *DOCUMENTS, "So it ends. And one more, of more than a few words!"]))
    loops = {(name, types): loop for name, kernel in kernels().items() for types, loop in kernel._ready.items()}
    assert {"count_repeats", "cut", "sign", "count_bins", "medians"} <= {name.split(".")[-1] for name, _ in loops}
    assert [key for key, loop in loops.items() if loop is None] == []


def kernels() -> dict[str, Kernel]:
    """Every compiled loop, by module and name."""
    modules = [module for name, module in sys.modules.items() if name.startswith("dataqual.kernels.")]
    return {f"{k.__module__}.{k.__name__}": k for module in modules for k in vars(module).values() if type(k) is Kernel}


def test_what_cannot_be_written_is_compiled_no_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    fixed = np.frombuffer(b"one\x0btwo", np.uint8)
    monkeypatch.setattr(lines.has_other_breaks, "_ready", {})
    monkeypatch.setattr(lines.has_other_breaks, "_quick", {})
    assert lines.has_other_breaks(fixed)
    assert lines.has_other_breaks(fixed.copy())
    assert [*lines.has_other_breaks._ready] == ["|u1 1"]  # type: ignore[attr-defined]


@njit()
def _half(numbers: Any, n: int) -> int:
    if n < 0:
        raise ValueError("less than nothing")
    numbers[0] = n
    return n // 2


def test_loops_of_others_are_compiled_as_ever_and_raise_as_ever() -> None:
    assert isinstance(_half, Kernel)
    numbers = np.zeros(1, np.int64)
    assert (_half(numbers, 7), numbers.tolist()) == (3, [7])
    with pytest.raises(ValueError, match="less than nothing"):
        _half(numbers, n=-1)
