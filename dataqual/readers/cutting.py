"""A stream of bytes cut at record borders into pieces, whatever the size of the blocks it comes in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Borders, File, Piece, Unreadable
from dataqual.kernels.lines import mark_lines
from dataqual.pieces import CHUNK_BYTES, CHUNK_RECORDS, RAW_KEPT
from dataqual.readers.streams import Blocks, BrokenArchive

MAX_RECORD = 64 << 20
"""A longer record is counted, not read: no document worth training on is longer, and memory is finite."""

STRETCH = 16 << 10
"""Bytes between two lines of which it is noted where they begin: few enough that a line is found with little reading,
enough that the notes take a two-thousandth of the text."""

UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Sizes:
    """Bytes per block of reading, the most of one record, and records per piece; tests make them small."""

    chunk: int = CHUNK_BYTES
    record: int = MAX_RECORD
    records: int = CHUNK_RECORDS


@dataclass(frozen=True)
class Cut:
    """How much of the data is whole records: bytes, record numbers and lines they take, and the borders if known."""

    end: int
    records: int
    lines: int
    borders: Borders | None = None
    marks: NDArray[np.uint32] | None = field(default=None, compare=False)
    """(marks, 2): before how many records, and bytes, some of the records begin, one for each `STRETCH` or so."""

    def parts(self, data: bytes, records: int) -> Iterator[tuple[bytes, Cut]]:
        """The whole records of `data`, so many at once: their bytes and their own cut. Without borders they are lines.

        >>> [part for part, _ in cut_lines(b"a\\n\\nb\\nc", False).parts(b"a\\n\\nb\\nc", 2)]
        [b'a\\n\\n', b'b\\n']
        """
        if self.records <= records:
            yield data[: self.end], self
            return
        at = np.arange(records, self.records, records)
        if self.borders is None:
            starts, lines = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))[at - 1] + 1, at
        else:
            starts, lines = self.borders.starts[at], self.borders.lines[at]
        places = zip(
            [0, *at.tolist(), self.records],
            [0, *starts.tolist(), self.end],
            [0, *lines.tolist(), self.lines],
            strict=True,
        )
        for (first, start, line), (stop, end, behind) in pairwise(places):
            borders = self.borders and self.borders.between(first, stop, start, line)
            marks = self.marks
            if marks is not None:
                marks = marks[(first < marks[:, 0]) & (marks[:, 0] < stop)] - np.array([first, start], np.uint32)
            yield data[start:end], Cut(end - start, stop - first, behind - line, borders, marks)


@dataclass(frozen=True)
class Cutter:
    """How a format is cut: `cut(data, final)` cuts behind the last whole record, or at the very end if `final`."""

    cut: Callable[[bytes, bool], Cut]
    end: re.Pattern[bytes] = re.compile(rb"\n")
    """What ends a record that is too long to hold."""
    last: Callable[[bytes], int] | None = None
    """Where the last whole record ends in bytes that need not begin with one; None where that cannot be told of them
    alone. With it the bytes behind are laid aside, not copied twice."""
    overlap: int = 0
    """Bytes of the last block that `end` may begin in."""
    marks: bool = True
    """Whether a byte order mark is none of the data, and one of UTF-16 makes it unreadable."""


def cut_lines(data: bytes, final: bool) -> Cut:
    """Every line takes a record number, blank or not.

    >>> [(cut.end, cut.records) for cut in (cut_lines(b"a\\nb\\nc", False), cut_lines(b"c", True))]
    [(4, 2), (1, 1)]
    """
    end = len(data) if final else data.rfind(b"\n") + 1
    marks = np.empty((len(data) // STRETCH, 2), np.uint32)
    newlines, marked = mark_lines(np.frombuffer(data, np.uint8), STRETCH, marks)
    lines = newlines + (final and bool(data) and not data.endswith(b"\n"))
    return Cut(end, lines, lines, marks=marks[:marked][marks[:marked, 1] < end])


def last_line(data: bytes) -> int:
    """Behind the last newline, wherever the data begin; 0 without one."""
    return data.rfind(b"\n") + 1


LINES = Cutter(cut_lines, last=last_line)


def cut_file(index: int, file: File, cutter: Cutter, sizes: Sizes) -> Iterator[Piece]:
    """The pieces of a file, in order.

    A record longer than `sizes.record` is passed over. A break in the archive takes the record it falls into,
    and is told in the last piece. A file in UTF-16 is one unreadable record.
    """
    as_packed = file.unpacked is not None  # in blocks as they come out of the archive, so that the batches are the same
    blocks = Blocks(file.place, file.packed, sizes.chunk, lines=cutter.last is not None and not as_packed)
    cutting = _Cutting(Piece(index, b"", 1, 1), cutter, sizes)
    try:
        for block, final in _marked(blocks):
            for piece in cutting.feed(block, final):
                yield replace(piece, done=blocks.done)
            if cutting.hopeless:
                return
    except BrokenArchive as broken:
        for piece in cutting.break_off(broken):
            yield replace(piece, done=blocks.done)


class _Cutting:
    """Where the cutting of one file stands: `here` is a piece without data that says from where the next one counts."""

    def __init__(self, start: Piece, cutter: Cutter, sizes: Sizes) -> None:
        self.here = start
        self.cutter = cutter
        self.sizes = sizes
        self.rest = b""
        self.hopeless = False
        self._started = False
        self._head = b""
        self._passed = self._lines = 0  # bytes and lines, so far, of a record too long to hold

    def feed(self, block: bytes, final: bool) -> Iterator[Piece]:
        """The pieces that one more block completes."""
        if not self._started:
            self._started = True
            block = self._without_mark(block) if self.cutter.marks else block
            if self.hopeless:
                reason = "the file begins with a UTF-16 byte order mark; convert it: iconv -f UTF-16 -t UTF-8 IN > OUT"
                yield self._bad("UTF-16", reason, block)
                return
        data, behind = self._joined(block, final)
        if self._passed:
            found = self.cutter.end.search(data)
            if found is None and not final:
                self.rest = self._pass_over(data)
                return
            yield self._too_long(data, found)
            data = data[found.end() :] if found else b""
        cut = self.cutter.cut(data, final)
        if cut.end:
            for part, own in cut.parts(data, self.sizes.records):
                yield replace(self.here, data=part, records=own.records, borders=own.borders, marks=own.marks)
                self._advance(own)
        self.rest = data[cut.end :] + behind
        if len(self.rest) > self.sizes.record:
            self._head = kept(self.rest)
            self.rest = self._pass_over(self.rest)

    def _joined(self, block: bytes, final: bool) -> tuple[bytes, bytes]:
        """The rest with the block behind it, and what of the block begins a record that is not whole, if that is known."""
        end = self.cutter.last(block) if self.cutter.last and not final else 0
        if not end or (end == len(block) and not self.rest):
            return self.rest + block, b""
        return b"".join([self.rest, memoryview(block)[:end]]), block[end:]

    def break_off(self, broken: BrokenArchive) -> Iterator[Piece]:
        """What is to be said when the archive ends here."""
        if self._passed:
            yield self._too_long(self.rest, None)
            self.rest = b""
        yield self._bad(broken.kind, broken.reason, self.rest)

    def _without_mark(self, block: bytes) -> bytes:
        """The first block without its byte order mark."""
        self.hopeless = block.startswith(UTF16_MARKS)
        if block.startswith(UTF8_MARK):
            block = block[len(UTF8_MARK) :]
            self._advance(Cut(len(UTF8_MARK), 0, 0))
        return block

    def _pass_over(self, data: bytes) -> bytes:
        """Count data of a record that is too long; what is returned must be looked at again."""
        border = max(len(data) - self.cutter.overlap, 0)
        self._passed += border
        self._lines += data.count(b"\n", 0, border)
        return data[border:]

    def _too_long(self, data: bytes, found: re.Match[bytes] | None) -> Piece:
        """The record that was too long and ends in `data`, told as unreadable; the next one counts from behind it."""
        last, behind = (found.start(), found.end()) if found else (len(data), len(data))
        piece = self._bad("too long", too_long_reason(self._passed + last, self.sizes), self._head)
        self._advance(Cut(self._passed + behind, 1, self._lines + data.count(b"\n", 0, behind)))
        self._passed = self._lines = 0
        return piece

    def _bad(self, kind: str, reason: str, raw: bytes) -> Piece:
        bad = Unreadable(self.here.file, self.here.first_record, self.here.first_line, kind, reason, kept(raw))
        return replace(self.here, records=1, unreadable=(bad,))

    def _advance(self, cut: Cut) -> None:
        here = self.here
        self.here = replace(
            here,
            first_record=here.first_record + cut.records,
            first_line=here.first_line + cut.lines,
            offset=here.offset + cut.end,
        )


def kept(raw: bytes) -> bytes:
    """At most `RAW_KEPT` bytes of a record, cut between characters."""
    end = min(len(raw), RAW_KEPT)
    while RAW_KEPT - 4 < end < len(raw) and raw[end] & 0xC0 == 0x80:
        end -= 1
    return raw[:end]


def too_long_reason(length: int, sizes: Sizes) -> str:
    """In words why a record was passed over.

    >>> too_long_reason(100_000_000, Sizes())
    '100,000,000 bytes in one record; at most 67,108,864 are read'
    """
    return f"{length:,} bytes in one record; at most {sizes.record:,} are read"


def invalid_utf8_reason(raw: bytes, error: UnicodeDecodeError) -> str:
    """In words where a record is not UTF-8.

    >>> try: b"ab\\xff".decode()
    ... except UnicodeDecodeError as error: invalid_utf8_reason(b"ab\\xff", error)
    'byte 0xff at position 3 is not UTF-8'
    """
    return f"byte 0x{raw[error.start]:02x} at position {error.start + 1} is not UTF-8"


def _marked(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Every block and whether it is the last; the first is long enough to hold a whole byte order mark."""
    held = b""
    try:
        for block in blocks:
            if len(held) >= len(UTF8_MARK):
                yield held, False
                held = block
            else:
                held += block
    except BrokenArchive:
        yield held, False
        raise
    yield held, True
