"""Where a study lies: the folder that is made for it, and what it is called unless told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from dataqual.errors import InputError
from dataqual.writers.appearing import writing

LOCK = ".lock"
"""In the folder of a study: who holds it runs there."""


def make_folder(folder: Path) -> None:
    """Make a folder where there is none; InputError for a file of that name, or where none can be made."""
    with writing(folder):
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder}: this is a file; name a folder, or one to be made")
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Make a folder as `make_folder` does; where what is done in it fails, empty ones that were made are taken away."""
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    make_folder(folder)
    try:
        yield
    except BaseException:
        if folder in new:
            _take_away(folder, new)
        raise


def _take_away(folder: Path, new: Sequence[Path]) -> None:
    """Those of the `new` folders in which there is nothing; a lock is nothing, nor are folders that wait for something."""
    for place in (folder / "data", folder / "trials"):
        with suppress(OSError):
            place.rmdir()
    if [path.name for path in folder.glob("*")] == [LOCK]:
        (folder / LOCK).unlink()
    for place in new:
        with suppress(OSError):
            place.rmdir()


def home(given: Any, name: str) -> Path:
    """The folder of a study that was `given` and is called `name`: beside its file, so that it goes on from anywhere.

    Of anything but a file it bears the study's name and lies in the current folder.

    >>> home("there/mine.yaml", "A study").as_posix(), home(None, "scaling").as_posix()
    ('there/mine.study', 'scaling.study')
    """
    if not isinstance(given, str | Path):
        return Path(f"{name}.study")
    return Path(given).parent / f"{Path(given).stem}.study"
