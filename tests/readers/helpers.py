"""Files for the tests of reading, and what came out of a corpus in the simplest form."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path
from typing import Any

import zstandard

from dataqual.corpus import Corpus
from dataqual.pieces import CHUNK_RECORDS
from dataqual.readers import open_corpus
from dataqual.readers.cutting import Sizes

COMPRESSIONS = ("", ".gz", ".zst", ".bz2", ".xz")


def pack(data: bytes, suffix: str, members: int = 1) -> bytes:
    """`data` compressed as `suffix` says, in so many members one behind the other."""
    step = -(-len(data) // members) or 1
    parts = [data[start : start + step] for start in range(0, max(len(data), 1), step)]
    packed = {
        "": bytes,
        ".gz": lambda part: gzip.compress(part, mtime=0),
        ".zst": zstandard.ZstdCompressor().compress,
        ".bz2": bz2.compress,
        ".xz": lambda part: lzma.compress(part, preset=0),
    }
    return b"".join(packed[suffix](part) for part in parts)


def written(folder: Path, name: str, data: bytes, members: int = 1) -> Path:
    """A file with `data`, compressed if its name says so."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pack(data, path.suffix if path.suffix in COMPRESSIONS else "", members))
    return path


def opened(
    path: Any, chunk: int = 4 << 20, record: int = 64 << 20, records: int = CHUNK_RECORDS, **options: Any
) -> Corpus:
    return open_corpus(path, sizes=Sizes(chunk, record, records), **options)


def documents(corpus: Corpus) -> list[tuple[int, int, str]]:
    """(file, record, text) of every document."""
    return [
        (int(batch.file[i]), int(batch.record[i]), batch.text[i])
        for batch in corpus.batches()
        for i in range(len(batch))
    ]


def texts(corpus: Corpus) -> list[str]:
    return [text for _, _, text in documents(corpus)]


def faults(corpus: Corpus) -> list[tuple[int, int, str]]:
    """(record, line, kind) of everything unreadable."""
    return [(bad.record, bad.line, bad.kind) for batch in corpus.batches() for bad in batch.unreadable]


def raws(corpus: Corpus) -> list[bytes]:
    return [raw for batch in corpus.batches() for raw in batch.raw]


def column(corpus: Corpus, role: str) -> list[str | None]:
    return [value for batch in corpus.batches() for value in batch.columns[role].to_list()]
