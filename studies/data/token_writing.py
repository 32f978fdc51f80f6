"""Writing token files: documents in, 16-bit numbers on the disk, and the line of the manifest that says what they are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from dataqual.corpus import Batch
from dataqual.writers.appearing import NewFile
from studies.data.tokenizing import Tokens

DATA = "data"
"""The folder of token files within that of a study."""


class NewTokens:
    """The token file NAME.u16 in the making: it appears whole, or not at all."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / DATA / f"{name}.u16"
        self._file, self._hash = NewFile(str(self._path)), hashlib.sha256()
        self._documents = self._bytes = self._tokens = 0

    def __enter__(self) -> NewTokens:
        self._file.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._file.__exit__(*error)

    def add(self, documents: int, size: int, tokens: Sequence[Tokens]) -> None:
        """Documents that were `size` bytes of text."""
        data = b"".join(some.astype("<u2").tobytes() for some in tokens)
        self._file.write(data)
        self._hash.update(data)
        self._documents += documents
        self._bytes += size
        self._tokens += len(data) // 2

    def finish(self) -> dict[str, Any]:
        """The file is there; its line in the manifest."""
        self._file.finish()
        self._file.publish()
        sums = {"documents": self._documents, "tokens": self._tokens, "bytes": self._bytes}
        return {"file": self._path.name, **sums, "sha256": self._hash.hexdigest()}


def publish(path: Path, content: bytes) -> None:
    """Write a file that appears at once; InputError where it cannot be written."""
    with NewFile(str(path)) as file:
        file.write(content)
        file.finish()
        file.publish()


def texts(batch: Batch) -> list[bytes]:
    """The text of every document, as a tokenizer takes it."""
    data = batch.text.data
    return [data[start:end].tobytes() for start, end in pairwise(batch.text.offsets.tolist())]
