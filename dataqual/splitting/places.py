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
from dataqual.writers.opening import check_ledger, check_shard_size
from dataqual.writers.pictures import check_folder
from dataqual.writers.writer import shards_of


@dataclass(frozen=True)
class Target:
    """Where the parts and their ledger go."""

    folder: Path
    names: Sequence[str]
    ending: str
    paper: str | None = None
    """The ledger; FOLDER/split.ledger.parquet unless told."""
    shard_size: int | None = None
    """Bytes of about which each file is to be; None for one file a part."""
    resume: bool | None = None
    """None goes on from a run that was killed, if there was one; True insists on that, False begins anew."""

    def __post_init__(self) -> None:
        check_shard_size(self.shard_size)

    @property
    def paths(self) -> dict[str, Path]:
        """Of each part."""
        return {name: self.folder / f"{name}{self.ending}" for name in self.names}

    @property
    def work(self) -> str:
        """Beside this gathers what is not finished: in the folder of the parts, wherever the ledger is to be."""
        return str(self.folder / f"split{LEDGER}")

    @property
    def ledger(self) -> str:
        """Beside the parts, unless told."""
        return self.work if self.paper is None else self.paper

    def open(self, corpus: Corpus) -> tuple[list[Writer], tuple[Path, ...]]:
        """A writer for each part, and what an earlier split left here, after every check that needs no data."""
        paths = [str(path) for path in self.paths.values()]
        writers = [open_writer(path, corpus, self.shard_size) for path in paths]
        check_ledger(self.ledger, paths, corpus)
        old = Path(self.work)
        left = _left_over(old, self.written(), corpus)
        return writers, left if self.ledger == self.work or not old.is_file() else (*left, old)

    def written(self) -> set[Path]:
        """Files that are there now and that this split writes anew, or takes away as other shards of its parts."""
        if self.shard_size is None:
            return set(self.paths.values())
        return {shard for path in self.paths.values() for shard in shards_of(str(path))}


def _left_over(ledger: Path, written: Collection[Path], corpus: Corpus) -> tuple[Path, ...]:
    """Parts that the split which left this ledger wrote, in one file or several, and that are not to be written anew."""
    if not ledger.is_file():
        return ()
    try:
        if "files" not in pl.read_parquet_schema(ledger):
            return ()
        listed = pl.scan_parquet(ledger, glob=False).select("files").head(1).collect()["files"].to_list()
    except (OSError, pl.exceptions.PolarsError):
        raise InputError(f"{ledger}: no ledger of a split; move it away, or choose another folder with -o") from None
    old = [ledger.with_name(name) for name in "".join(listed).split("/") if name]
    files = (file for path in old for file in (path, *shards_of(str(path))))
    there = tuple(file for file in files if file.exists() and file not in written)
    for path in there:
        if path.is_dir():
            check_folder(str(path), corpus)
            continue
        if corpus.holds(str(path)):
            raise InputError(
                f"-o: {path} is of the split that stands there, and one of the inputs; choose another folder"
            )
        if path.stat().st_mtime_ns > ledger.stat().st_mtime_ns:
            raise InputError(
                f"-o: {path} was changed after the split that wrote it; move it away, or choose another folder"
            )
    return there


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
