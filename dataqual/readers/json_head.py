"""What a .json file is, told by how it begins: an array, an object around one, values one behind the other, or lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import orjson

from dataqual.kernels import json_values
from dataqual.readers.cutting import UTF8_MARK
from dataqual.readers.streams import Blocks, BrokenArchive

LOOKED_AT = 1 << 16
"""Bytes that tell; an object that puts more than that before its array is read as one record."""

AROUND = ("data", "rows", "records", "examples", "documents", "items", "instances")
"""Fields of a single object whose list is the corpus."""

_FIELD = re.compile(rb'\s*"([^"\\]*)"\s*:\s*')
_LIST = re.compile(rb"\[\s*[{\]]")


@dataclass(frozen=True)
class Head:
    """How a file begins."""

    kind: Literal["array", "around", "values"]
    start: int = 0
    """Bytes before the first record, a byte order mark not counted."""
    field: str = ""
    """Of an object around an array, under which name that stands."""


def read_head(path: str, compression: str | None) -> bytes:
    """The first bytes of a file, decompressed and without a byte order mark; what can be had of a broken archive."""
    try:
        return next(iter(Blocks(path, compression, LOOKED_AT)), b"").removeprefix(UTF8_MARK)
    except BrokenArchive:
        return b""


def is_lines(head: bytes) -> bool:
    """Whether what begins so is JSON Lines: its first line is a whole object, or too long to tell.

    >>> is_lines(b'{"a": 1}\\n{"a": 2}\\n'), is_lines(b'[{"a": 1}]'), is_lines(b'{\\n "a": 1\\n}')
    (True, False, False)
    >>> is_lines(b'{"data": [{"a": 1}]}')
    False
    """
    if not head.lstrip() or head_of(head).kind != "values":
        return not head.lstrip()
    first, newline, _ = head.lstrip().partition(b"\n")
    if not newline and len(head) >= LOOKED_AT:
        return True
    try:
        orjson.loads(first)
    except orjson.JSONDecodeError:
        return not _is_open(first)
    return True


def head_of(head: bytes) -> Head:
    """How the records lie in what begins so.

    >>> head_of(b' [{"a": 1}'), head_of(b'{"version": 1, "data": [{"a": 1}]}')
    (Head(kind='array', start=2, field=''), Head(kind='around', start=24, field='data'))
    """
    body = head.lstrip()
    blank = len(head) - len(body)
    if body.startswith(b"["):
        return Head("array", blank + 1)
    if body.startswith(b"{") and (found := _around(body)) and not _goes_on(body, len(head) < LOOKED_AT):
        name, start = found
        return Head("around", blank + start, name)
    return Head("values")


def _around(body: bytes) -> tuple[str, int] | None:
    """The field of the first object that holds a list of objects, and where the first of these begins."""
    at = 1
    while field := _FIELD.match(body, at):
        at = field.end()
        name = field[1].decode(errors="replace")
        if name in AROUND and _LIST.match(body, at):
            return name, at + 1
        (_, ends, _, flags), _, _, _ = json_values.borders(body[at:], True, False, LOOKED_AT)
        if not len(ends) or flags[0]:
            return None
        at += int(ends[0])
        comma = body.find(b",", at)
        if comma < 0 or body[at:comma].strip():
            return None
        at = comma + 1
    return None


def _goes_on(body: bytes, whole: bool) -> bool:
    """Whether another value follows the first."""
    (_, ends, _, flags), _, _, _ = json_values.borders(body, False, whole, LOOKED_AT)
    return bool(len(ends)) and not flags[0] and bool(body[int(ends[0]) :].strip())


def _is_open(line: bytes) -> bool:
    """Whether a line ends within a value: the beginning of one that is spread over several."""
    (_, ends, _, _), _, _, _ = json_values.borders(line, False, False, LOOKED_AT)
    return not len(ends)
