"""What a run that writes a file has done so far, on disk, so that one that is killed goes on where it was."""

from __future__ import annotations

import dataclasses
import os
import pickle
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeVar

from dataqual.errors import InputError, SpecError
from dataqual.version import __version__
from dataqual.writers.appearing import writing

try:
    import fcntl
except ImportError:  # Windows has no such locks; two runs on one output are for the user to avoid there
    fcntl = None  # type: ignore[assignment]

Made = TypeVar("Made")

KEPT = "what is done is kept, and the same command goes on from there (--restart begins anew)"


class Unfinished:
    """A hidden folder beside `path`, for as long as the file is not complete.

    A run with the same `plan` goes on from the last `mark` of one that was killed or broken off; any other plan, and
    `restart`, begin anew. What fails for another reason is taken away. Only one run at a time may write a file.
    """

    def __init__(self, path: str, plan: object, *, resume: bool | None = None) -> None:
        """`resume` None goes on if there is something to go on from; True insists on it, False begins anew."""
        place = Path(os.path.realpath(path))
        self.path = path
        self.folder = place.parent / f".dataqual-{place.name}.unfinished"
        self._plan = described((__version__, plan))
        self._resume = resume
        self._lock: IO[bytes] | None = None
        self.state: Any = None
        """What was given to the last `mark`; None where nothing was."""

    def __enter__(self) -> Unfinished:
        with writing(self.path):
            self._open()
        try:
            self._begin()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt) and self.state is not None:
            error.add_note(KEPT)
            self._release()
        else:
            self._remove()

    def _begin(self) -> None:
        if self._resume is not False and self._read("plan") == self._plan:
            self.state = self._read("state")
            return
        if self._resume:
            raise SpecError(f"--resume: there is nothing to go on from beside {self.path}; leave it out to begin")
        self.begin_anew()

    def _remove(self) -> None:
        self._clear()
        self._release()
        shutil.rmtree(self.folder, ignore_errors=True)

    def begin_anew(self) -> None:
        """Forget what an earlier run did."""
        self._clear()
        self.state = None
        self._write("plan", self._plan)

    def mark(self, state: object) -> None:
        """So far everything is on the disk; another run gets this `state`."""
        self._write("state", state)
        self.state = state

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, or gave in an earlier run."""
        held = self._read(name)
        if held is None:
            held = (make(),)
            self._write(name, held)
        made: Made = held[0]
        return made

    def _open(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if hasattr(os, "getuid") and self.folder.stat().st_uid != os.getuid():
            raise InputError(f"{self.folder}: somebody else's unfinished work lies there; choose another name with -o")
        self._lock = (self.folder / "lock").open("wb")
        if fcntl is not None:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._lock.close()
                raise InputError(
                    f"-o: {self.path} is being written by another run; wait for it, or choose another name"
                ) from None

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()

    def _clear(self) -> None:
        for found in list(self.folder.iterdir()) if self.folder.is_dir() else []:
            if found.name == "lock":
                continue
            with suppress(OSError):
                if found.is_dir():
                    shutil.rmtree(found)
                else:
                    found.unlink()

    def _read(self, name: str) -> Any:
        """What was written under this name; None where nothing was, or nothing whole."""
        try:
            return pickle.loads((self.folder / f"{name}.pickle").read_bytes())
        except (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError):
            return None

    def _write(self, name: str, value: object) -> None:
        place = self.folder / f"{name}.pickle"
        with writing(self.path), place.with_suffix(".new").open("wb") as file:
            pickle.dump(value, file, protocol=5)
            file.flush()
            os.fsync(file.fileno())
        place.with_suffix(".new").replace(place)


def described(value: Any) -> Any:
    """A value in words that are the same in every process: sets have no order that lasts.

    >>> described({"b": {3, 1}, "a": (1.5, None)})
    [['a', [1.5, None]], ['b', ['set', 1, 3]]]
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.compare}
        return [type(value).__qualname__, described(fields)]
    if isinstance(value, Mapping):
        return sorted([str(key), described(item)] for key, item in value.items())
    if isinstance(value, set | frozenset):
        return ["set", *sorted(map(described, value), key=repr)]
    if isinstance(value, list | tuple):
        return [described(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else repr(value)
