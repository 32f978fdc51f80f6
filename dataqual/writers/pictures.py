"""Pictures into a folder, each as the file it came as."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from dataqual.corpus import Batch, Corpus
from dataqual.errors import InputError, SpecError
from dataqual.images.encoding import png
from dataqual.images.reading.corpus import ImageCorpus
from dataqual.images.reading.files import PictureFiles
from dataqual.lazy import lazy
from dataqual.readers.paths import LEDGER
from dataqual.writers.appearing import replaced_beside, unfinished_beside, writing
from dataqual.writers.picture_names import PictureNames, below
from dataqual.writers.writer import Encoder, State, Writer


@dataclass(frozen=True)
class Files:
    """Pictures as files: where below the folder each goes, and its bytes."""

    names: Sequence[str]
    data: Sequence[bytes]

    @property
    def records(self) -> int:
        """How many."""
        return len(self.names)


@dataclass(frozen=True)
class FileEncoder(Encoder):
    """Pictures as they came, in the folders they lay in; what a step changed or made, and what came as pixels, as PNG.

    PNG loses nothing: a picture that a step made worse by a dose is worse by that dose. Pixels, and pictures of tables, go
    into a folder for each label, and are called by their number.
    """

    corpus: ImageCorpus

    def __call__(self, batch: Batch) -> Files:  # type: ignore[override]
        assert batch.images is not None
        named = self.names.of(batch)
        data = [batch.raw[row] if raw else png(batch.images[row]) for row, (_, raw) in enumerate(named)]
        return Files([name for name, _ in named], data)

    @lazy
    def names(self) -> PictureNames:
        """What each picture is called."""
        return PictureNames(self.corpus)


class NewFolder:
    """Files that gather in the folder `place`, and appear together as the folder `path`."""

    def __init__(self, path: str, place: Path, files: int) -> None:
        self._path, self._place, self._files = path, place, files
        self._waiting: list[Path] = []
        self._names: set[str] = set()

    def __enter__(self) -> NewFolder:
        with writing(self._path):
            self._place.mkdir(exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def size(self) -> int:
        """Files so far: a folder is never parted."""
        return self._files

    def write(self, files: Files) -> None:
        """More files."""
        with writing(self._path):
            for name, data in zip(files.names, files.data, strict=True):
                if name in self._names:
                    raise InputError(f"-o: two pictures would be called {name}; rename the one that was read")
                self._names.add(name)
                place = self._place / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
                self._waiting.append(place)
                self._files += 1

    def mark(self) -> int:
        """How many files there are."""
        return self._files

    def sync(self) -> None:
        """What was written is on the disk."""
        waiting, self._waiting = self._waiting, []
        with writing(self._path):
            for place in waiting:
                with place.open("rb") as file:
                    os.fsync(file.fileno())

    def finish(self) -> None:
        """Everything is on the disk."""
        self.sync()

    def publish(self, path: str | None = None) -> None:
        """Take the place of what an earlier run left there."""
        target = os.path.realpath(path or self._path)
        with writing(path or self._path):
            old = replaced_beside(target)
            shutil.rmtree(old, ignore_errors=True)  # of a run that was killed
            if not os.path.isdir(target):
                self._place.replace(target)
                return
            os.replace(target, old)
            try:
                self._place.replace(target)
            except OSError:
                os.replace(old, target)
                raise
            shutil.rmtree(old, ignore_errors=True)


class FolderWriter(Writer):
    """Pictures into a folder."""

    def __init__(self, path: str, corpus: ImageCorpus, shard_size: int | None = None) -> None:
        if shard_size is not None:
            raise SpecError(f"--shard-size: {path} is a folder of pictures, each a file of its own; leave it out")
        super().__init__(path)
        self.encoder = FileEncoder(corpus)
        check_names(corpus)

    def _target(self, place: Path, mark: int) -> NewFolder:
        return NewFolder(self.path, place, mark)

    def _put(self, target: Any, encoded: Any) -> None:
        target.write(encoded)

    def there(self, folder: Path, state: State) -> bool:
        """Whether the files that this state speaks of are there."""
        place = folder / "output-0"
        return place.is_dir() and sum(len(files) for _, _, files in os.walk(place)) >= state[0]


def check_names(corpus: ImageCorpus) -> None:
    """InputError where two pictures would get the same name."""
    names = [
        below(source.names[number].path)
        for number, file in enumerate(corpus.files)
        if isinstance(source := corpus.sources[file.format], PictureFiles)
    ]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(
            f"-o: {len(twice):,} names are there more than once, such as {twice[0]}; name one folder, not several files"
        )


def check_folder(path: str, corpus: Corpus) -> None:
    """InputError where a folder of pictures must not be written: where something stands that no run of ours left."""
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isdir(target):
        raise InputError(
            f"-o: {path} is a file; name a folder for the pictures, or a .npz where arrays of them are read"
        )
    parent = os.path.dirname(target)
    if not os.path.isdir(parent):
        raise InputError(f"-o: {path}: there is no folder {os.path.dirname(path) or parent}; make it first")
    inside = os.path.join(target, "")
    if any(os.path.realpath(file.place).startswith(inside) for file in corpus.files):
        raise InputError(f"-o: {path} holds the inputs, which are never overwritten; choose another name")
    if not os.path.isdir(target) or not os.listdir(target):
        return
    ledgers = f"{target}{LEDGER}", os.path.join(parent, f"split{LEDGER}"), unfinished_beside(target)
    ledger = next(
        (place for place in ledgers if os.path.exists(place)), None
    )  # the last: killed before its ledger appeared
    if ledger is None:
        raise InputError(
            f"-o: {path} is there, and is no output of an earlier run; choose another name, or take it away"
        )
    told = os.stat(ledger).st_mtime_ns
    for folder, _, files in os.walk(target):
        for name in files:
            place = os.path.join(folder, name)
            if os.lstat(place).st_mtime_ns > told:
                raise InputError(
                    f"-o: {place} was changed after the run that wrote {path}; move it away, or choose another name"
                )


def kind_of_output(path: str) -> str | None:
    """How pictures leave: "folder", "npz", or None where that is no output for them.

    >>> kind_of_output("out")
    'folder'
    """
    suffix = os.path.splitext(path)[1].lower()
    if suffix == ".npz":
        return "npz"
    known = {".parquet", ".jsonl", ".json", ".csv", ".tsv", ".txt", ".arrow", ".feather", ".zip", ".gz", ".zst", ".tar"}
    return None if suffix in known or path == "-" else "folder"
