"""Records that come once, from an iterator or a dataset of `datasets`: kept in a temporary file, for they are read often."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any

from dataqual.corpus import Corpus, File
from dataqual.errors import InputError
from dataqual.images.reading.tables import is_pixels
from dataqual.readers.encoding import encoded
from dataqual.readers.opening import FileCorpus, open_corpus

NAMES = {"Dataset": "datasets.Dataset", "IterableDataset": "datasets.IterableDataset"}


class Spool:
    """A file of JSON Lines that is there as long as somebody holds this."""

    def __init__(self) -> None:
        handle, self.path = tempfile.mkstemp(prefix="dataqual-", suffix=".jsonl")
        os.close(handle)
        self._gone = weakref.finalize(self, _remove, self.path)

    def __reduce__(self) -> tuple[Any, ...]:
        """In another process nothing: that process does not take the file away."""
        return _nothing, ()

    def fill(self, records: Iterable[Any]) -> None:
        """A line for each: a text is an object with a text, what is neither is there to be told as unreadable."""
        with open(self.path, "wb") as file:
            for record in records:
                if isinstance(record, Mapping) and (name := _picture_in(record)) is not None:
                    raise InputError(
                        f"records that come once hold pictures in {name!r}, and there is no telling how many; make a list of "
                        "them, or save them as .parquet and name the file"
                    )
                file.write(encoded({"text": record} if isinstance(record, str) else record))
                file.write(b"\n")


def _picture_in(record: Mapping[Any, Any]) -> str | None:
    """The field of a record that is a picture of pixels, which no line of JSON holds."""
    return next((str(name) for name, value in record.items() if is_pixels(value)), None)


def _nothing() -> None:
    return None


def _remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)


@dataclass(frozen=True)
class SpooledCorpus(FileCorpus):
    """Records of an iterator, as lines of JSON."""

    spool: Spool | None = field(default=None, compare=False, repr=False)


def corpus_of(records: Iterable[Any], **asked: Any) -> Corpus:
    """The records of an iterator: strings, or mappings with a text; all of them are taken now."""
    spool = Spool()
    spool.fill(records)
    name = f"<{NAMES.get(type(records).__name__, 'list' if isinstance(records, list) else 'iterator')}>"
    file = File(name, "jsonl", None, os.path.getsize(spool.path), spool.path)
    opened = open_corpus([file], **asked)
    assert isinstance(opened, FileCorpus)
    return SpooledCorpus(**{one.name: getattr(opened, one.name) for one in fields(FileCorpus)}, spool=spool)


def is_records(data: Any) -> bool:
    """Whether data are to be taken one after the other: an iterator, a dataset, or a list of mappings."""
    if isinstance(data, list):
        return any(isinstance(record, Mapping) for record in data[:100])
    is_column = hasattr(data, "to_list") or hasattr(data, "iloc") or hasattr(data, "columns")
    return type(data).__name__ in NAMES or (hasattr(data, "__iter__") and not is_column and not isinstance(data, tuple))
