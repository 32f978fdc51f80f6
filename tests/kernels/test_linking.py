"""Machine code is laid into memory without LLVM, and does what LLVM's own linking makes of it."""

from __future__ import annotations

import ctypes
import json
from typing import Any

import numpy as np
import pytest

from dataqual.kernels import keeping, lines, linking

pytestmark = pytest.mark.skipif(not linking.possible(), reason="object files are linked here on Linux and x86-64 alone")

DATA = np.frombuffer(b"one\ntwo\n\nthree" * 40, np.uint8)


@pytest.fixture(scope="module")
def kept() -> tuple[bytes, str, str]:
    """A loop as it is kept: its code, the name of its function, and what it returns."""
    lines.count_line_feeds(DATA)
    [types] = {keeping.types_of((DATA,))}
    assert types is not None
    place = keeping._place(lines.__name__, "count_line_feeds", types)
    head, _, code = place.path.read_bytes().partition(b"\n")
    told = json.loads(head)
    return code, told["symbol"], told["returns"]


def test_a_loop_does_the_same_whoever_linked_it(kept: tuple[bytes, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    ours = keeping.Loop(*kept)
    assert not hasattr(ours, "_engine")
    monkeypatch.setattr(linking, "possible", lambda: False)
    llvm = keeping.Loop(*kept)
    assert hasattr(llvm, "_engine")
    assert ours((DATA,)) == llvm((DATA,)) == (True, DATA.tobytes().count(b"\n"))


def test_a_function_that_is_not_there_is_told(kept: tuple[bytes, str, str]) -> None:
    with pytest.raises(ValueError, match="no nothing in it"):
        linking.linked(kept[0], "nothing", 1)
    with pytest.raises(RuntimeError, match="no nothing in it"):
        keeping.Loop(kept[0], "nothing", "i")


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [(0, 0x7E, "of 64 bits"), (4, 1, "of 64 bits"), (18, 183, "for x86-64"), (16, 3, "for x86-64")],
)
def test_another_file_is_left_to_llvm(kept: tuple[bytes, str, str], at: int, value: int, reason: str) -> None:
    other = bytearray(kept[0])
    other[at] = value
    with pytest.raises(ValueError, match=reason):
        linking.linked(bytes(other), kept[1], 1)


def test_a_relocation_of_another_kind_is_left_to_llvm(
    kept: tuple[bytes, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "ABSOLUTE", 9)
    with pytest.raises(ValueError, match="relocation 1 of symbol"):
        linking.linked(kept[0], kept[1], 1)
    assert hasattr(keeping.Loop(*kept), "_engine")


def test_functions_of_the_process_are_found_and_others_are_none() -> None:
    strlen: Any = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_char_p)(linking._address_of("strlen"))
    assert strlen(b"seven..") == 7
    assert linking._address_of("numba_do_raise") == 0
    assert all(linking._address_of(name) for name in ("memset", "memcpy", "exp", "log2", "PyErr_SetString"))
