"""Which files an input means: a path, a glob, or every readable file in a folder and below, in a fixed order."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from dataqual.corpus import File
from dataqual.errors import InputError
from dataqual.readers.streams import COMPRESSIONS

FORMATS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".txt": "txt",
}  # fmt: skip

LEDGER = ".ledger.parquet"
"""How the ledger that stands beside a cleaned corpus is called: no documents, so folders and globs do not mean it."""

MAP = ".map.parquet"
"""The same for what pseudonyms stand for: nobody means that by a folder."""

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
        for path, named in _expand(str(os.fspath(given)), passed):
            file = _file(path) if named or not path.endswith((LEDGER, MAP)) else None
            if file is None and named:
                raise InputError(f"{path}: unknown kind of file; known are: {known_kinds()}")
            if file is None:
                passed.append(path)
                continue
            key = os.path.realpath(path)
            twice += key in files
            files.setdefault(key, file)
    if not files:
        listing = ", ".join(str(path) for path in inputs) or "no input"
        raise InputError(f"{listing}: no file of a known kind there; known are: {known_kinds()}")
    notes = [_passed_over(passed)] if passed else []
    if twice:
        notes.append(f"{twice} file{'s' * (twice > 1)} named more than once, read once")
    return list(files.values()), notes


def unchanged(files: Sequence[File]) -> list[tuple[str, int, int]]:
    """Place, size and time of the last change of files: as long as these are the same, so are the files."""
    places = [os.path.realpath(file.path) for file in files]
    return [(place, os.stat(place).st_size, os.stat(place).st_mtime_ns) for place in places]


def _expand(given: str, passed: list[str]) -> Iterator[tuple[str, bool]]:
    """The paths that one input means, and whether they were named; InputError where there is none."""
    if os.path.isdir(given):
        yield from ((path, False) for path in _walk(given, passed))
    elif os.path.exists(given):
        yield given, True
    elif glob.has_magic(given):
        found = sorted(glob.glob(given, recursive=True))
        if not found:
            raise InputError(f"{given}: matches no file")
        for path in found:
            paths = _walk(path, passed) if os.path.isdir(path) else [path]
            yield from ((path, False) for path in paths)
    else:
        raise InputError(f"{given}: no such file or folder")


def _walk(folder: str, passed: list[str]) -> Iterator[str]:
    """Every file below a folder, sorted; hidden ones, linked folders and profiles of ours go to `passed`."""
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
    """
    stem, suffix = os.path.splitext(path.lower())
    compression = COMPRESSIONS.get(suffix)
    kind = FORMATS.get(os.path.splitext(stem)[1] if compression else suffix)
    return None if kind is None or (kind == "parquet" and compression) else (kind, compression)


def _file(path: str) -> File | None:
    """What kind of file a name means, None where it is none that is known; InputError where it may not be read."""
    kind = kind_of(path)
    if kind is None:
        return None
    if not os.access(path, os.R_OK):
        raise InputError(f"{path}: cannot be read: permission denied")
    return File(path, *kind, Path(path).stat().st_size)


def known_kinds() -> str:
    """Every kind of file there is, for a message."""
    return f"{' '.join(FORMATS)}, all but .parquet also with {' or '.join(COMPRESSIONS)} behind"


def _passed_over(paths: list[str]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return f"passed over: {', '.join(paths[:NAMED])}{more} (hidden, linked, of an unknown kind, or a profile)"
