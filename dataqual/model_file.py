"""Small models as files: arrays and text in .npz, in which nothing can be run."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from dataqual.errors import InputError, nearest_file

DAMAGED = (OSError, EOFError, ValueError, TypeError, KeyError, zipfile.BadZipFile)
"""What reading a file raises that is none of these, or no longer one."""


def save(path: Path, arrays: Mapping[str, Any], *, compressed: bool = False) -> None:
    """Write it, the same bytes for the same arrays; it appears at once. InputError where it cannot be written."""
    part = path.with_name(f".{path.name}.part")
    named: Any = {name: np.array(value) for name, value in arrays.items()}
    try:
        with part.open("wb") as file:
            (np.savez_compressed if compressed else np.savez)(file, **named)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def found(path: str | Path) -> tuple[str, int, int]:
    """The path, when the file was changed, and its size: what one that was read may be kept under. InputError where there is none."""
    try:
        stat = Path(path).stat()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file or folder{nearest_file(path)}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    return str(path), stat.st_mtime_ns, stat.st_size


@contextmanager
def opened(path: str, form: str) -> Iterator[Any]:
    """What is in it, by name; InputError where it is of another `form`. One of DAMAGED where it is no such file."""
    with np.load(path, allow_pickle=False) as content:
        if str(content["format"]) != form:
            raise InputError(f"{path}: its format is {str(content['format'])!r}, this version reads {form!r}")
        yield content
