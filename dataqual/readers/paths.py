"""Which files an input means: a path, a glob, or every readable file in a folder and below, in a fixed order."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from dataqual.corpus import File
from dataqual.errors import InputError, nearest_file
from dataqual.images.decoding import SUFFIXES
from dataqual.images.reading.arrays import member_of
from dataqual.readers.json_head import is_lines, read_head
from dataqual.readers.remote import is_url, listed, unchanged_url
from dataqual.readers.saved_datasets import saved_files
from dataqual.readers.streams import COMPRESSIONS

FORMATS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json",
    ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow", ".txt": "txt",
    ".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".xhtml": "html", ".warc": "warc", ".wet": "warc",
}  # fmt: skip
"""A .json file that holds lines is read as such."""

PICTURES = dict.fromkeys(SUFFIXES, "picture") | {".npz": "npz", ".npy": "npy"}
"""Files that are one picture, or an array of them."""

IDX = re.compile(r"idx\d-ubyte$|\.idx$|\.idx\d$", re.IGNORECASE)
"""How the arrays of MNIST and its kin are called."""

FRAMES = ("parquet", "arrow")
"""Formats of rows that polars reads; they compress inside, so no ending of an archive goes behind theirs."""

LEDGER = ".ledger.parquet"
"""How the ledger that stands beside a cleaned corpus is called: no documents, so folders and globs do not mean it."""

MAP = ".map.parquet"
"""The same for what pseudonyms stand for: nobody means that by a folder."""

BESIDE = (LEDGER, MAP, ".report.html", "/README.md", "/readme.md")
"""How files end that lie beside a corpus and are none of it: what commands wrote, and what a card says of it."""

NAMED = 3
"""Passed-over files that a note names; the rest are counted."""


def find_files(inputs: Sequence[str | os.PathLike[str] | File]) -> tuple[list[File], list[str]]:
    """The files that the inputs mean, in order, and notes on what was passed over; a File means itself.

    A file that was named must be of a known kind; in folders and globs others are passed over, and said. InputError
    where nothing is left, or something named is not there.
    """
    files: dict[str, File] = {}
    passed: list[str] = []
    twice = 0
    for given in inputs:
        if isinstance(given, File):
            files[given.place] = given
            continue
        for path, named, size in _expand(str(os.fspath(given)), passed):
            file = _file(path, size) if named or not f"/{path}".endswith(BESIDE) else None
            if file is None and named:
                raise InputError(f"{path}: unknown kind of file; known are: {known_kinds()}")
            if file is None:
                passed.append(path)
                continue
            key = path if is_url(path) else os.path.realpath(path)
            twice += key in files
            files.setdefault(key, file)
    if not files:
        listing = ", ".join(str(path) for path in inputs) or "no input"
        raise InputError(f"{listing}: no file of a known kind there; known are: {known_kinds()}")
    notes = [_passed_over(passed)] if passed else []
    if twice:
        notes.append(f"{twice} file{'s' * (twice > 1)} named more than once, read once")
    return list(files.values()), notes


def unchanged(files: Sequence[File]) -> list[object]:
    """Place, size and time of the last change of files: as long as these are the same, so are the files."""
    return [unchanged_url(file.path) if is_url(file.path) else _unchanged(file.path) for file in files]


def _unchanged(path: str) -> tuple[str, int, int]:
    place = os.path.realpath(path)
    status = os.stat(place)
    return place, status.st_size, status.st_mtime_ns


def _expand(given: str, passed: list[str]) -> Iterator[tuple[str, bool, int | None]]:
    """The paths that one input means, whether they were named, and their size where known; InputError for none."""
    if is_url(given):
        yield from ((url, named, size) for url, size, named in listed(given))
    else:
        yield from ((path, named, None) for path, named in _expand_here(given, passed))


def _expand_here(given: str, passed: list[str]) -> Iterator[tuple[str, bool]]:
    """The paths of this machine that one input means, and whether they were named."""
    if os.path.isdir(given):
        yield from ((path, False) for path in _walk(given, passed))
    elif os.path.exists(given) or os.path.isfile(member_of(given)[0]):
        yield given, True
    elif glob.has_magic(given):
        found = sorted(glob.glob(given, recursive=True))
        if not found:
            raise InputError(f"{given}: matches no file")
        for path in found:
            paths = _walk(path, passed) if os.path.isdir(path) else [path]
            yield from ((path, False) for path in paths)
    else:
        raise InputError(f"{given}: no such file or folder{nearest_file(given)}")


def _walk(folder: str, passed: list[str]) -> Iterator[str]:
    """Every file below a folder, sorted, of a saved dataset its data; hidden ones, linked folders, our profiles go to `passed`."""
    if (data := saved_files(folder)) is not None:
        yield from data
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {error.strerror or error}") from error
    for entry in entries:
        hidden = entry.name.startswith(".")
        if hidden or (entry.is_dir() and (entry.is_symlink() or entry.name.endswith(".profile"))):
            passed.append(entry.path)
        elif entry.is_dir():
            yield from _walk(entry.path, passed)
        else:
            yield entry.path


def readable(path: str) -> str:
    """A path as text that can be written down: bytes in it that are not UTF-8 become `\\xe9`.

    >>> readable("caf\\udce9.jsonl")
    'caf\\\\xe9.jsonl'
    """
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def kind_of(path: str) -> tuple[str, str | None] | None:
    """Format and compression that a name means, None where it is none that is known.

    >>> kind_of("a.JSONL.gz"), kind_of("b.csv"), kind_of("c.parquet.gz"), kind_of("d")
    (('jsonl', 'gz'), ('csv', None), None, None)
    >>> kind_of("a.PNG"), kind_of("train-images-idx3-ubyte.gz")
    (('picture', None), ('idx', 'gz'))
    """
    path = member_of(path)[0]
    stem, suffix = os.path.splitext(path.lower())
    compression = COMPRESSIONS.get(suffix)
    if compression in (None, "gz") and IDX.search(stem if compression else path):
        return "idx", compression
    if not compression and suffix in PICTURES:
        return PICTURES[suffix], None
    kind = FORMATS.get(os.path.splitext(stem)[1] if compression else suffix)
    return None if kind is None or (kind in FRAMES and compression) else (kind, compression)


def _file(path: str, size: int | None) -> File | None:
    """What kind of file a name means, None where it is none that is known; InputError where it may not be read."""
    kind = kind_of(path.partition("?")[0] if is_url(path) else path)
    if kind is None:
        return None
    if size is None:
        place = member_of(path)[0]
        if not os.access(place, os.R_OK):
            raise InputError(f"{path}: cannot be read: permission denied")
        size = Path(place).stat().st_size
    name, compression = kind
    if name == "json" and is_lines(read_head(path, compression)):
        name = "jsonl"
    return File(path, name, compression, size)


def known_kinds() -> str:
    """Every kind of file there is, for a message."""
    *first, last = COMPRESSIONS
    archives = f"{', '.join(first)} or {last}"
    pictures = "pictures are .png .jpg .webp .gif .bmp .tif .avif and their like, .npz .npy and IDX"
    return f"{' '.join(FORMATS)}, all but .parquet, .arrow and .feather also with {archives} behind; {pictures}"


def _passed_over(paths: list[str]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return f"passed over: {', '.join(paths[:NAMED])}{more} (hidden, linked, of an unknown kind, a profile, a report or a README)"
