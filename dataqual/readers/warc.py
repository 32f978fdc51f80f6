"""WARC and WET: archives of the web. A page that was answered, or the text that was made of one, is a document."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from dataqual.columns import Columns
from dataqual.corpus import Borders, File, Piece, Rows, Unreadable
from dataqual.errors import MissingExtra
from dataqual.html_text import check, decoded, shown_text, title_of
from dataqual.readers.cutting import Cut, Cutter, Sizes, cut_file, kept, too_long_reason
from dataqual.readers.json_values import raw_values

DOCUMENTS = ("response", "resource", "conversion")
"""Types of records that hold a document; warcinfo, request, metadata, revisit and continuation hold none."""

SOUND, BROKEN, SHORT = 0, 1, 2

_START = re.compile(rb"WARC/\d\.\d\r?\n")
_NEXT = re.compile(rb"\r?\n(?=WARC/\d\.\d\r?\n)")
_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d+)")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|title)\b", re.I)

LONGEST_HEADER = 1 << 20
HTML = ("text/html", "application/xhtml+xml")


class NoText(Exception):
    """Why a record that should be a document is none: kind and reason."""


@dataclass(frozen=True)
class Warc:
    """Records of an archive, counted from 1, those that hold no document included; these are no records of the corpus.

    The columns beside the text are `url`, `domain`, `date` and `record_id`, as the archive has them, and `title`.
    """

    def pieces(self, index: int, file: File, columns: Columns, sizes: Sizes) -> Iterator[Piece]:
        """Cut between records, by their Content-Length."""
        return cut_file(index, file, self._cutter(sizes), sizes)

    def again(self, piece: Piece, data: bytes, sizes: Sizes) -> Piece:
        """The piece with its data, read a second time."""
        return replace(piece, data=data, borders=self._cutter(sizes).cut(data, True).borders)

    def narrowed(self, piece: Piece, wanted: Set[int]) -> Iterator[Piece]:
        """The piece as it is."""
        yield piece

    def sample(self, piece: Piece) -> Iterator[dict[str, Any]]:
        """What the records have beside their text."""
        for raw in raw_values(piece):
            if kind_of_record(raw) in DOCUMENTS:
                yield {"text": "", **beside(raw)}

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Number and columns of the sound documents of a piece."""
        for number, raw in enumerate(raw_values(piece), piece.first_record):
            if kind_of_record(raw) in DOCUMENTS:
                try:
                    text, fields = read_record(raw)
                except NoText:
                    continue
                yield number, {"text": text, **fields}

    def rows(self, piece: Piece, columns: Columns, sizes: Sizes) -> Rows:
        """The documents of a piece; one that cannot be read costs only itself."""
        texts: list[bytes] = []
        raws: list[bytes] = []
        good: list[int] = []
        unreadable = []
        extras: dict[str, list[str | None]] = {role: [] for role in columns.extras()}
        for at, raw in enumerate(raw_values(piece)):
            assert piece.borders is not None
            flag = int(piece.borders.flags[at])
            if not flag and kind_of_record(raw) not in DOCUMENTS:
                continue
            try:
                text, fields = read_record(raw, flag, sizes)
            except NoText as no:
                kind, reason = no.args
                line = piece.first_line + int(piece.borders.lines[at])
                unreadable.append(Unreadable(piece.file, piece.first_record + at, line, kind, reason, kept(raw)))
                continue
            texts.append(text.encode("utf-8", "replace"))
            raws.append(raw)
            good.append(at)
            for role, name in columns.extras().items():
                extras[role].append(fields.get(name))
        return Rows(texts, piece.first_record + np.array(good, np.int64), raws, extras, unreadable)

    def _cutter(self, sizes: Sizes) -> Cutter:
        def cut(data: bytes, final: bool) -> Cut:
            return cut_records(data, final, sizes)

        return Cutter(cut, _NEXT, overlap=64, marks=False)


def cut_records(data: bytes, final: bool, sizes: Sizes) -> Cut:
    """Where records begin and end, and which are broken: what is no record goes up to the next that is one.

    >>> cut = cut_records(b"WARC/1.0\\r\\nContent-Length: 2\\r\\n\\r\\nhi\\r\\n\\r\\nWARC/1.0\\r\\nCont", False, Sizes())
    >>> cut.end, cut.records, cut.borders.flags.tolist()
    (37, 1, [0])
    """
    starts, ends, flags = [], [], []
    at = 0
    while True:
        while data[at : at + 1] in (b"\r", b"\n"):
            at += 1
        if at == len(data):
            break
        end, flag = _record_end(data, at, final, sizes)
        if end < 0:
            break
        starts.append(at)
        ends.append(end)
        flags.append(flag)
        at = end
    first, last = np.array(starts, np.int64), np.array(ends, np.int64)
    newlines = np.flatnonzero(np.frombuffer(data, np.uint8)[:at] == ord("\n"))
    lines = np.searchsorted(newlines, first).astype(np.int64)
    return Cut(at, len(starts), len(newlines), Borders(first, last, lines, np.array(flags, np.uint8)))


def _record_end(data: bytes, start: int, final: bool, sizes: Sizes) -> tuple[int, int]:
    """Where the record at `start` ends, and how it is; (-1, _) if that lies behind the data."""
    header = _HEADER_END.search(data, start, start + LONGEST_HEADER) if _START.match(data, start) else None
    length = _LENGTH.search(data, start, header.start()) if header else None
    if header and length:
        end = header.end() + int(length[1])
        if end <= len(data):
            return end, SOUND
        return (len(data), SHORT) if final else (-1, SOUND)
    if not final and len(data) - start < LONGEST_HEADER and (b"WARC/"[: len(data) - start] == data[start : start + 5]):
        return -1, SOUND
    found = _NEXT.search(data, start)
    if found:
        return found.start(), BROKEN
    return (len(data), BROKEN) if final or len(data) - start > sizes.record else (-1, BROKEN)


def headers_of(raw: bytes) -> dict[str, str]:
    """The named fields of a record, names in lower case.

    >>> headers_of(b"WARC/1.0\\r\\nWARC-Type: response\\r\\n\\r\\n")
    {'warc-type': 'response'}
    """
    head = _HEADER_END.split(raw[:LONGEST_HEADER], maxsplit=1)[0]
    pairs = (line.partition(":") for line in head.decode("utf-8", "replace").splitlines()[1:])
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def kind_of_record(raw: bytes) -> str:
    """The WARC-Type; empty where there is none."""
    return headers_of(raw).get("warc-type", "").lower()


def beside(raw: bytes, headers: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a record has beside its text and title, by column."""
    headers = headers or headers_of(raw)
    url = headers.get("warc-target-uri", "").strip("<>")
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    found = {
        "url": url,
        "domain": host.removeprefix("www."),
        "date": headers.get("warc-date", ""),
        "record_id": headers.get("warc-record-id", "").strip("<>"),
    }
    return {name: value for name, value in found.items() if value}


def read_record(raw: bytes, flag: int = SOUND, sizes: Sizes | None = None) -> tuple[str, dict[str, str]]:
    """The text of a record, and what it has beside it; NoText where it is none."""
    sizes = sizes or Sizes()
    if flag == SHORT:
        raise NoText("truncated archive", "the file ends within this record")
    if flag == BROKEN:
        raise NoText("damaged WARC", "this is no WARC record, or one without a Content-Length")
    if len(raw) > sizes.record:
        raise NoText("too long", too_long_reason(len(raw), sizes))
    headers = headers_of(raw)
    fields = beside(raw, headers)
    if headers["warc-type"].lower() == "response" and headers.get("content-type", "").startswith("application/http"):
        body, kind, charset = _answer(raw, sizes)
    else:
        body = raw[_body_start(raw) :]
        kind, _, parameters = headers.get("content-type", "").partition(";")
        charset = parameters.partition("charset=")[2].strip() or None
    kind = kind.strip().lower()
    if kind in HTML or (not kind and _PAGE.search(body, 0, 2048)):
        check()
        page = decoded(body, charset)
        title = title_of(page)
        return shown_text(page), fields | ({"title": title} if title else {})
    if kind.startswith("text/") or not kind:
        return decoded(body, charset), fields
    raise NoText("not text", f"{kind}, of which no text is made")


def _body_start(raw: bytes) -> int:
    found = _HEADER_END.search(raw)
    return found.end() if found else len(raw)


def _answer(raw: bytes, sizes: Sizes) -> tuple[bytes, str, str | None]:
    """What a server answered, without what it came wrapped in: its bytes, its kind and its encoding.

    NoText where it cannot be unwrapped, or is longer then than a record may be.
    """
    iterator = _fastwarc()
    try:
        for record in iterator(io.BytesIO(raw + b"\r\n\r\n"), parse_http=True, auto_decode="all"):
            body = record.reader.read(sizes.record + 1)
            if len(body) > sizes.record:
                raise NoText("too long", too_long_reason(len(body), sizes))
            return body, record.http_content_type or "", record.http_charset
    except (OSError, ValueError) as error:  # a chunk or an archive inside that is none
        raise NoText("damaged WARC", f"the HTTP answer cannot be unwrapped ({error})") from None
    raise NoText("damaged WARC", "no HTTP answer in it")


@cache
def _fastwarc() -> Any:
    try:
        from fastwarc.warc import ArchiveIterator
    except ImportError:
        raise MissingExtra("fastwarc", "clean", "WARC archives") from None
    return ArchiveIterator
