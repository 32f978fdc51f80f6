"""Files that appear at once and complete, or not at all."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import secrets
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

import polars as pl
import zstandard

from dataqual.errors import InputError
from dataqual.readers.remote import is_url, put

STDOUT = "-"

GZIP_LEVEL = 6
ZSTD_LEVEL = 3
BZIP2_LEVEL = 9
XZ_LEVEL = 6
"""The tools' own defaults."""


@contextmanager
def writing(path: str | os.PathLike[str]) -> Iterator[None]:
    """Tell a full disk or a forbidden folder in one line; `path` is what the user called the file."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        [reason, *_] = (getattr(error, "strerror", None) or str(error)).splitlines() or [type(error).__name__]
        raise InputError(f"{path}: cannot be written: {reason}") from error


def write_text(path: Path, text: str) -> None:
    """Write a file that appears at once; InputError where it cannot be written."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def is_elsewhere(path: str) -> bool:
    """Whether an output is no file of this machine: standard output, or a URL."""
    return path == STDOUT or is_url(path)


def beside(path: str) -> Path:
    """A name for something temporary in the same folder, hidden, so that no folder or glob means it."""
    folder = tempfile.gettempdir() if is_elsewhere(path) else os.path.dirname(os.path.realpath(path))
    return Path(folder) / f".dataqual-{secrets.token_hex(6)}.part"


def unfinished_beside(path: str) -> Path:
    """The hidden folder in which what is written to `path` gathers: there as long as a run is at work, or after it was killed."""
    place = Path(os.path.realpath(path))
    return place.parent / f".dataqual-{place.name}.unfinished"


def replaced_beside(path: str) -> Path:
    """The hidden place to which a folder goes that a new one replaces: it is there after a run that was killed just then."""
    place = Path(os.path.realpath(path))
    return place.parent / f".dataqual-{place.name}.replaced"


def appear(place: Path, path: str) -> None:
    """What is complete gets its name, or goes to standard output, or under its URL."""
    if path == STDOUT:
        with place.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer, 1 << 20)
            sys.stdout.buffer.flush()
    elif is_url(path):
        put(str(place), path)
    else:
        place.replace(os.path.realpath(path))


def on_the_disk_of(path: str, made: Path) -> Path:
    """The file `made`, or a copy of it beside `path` where that is on another disk: only there it can be renamed to it."""
    if path == STDOUT or is_url(path):
        return made
    copy = beside(path)
    if made.stat().st_dev != copy.parent.stat().st_dev:
        try:
            shutil.copy(made, copy)
        except OSError:
            copy.unlink(missing_ok=True)
            raise
        made = copy
    with made.open("rb") as file:
        os.fsync(file.fileno())
    return made


class NewFile:
    """Bytes for `path`, compressed as told: `write` them, `finish`, `publish`; without the last nothing is left.

    With `place` they gather in that file, which is somebody else's to take away; the first `offset` bytes of it stay.
    """

    def __init__(
        self, path: str, compression: str | None = None, *, place: Path | None = None, offset: int = 0
    ) -> None:
        self.path = path
        self._compression = compression
        self._own = place is None
        self._temporary = place or beside(path)
        self._offset = offset
        self.empty = offset == 0
        """Whether nothing was written yet; `size` does not tell, for a compressor holds bytes back."""
        self._file: BinaryIO | None = None
        self._stream: Any = None

    def __enter__(self) -> NewFile:
        with writing(self.path):
            mode = "r+b" if self._offset else "xb" if self._own else "wb"
            self._file = file = cast(BinaryIO, self._temporary.open(mode))
            file.truncate(self._offset)
            file.seek(self._offset)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            with suppress(OSError):  # what could not be flushed is thrown away anyway
                self._file.close()
            if self._own:
                self._temporary.unlink(missing_ok=True)

    @property
    def size(self) -> int:
        """Bytes so far, without what a compressor still holds."""
        assert self._file is not None
        return self._file.tell()

    def write(self, *parts: bytes | memoryview) -> None:
        """More bytes, one part behind the other; a compressor gets them at one stroke, for its bytes might tell."""
        assert self._file is not None
        self.empty = False
        with writing(self.path):
            if self._stream is None:
                self._stream = _compressed(self._file, self._compression)
            if self._stream is self._file:
                _write_all(self._file, parts)
            else:
                self._stream.write(parts[0] if len(parts) == 1 else b"".join(parts))

    def mark(self) -> int:
        """How many bytes are on the disk after `sync`, all that were written: a place from which another run can go on."""
        assert self._file is not None
        with writing(self.path):
            if self._stream is not None and self._stream is not self._file:
                self._stream.close()
            self._stream = None
            self._file.flush()
            return self._file.tell()

    def sync(self) -> None:
        """What was marked is on the disk; in any thread."""
        assert self._file is not None
        with writing(self.path):
            os.fsync(self._file.fileno())

    def finish(self) -> None:
        """Everything is written and on the disk."""
        if self.empty:
            self.write(b"")  # an archive of nothing is an archive
        self.mark()
        self.sync()

    def publish(self, path: str | None = None) -> None:
        """Take the place of whatever had the name, or has the name `path`."""
        with writing(path or self.path):
            appear(self._temporary, path or self.path)


AT_ONCE = 1024
"""Parts that Linux and macOS take in one call (IOV_MAX)."""


def _write_all(file: BinaryIO, parts: Sequence[bytes | memoryview]) -> None:
    """All of them in few calls: after each one Python's lock is waited for, which other threads hold meanwhile."""
    if not hasattr(os, "writev"):
        file.writelines(parts)
        return
    file.flush()
    left = deque(memoryview(part) for part in parts if len(part))
    while left:
        done = os.writev(file.fileno(), list(islice(left, AT_ONCE)))
        while left and done >= len(left[0]):
            done -= len(left.popleft())
        if done:
            left[0] = left[0][done:]


def _compressed(file: BinaryIO, compression: str | None) -> Any:
    """A stream that compresses into `file`; the same bytes every time."""
    if compression == "gz":
        return gzip.GzipFile(filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=file, mtime=0)
    if compression == "zst":
        return zstandard.ZstdCompressor(level=ZSTD_LEVEL).stream_writer(file, closefd=False)
    if compression == "bz2":
        return bz2.BZ2File(file, "wb", compresslevel=BZIP2_LEVEL)
    if compression == "xz":
        return lzma.LZMAFile(file, "wb", preset=XZ_LEVEL)
    return file
