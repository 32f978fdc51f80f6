"""HTML: a page is a document, and its text is what an extractor finds in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dataqual.columns import Columns
from dataqual.corpus import File, Piece, Rows, Unreadable
from dataqual.html_text import check, decoded, shown_text, title_of
from dataqual.readers.cutting import Cutter, Sizes, cut_file, kept, too_long_reason
from dataqual.readers.plain import cut_nowhere

NEVER = re.compile(rb"(?!)")


@dataclass(frozen=True)
class Pages:
    """Files that are one page each; the columns beside the text are `path` and `title`."""

    def pieces(self, index: int, file: File, columns: Columns, sizes: Sizes) -> Iterator[Piece]:
        """Not cut at all; MissingExtra where the extractor is not installed."""
        check()
        for piece in cut_file(index, file, Cutter(cut_nowhere, NEVER, marks=False), sizes):
            yield replace(piece, header=(file.path,))

    def again(self, piece: Piece, data: bytes, sizes: Sizes) -> Piece:
        """The piece with its data, read a second time."""
        return replace(piece, data=data)

    def narrowed(self, piece: Piece, wanted: Set[int]) -> Iterator[Piece]:
        """The piece as it is."""
        yield piece

    def sample(self, piece: Piece) -> Iterator[dict[str, Any]]:
        """What a page has beside its text."""
        yield {"text": "", "path": piece.header[0], "title": ""}

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The page with what it has beside its text."""
        if piece.records and not piece.unreadable and isinstance(piece.data, bytes):
            page = decoded(piece.data)
            yield 1, {"text": shown_text(page), **beside(page, piece.header[0])}

    def rows(self, piece: Piece, columns: Columns, sizes: Sizes) -> Rows:
        """The document of a page."""
        extras: dict[str, list[str | None]] = {role: [] for role in columns.extras()}
        none = np.zeros(0, np.int64)
        if not piece.records or piece.unreadable:
            return Rows((), none, (), extras)
        assert isinstance(piece.data, bytes)
        if len(piece.data) > sizes.record:
            bad = Unreadable(piece.file, 1, 1, "too long", too_long_reason(len(piece.data), sizes), kept(piece.data))
            return Rows((), none, (), extras, [bad])
        page = decoded(piece.data)
        for role, name in columns.extras().items():
            extras[role] = [beside(page, piece.header[0]).get(name)]
        return Rows([shown_text(page).encode()], np.ones(1, np.int64), [piece.data], extras)


def beside(page: str, path: str) -> dict[str, str]:
    """What a page has beside its text, by column."""
    return {"path": path, "title": title_of(page)}
