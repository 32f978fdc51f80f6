"""The bytes of a file, plain, gzip or zstd, in blocks of one size; a broken archive gives what it has first."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import zstandard

from dataqual.errors import InputError

STEP = 8 << 10
"""Compressed bytes undone at once: the most that a damaged archive takes with it, and little enough that
text which shrank ten-thousandfold does not fill memory at one stroke."""

COMPRESSIONS = {".gz": "gz", ".zst": "zst"}


class BrokenArchive(Exception):
    """The archive ends early or is damaged; what came before was handed out."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class Blocks:
    """The decompressed bytes of a file as blocks of exactly `size` bytes, but for the last.

    `done` tells how many bytes of the file on disk have been read. Raises BrokenArchive after the last sound
    block, and InputError where the file cannot be opened or read.
    """

    def __init__(self, path: str, compression: str | None, size: int, offset: int = 0) -> None:
        self.path = path
        self.done = 0
        self._blocks = _regular(self._parts(compression, size, offset), size)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._blocks)

    def _parts(self, compression: str | None, size: int, offset: int) -> Iterator[bytes]:
        try:
            with open(self.path, "rb") as file:
                file.seek(offset)
                if compression is None:
                    yield from self._read(file, size)
                else:
                    yield from self._undo(file, compression)
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read: {error.strerror or error}") from error

    def _read(self, file: BinaryIO, size: int) -> Iterator[bytes]:
        while data := file.read(size):
            self.done += len(data)
            yield data

    def _undo(self, file: BinaryIO, compression: str) -> Iterator[bytes]:
        """All members (frames) of an archive, one behind the other; zeros behind a gzip member are padding."""
        member = None
        padding = b""
        for data in self._read(file, STEP):
            while data:
                if member is None:
                    data = data.lstrip(padding) if padding else data
                    member = _member(compression) if data else None
                if member is not None:
                    try:
                        yield member.decompress(data, 1 << 20) if compression == "gz" else member.decompress(data)
                    except (zlib.error, zstandard.ZstdError) as error:
                        at = self.done - len(data)
                        raise BrokenArchive(
                            "damaged archive", f"not {compression} data behind byte {at}: {error}"
                        ) from error
                    data = member.unused_data if member.eof else getattr(member, "unconsumed_tail", b"")
                    if member.eof:
                        member, padding = None, b"\0" if compression == "gz" else b""
        if member is not None:
            raise BrokenArchive("truncated archive", f"the {compression} data end early, after {self.done} bytes")


def _member(compression: str) -> Any:
    """A fresh decompressor for one gzip member or one zstd frame."""
    if compression == "gz":
        return zlib.decompressobj(wbits=31)
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
