"""signals.parquet: one row per document, written batch by batch and joined at the end."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Corpus
from dataqual.errors import InputError
from dataqual.images.perceptual import PictureCopies
from dataqual.near_duplicates import NearCopies
from dataqual.readers.paths import readable


class Addresses:
    """Where each document of the corpus is, by its number in reading order; 12 bytes each."""

    def __init__(self) -> None:
        self._files: list[NDArray[np.int32]] = []
        self._records: list[NDArray[np.int64]] = []

    def add(self, file: NDArray[np.int32], record: NDArray[np.int64]) -> None:
        """The documents of the next batch."""
        self._files.append(file)
        self._records.append(record)

    def close(self) -> None:
        """Join what was added; call once, before asking."""
        self._files = [np.concatenate([np.zeros(0, np.int32), *self._files])]
        self._records = [np.concatenate([np.zeros(0, np.int64), *self._records])]

    def __getitem__(self, number: int) -> tuple[int, int]:
        return int(self._files[0][number]), int(self._records[0][number])


@dataclass(frozen=True)
class Parts:
    """A folder with the rows of one batch in a file each; without a folder there are none."""

    folder: Path | None
    names: tuple[str, ...]
    """Of the corpus's files, which the rows have by number."""

    def path(self, batch: int) -> Path:
        """Where the rows of that batch are."""
        assert self.folder is not None
        return self.folder / f"{batch:09d}.parquet"

    def write(self, batch: int, frame: pl.DataFrame) -> None:
        """Spill the rows of one batch; in any thread or process."""
        if self.folder is not None and frame.height:
            names = pl.Series("file", self.names, dtype=pl.String).gather(frame["file"])
            frame.with_columns(names).write_parquet(self.path(batch), compression="lz4", statistics=False)


class SignalTable:
    """Parts in a folder beside the target, then one file that appears at once; without a path it does nothing."""

    def __init__(self, path: str | Path | None, corpus: Corpus) -> None:
        self.path = Path(path) if path is not None else None
        self._names = tuple(readable(file.path) for file in corpus.files)
        self._parts: list[Path] = []
        self._folder: Path | None = None
        self._new = False

    @property
    def parts(self) -> Parts:
        """Where the rows of each batch go; ask within the `with` block."""
        return Parts(self._folder, self._names)

    def __enter__(self) -> SignalTable:
        if self.path is not None:
            folder = self.path.parent
            try:
                str(self.path).encode()  # polars takes no other names
                self._new = not folder.exists()
                folder.mkdir(parents=True, exist_ok=True)
                self._folder = Path(tempfile.mkdtemp(prefix=".signals-", dir=folder))
            except (OSError, UnicodeEncodeError) as error:
                why = getattr(error, "strerror", "its name is not UTF-8")
                why = "it is a file" if folder.is_file() else why
                raise InputError(
                    f"{readable(str(folder))}: cannot write there ({why}); choose another folder with -o"
                ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            if self._new and not any(self._folder.parent.iterdir()):
                self._folder.parent.rmdir()  # nothing came of it

    def add(self, batch: int, rows: int) -> None:
        """The next batch in order has this many rows."""
        if self._folder is not None and rows:
            self._parts.append(self.parts.path(batch))

    def finish(self, copies: NearCopies | PictureCopies | None) -> None:
        """Add whose copy each document is, by row number, and join the parts."""
        if self.path is None or self._folder is None:
            return
        target = self._folder / "joined"
        if self._parts:
            rows = [pl.scan_parquet(self._parts, glob=False)]
            if copies is not None:
                numbers = pl.LazyFrame({name: getattr(copies, name) for name in ("exact_copy_of", "near_copy_of")})
                rows.append(numbers.select(pl.when(pl.all() >= 0).then(pl.all())))
            pl.concat(rows, how="horizontal").sink_parquet(
                target, compression="zstd", compression_level=1, maintain_order=True
            )
        else:
            pl.DataFrame().write_parquet(target)
        target.replace(self.path)
        shutil.rmtree(self._folder, ignore_errors=True)  # now, for others work meanwhile
