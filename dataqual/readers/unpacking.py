"""Compressed files unpacked once, where they are read again and again: an archive can only be read from its beginning."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dataqual.corpus import Corpus, File
from dataqual.errors import InputError
from dataqual.pieces import CHUNK_BYTES
from dataqual.readers.opening import FileCorpus
from dataqual.readers.streams import Blocks, BrokenArchive

SPARED = 0.05
"""Share of a disk that stays free: others write there, too."""


@contextmanager
def unpacked(corpus: Corpus, folder: str | None = None) -> Iterator[Corpus]:
    """The same corpus, of whose compressed files plain copies lie in a temporary folder as long as the context lasts.

    Documents, batches, names and addresses are the same. A file stays packed where it is damaged, or where the disk would get too full.
    """
    if not isinstance(corpus, FileCorpus) or not any(file.packed for file in corpus.files):
        yield corpus
        return
    with tempfile.TemporaryDirectory(prefix="dataqual-", dir=folder) as place:
        files = [_unpacked(file, Path(place) / str(at)) for at, file in enumerate(corpus.files)]
        yield replace(corpus, files=tuple(files), _places={}, _stretches={})  # where lines lie is another thing there


def _unpacked(file: File, place: Path) -> File:
    if not file.packed:
        return file
    try:
        with place.open("wb") as out:
            for block in Blocks(file.place, file.packed, CHUNK_BYTES):
                disk = shutil.disk_usage(place.parent)
                if disk.free - len(block) < SPARED * disk.total:
                    raise OSError("too little room")
                out.write(block)
    except (BrokenArchive, InputError, OSError):  # whoever reads the file tells of what is wrong with it
        place.unlink(missing_ok=True)
        return file
    return replace(file, unpacked=os.fspath(place))
