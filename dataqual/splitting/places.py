"""Where parts and their ledger go, and what an earlier split left there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dataqual.corpus import Corpus
from dataqual.errors import InputError
from dataqual.readers.paths import LEDGER
from dataqual.writers import Writer, open_writer


@dataclass(frozen=True)
class Target:
    """Where the parts and their ledger go."""

    folder: Path
    names: Sequence[str]
    ending: str

    @property
    def paths(self) -> dict[str, Path]:
        """Of each part."""
        return {name: self.folder / f"{name}{self.ending}" for name in self.names}

    @property
    def ledger(self) -> Path:
        """Beside the parts."""
        return self.folder / f"split{LEDGER}"

    def open(self, corpus: Corpus) -> tuple[list[Writer], tuple[Path, ...]]:
        """A writer for each part, and what an earlier split left here, after every check that needs no data."""
        writers = [open_writer(str(path), corpus) for path in self.paths.values()]
        return writers, _left_over(self.ledger, {path.name for path in self.paths.values()}, corpus)


def _left_over(ledger: Path, names: Collection[str], corpus: Corpus) -> tuple[Path, ...]:
    """Parts that the split which left this ledger wrote, and that have none of these names."""
    if not ledger.is_file():
        return ()
    try:
        if "files" not in pl.read_parquet_schema(ledger):
            return ()
        listed = pl.scan_parquet(ledger, glob=False).select("files").head(1).collect()["files"].to_list()
    except (OSError, pl.exceptions.PolarsError):
        raise InputError(f"{ledger}: no ledger of a split; move it away, or choose another folder with -o") from None
    old = [ledger.with_name(name) for name in "".join(listed).split("/") if name and name not in names]
    there = tuple(path for path in old if path.is_file())
    for path in there:
        if corpus.holds(str(path)):
            raise InputError(
                f"-o: {path} is of the split that stands there, and one of the inputs; choose another folder"
            )
        if path.stat().st_mtime_ns > ledger.stat().st_mtime_ns:
            raise InputError(
                f"-o: {path} was changed after the split that wrote it; move it away, or choose another folder"
            )
    return there


def ending_like(corpus: Corpus) -> str:
    """How files of the input's format end; .jsonl for several formats, and for texts that are a file each."""
    kinds = {(file.format, file.compression) for file in corpus.files}
    formats = {kind for kind, _ in kinds}
    if formats == {"frame"}:
        return ".parquet"
    if formats == {"txt"} and getattr(corpus, "txt", "file") == "file":
        return ".jsonl"
    compressions = {compression for _, compression in kinds}
    compression = f".{compressions.pop()}" if len(compressions) == 1 and None not in compressions else ""
    return f".{formats.pop() if len(formats) == 1 else 'jsonl'}{compression}"


@contextmanager
def made_for(folder: Path) -> Iterator[None]:
    """The folder is there; on an error those that were made for it are taken away again."""
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"-o: {folder}: no folder can be made there: {error.strerror}") from None
    try:
        yield
    except BaseException:
        for place in made:
            with suppress(OSError):  # not empty: others have put something there
                place.rmdir()
        raise
