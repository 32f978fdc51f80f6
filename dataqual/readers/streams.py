"""The bytes of a file, plain or compressed, in blocks of one size; a broken archive gives what it has first."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import zstandard

from dataqual.errors import InputError
from dataqual.readers.remote import is_url, opened

STEP = 8 << 10
"""Compressed bytes undone at once: the most that a damaged archive takes with it, and little enough that
text which shrank ten-thousandfold does not fill memory at one stroke."""

NEAR = 64 << 10
"""Bytes in which the last line feed before a border is looked for: more than nearly all records have."""

AT_ONCE = 1 << 20
"""The most that one call makes of them, where the library can be told: a bomb goes off a megabyte at a time."""

XZ_MEMORY = 256 << 20
"""What undoing .xz may take: `xz -9` asks for 65 MiB, and a header could ask for 4 GiB."""

COMPRESSIONS = {".gz": "gz", ".zst": "zst", ".bz2": "bz2", ".xz": "xz"}

PADDING = {"gz": b"\0", "xz": b"\0"}
"""What may stand behind a member: tapes pad gzip so, and the .xz format has stream padding."""

DAMAGE = (zlib.error, zstandard.ZstdError, lzma.LZMAError, ValueError, OSError)
"""What the libraries raise at bytes that are none of theirs; bz2 has no error of its own."""


class BrokenArchive(Exception):
    """The archive ends early or is damaged; what came before was handed out."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class Blocks:
    """The decompressed bytes of a file as blocks of exactly `size` bytes, but for the last.

    With `lines` those of a plain file end, where one is near, behind the last line feed before each multiple of `size`,
    so that who cuts at lines has no rest to carry over. `done` tells how many bytes of the file on disk have been read. Raises BrokenArchive after the last sound
    block, and InputError where the file cannot be opened or read.
    """

    def __init__(self, path: str, compression: str | None, size: int, offset: int = 0, *, lines: bool = False) -> None:
        self.path = path
        self.done = 0
        lines = lines and compression is None and not is_url(path)
        parts = self._parts(compression, size, offset, lines)
        self._blocks = parts if lines else _regular(parts, size)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._blocks)

    def _parts(self, compression: str | None, size: int, offset: int, lines: bool) -> Iterator[bytes]:
        try:
            with opened(self.path) as file:
                if offset:
                    file.seek(offset)
                if compression is None:
                    yield from self._read_lines(file, size, offset) if lines else self._read(file, size)
                else:
                    yield from self._undo(file, compression)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read: {error.strerror or error}") from error

    def _read(self, file: BinaryIO, size: int) -> Iterator[bytes]:
        while data := file.read(size):
            self.done += len(data)
            yield data

    def _read_lines(self, file: BinaryIO, size: int, start: int) -> Iterator[bytes]:
        goal = start
        while True:
            goal += size
            near = max(start, goal - NEAR)
            file.seek(near)
            tail = file.read(goal - near)
            last = (
                tail.rfind(b"\n") if len(tail) == goal - near else -1
            )  # at the end of the file the rest belongs to it
            end = near + last + 1 if last >= 0 else goal
            file.seek(start)
            data = file.read(end - start)
            if not data:
                return
            self.done += len(data)
            start += len(data)
            yield data

    def _undo(self, file: BinaryIO, compression: str) -> Iterator[bytes]:
        """All members (frames) of an archive, one behind the other; zeros behind one of gzip or xz are padding."""
        member = None
        padding = b""
        for data in self._read(file, STEP):
            while data or not getattr(member, "needs_input", True):
                if member is None:
                    data = data.lstrip(padding) if padding else data
                    member = _member(compression) if data else None
                if member is not None:
                    try:
                        yield member.decompress(data) if compression == "zst" else member.decompress(data, AT_ONCE)
                    except DAMAGE as error:
                        at = self.done - len(data)
                        raise BrokenArchive(
                            "damaged archive", f"not {compression} data behind byte {at}: {error}"
                        ) from error
                    data = member.unused_data if member.eof else getattr(member, "unconsumed_tail", b"")
                    if member.eof:
                        member, padding = None, PADDING.get(compression, b"")
        if member is not None:
            raise BrokenArchive("truncated archive", f"the {compression} data end early, after {self.done} bytes")


def _member(compression: str) -> Any:
    """A fresh decompressor for one member of gzip, one frame of zstd, one stream of bzip2 or xz."""
    if compression == "gz":
        return zlib.decompressobj(wbits=31)
    if compression == "bz2":
        return bz2.BZ2Decompressor()
    if compression == "xz":
        return lzma.LZMADecompressor(memlimit=XZ_MEMORY)
    return zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj()


def _regular(parts: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in blocks of exactly `size`, the last one shorter; a BrokenArchive comes after them."""
    held: list[bytes] = []
    weight = 0
    broken = None
    try:
        for part in parts:
            if not weight and len(part) == size:
                yield part
                continue
            held.append(part)
            weight += len(part)
            if weight >= size:
                data = b"".join(held)
                whole = weight - weight % size
                yield from (data[start : start + size] for start in range(0, whole, size))
                held, weight = [data[whole:]], weight % size
    except BrokenArchive as error:
        broken = error
    if weight:
        yield b"".join(held)
    if broken is not None:
        raise broken
