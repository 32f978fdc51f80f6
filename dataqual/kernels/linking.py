"""Machine code out of an object file, laid into memory where it can be called: what a linker does, as far as loops need it.

Object files are ELF (System V ABI and its x86-64 supplement). numba has LLVM write loops in the large code model, in which
every address is a whole one, so that two kinds of relocations are all there are. LLVM links them too, but takes 50 ms to be
loaded, and does it holding Python's lock.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"\x7fELF\x02\x01\x01"
"""64 bits, little end first, version 1."""

RELOCATABLE, X86_64 = 1, 62

HEADER = np.dtype(
    {
        "names": ["kind", "machine", "sections", "section_size", "section_count"],
        "formats": ["<u2", "<u2", "<u8", "<u2", "<u2"],
        "offsets": [16, 18, 40, 58, 60],
        "itemsize": 64,
    }
)
SECTION = np.dtype(
    {
        "names": ["kind", "flags", "offset", "size", "link", "info", "alignment"],
        "formats": ["<u4", "<u8", "<u8", "<u8", "<u4", "<u4", "<u8"],
        "offsets": [4, 8, 24, 32, 40, 44, 48],
        "itemsize": 64,
    }
)
SYMBOL = np.dtype(
    [("name", "<u4"), ("info", "u1"), ("other", "u1"), ("section", "<u2"), ("value", "<u8"), ("size", "<u8")]
)
RELOCATION = np.dtype([("offset", "<u8"), ("kind", "<u4"), ("symbol", "<u4"), ("addend", "<i8")])
"""Elf64_Ehdr, _Shdr, _Sym and _Rela of elf.h; of the first two what is needed."""

PROGRAM, SYMBOLS, RELOCATIONS, EMPTY = 1, 2, 4, 8
"""Types of sections; what tells how the stack is unwound is of another one, and left out."""

LOADED = 2
"""The flag of a section that is in memory while the code runs."""

UNDEFINED, COMMON = 0, 0xFFF2
"""In the place of a section: the symbol is of another file; or it is room, all zeros, that lies in no section."""

ABSOLUTE, RELATIVE = 1, 24
"""R_X86_64_64 and R_X86_64_PC64."""

EXECUTABLE = 0x1 | 0x4
"""PROT_READ | PROT_EXEC."""


def possible() -> bool:
    """Whether object files can be linked here: on Linux, by a process of 64-bit x86."""
    return sys.platform == "linux" and ctypes.sizeof(ctypes.c_void_p) == 8 and os.uname().machine == "x86_64"


def linked(code: bytes, symbol: str, never: int) -> int:
    """The address of the function `symbol` of an object file, whose code is in memory now.

    A function that this process does not have is the one at `never`. ValueError where that is no such file, or more is
    asked for than is done here, OSError where memory may not become executable.
    """
    file = _Object.of(code)
    places, rooms, size = file.laid_out()
    memory = mmap.mmap(-1, max(size, 1))
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    room = np.frombuffer(memory, np.uint8)
    values = file.values(places, rooms, start, never)
    for at, place in places.items():
        section = file.sections[at]
        if section["kind"] != EMPTY:
            offset, length = int(section["offset"]), int(section["size"])
            room[place : place + length] = np.frombuffer(code, np.uint8, length, offset)
    for section in file.sections[file.sections["kind"] == RELOCATIONS]:
        if (place := places.get(int(section["info"]))) is not None:
            _relocate(room, file.table(section, RELOCATION), values, place, start)
    if _process().mprotect(ctypes.c_void_p(start), ctypes.c_size_t(size), EXECUTABLE):
        raise OSError(ctypes.get_errno(), "memory cannot be made executable")
    ctypes.pythonapi.Py_IncRef(
        ctypes.py_object(memory)
    )  # never taken out of memory: at the end some thread may be in it
    return int(values[file.find(symbol)])


@dataclass(frozen=True)
class _Object:
    """An object file and its tables."""

    code: bytes
    sections: NDArray[Any]
    symbols: NDArray[Any]
    names: bytes

    @classmethod
    def of(cls, code: bytes) -> _Object:
        if not code.startswith(MAGIC) or len(code) < HEADER.itemsize:
            raise ValueError("no object file of 64 bits")
        [header] = np.frombuffer(code, HEADER, 1)
        kind = int(header["kind"]), int(header["machine"]), int(header["section_size"])
        if kind != (RELOCATABLE, X86_64, SECTION.itemsize):
            raise ValueError("no object file for x86-64")
        sections = np.frombuffer(code, SECTION, int(header["section_count"]), int(header["sections"]))
        [table] = sections[sections["kind"] == SYMBOLS]
        strings = sections[int(table["link"])]
        offset = int(strings["offset"])
        symbols = np.frombuffer(code, SYMBOL, int(table["size"]) // SYMBOL.itemsize, int(table["offset"]))
        return cls(code, sections, symbols, code[offset : offset + int(strings["size"])])

    def table(self, section: Any, kind: np.dtype[Any]) -> NDArray[Any]:
        """The rows of a section."""
        return np.frombuffer(self.code, kind, int(section["size"]) // kind.itemsize, int(section["offset"]))

    def laid_out(self) -> tuple[dict[int, int], dict[int, int], int]:
        """Where the sections come to lie that are in memory, and the common symbols, by number, and how many bytes they take."""
        places, rooms, size = {}, {}, 0
        for at, section in enumerate(self.sections):
            if int(section["flags"]) & LOADED and section["kind"] in (PROGRAM, EMPTY):
                places[at] = size + -size % max(int(section["alignment"]), 1)
                size = places[at] + int(section["size"])
        for at in np.flatnonzero(self.symbols["section"] == COMMON).tolist():
            rooms[at] = size + -size % max(int(self.symbols[at]["value"]), 1)  # of one of these the alignment
            size = rooms[at] + int(self.symbols[at]["size"])
        return places, rooms, size

    def name(self, symbol: Any) -> str:
        """What a symbol is called."""
        start = int(symbol["name"])
        return self.names[start : self.names.index(b"\0", start)].decode()

    def find(self, name: str) -> int:
        """The number of the symbol of this name that is defined here."""
        for at, symbol in enumerate(self.symbols):
            if symbol["section"] != UNDEFINED and self.name(symbol) == name:
                return at
        raise ValueError(f"no {name} in it")

    def values(self, places: dict[int, int], rooms: dict[int, int], start: int, never: int) -> list[int]:
        """The address of every symbol; 0 of those that are not in memory, of which nothing there speaks."""
        values = []
        for at, symbol in enumerate(self.symbols):
            section = int(symbol["section"])
            if section == UNDEFINED:
                values.append(_address_of(self.name(symbol)) or never)
            elif section in places:
                values.append(start + places[section] + int(symbol["value"]))
            else:
                values.append(start + rooms[at] if at in rooms else 0)
        return values


def _relocate(room: NDArray[np.uint8], table: NDArray[Any], values: list[int], place: int, start: int) -> None:
    """Write the addresses into the section at `place`."""
    for offset, kind, symbol, addend in table.tolist():
        if kind not in (ABSOLUTE, RELATIVE) or not values[symbol]:
            raise ValueError(f"relocation {kind} of symbol {symbol} is not known here")
        at = place + offset
        value = values[symbol] + addend - (start + at if kind == RELATIVE else 0)
        room[at : at + 8] = np.frombuffer((value & (1 << 64) - 1).to_bytes(8, "little"), np.uint8)


@cache
def _address_of(name: str) -> int:
    """Of a function of this process, such as Python's and those of C and mathematics; 0 where there is none."""
    try:
        return ctypes.cast(getattr(_process(), name), ctypes.c_void_p).value or 0
    except AttributeError:
        return 0


@cache
def _process() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
