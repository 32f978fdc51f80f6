"""How a command ends: done, or one line on stderr and an exit code, and nothing half done behind it."""

from __future__ import annotations

import errno
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any

import click

from dataqual.errors import DataqualError
from dataqual.speaking import said

MENDABLE, INTERRUPTED, TERMINATED = 2, 128 + signal.SIGINT, 128 + signal.SIGTERM
"""Exit codes; the latter two are what a shell makes of the signals."""


class Terminated(KeyboardInterrupt):
    """Somebody sent SIGTERM: everything is taken away as after Ctrl-C."""


class Stopped(Exception):
    """A run that was broken off and can go on: what to say instead of that nothing was written."""


def mendable(program: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Commands of `program` that end in one line on stderr where a user can mend it, breaks it off, or the disk is full."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                with _terminable():
                    command(*args, **kwargs)
            except DataqualError as error:
                _end(program, "; ".join([str(error), *getattr(error, "__notes__", [])]), MENDABLE)
            except Stopped as stopped:
                _end(program, str(stopped), _code(stopped.__cause__))
            except KeyboardInterrupt as stopped:
                how = "terminated" if isinstance(stopped, Terminated) else "broken off"
                [what, *_] = getattr(stopped, "__notes__", ["no results were written"])
                _end(program, f"{how}; {what}", _code(stopped))
            except Exception as error:
                if (told := full_disk(error)) is None:
                    raise
                _end(program, told, MENDABLE)

        return run

    return decorated


def _code(stopped: BaseException | None) -> int:
    return TERMINATED if isinstance(stopped, Terminated) else INTERRUPTED


@contextmanager
def results(folder: Path, names: Iterable[str]) -> Iterator[None]:
    """A run that writes these files into `folder`: if it fails none is left, nor any folder that was made for them.

    What could not be read stays, though: who was told of it wants to look at it.
    """
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield
    except BaseException as error:
        for name in names:
            if not (isinstance(error, DataqualError) and name == "unreadable.jsonl"):
                with suppress(OSError):  # the folder may be a file: the very thing that is being told
                    (folder / name).unlink()
        for place in made:
            with suppress(OSError):  # not empty, or not made after all
                place.rmdir()
        raise


def _end(program: str, message: str, code: int) -> None:
    from dataqual.profiling.summary import plain

    clear = "\r\x1b[K" if sys.stderr.isatty() else ""  # the line of progress
    click.echo(f"{clear}{program}: {plain(said(message))}", err=True)
    sys.exit(code)


def full_disk(error: Exception) -> str | None:
    """What to say of an error, or one of polars that tells of it in words, about a disk without room; else None."""
    if getattr(error, "errno", None) == errno.EFBIG:
        return (
            f"a file may not become any larger here ({os.strerror(errno.EFBIG)}): raise the limit (ulimit -f), or choose "
            f"other places for the results and for temporary files ({tempfile.gettempdir()}; another folder with TMPDIR=…)"
        )
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or os.strerror(errno.ENOSPC) in str(error):
        return (
            f"no space left on the disk: free some where the results go, or where temporary files do "
            f"({tempfile.gettempdir()}; another folder with TMPDIR=…)"
        )
    return None


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM raises Terminated meanwhile; nothing changes in another thread than the first, which gets no signals."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Terminated

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
