"""What a run that writes a file has done so far, on disk, so that one that is killed goes on where it was."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import os
import pickle
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, TypeVar

from dataqual.corpus import Corpus
from dataqual.errors import DataqualError, InputError, SpecError, WorkerLost
from dataqual.readers.paths import unchanged
from dataqual.version import __version__
from dataqual.writers.appearing import STDOUT, is_elsewhere, unfinished_beside, writing

try:
    import fcntl
except ImportError:  # Windows has no such locks; two runs on one output are for the user to avoid there
    fcntl = None  # type: ignore[assignment]

Made = TypeVar("Made")

PART = 16
"""Batches between two marks: about 64 MB, a second or a few; no more is done twice after a kill."""

SEAL = 32
"""Bytes of a key, and of the seal that is made with it."""

KEPT = "what is done is kept, and the same command goes on from there (--restart begins anew)"


class Durable(Protocol):
    """A file, or several, that grow."""

    def sync(self) -> None:
        """All that was marked is on the disk; in any thread."""


class Unfinished:
    """A hidden folder beside `path`, for as long as the file is not complete.

    A run with the same `plan` goes on from the last `mark` of one that was killed or broken off; any other plan, and
    `restart`, begin anew. What fails for another reason is taken away. Only one run at a time may write a file.
    """

    def __init__(self, path: str, plan: object, *, resume: bool | None = None) -> None:
        """`resume` None goes on if there is something to go on from; True insists on it, False begins anew."""
        self.path = path
        self.folder = _folder(path)
        # A digest: what is asked for may hold what is secret, such as a key.
        self._plan = hashlib.sha256(json.dumps(described((__version__, plan))).encode()).hexdigest()
        self._resume = resume
        self._lock: IO[bytes] | None = None
        self.state: Any = None
        """What was given to the last `mark`; None where nothing was."""
        self.goes_on = False
        """Whether an earlier run was killed or broken off, and something that it had done is there."""
        self._kept = False
        self._key = _key()
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="dataqual-mark")
        self._marking: Future[None] | None = None

    @property
    def scratch(self) -> Path:
        """A folder in it for what surveys make and their steps need again, file by file; it need not be there."""
        return self.folder / "made"

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
        self.wait()
        self._aside.shutdown()
        if error is not None and (self._kept or any(self.scratch.rglob("*"))) and not _hopeless(error):
            error.add_note(KEPT)
            self._release()
        else:
            self._remove()

    def _begin(self) -> None:
        if self._resume is not False and self._read("plan") == self._plan:
            self.state = self._read("state")
            done = {place.name for place in self.folder.glob("*.pickle")} - {"plan.pickle"}
            self.goes_on = bool(done) or any(place.is_file() for place in self.scratch.rglob("*"))
            return
        if self._resume:
            raise SpecError(f"--resume: there is nothing to go on from beside {self.path}; leave it out to begin")
        self.begin_anew()

    def _remove(self) -> None:
        self._clear()
        shutil.rmtree(self.folder, ignore_errors=True)  # while it is locked, so that nobody else begins in it
        self._release()

    def begin_anew(self) -> None:
        """Forget what an earlier run did."""
        self._clear()
        self.state = None
        self._kept = self.goes_on = False
        self._write("plan", self._plan)

    def mark(self, state: object, written: Iterable[Durable]) -> None:
        """So far everything is `written`; once that is on the disk another run gets this `state`.

        The disk is waited for beside the work, until `settle` or the next mark, which tell what went wrong.
        """
        self.settle()
        content = pickle.dumps(state, protocol=5)  # now: the work goes on
        self._marking = self._aside.submit(self._mark, content, [one.sync for one in written])

    def _mark(self, content: bytes, sync: Sequence[Callable[[], None]]) -> None:
        for wait_for_disk in sync:
            wait_for_disk()
        self._put("state", content)
        self._kept = True

    def settle(self) -> None:
        """What was marked is on the disk; InputError where it could not be written."""
        marking, self._marking = self._marking, None
        if marking is not None:
            marking.result()

    def wait(self) -> None:
        """Nothing that was marked is being written any more; before files are closed on the way out of an error."""
        with suppress(Exception):  # the error that is on its way tells more
            self.settle()

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, or gave in an earlier run."""
        held = self._read(name)
        if held is None:
            held = (make(),)
            self._write(name, held)
        self._kept = True
        made: Made = held[0]
        return made

    def _open(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True, parents=is_elsewhere(self.path))
        found = self.folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
            raise InputError(f"{self.folder}: this is no work of yours that could be gone on with; move it away")
        self._lock = (self.folder / "lock").open("ab")
        if fcntl is not None and not self._locked(self._lock):
            self._lock.close()
            raise InputError(f"-o: {self.path} is being written by another run; wait for it, or choose another name")

    def _locked(self, lock: IO[bytes]) -> bool:
        """Whether this run has the folder now: the lock is ours, and still that of the folder."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.path.samestat(os.fstat(lock.fileno()), (self.folder / "lock").stat())
        except OSError:
            return False

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()

    def _clear(self) -> None:
        """Take away what runs put there, and nothing else."""
        for pattern in ("*.pickle", "*.new", "output-*", "part-*", "ledger", "map", "made"):
            for found in self.folder.glob(pattern):
                with suppress(OSError):
                    if found.is_dir() and not found.is_symlink():
                        shutil.rmtree(found)
                    else:
                        found.unlink()

    def _read(self, name: str) -> Any:
        """What was written under this name, by this user; None where nothing was, or nothing whole."""
        try:
            data = (self.folder / f"{name}.pickle").read_bytes()
        except OSError:
            return None
        seal, content = data[:SEAL], data[SEAL:]
        return pickle.loads(content) if hmac.compare_digest(seal, self._sealed(name, content)) else None

    def _write(self, name: str, value: object) -> None:
        self._put(name, pickle.dumps(value, protocol=5))

    def _put(self, name: str, content: bytes) -> None:
        place = self.folder / f"{name}.pickle"
        with writing(self.path):
            with place.with_suffix(".new").open("wb") as file:
                file.write(self._sealed(name, content))
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            place.with_suffix(".new").replace(place)

    def _sealed(self, name: str, content: bytes) -> bytes:
        return hmac.new(self._key, name.encode() + b"\0" + content, hashlib.sha256).digest()


def _folder(path: str) -> Path:
    """Beside the output; for a URL in this user's cache, and for standard output, which no other run goes on with, anywhere."""
    if path == STDOUT:
        return Path(tempfile.gettempdir()) / f".dataqual-{secrets.token_hex(6)}.unfinished"
    if is_elsewhere(path):
        digest = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return _cache() / f".dataqual-{digest}.unfinished"
    return unfinished_beside(path)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dataqual"


def _hopeless(error: BaseException) -> bool:
    """Whether the same command would end in the same way: what it says or what it reads is wrong, or the work itself is."""
    if isinstance(error, AssertionError):
        return True
    mendable = isinstance(error, DataqualError) and not isinstance(error, WorkerLost)
    return mendable and not isinstance(error.__cause__, OSError)


def _key() -> bytes:
    """A secret of this user, kept outside of any corpus: work that does not bear its seal, such as what came with a
    folder from elsewhere, is not read, for reading it would run it. Where none can be kept, nothing is gone on with."""
    folder = _cache()
    place = folder / "seal"
    with suppress(OSError, RuntimeError):
        folder.mkdir(parents=True, exist_ok=True)
        with (
            suppress(FileExistsError),
            os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        ):
            file.write(secrets.token_bytes(SEAL))
        if len(key := place.read_bytes()) == SEAL:
            return key
    return secrets.token_bytes(SEAL)


ARCHIVE = "npz"
"""Whose arrays are files of their own, which lie in it: see `images.reading.arrays`."""


def inputs(corpus: Corpus) -> object:
    """What must be the same for a run to go on: the files, their sizes and when they were changed; else no run does."""
    if corpus.in_memory or any(file.spooled and file.format != ARCHIVE for file in corpus.files):
        return secrets.token_hex(16)
    return unchanged([replace(file, path=file.place) if file.format == ARCHIVE else file for file in corpus.files])


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
