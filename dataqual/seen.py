"""The index of `dataqual dedup`: what was seen in earlier runs, kept in a folder that only grows.

    corpus.dqx/index.json       schema, parameters, and the parts with their names, sizes and hashes; replaced by a rename
               PART.documents   one row of numbers per document, see `ROW`
               PART.signatures  2 bytes per permutation and document
               PART.texts       ids and texts of kept documents, in zstd frames that check themselves
               lock             held by the run that extends it, from before it reads it

The name of a part is drawn at random, and a part never changes. One that no index.json names was left by a run that was
killed; the next run to extend the index takes it away.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import zstandard
from numpy.typing import NDArray

from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.errors import InputError, SpecError
from dataqual.ledger import addresses, places
from dataqual.near_duplicates import Before, Part, Signing
from dataqual.operators import Engine
from dataqual.steps._known_copies import AnySigning, Found
from dataqual.writers.appearing import writing

try:
    import fcntl
except ImportError:  # Windows has no such locks; of two runs there the later is refused when it is done
    fcntl = None  # type: ignore[assignment]

SCHEMA = "dataqual.index/2"
SIGNATURES = 1
"""To be raised whenever a document may get another exact hash, words or signature: such an index cannot be compared with."""
BEGUN = "index.json.part"
LOCK = "lock"
KINDS = ("documents", "signatures", "texts")
PART = re.compile(rf"[0-9a-f]{{16}}\.({'|'.join(KINDS)})")
FRAME = 1 << 20
"""Bytes of text compressed together: enough to compress well, little enough to undo for one document."""
READ = FRAME // 4
SLICE = 1 << 14
"""Signatures read at once."""
SIZE = np.iinfo(np.uint32).max
ROW = np.dtype(
    [
        ("exact", "<u8", 2), ("copy_of", "<i8"), ("similarity", "<f8"), ("record", "<i8"), ("frame", "<u8"),
        ("file", "<u4"), ("size", "<u4"), ("at", "<u4"), ("id_bytes", "<i4"), ("text_bytes", "<u4"), ("worded", "?"),
    ]
)  # fmt: skip
"""What is known of a document, 65 bytes: `copy_of` is a number in the index, -1 if it was kept; `file` is one of the
paths of its part; `frame` is where its frame begins, `at` where in it its id and text do; `id_bytes` -1 for no id."""


@dataclass(frozen=True)
class Run:
    """Which run a part is of, so that the same one, given again, is not taken for copies of itself."""

    made: str
    """A digest of its inputs and its output."""
    options: str
    """A digest of what else decides on what it keeps."""


@dataclass(eq=False)
class Seen:
    """The documents of earlier runs that differ from each other, kept or near copies; an `Earlier` of a survey."""

    path: str
    parameters: Mapping[str, Any]
    """What must be the same in every run."""
    stored: list[dict[str, Any]] = field(default_factory=list)
    """What index.json says of every part that counts."""
    run: Run | None = None
    """Which run this is; None where that cannot be told."""
    _listed: list[dict[str, Any]] = field(default_factory=list)
    """What index.json says of every part."""
    _again: bool = False
    """Whether it has a part of this very run."""
    _rows: NDArray[Any] = field(default_factory=lambda: np.zeros(0, ROW))
    _read: bytes = b""

    @classmethod
    @contextmanager
    def open(
        cls, path: str, parameters: Mapping[str, Any], run: Run | None = None, *, extend: bool = False
    ) -> Iterator[Seen]:
        """The index at `path` as `run` finds it, empty if there is none; to `extend` it, it must be nobody else's.

        What an earlier go of the same run put in, and what came after that, is left out. SpecError if it was made with
        other parameters, InputError if it is damaged, no index, or in use.
        """
        _check_place(path)
        with _held(path) if extend else nullcontext():
            place = Path(path) / "index.json"
            seen = cls(path, parameters, run=run)
            if place.is_file():
                seen._take_in(place.read_bytes())
            if extend and fcntl is not None:
                seen._tidy()
            yield seen

    def _take_in(self, read: bytes) -> None:
        made, listed = _understood(self.path, read)
        _check_parameters(self.path, made, self.parameters)
        own = _own(self.path, listed, self.run)
        self._read, self._listed, self._again = read, listed, own is not None
        self.stored = listed[:own]
        self._rows = np.concatenate([np.zeros(0, ROW), *map(self._documents, range(len(self.stored)))])

    def _tidy(self) -> None:
        """Take away parts that nobody finished."""
        listed = {f"{part['name']}.{kind}" for part in self._listed for kind in KINDS}
        for found in Path(self.path).iterdir():
            if PART.fullmatch(found.name) and found.name not in listed:
                with suppress(OSError):
                    found.unlink()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(path for part in self.stored for path in part["paths"])

    def before(self, documents: int) -> Before:
        return Before(self._rows["copy_of"].astype(np.int64), self._rows["similarity"].astype(np.float64))

    def parts(self, signing: AnySigning, engine: Engine) -> Iterator[tuple[Part, NDArray[np.uint64]]]:
        if not isinstance(signing, Signing):
            raise TypeError("an index holds no embeddings")
        files = np.repeat(self._first_files(), [part["documents"] for part in self.stored]) + self._rows["file"]
        first = 0
        for number in range(len(self.stored)):
            for count, signatures in self._signatures(number, signing):
                rows = self._rows[first : first + count]
                exact, worded, sizes = (np.ascontiguousarray(rows[name]) for name in ("exact", "worded", "size"))
                yield Part(exact, signatures, worded, sizes), addresses(files[first : first + count], rows["record"])
                first += count

    def fetch(self, numbers: NDArray[np.int64], where: NDArray[np.uint64]) -> Sequence[str]:
        return [text for _, text in self._kept(numbers)]

    def ids(self, numbers: NDArray[np.int64], where: NDArray[np.uint64], engine: Engine) -> Sequence[str | None]:
        return [name for name, _ in self._kept(numbers)]

    def extend(self, corpus: Corpus, found: Found, signing: Signing, engine: Engine) -> None:
        """Take in what a run found new, after its output appeared; index.json is replaced last, by a rename.

        Nothing changes where an earlier go of this run has done so. `found` has this index first among its earlier documents. InputError if another run has extended it meanwhile.
        """
        plan = _Plan.of(found, len(self))
        if self._again or not plan.stored.any():
            return
        name = secrets.token_hex(8)
        folder = Path(self.path)
        with writing(self.path):
            folder.mkdir(exist_ok=True)
            if not self._read and not (folder / "index.json").exists():
                self._say([])  # so that a folder without it is either empty or no index
            self._check_unchanged()
            names = {kind: folder / f"{name}.{kind}" for kind in KINDS}
            with _Files(names) as files:
                look = _Look(corpus, plan, signing)
                for took in engine.map(look, corpus.chunks()):
                    files.write(took)
            part = {
                "name": name,
                "run": asdict(self.run) if self.run else None,
                "documents": files.documents,
                "paths": [file.path for file in corpus.files],
                "files": files.facts(),
            }
            self._check_unchanged()
            self._say([*self.stored, part])

    def _check_unchanged(self) -> None:
        """InputError if it is no longer what was opened: what was found could be kept twice."""
        if (Path(self.path) / "index.json").read_bytes() != self._read:
            raise InputError(f"--index: {self.path}: another run has extended it meanwhile; run again")

    def _say(self, stored: list[dict[str, Any]]) -> None:
        """Put index.json in its place, with its own hash."""
        said = {"schema": SCHEMA, "signatures": SIGNATURES, "parameters": dict(self.parameters), "parts": stored}
        self._read = _json(said | {"hash": _hash(_json(said))})
        fresh = Path(self.path) / BEGUN
        with fresh.open("wb") as file:
            file.write(self._read)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(Path(self.path) / "index.json")

    def _first_files(self) -> NDArray[np.int64]:
        counts = [len(part["paths"]) for part in self.stored]
        return np.cumsum([0, *counts])[: len(counts)]

    def _documents(self, part: int) -> NDArray[Any]:
        for kind in KINDS:
            self._check_size(part, kind)
        read = self._place(part, "documents").read_bytes()
        if _hash(read) != self.stored[part]["files"]["documents"]["hash"]:
            raise _damaged(self.path, f"{self._name(part)}.documents is not what was written")
        return np.frombuffer(read, ROW)

    def _signatures(self, part: int, signing: Signing) -> Iterator[tuple[int, NDArray[np.uint16]]]:
        """Of how many documents, and their signatures, of which there are none where only exact copies count."""
        permutations = signing.parameters.permutations
        left, summed = int(self.stored[part]["documents"]), hashlib.blake2b(digest_size=16)
        with self._place(part, "signatures").open("rb") as file:
            while left:
                rows = min(SLICE, left)
                read = file.read(2 * permutations * rows)
                summed.update(read)
                yield rows, np.frombuffer(bytearray(read), np.uint16).reshape(-1, permutations)
                left -= rows
        if summed.hexdigest() != self.stored[part]["files"]["signatures"]["hash"]:
            raise _damaged(self.path, f"{self._name(part)}.signatures is not what was written")

    def _kept(self, numbers: NDArray[np.int64]) -> Iterator[tuple[str | None, str]]:
        """Ids and texts of kept documents; every frame is undone once, as the numbers ascend."""
        firsts = np.cumsum([0, *(part["documents"] for part in self.stored)])
        held: tuple[int, int] = (-1, -1)
        frame = b""
        for number in numbers.tolist():
            part = int(np.searchsorted(firsts, number, side="right")) - 1
            row = self._rows[number]
            if held != (part, int(row["frame"])):
                held = part, int(row["frame"])
                frame = self._frame(*held)
            at, named = int(row["at"]), int(row["id_bytes"])
            middle = at + max(named, 0)
            end = middle + int(row["text_bytes"])
            yield frame[at:middle].decode() if named >= 0 else None, frame[middle:end].decode()

    def _frame(self, part: int, start: int) -> bytes:
        with self._place(part, "texts").open("rb") as file:
            file.seek(start)
            undone, whole = zstandard.ZstdDecompressor().decompressobj(), bytearray()
            try:
                while not undone.eof and (read := file.read(READ)):
                    whole += undone.decompress(read)
            except zstandard.ZstdError:
                raise _damaged(self.path, f"{self._name(part)}.texts is not what was written") from None
            return bytes(whole)

    def _name(self, part: int) -> str:
        return str(self.stored[part]["name"])

    def _place(self, part: int, kind: str) -> Path:
        return Path(self.path) / f"{self._name(part)}.{kind}"

    def _check_size(self, part: int, kind: str) -> None:
        try:
            size = self._place(part, kind).stat().st_size
            expected = self.stored[part]["files"][kind]["bytes"]
        except OSError as error:
            raise _damaged(self.path, f"{self._name(part)}.{kind}: {error.strerror}") from None
        if size != expected:
            raise _damaged(self.path, f"{self._name(part)}.{kind} has {size:,} bytes, not {expected:,}")


def _check_place(path: str) -> None:
    """InputError where there neither is nor can be an index."""
    place = Path(path)
    if not place.exists():
        if not place.resolve().parent.is_dir():
            raise InputError(f"--index: {path}: there is no folder {place.parent}; make it first")
    elif not (place / "index.json").is_file() and not _begun(place):
        raise InputError(f"--index: {path} is there, but is no index; choose another name")


def _begun(folder: Path) -> bool:
    """Whether there is nothing in it but what a first run that was killed at once left."""
    return folder.is_dir() and {name.name for name in folder.iterdir()} <= {BEGUN, LOCK}


@contextmanager
def _held(path: str) -> Iterator[None]:
    """Keep other runs from extending the index; a folder that is made for that goes again if nothing comes into it."""
    folder = Path(path)
    fresh = not folder.exists()
    with writing(path):
        folder.mkdir(exist_ok=True)
        lock = (folder / LOCK).open("ab")
    with lock:
        if fcntl is not None and not _locked(lock, folder / LOCK):
            raise InputError(f"--index: {path}: is being extended by another run; wait for it")
        try:
            yield
        finally:
            if fresh and not (folder / "index.json").exists():
                with suppress(OSError):
                    (folder / LOCK).unlink()
                    folder.rmdir()


def _locked(lock: BinaryIO, place: Path) -> bool:
    """Whether it is ours now, and still what lies there."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(lock.fileno()), place.stat())
    except OSError:
        return False


def _understood(path: str, read: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Parameters and parts as index.json has them; InputError where it is not as it was written, or cannot be compared."""
    try:
        said = json.loads(read)
        if said["schema"] != SCHEMA:
            raise InputError(f"--index: {path}: has the form {said['schema']!r}, and this version reads {SCHEMA!r}")
        if said.pop("hash") == _hash(_json(said)):
            if said["signatures"] != SIGNATURES:
                raise InputError(
                    f"--index: {path}: has signatures of version {said['signatures']}, and this version makes "
                    f"{SIGNATURES}; build it again from the corpora"
                )
            return said["parameters"], said["parts"]
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise _damaged(path, "index.json is not what was written")


def _check_parameters(path: str, made: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    for name in asked:
        if made.get(name) != asked[name]:
            raise SpecError(
                f"--index: {path}: made with {name} {made.get(name)}, not {asked[name]}; "
                "ask for the same, or for another index"
            )


def _own(path: str, listed: Sequence[Mapping[str, Any]], run: Run | None) -> int | None:
    """Which part is of this very run; SpecError if it was made with other options: all would be copies of itself."""
    for number, part in enumerate(listed):
        if run and part["run"] and part["run"]["made"] == run.made:
            if part["run"]["options"] != run.options:
                raise SpecError(
                    f"--index: {path}: has this input already, for the same -o but with other options; "
                    "ask for the same, or for another index"
                )
            return number
    return None


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


def _damaged(path: str, why: str) -> InputError:
    return InputError(f"--index: {path}: damaged ({why}); remove it, and build it again from the corpora")


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


@dataclass(frozen=True, eq=False)
class _Plan:
    """Which documents of a run are stored, and under which number each is known; arrays are of the corpus's own."""

    address: NDArray[np.uint64]
    stored: NDArray[np.bool_]
    copy_of: NDArray[np.int64]
    similarity: NDArray[np.float64]

    @classmethod
    def of(cls, found: Found, seen: int) -> _Plan:
        """Stored is what is no exact copy, and no near copy of a document of another corpus."""
        own = slice(found.earlier, None)
        original = found.original[own]
        elsewhere = (seen <= original) & (original < found.earlier)
        stored = (found.copies.exact_copy_of[own] < 0) & ~elsewhere
        numbers = np.arange(len(found.original))
        numbers[own] = seen + np.cumsum(stored) - 1
        copy_of = np.where(found.goes[own], numbers[original], -1)
        similarity = np.where(found.goes[own], found.similarity[own], np.nan)
        return cls(found.address[own], stored, copy_of, similarity)


@dataclass(frozen=True, eq=False)
class _Took:
    rows: NDArray[Any]
    signatures: NDArray[np.uint16]
    frames: Sequence[bytes]
    frame_of: NDArray[np.int64]
    """(rows,): in which of `frames` it is, if it is in one."""


@dataclass(frozen=True, eq=False)
class _Look:
    """What is stored of a batch; pure, in any thread."""

    corpus: Corpus
    plan: _Plan
    signing: Signing

    def __call__(self, chunk: Chunk) -> _Took:
        batch = self.corpus.parse(chunk)
        at = np.searchsorted(self.plan.address, addresses(batch.file, batch.record))
        stored = self.plan.stored[at]
        batch, at = batch.where(stored), at[stored]
        part = self.signing(batch.text)
        rows = np.zeros(len(batch), ROW)
        rows["exact"], rows["worded"], rows["size"] = part.exact, part.worded, part.sizes
        rows["copy_of"], rows["similarity"] = self.plan.copy_of[at], self.plan.similarity[at]
        rows["file"], rows["record"] = places(self.plan.address[at])
        frames, frame_of = self._texts(batch, rows)
        return _Took(rows, part.signatures, frames, frame_of)

    def _texts(self, batch: Batch, rows: NDArray[Any]) -> tuple[list[bytes], NDArray[np.int64]]:
        """Ids of kept documents, and their texts where near copies are looked for, in compressed frames."""
        known = batch.columns["id"].to_list() if "id" in batch.columns.columns else [None] * len(batch)
        ids = [name.encode() if name is not None else None for name in known]
        frames: list[bytearray] = []
        frame_of = np.zeros(len(batch), np.int64)
        rows["id_bytes"] = -1
        for row in np.flatnonzero(rows["copy_of"] < 0).tolist():
            if not frames or len(frames[-1]) >= FRAME:
                frames.append(bytearray())
            name = ids[row] or b""
            start, end = batch.text.offsets[row : row + 2] if self.signing.near else (0, 0)
            frame_of[row], rows["at"][row] = len(frames) - 1, len(frames[-1])
            rows["id_bytes"][row] = len(name) if ids[row] is not None else -1
            rows["text_bytes"][row] = end - start
            frames[-1] += name + batch.text.data[start:end].tobytes()
        pack = zstandard.ZstdCompressor(level=3, write_checksum=True)
        return [pack.compress(bytes(frame)) for frame in frames], frame_of


class _Files:
    """The three files of a part, written in order, with their sizes and hashes."""

    def __init__(self, names: Mapping[str, Path]) -> None:
        self._names = names
        self._open: dict[str, BinaryIO] = {}
        self._sums = {kind: hashlib.blake2b(digest_size=16) for kind in names}
        self._sizes = dict.fromkeys(names, 0)
        self.documents = 0

    def __enter__(self) -> _Files:
        self._open = {kind: name.open("wb") for kind, name in self._names.items()}
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open.values():
            with file:
                file.flush()
                os.fsync(file.fileno())

    def write(self, took: _Took) -> None:
        """What was taken from the next batch."""
        starts = self._sizes["texts"] + np.cumsum([0, *map(len, took.frames)])
        took.rows["frame"] = starts[took.frame_of]
        self.documents += len(took.rows)
        for kind, data in zip(
            KINDS, (took.rows.tobytes(), took.signatures.tobytes(), b"".join(took.frames)), strict=True
        ):
            self._open[kind].write(data)
            self._sums[kind].update(data)
            self._sizes[kind] += len(data)

    def facts(self) -> dict[str, Any]:
        """Sizes and hashes, once all is on the disk."""
        return {kind: {"bytes": self._sizes[kind], "hash": self._sums[kind].hexdigest()} for kind in KINDS}
