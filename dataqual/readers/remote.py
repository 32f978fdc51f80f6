"""Files that lie elsewhere, by fsspec: s3://, gs://, hf://, https://, memory:// and whatever else it knows."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, BinaryIO, cast

from dataqual.errors import InputError, MissingExtra

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?:://|::)")


def is_url(path: str) -> bool:
    """Whether a path names a protocol; one letter is a drive.

    >>> is_url("s3://bucket/key"), is_url("folder/file.jsonl"), is_url("C://x")
    (True, False, False)
    """
    return bool(_URL.match(path))


@contextmanager
def telling(url: str) -> Iterator[None]:
    """Whatever a file system elsewhere raises in one line: what could not be reached, and what is missing for it."""
    try:
        yield
    except (InputError, MissingExtra):
        raise
    except ImportError as error:
        raise InputError(f"{url}: another package is needed for {url.partition(':')[0]}://: {_line(error)}") from error
    except FileNotFoundError as error:
        raise InputError(f"{url}: no such file or folder") from error
    except Exception as error:  # every backend has errors of its own, and none of them is a fault of ours
        raise InputError(f"{url}: cannot be reached: {type(error).__name__}: {_line(error)}") from error


def file_system(url: str) -> tuple[Any, str]:
    """The file system of a URL and the path in it; InputError where its protocol is not known or lacks a package."""
    with telling(url):
        system, path = _fsspec().core.url_to_fs(url)
    return system, str(path)


@contextmanager
def opened(place: str) -> Iterator[BinaryIO]:
    """The bytes of a file, wherever it lies."""
    if is_url(place):
        with open_url(place) as stream:
            yield stream
    else:
        with open(place, "rb") as file:
            yield file


@contextmanager
def open_url(url: str) -> Iterator[BinaryIO]:
    """The bytes of a file elsewhere, as a stream that can be sought in."""
    system, path = file_system(url)
    with telling(url):
        stream = system.open(path, "rb")
    try:
        yield cast(BinaryIO, _Telling(stream, url))
    finally:
        with suppress(Exception):
            stream.close()


class _Telling:
    """A stream whose errors say where it lies."""

    def __init__(self, stream: Any, url: str) -> None:
        self._stream = stream
        self._url = url

    def read(self, size: int = -1) -> bytes:
        with telling(self._url):
            return bytes(self._stream.read(size))

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        with telling(self._url):
            return int(self._stream.seek(place, whence))


@contextmanager
def local(place: str) -> Iterator[str]:
    """A path of this machine with the bytes of a file; a copy, for as long as it is needed, where it lies elsewhere."""
    if not is_url(place):
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="dataqual-") as folder, open_url(place) as stream:
        here = os.path.join(folder, "copy")
        with open(here, "wb") as copy:
            shutil.copyfileobj(stream, copy, 1 << 20)
        yield here


def listed(url: str) -> list[tuple[str, int, bool]]:
    """What a URL means, in order: (url, bytes, whether it was named itself). A folder is walked, a glob expanded."""
    system, path = file_system(url)
    with telling(url):
        if "*" in path or "?" in path:
            found = system.glob(path, detail=True).values()
        elif system.isfile(path):
            return [(url, int(system.info(path).get("size") or 0), True)]
        else:
            found = system.find(path, detail=True).values()
        named = [(str(system.unstrip_protocol(info["name"])), int(info.get("size") or 0), False)
                 for info in found if info.get("type") == "file"]  # fmt: skip
    if not named:
        raise InputError(f"{url}: no such file or folder, or nothing in it")
    return sorted(named)


def unchanged_url(url: str) -> object:
    """What is the same as long as a file elsewhere is: its size and what its system calls its version."""
    system, path = file_system(url)
    with telling(url):
        info = system.info(path)
    return str(
        sorted(
            (key, str(value))
            for key, value in info.items()
            if key in ("size", "ETag", "etag", "mtime", "created", "LastModified", "generation")
        )
    )


def put(place: str, url: str) -> None:
    """Upload a file under a URL; on object stores it appears complete or not at all."""
    system, path = file_system(url)
    with telling(url):
        parent = path.rpartition("/")[0]
        if parent:
            system.makedirs(parent, exist_ok=True)
        system.put_file(place, path)


@cache
def _fsspec() -> Any:
    try:
        import fsspec
        import fsspec.core
    except ImportError:
        raise MissingExtra("fsspec", "remote") from None
    return fsspec


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
