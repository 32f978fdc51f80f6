"""What `dedup_lines` and `dedup_paragraphs` share: the survey, and the step that it prepares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.bounds import Bounds
from dataqual.corpus import Batch, Corpus
from dataqual.errors import SpecError
from dataqual.ledger import RECORD, RECORD_BITS, Dropped, Edited, Originals, addresses, edited
from dataqual.operators import Engine, Step
from dataqual.recurring.pieces import Found, Pieces, RecurringPieces, survey


@dataclass(frozen=True)
class DedupPieces(Step):
    """The parameters of both steps, and their survey."""

    tells_by_address: ClassVar[bool] = True

    rewrites: ClassVar[bool] = True
    kind: ClassVar[Literal["lines", "paragraphs"]]

    min_words: int = 5
    copies: int = 2
    fold: bool = True
    max_loss: float = 1.0

    def __post_init__(self) -> None:
        for name, least in (("min_words", 1), ("copies", 2)):
            if getattr(self, name) < least:
                raise SpecError(f"{name}: {getattr(self, name)} is too small; it is at least {least}")
        if not 0 <= self.max_loss <= 1:
            raise SpecError(f"max_loss: {self.max_loss:g} is no share; it lies from 0 to 1")

    def prepare(self, corpus: Corpus, engine: Engine) -> KnownPieces:
        """Survey what stands in several documents."""
        pieces = Pieces(self.kind, self.min_words, self.fold)
        found = survey(corpus, engine, pieces, self.copies, self.max_loss)
        bounds = Bounds(below=1) if self.max_loss == 1 else Bounds(max=self.max_loss)
        return KnownPieces(f"dedup_{self.kind}", pieces, bounds, found)

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped | Edited]]:
        """Only a survey can tell what stands in other documents."""
        raise TypeError(f"dedup_{self.kind} must see the corpus first: call prepare, and then what it returns")


@dataclass(frozen=True, eq=False)
class KnownPieces(Step):
    """Take the pieces that were found out of the documents at these addresses."""

    rewrites: ClassVar[bool] = True

    name: str
    pieces: Pieces
    bounds: Bounds
    found: RecurringPieces

    @property
    def told_as(self) -> tuple[str, ...]:
        """As the step that surveyed."""
        return (self.name,)

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped | Edited]]:
        rows, at = known(self.found.place, batch)
        if not len(rows):
            return batch, []
        whole = self.found.whole[at]
        left, told = self._edited(batch, rows[~whole], at[~whole])
        if not whole.any():
            return left, told
        dropped = Dropped(
            batch.take(rows[whole]), self.name, self.name, values=self.found.lost[at[whole]], threshold=str(self.bounds)
        )
        stays = np.ones(len(batch), bool)
        stays[rows[whole]] = False
        return left.where(stays), [dropped, *told]

    def _edited(self, batch: Batch, rows: NDArray[np.int64], at: NDArray[np.int64]) -> tuple[Batch, list[Edited]]:
        found = self.pieces.of(batch.take(rows).text)
        texts = {}
        for i, (row, k) in enumerate(zip(rows.tolist(), at.tolist(), strict=True)):
            own = self.found.pieces[self.found.borders[k] : self.found.borders[k + 1]]
            texts[row] = without(found, i, found.chosen[found.borders[i] + own], self.pieces.kind)
        counts = np.diff(self.found.borders)[at]
        left, told = edited(batch, texts, self.name, self.name, counts)
        return left, [replace(part, originals=originals(self.found.kept[at])) for part in told]


def known(place: NDArray[np.uint64], batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which rows of a batch are among the documents at `place` (sorted), and where there."""
    wanted = addresses(batch.file, batch.record)
    at = np.searchsorted(place, wanted)
    rows = np.flatnonzero(np.append(place, np.uint64(0))[at] == wanted)  # no document has the address 0
    return rows, at[rows]


def originals(places: NDArray[np.uint64]) -> Originals:
    """Where the first copies stay; no similarity, as it is not the documents that are alike."""
    file, record = (places >> RECORD_BITS).astype(np.int64), (places & RECORD).astype(np.int64)
    return Originals(file, record, np.full(len(places), np.nan))


def without(found: Found, document: int, gone: NDArray[Any], kind: Literal["lines", "paragraphs"]) -> bytes:
    """A document without some of its pieces: a line goes with its line end, a paragraph with the blank lines after it.

    >>> from dataqual.text import Text
    >>> found = Pieces("paragraphs", 1, True).of(Text.of(["one\\n\\n  two\\n\\nthree\\n"]))
    >>> without(found, 0, np.array([1]), "paragraphs"), without(found, 0, np.array([1, 2]), "paragraphs")
    (b'one\\n\\nthree\\n', b'one\\n')
    """
    every = found.every
    low, high = every.offsets[document], every.offsets[document + 1]
    stays = np.ones(high - low, bool)
    stays[gone - low] = False
    start, end = found.text.offsets[document : document + 2]
    raw = found.text.data[start:end].tobytes()
    if kind == "lines":
        return b"\n".join(line for line, stay in zip(raw.split(b"\n"), stays.tolist(), strict=True) if stay)
    begins = [0, *(raw.rfind(b"\n", 0, at) + 1 for at in (every.starts[low + 1 : high] - start).tolist())]
    ends = (every.ends[low:high] - start).tolist()
    last = int(np.flatnonzero(stays)[-1])
    kept = [raw[begins[k] : begins[k + 1]] for k in range(last) if stays[k]]
    return b"".join([*kept, raw[begins[last] : ends[last]], raw[ends[-1] :]])
