"""`DocumentSample`: documents drawn evenly from a corpus, for what cannot be told from sums; any split merges to the same one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dataqual.lazy import lazy
from dataqual.mixing import splitmix64
from dataqual.reading import Interval, Reading
from dataqual.text import Text

SIZE = 2_000
"""Documents of a sample unless told: a share is then known to two per cent, and what compares all pairs stays quick."""
BYTES = 16 << 20
"""Bytes of text in a sample at most, so that long documents do not fill the memory or the minute."""
LONGEST = 1 << 16
"""Bytes kept of one document: ten thousand English words, twenty thousand Han characters."""

Made = TypeVar("Made")
ROLES = ("id", "label", "group", "date", "language")


@dataclass(frozen=True, eq=False)
class DocumentSample:
    """The first documents in the order of their priorities: at most `size` of them, with at most `byte_limit` bytes of text.

    A priority is a hash of address and seed, so the sample is fair, and samples of parts merge to that of the whole.

    >>> sample = DocumentSample.of_texts(["one", "two", "three"], size=2)
    >>> sample.texts, sample.of, sample.complete
    (['three', 'one'], 3, False)
    """

    size: int
    byte_limit: int
    seed: int
    of: int
    """How many documents it was drawn from."""
    bound: int | None
    """Every document whose priority is lower is in the sample; None where all are."""
    priority: NDArray[np.uint64]
    """Ascending, (documents,), as all arrays here."""
    file: NDArray[np.int32]
    record: NDArray[np.int64]
    byte_counts: NDArray[np.int64]
    """Bytes of each text as it is kept."""
    cut: NDArray[np.bool_]
    """Which documents go on after what is kept of them."""
    parts: NDArray[Any]
    """The texts in UTF-8; None for one that is still to be fetched."""
    columns: Mapping[str, NDArray[Any]]
    """Of `ROLES`, those the corpus has: strings, None where a document has none."""

    def __len__(self) -> int:
        return len(self.priority)

    @classmethod
    def of_texts(
        cls, texts: object, *, size: int = SIZE, seed: int = 0, **columns: Sequence[str | None]
    ) -> DocumentSample:
        """The sample of documents in memory, with `label`, `group`, `id` or `language` of each where given."""
        text = Text.of(texts)
        file, record = np.zeros(len(text), np.int32), np.arange(1, len(text) + 1, dtype=np.int64)
        found = {role: objects(values) for role, values in columns.items()}
        return cls.draw(text, file, record, priorities(file, record, seed), found, size, seed=seed)

    @classmethod
    def draw(
        cls,
        text: Text,
        file: NDArray[np.int32],
        record: NDArray[np.int64],
        priority: NDArray[np.uint64],
        columns: Mapping[str, NDArray[Any]],
        size: int = SIZE,
        byte_limit: int = BYTES,
        likely: float = 1.0,
        seed: int = 0,
    ) -> DocumentSample:
        """The sample of these documents. Of those whose priority is above the share `likely` of all there can be,
        the text is left to be fetched: they are hardly in the sample of the corpus that these documents are a part of.
        """
        order = np.argsort(priority, kind="stable")[: size + 1]
        starts, ends = text.offsets[:-1][order], text.offsets[1:][order].copy()
        cut = ends - starts > LONGEST
        for row in np.flatnonzero(cut).tolist():
            end = int(starts[row]) + LONGEST
            while text.data[end] & 0xC0 == 0x80:  # within a character
                end -= 1
            ends[row] = end
        parts = np.empty(len(order), object)
        wanted = priority[order] <= likely * 2.0**64
        data = text.data
        for row in np.flatnonzero(wanted).tolist():
            parts[row] = data[starts[row] : ends[row]].tobytes()
        chosen = {role: values[order] for role, values in columns.items()}
        everything = cls(
            size,
            byte_limit,
            seed,
            len(text),
            None,
            priority[order],
            file[order],
            record[order],
            ends - starts,
            cut,
            parts,
            chosen,
        )
        return everything._within()

    def merge(self, other: DocumentSample) -> DocumentSample:
        """The sample of both; associative, and blind to how the documents were split."""
        if not other.of or not self.of:
            return self if self.of else other
        of = self.of + other.of
        if self.bound is not None and (not len(other) or int(other.priority[0]) >= self.bound):
            return replace(self, of=of)
        bounds = [bound for bound in (self.bound, other.bound) if bound is not None]
        priority = np.concatenate([self.priority, other.priority])
        order = np.argsort(priority, kind="stable")
        if bounds:
            order = order[: np.searchsorted(priority[order], np.uint64(min(bounds)))]

        def both(name: str) -> NDArray[Any]:
            return np.concatenate([getattr(self, name), getattr(other, name)])[order]

        columns = {
            role: np.concatenate([_column(self, role), _column(other, role)])[order]
            for role in ROLES
            if role in self.columns or role in other.columns
        }
        arrays: dict[str, Any] = {name: both(name) for name in ("file", "record", "byte_counts", "cut", "parts")}
        merged = replace(
            self, of=of, bound=min(bounds, default=None), priority=priority[order], columns=columns, **arrays
        )
        return merged._within()

    def first(self, size: int, byte_limit: int = BYTES) -> DocumentSample:
        """The sample that would have been drawn with a smaller size or limit; itself, with its cuts, where neither is smaller."""
        if size >= self.size and byte_limit >= self.byte_limit:
            return self
        return replace(self, size=min(size, self.size), byte_limit=min(byte_limit, self.byte_limit))._within()

    def fetched(self, fetch: Callable[[list[tuple[int, int]]], list[str]]) -> DocumentSample:
        """With every text; `fetch` gives those of the documents at (file, record)."""
        absent = [row for row, part in enumerate(self.parts) if part is None]
        if not absent:
            return self
        parts = self.parts.copy()
        texts = fetch([(int(self.file[row]), int(self.record[row])) for row in absent])
        for row, text in zip(absent, texts, strict=True):
            parts[row] = text.encode()[: self.byte_counts[row]]
        return replace(self, parts=parts)

    @property
    def complete(self) -> bool:
        """Whether it holds every document, each to its end."""
        return len(self) == self.of and not self.cut.any()

    @lazy
    def texts(self) -> list[str]:
        """The documents, in the order of their priorities."""
        return [part.decode() for part in self.parts]

    @lazy
    def text(self) -> Text:
        """The documents, to be cut; made once for all who ask."""
        return Text.of_bytes(list(self.parts))

    def once(self, make: Callable[[DocumentSample], Made]) -> Made:
        """`make(self)`, made once for all who ask with the same function."""
        made = self.__dict__.setdefault("_made", {})
        if make not in made:
            made[make] = make(self)
        found: Made = made[make]
        return found

    def values(self, role: str) -> list[str | None]:
        """The `id`, `label`, `group`, `date` or `language` of each document."""
        found: list[str | None] = _column(self, role).tolist()
        return found

    def take(self, rows: NDArray[np.int64]) -> DocumentSample:
        """Only these rows, ascending; `of` becomes about as many as there are of their like."""
        of = len(rows) if len(self) == self.of else round(self.of * len(rows) / max(len(self), 1))
        arrays = {
            name: getattr(self, name)[rows] for name in ("priority", "file", "record", "byte_counts", "cut", "parts")
        }
        return replace(self, of=of, columns={role: values[rows] for role, values in self.columns.items()}, **arrays)

    def by(self, role: str, most: int = 8, least: int = 20) -> Iterator[tuple[str | None, DocumentSample]]:
        """The documents of each value of a role: the `most` commonest with at least `least` documents, largest first."""
        values = self.values(role)
        rows: dict[str | None, list[int]] = {}
        for row, value in enumerate(values):
            rows.setdefault(value, []).append(row)
        ordered = sorted(rows.items(), key=lambda item: (-len(item[1]), item[0] is None, item[0] or ""))
        for value, own in ordered[:most]:
            if len(own) >= least:
                yield value, self.take(np.array(own, np.int64))

    def reading(
        self,
        name: str,
        value: float | None,
        interval: Interval | None = None,
        *,
        n: int | None = None,
        of: str = "documents",
        unit: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> Reading:
        """A reading of this sample: exact, and then without interval, where it is complete."""
        n = len(self) if n is None else n
        if self.complete:
            return Reading(name, value, n, of, unit, "exact", None, dict(detail or {}))
        return Reading(name, value, n, of, unit, "sample", interval, dict(detail or {}))

    def _within(self) -> DocumentSample:
        """Without what goes beyond the size or the bytes."""
        fits = int(np.searchsorted(np.cumsum(self.byte_counts), self.byte_limit, side="right"))
        fits = min(fits, self.size)
        if fits >= len(self):
            return self
        bound = int(self.priority[fits])
        kept = slice(0, int(np.searchsorted(self.priority, np.uint64(bound))))
        arrays = {
            name: getattr(self, name)[kept] for name in ("priority", "file", "record", "byte_counts", "cut", "parts")
        }
        return replace(
            self, bound=bound, columns={role: values[kept] for role, values in self.columns.items()}, **arrays
        )


def priorities(file: NDArray[np.int32], record: NDArray[np.int64], seed: int = 0) -> NDArray[np.uint64]:
    """A well-mixed number for every address and seed, uint64 of the arrays' shape."""
    own = record.astype(np.uint64) + (file.astype(np.uint64) << np.uint64(40))
    return splitmix64(own + np.uint64(seed * 0x9E3779B97F4A7C15 % (1 << 64)))


def objects(values: Sequence[Any]) -> NDArray[Any]:
    """These values as an array of Python objects."""
    array = np.empty(len(values), object)
    array[:] = list(values)
    return array


def _column(sample: DocumentSample, role: str) -> NDArray[Any]:
    return sample.columns[role] if role in sample.columns else np.full(len(sample), None, object)
