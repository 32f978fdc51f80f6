"""From a study's corpus of pictures to files of pixels: hold out, take copies away, grade, cut to size, write.

Two passes, each in order whatever the workers: which pictures are held out, by hash of the address and before anything
else; and what every grade leaves of the others. A picture that is the same as a held-out one, at the size of the study
and to the last pixel, is in no grade. The features by which made pictures are judged are learnt from the ungraded
pictures that are not held out, so that all grades are judged alike.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus
from dataqual.drawing import document_keys, uniform
from dataqual.engine import Local
from dataqual.errors import InputError
from dataqual.images.squares import squares
from dataqual.ledger import Added, Edited
from dataqual.operators import Step
from dataqual.readers import ReadCount
from dataqual.recipe import applied
from dataqual.writers.appearing import NewFile
from dataqual.writers.parquet import NewParquet
from studies.data.picture_file import LEVELS, Pixels
from studies.data.token_writing import DATA
from studies.design.picture_keys import Pictures
from studies.design.sources import RESERVED
from studies.design.study import Study
from studies.durations import duration
from studies.evaluating import extracting
from studies.evaluating.fidelity import measured
from studies.preparing.grades import Share, ready, surveyed, surveying
from studies.preparing.holding_out import Withhold, hold_out_keys
from studies.preparing.opening import corpus_of
from studies.preparing.prepared import REMOVED, Prepared, picture_fingerprint
from studies.watching import SILENT, Watch

POOL_BYTES = 64 << 20
"""Of pictures from which features are learnt: 85,000 digits, or 21,000 of 32 × 32 in colour."""
EXTRACTOR = "extractor.npz"
REMOVED_SCHEMA: dict[str, Any] = {"grade": pl.String, "path": pl.String, "record": pl.Int64, "when": pl.String}

HOLDING, GRADING, FEATURES = "holding out", "grading", "learning features to judge pictures by"
"""The passes, as they are told."""
Result = TypeVar("Result")
Hashes = frozenset[bytes]


def prepare(
    study: Study,
    folder: str | Path,
    *,
    workers: int | None = None,
    max_memory: int | None = None,
    watch: Watch = SILENT,
) -> Prepared:
    """The files of pictures in FOLDER/data: those that are there if study and corpus are the same, else made anew.

    InputError where the corpus holds no pictures, nothing can be held out, or a grade is left with nothing; whatever
    `dataqual.read` raises; MissingExtra without torch.
    """
    assert study.pictures is not None
    place = Path(folder)
    corpus = corpus_of(study)
    known = picture_fingerprint(study, corpus)
    started = time.monotonic()
    if found := Prepared.again(place, known, watch):
        return found
    (place / DATA).mkdir(parents=True, exist_ok=True)
    facts = _Preparing(study, study.pictures, corpus, place, Local(workers, max_memory), watch).go()
    made = Prepared.save(place, known, [], facts)
    watch.say(f"prepared in {duration(time.monotonic() - started)}; {made.said()}")
    return made


@dataclass
class _Held:
    """What the first pass leaves: the held-out pictures, those that features are learnt from, and how many there were."""

    most: int
    room: int
    held: list[tuple[int, bytes]] = field(default_factory=list)
    pool: list[tuple[int, bytes, str | None]] = field(default_factory=list)

    def add(self, held: list[tuple[int, bytes]], pool: list[tuple[int, bytes, str | None]]) -> None:
        """More of both; those with the lowest keys stay."""
        self.held = sorted([*self.held, *held])[: self.most]
        self.pool = sorted([*self.pool, *pool], key=lambda one: one[:2])[: self.room]


@dataclass(frozen=True)
class _Preparing:
    """The passes over the corpus, and what they leave in the folder."""

    study: Study
    pictures: Pictures
    corpus: Corpus
    place: Path
    engine: Local
    watch: Watch

    def go(self) -> dict[str, Any]:
        """Both passes: the part `data` of study.json."""
        surveys = [said for grade in self.study.grades if (said := surveyed(grade))]
        learnt = [FEATURES] if self.pictures.extractor is None else []
        self.watch.passes([HOLDING, *surveys, GRADING, *learnt])
        found, seen = self._hold_out()
        held = self._array([pixels for _, pixels in found.held])
        hashes = frozenset(hashlib.sha256(pixels).digest() for _, pixels in found.held)
        raw = self._write_held_out(held)
        pool = self._array([pixels for _, pixels, _ in found.pool])
        grades = self._grade(hashes)
        self._check_far_apart(grades)
        judging, floor = self._extractor(pool, [label for _, _, label in found.pool], held)
        return {
            "kind": "pictures",
            "tokenizer": "pictures",
            "vocabulary": LEVELS,
            "script": None,
            "raw": {"documents": seen, "bytes": self.corpus.size},
            "grades": grades,
            "held_out": {"raw": raw | {"kind": "raw"}},
            "judging": judging,
            "floor": floor,
            "planted": self._plant(held, hashes),
        }

    def _hold_out(self) -> tuple[_Held, int]:
        share, size = self.study.held_out_share, self.pictures.side**2 * self.pictures.channels
        found, count = _Held(self.study.held_out_tokens, max(2, POOL_BYTES // size)), ReadCount()

        def look(batch: Batch) -> tuple[int, Any, list[tuple[int, bytes]], list[tuple[int, bytes, str | None]]]:
            keys = hold_out_keys(batch)
            out, pixels = uniform(keys) < share, self._pixels(batch)
            labels = batch.columns["label"].to_list() if "label" in batch.columns.columns else [None] * len(batch)
            chosen = document_keys(batch.file, batch.record, "chosen").tolist()
            held = [(int(keys[row]), pixels[row].tobytes()) for row in np.flatnonzero(out)]
            pool = [(chosen[row], pixels[row].tobytes(), labels[row]) for row in np.flatnonzero(~out)]
            return len(batch), batch.unreadable, held, pool

        for pictures, unreadable, held, pool in self._map(look, HOLDING):
            found.add(held, pool)
            count.add(pictures, unreadable)
        count.check(self.corpus)
        if len(found.held) < 2 or len(found.pool) < 2:
            raise InputError(
                f"{self.study.where}.held_out.raw.share: {len(found.held):,} of {count.documents:,} pictures fell into the "
                f"{share:.3g} that is held out; a distance takes two at least, and so do those that are left: change it, or "
                "give the study more pictures"
            )
        return found, count.documents

    def _extractor(
        self, pool: Pixels, labels: Sequence[str | None], held: Pixels
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The features by which is judged, and how far real pictures are from the held-out ones by them."""
        if self.pictures.extractor is not None:
            given = Path(self.pictures.extractor)
            name, path = extracting.named(given), self.place / DATA / f"extractor{given.suffix}"
            shutil.copyfile(given, path)
            judging: dict[str, Any] = {"file": path.name, "name": name, "trained_on": None}
        else:
            path = self.place / DATA / EXTRACTOR
            self.watch.prepare(FEATURES, 0, 0)
            own = [row for row, label in enumerate(labels) if label is not None]
            known = [str(labels[row]) for row in own]
            by_label = len(set(known)) > 1
            name = extracting.trained(pool[own] if by_label else pool, known if by_label else None, path)
            judging = {"file": path.name, "name": name, "trained_on": len(own) if by_label else len(pool)}
        extract = extracting.opened(path)
        real = pool[: self.pictures.generated]  # as many as are made, for a distance falls with how many it is told by
        floor = measured(extract(held), extract(real))
        told = {what: reading.facts() for what, reading in floor.items()}
        return judging | {"pictures": self.pictures.generated}, told

    def _grade(self, hashes: Hashes) -> dict[str, dict[str, Any]]:
        """The file of every grade, in the order of the corpus, and what study.json says of it."""
        withhold = Withhold(self.study.held_out_share)
        before = (withhold, _NoCopies(hashes, self.pictures))
        steps = {
            grade.name: ready(grade, self.corpus, before, self.engine, surveying(grade, self.watch))
            for grade in self.study.grades
        }

        def look(batch: Batch) -> tuple[int, dict[str, _Part]]:
            batch = withhold(batch)[0]
            leaks = _copies(self._pixels(batch), hashes)
            return int((~leaks).sum()), {name: self._part(own, batch, leaks, hashes) for name, own in steps.items()}

        sums, total = {name: _Sum() for name in steps}, 0
        with ExitStack() as files, NewParquet(str(self.place / REMOVED), REMOVED_SCHEMA) as paper:
            out = {name: files.enter_context(_NewPictures(self.place, name, self._shape)) for name in steps}
            for clean, parts in self._map(look, GRADING):
                total += clean
                for name, part in parts.items():
                    out[name].add(part.pixels)
                    sums[name].add(part)
                    paper.add(self._rows(name, part))
            paper.finish()
            paper.publish()
            written = {name: file.finish() for name, file in out.items()}
        for name, file in written.items():
            if not file["tokens"]:
                raise InputError(f"grades.{name}: no picture is left of the corpus")
        return {grade.name: written[grade.name] | sums[grade.name].facts(grade, total) for grade in self.study.grades}

    def _part(self, steps: Sequence[Step], batch: Batch, leaks: NDArray[np.bool_], hashes: Hashes) -> _Part:
        share = steps[0]
        assert isinstance(share, Share)
        lost = batch.where(leaks & share.within(batch.file, batch.record))
        after, changes = applied(steps, batch.where(~leaks))
        pixels = self._pixels(after)
        late = _copies(pixels, hashes)
        edited = sum(len(change) for change in changes if isinstance(change, Edited))
        added = sum(len(change) for change in changes if isinstance(change, Added))
        return _Part(pixels[~late], after.where(~late), lost, after.where(late), edited, added)

    def _rows(self, grade: str, part: _Part) -> pl.DataFrame:
        rows = [
            {"grade": grade, "path": self.corpus.files[f].path, "record": r, "when": when}
            for when, batch in (("before", part.before), ("after", part.after))
            for f, r in zip(batch.file.tolist(), batch.record.tolist(), strict=True)
        ]
        return pl.DataFrame(rows, schema=REMOVED_SCHEMA, orient="row")

    def _check_far_apart(self, grades: Mapping[str, Mapping[str, Any]]) -> None:
        """InputError before anything is trained where a grade has fewer pictures than are asked of it."""
        asked = self.pictures.unique[-1]
        for name, grade in grades.items():
            if grade["tokens"] < asked:
                raise InputError(
                    f"{self.study.where}.pictures: {asked:,} different ones are asked for, and the grade {name!r} has "
                    f"{grade['tokens']:,}: ask for fewer, or give it more pictures"
                )

    def _plant(self, held: Pixels, hashes: Hashes) -> dict[str, Any]:
        """Held-out pictures put where the corpus is read: how many of them are kept out."""
        return {"pictures": len(held), "found": int(_copies(held.copy(), hashes).sum())}

    def _write_held_out(self, held: Pixels) -> dict[str, Any]:
        with _NewPictures(self.place, f"{RESERVED}raw", self._shape) as file:
            file.add(held)
            return file.finish()

    def _pixels(self, batch: Batch) -> Pixels:
        return at_size(batch, self.pictures)

    @property
    def _shape(self) -> tuple[int, int, int]:
        return self.pictures.side, self.pictures.side, self.pictures.channels

    def _array(self, pictures: Sequence[bytes]) -> Pixels:
        return np.frombuffer(b"".join(pictures), np.uint8).reshape(len(pictures), *self._shape)

    def _map(self, look: Callable[[Batch], Result], what: str) -> Iterator[Result]:
        with closing(
            self.engine.map(lambda chunk: (chunk.done, look(self.corpus.parse(chunk))), self.corpus.chunks())
        ) as results:
            for done, result in results:
                self.watch.prepare(what, done, self.corpus.size)
                yield result


@dataclass(frozen=True)
class _Part:
    """What one batch comes to in one grade: its pixels, and what was taken away before and behind its steps."""

    pixels: Pixels
    kept: Batch
    before: Batch
    after: Batch
    edited: int
    added: int


@dataclass
class _Sum:
    """What the whole corpus comes to in one grade, in pictures."""

    pictures: int = 0
    unique: int = 0
    edited: int = 0
    added: int = 0
    removed: int = 0

    def add(self, part: _Part) -> None:
        """One batch more."""
        self.pictures += len(part.kept)
        self.unique += len(np.unique(np.stack([part.kept.file, part.kept.record]), axis=1).T)
        self.edited += part.edited
        self.added += part.added
        self.removed += len(part.before) + len(part.after)

    def facts(self, grade: Any, clean: int) -> dict[str, Any]:
        """What study.json says of it, as of text; bytes are not told, pictures are all of one size."""
        return {
            "yield": self.pictures / max(clean, 1),
            "unique": self.unique / max(self.pictures, 1),
            "share": grade.share,
            "steps": list(grade.says),
            "whole": {"documents": self.pictures, "bytes": None, "edited": self.edited, "added": self.added},
            "removed": {"documents": self.removed, "bytes": None},
        }


@dataclass(frozen=True)
class _NoCopies(Step):
    """Drop what is the same as a held-out picture: what a survey of a step must not see."""

    hashes: Hashes
    pictures: Pictures

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Any]]:
        return batch.where(~_copies(at_size(batch, self.pictures), self.hashes)), []


class _NewPictures:
    """The file NAME.u8 in the making: it appears whole, or not at all."""

    def __init__(self, folder: Path, name: str, shape: tuple[int, int, int]) -> None:
        self._path, self._shape = folder / DATA / f"{name}.u8", shape
        self._file, self._hash, self._count = NewFile(str(self._path)), hashlib.sha256(), 0

    def __enter__(self) -> _NewPictures:
        self._file.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._file.__exit__(*error)

    def add(self, pixels: Pixels) -> None:
        """More pictures."""
        data = pixels.tobytes()
        self._file.write(data)
        self._hash.update(data)
        self._count += len(pixels)

    def finish(self) -> dict[str, Any]:
        """The file is there; its line in the manifest."""
        self._file.finish()
        self._file.publish()
        size = self._count * int(np.prod(self._shape))
        sums = {"documents": self._count, "tokens": self._count, "bytes": size, "shape": list(self._shape)}
        return {"file": self._path.name, **sums, "sha256": self._hash.hexdigest()}


def at_size(batch: Batch, pictures: Pictures) -> Pixels:
    """The pictures of a batch, stretched to the squares of the study, uint8 (n, side, side, channels)."""
    if batch.images is None or not len(batch):
        return np.zeros((0, pictures.side, pictures.side, pictures.channels), np.uint8)
    small = squares(batch.images, pictures.side, pictures.channels)
    return np.ascontiguousarray(np.rint(small.transpose(0, 2, 3, 1) * 255).astype(np.uint8))


def _copies(pixels: Pixels, hashes: Hashes) -> NDArray[np.bool_]:
    """Which pictures are the same as a held-out one, (n,)."""
    return np.array([hashlib.sha256(one.tobytes()).digest() in hashes for one in pixels], bool)
