"""`PictureSample`: pictures drawn evenly from a corpus, small, for what must see many beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.document_sample import DocumentSample, objects, priorities
from dataqual.images.squares import resized

Pixels = NDArray[np.uint8]
SIDE = 64
"""Longest side of a picture in a sample."""
SIZE = 2_000
BYTES = 64 << 20
"""Bytes of pixels at most."""


@dataclass(frozen=True, eq=False)
class PictureSample:
    """The first pictures in the order of their priorities, which are hashes of address and seed; any split merges to the same.

    >>> from dataqual.images.image import Images
    >>> one = PictureSample.of_pictures(np.zeros((3, 8, 8), np.uint8), ["a", "b", None], size=2)
    >>> len(one), one.of, one.complete
    (2, 3, False)
    """

    size: int
    seed: int
    of: int
    """How many pictures it was drawn from."""
    priority: NDArray[np.uint64]
    """Ascending, (pictures,), as all here."""
    file: NDArray[np.int32]
    record: NDArray[np.int64]
    labels: tuple[str | None, ...]
    ids: tuple[str | None, ...]
    pictures: tuple[Pixels, ...]
    """(height, width, channels), no longer than `SIDE`."""

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def complete(self) -> bool:
        """Whether it holds all."""
        return len(self) == self.of

    @classmethod
    def draw(cls, batch: Batch, size: int = SIZE, seed: int = 0) -> Self:
        """Of a batch; of one of texts none."""
        n = len(batch) if batch.images is not None else 0
        priority = priorities(batch.file[:n], batch.record[:n], seed)
        rows = np.argsort(priority, kind="stable")[:size]
        columns = batch.columns
        labels, ids = (
            columns[role].gather(rows).to_list() if role in columns.columns else [None] * len(rows)
            for role in ("label", "id")
        )
        pictures = [small(batch.images[row]) for row in rows.tolist()] if batch.images is not None else []
        found = cls(
            size,
            seed,
            n,
            priority[rows],
            batch.file[rows],
            batch.record[rows],
            tuple(labels),
            tuple(ids),
            tuple(pictures),
        )
        return found._within()

    @classmethod
    def of_pictures(
        cls,
        pictures: NDArray[np.uint8] | Sequence[Pixels],
        labels: Sequence[str | None] = (),
        *,
        size: int = SIZE,
        seed: int = 0,
    ) -> Self:
        """Of pictures in memory, (n, height, width[, channels]) or a list of them."""
        n = len(pictures)
        file, record = np.zeros(n, np.int32), np.arange(1, n + 1, dtype=np.int64)
        priority = priorities(file, record, seed)
        rows = np.argsort(priority, kind="stable")[:size]
        given = list(labels) or [None] * n
        each = [np.asarray(pictures[row]) for row in rows.tolist()]
        shaped = [one[..., None] if one.ndim == 2 else one for one in each]
        return cls(size, seed, n, priority[rows], file[rows], record[rows], tuple(given[row] for row in rows.tolist()),
                   (None,) * len(rows), tuple(map(small, shaped)))._within()  # fmt: skip

    def merge(self, other: Self) -> Self:
        """That of both."""
        if not other.of or not self.of:
            return self if self.of else other
        priority = np.concatenate([self.priority, other.priority])
        order = np.argsort(priority, kind="stable")[: self.size]
        pick = order.tolist()

        def both(one: tuple[Any, ...], two: tuple[Any, ...]) -> tuple[Any, ...]:
            joined = (*one, *two)
            return tuple(joined[at] for at in pick)

        return type(self)(
            self.size, self.seed, self.of + other.of, priority[order],
            np.concatenate([self.file, other.file])[order], np.concatenate([self.record, other.record])[order],
            both(self.labels, other.labels), both(self.ids, other.ids), both(self.pictures, other.pictures),
        )._within()  # fmt: skip

    @property
    def documents(self) -> DocumentSample:
        """As a sample of documents with empty texts, for what looks at labels and numbers alone; in the same order."""
        told = DocumentSample.of_texts([""] * len(self), size=max(1, len(self)), label=list(self.labels))
        return replace(told, of=self.of, columns={"label": objects(list(self.labels)), "id": objects(list(self.ids))})

    def first(self, n: int) -> Self:
        """The first so many, a sample as fair."""
        if n >= len(self):
            return self
        return type(self)(self.size, self.seed, self.of, self.priority[:n], self.file[:n], self.record[:n],
                          self.labels[:n], self.ids[:n], self.pictures[:n])  # fmt: skip

    def of_rows(self, rows: Sequence[int]) -> Self:
        """These alone, as all there are of their kind only where the sample is complete."""
        own = list(rows)
        at = np.array(own, np.int64)
        of = len(own) if self.complete else len(own) + 1
        return type(self)(self.size, self.seed, of, self.priority[at], self.file[at], self.record[at],
                          tuple(self.labels[row] for row in own), tuple(self.ids[row] for row in own),
                          tuple(self.pictures[row] for row in own))  # fmt: skip

    def _within(self) -> Self:
        """As many as `BYTES` have room for, and one at least."""
        sizes = np.cumsum([picture.size for picture in self.pictures])
        return self.first(max(1, int(np.searchsorted(sizes, BYTES, "right"))))


def small(picture: Pixels) -> Pixels:
    """A picture (height, width, channels) no longer than `SIDE`, gray or RGB where it was longer."""
    high, wide, channels = picture.shape
    if max(high, wide) <= SIDE:
        return picture.copy()
    scale = SIDE / max(high, wide)
    found = resized(picture[None], max(1, round(high * scale)), max(1, round(wide * scale)), 3 if channels > 2 else 1)[
        0
    ]
    levels: Pixels = np.clip(np.rint(found), 0, 255).astype(np.uint8).transpose(1, 2, 0)
    return levels
