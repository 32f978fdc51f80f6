"""JSON Lines: the very lines that came from such a file, and anything else as objects of equal values."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import orjson

from dataqual.corpus import Batch, Corpus
from dataqual.errors import InputError
from dataqual.writers.delimited import DELIMITERS, decode_rows, read_header
from dataqual.writers.full_rows import FullRows
from dataqual.writers.writer import LineWriter


class JsonLinesWriter(LineWriter):
    """One JSON object per line, from any format; of a whole .txt file its text and path."""

    def __init__(self, path: str, compression: str | None, corpus: Corpus) -> None:
        super().__init__(path, compression)
        self._corpus = corpus
        self._rows = FullRows(corpus)
        self._names = cache(self._names_of)

    def encode(self, batch: Batch) -> Any:
        """Bytes, or the batch itself where its rows must be taken from the file in order."""
        return batch if self._format(batch) in ("parquet", "frame") else self.joined(batch)

    def write(self, encoded: Any) -> None:
        super().write(self.joined(encoded) if isinstance(encoded, Batch) else encoded)

    def records(self, batch: Batch) -> list[bytes]:
        kind = self._format(batch)
        if kind == "jsonl":
            return list(batch.raw)
        if kind in DELIMITERS:
            rows = decode_rows(list(batch.raw), DELIMITERS[kind])
            named = zip(batch.file.tolist(), rows, strict=True)
            return [orjson.dumps(dict(zip(self._names(file), row, strict=True))) for file, row in named]
        if kind == "txt":
            return [orjson.dumps(record) for record in self._texts(batch)]
        return [_dumps(row) for frame in self._rows.take(batch) for row in frame.to_dicts()]

    def _format(self, batch: Batch) -> str:
        """The format of the file it came from; a batch has one."""
        return self._corpus.files[int(batch.file[0])].format if len(batch) else "jsonl"

    def _texts(self, batch: Batch) -> list[dict[str, str]]:
        texts = [{"text": batch.text[i]} for i in range(len(batch))]
        if getattr(self._corpus, "txt", "file") != "file":
            return texts
        paths = [self._corpus.files[file].path for file in batch.file.tolist()]
        return [record | {"path": path} for record, path in zip(texts, paths, strict=True)]

    def _names_of(self, file: int) -> tuple[str, ...]:
        header = read_header(self._corpus.files[file])
        assert header is not None, "there are documents, so there was a header"
        for name in header.names:
            if header.names.count(name) > 1:
                raise InputError(
                    f"{self._corpus.files[file].path}: two columns are called {name!r}, which an object cannot hold"
                )
        return header.names


def _dumps(row: dict[str, Any]) -> bytes:
    return orjson.dumps(row, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> str:
    """What JSON has no word for: bytes as text if they are UTF-8, else as base64; decimals and durations as written."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return str(value)
