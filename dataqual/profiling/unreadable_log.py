"""What could not be read, counted, and written down as it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from dataqual.corpus import Corpus, Unreadable
from dataqual.readers import ReadCount, unreadable_line
from dataqual.readers.paths import readable

SHOWN = 20


class UnreadableLog:
    """Counts unreadable records, keeps the first few, and writes all of them to `path` if there are any."""

    def __init__(self, corpus: Corpus, path: str | Path | None) -> None:
        self.count = ReadCount()
        self.first: list[dict[str, Any]] = []
        self.files: Counter[int] = Counter()
        """How many in each file, by its index into `Corpus.files`."""
        self._corpus = corpus
        self._path = Path(path) if path is not None else None
        self._file: BinaryIO | None = None

    def __enter__(self) -> UnreadableLog:
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, documents: int, unreadable: Sequence[Unreadable]) -> None:
        """What the next batch held."""
        self.count.add(documents, unreadable)
        self.files.update(bad.file for bad in unreadable)
        for bad in unreadable:
            path = readable(self._corpus.files[bad.file].path)
            if len(self.first) < SHOWN:
                facts = {"record": bad.record, "line": bad.line, "kind": bad.kind, "reason": bad.reason}
                self.first.append({"path": path, **facts})
            if self._path is not None:
                if self._file is None:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                    self._file = self._path.open("wb")
                self._file.write(unreadable_line(bad, path) + b"\n")
