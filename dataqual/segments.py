"""`Segments`: pieces of the documents of a text, such as words or lines, and what is known of each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import counting, cutting, hashing
from dataqual.kernels.unicode import DIGIT, LETTER, LOWER, MARK, OTHER, UPPER, tables
from dataqual.lazy import lazy


class Segments:
    """Pieces of the documents of a `Text`, in order: words, lines, paragraphs or sentences.

    Arrays over segments have shape (segments,); `offsets` has shape (documents + 1,): document i owns the
    segments `offsets[i]:offsets[i + 1]`. What is not given is computed at first use.
    """

    def __init__(
        self,
        data: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        offsets: NDArray[np.int64],
        *,
        chars: NDArray[np.int32] | None = None,
        flags: NDArray[np.uint8] | None = None,
        hashes: NDArray[np.uint64] | None = None,
    ) -> None:
        """`data`: the bytes of the text; `starts` and `ends`: byte positions in it, (segments,)."""
        self.data = data
        self.starts = starts
        self.ends = ends
        self.offsets = offsets
        self._of: tuple[Segments, NDArray[np.bool_]] | None = None  # the words these were chosen from, and which
        known = {"chars": chars, "flags": flags, "hashes": hashes}
        self.__dict__.update({name: array for name, array in known.items() if array is not None})

    @lazy
    def chars(self) -> NDArray[np.int32]:
        """Characters of each segment."""
        chars = np.empty(len(self), np.int32)
        counting.count_chars(self.data, self.starts, self.ends, chars)
        return chars

    @lazy
    def flags(self) -> NDArray[np.uint8]:
        """What each segment contains, as bits: LETTER, DIGIT, UPPER, LOWER, ALONE, OTHER, MARK; slow but for words."""
        if self._of is not None:
            whole, mask = self._of
            return whole.flags[mask]
        return _flags_of(self)

    def __len__(self) -> int:
        return len(self.starts)

    @lazy
    def counts(self) -> NDArray[np.int64]:
        """Segments of each document."""
        return np.diff(self.offsets)

    @lazy
    def documents(self) -> NDArray[np.int64]:
        """The document of each segment."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @lazy
    def hashes(self) -> NDArray[np.uint64]:
        """64 bits of each segment's bytes; equal segments, equal hashes."""
        if self._of is not None:
            whole, mask = self._of
            return whole.hashes[mask]
        return self.hash(fold=False)

    @lazy
    def folded(self) -> NDArray[np.uint64]:
        """64 bits of each segment in lower case (Unicode simple lower-casing)."""
        return self.hash(fold=True)

    def hash(self, *, fold: bool, strip_accents: bool = False) -> NDArray[np.uint64]:
        """64 bits of each segment, optionally in lower case and without accents (NFD, nonspacing marks dropped)."""
        table = tables()
        mapping = {(True, True): table.lower_base, (True, False): table.lower, (False, True): table.base}
        out = np.empty(len(self), np.uint64)
        hashing.hash_segments(
            self.data,
            self.starts,
            self.ends,
            mapping.get((fold, strip_accents), table.lower),
            fold or strip_accents,
            out,
        )
        return out

    @lazy
    def total_chars(self) -> NDArray[np.int64]:
        """Characters of all segments of each document."""
        total: NDArray[np.int64] = self.total(self.chars)
        return total

    @lazy
    def stripped(self) -> Segments:
        """The same segments without the white space around them; blank ones become empty."""
        starts, ends, chars = np.empty_like(self.starts), np.empty_like(self.ends), np.empty(len(self), np.int32)
        cutting.strip(self.data, self.starts, self.ends, tables().classes, starts, ends, chars)
        return Segments(self.data, starts, ends, self.offsets, chars=chars)

    def where(self, mask: NDArray[np.bool_]) -> Segments:
        """Only the segments under `mask`, (segments,); what is known of them goes with them."""
        if "flags" in self.__dict__:
            return self._words_where(mask)
        kept = np.flatnonzero(mask)
        known = {name: self.__dict__[name][kept] for name in ("chars", "hashes") if name in self.__dict__}
        offsets = np.searchsorted(kept, self.offsets)
        return Segments(self.data, self.starts[kept], self.ends[kept], offsets, **known)

    def _words_where(self, mask: NDArray[np.bool_]) -> Segments:
        """The same for the many segments of a cut, in one pass; flags and hashes, rarely asked for, follow when they are."""
        room = int(np.count_nonzero(mask)) + 1  # the kernel writes one segment ahead
        starts, ends, chars = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int32)
        offsets = np.empty_like(self.offsets)
        n = cutting.keep_segments(mask, self.starts, self.ends, self.chars, self.offsets, starts, ends, chars, offsets)
        kept = Segments(self.data, starts[:n], ends[:n], offsets, chars=chars[:n])
        kept._of = self, mask
        return kept

    def total(self, values: NDArray[Any]) -> NDArray[Any]:
        """The sum of `values` (segments,) over each document; 0 for a document without segments."""
        if values.dtype.kind != "f":
            whole = np.empty(len(self.counts), np.int64)
            kind = {np.dtype(np.bool_): np.uint8, np.dtype(np.int32): np.int32}.get(values.dtype, np.int64)
            counting.sum_segments(np.ascontiguousarray(values, kind), self.offsets, whole)
            return whole
        out = np.zeros(len(self.counts), np.float64)
        full = self.counts > 0
        if full.any():
            out[full] = np.add.reduceat(values, self.offsets[:-1][full])
        return out

    def mean(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """The mean of `values` over each document's segments; 0 for a document without any."""
        means: NDArray[np.float64] = self.total(values) / np.maximum(self.counts, 1)
        return means

    def share(self, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The share of each document's segments under `mask`; 0 for a document without any."""
        return self.mean(mask)

    def largest(self, values: NDArray[Any]) -> NDArray[Any]:
        """The largest of `values` in each document; 0 for a document without segments."""
        out = np.zeros(len(self.counts), values.dtype)
        full = self.counts > 0
        if full.any():
            out[full] = np.maximum.reduceat(values, self.offsets[:-1][full])
        return out

    def median(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """The median of `values` (whole numbers, not negative) in each document; 0 without segments."""
        out, counts = np.empty(len(self.counts), np.float64), np.zeros(counting.COUNTED, np.int64)
        counting.medians(np.ascontiguousarray(values, np.int32), self.offsets, counts, out)
        for beyond in np.flatnonzero(out < 0).tolist():
            out[beyond] = np.median(values[self.offsets[beyond] : self.offsets[beyond + 1]])
        return out

    def strings(self, document: int) -> list[str]:
        """The segments of one document as str; slow, for tests and examples."""
        own = slice(self.offsets[document], self.offsets[document + 1])
        return [self.data[a:b].tobytes().decode() for a, b in zip(self.starts[own], self.ends[own], strict=True)]


def borders_of(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """(documents + 1,): where the segments of each document begin, of which there are so many."""
    borders = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=borders[1:])
    return borders


def _flags_of(words: Segments) -> NDArray[np.uint8]:
    """Flags of words that our own cut did not make."""
    flags = np.zeros(len(words), np.uint8)
    kinds = tables().classes & 15
    for k, (a, b) in enumerate(zip(words.starts, words.ends, strict=True)):
        for char in words.data[a:b].tobytes().decode():
            kind = kinds[ord(char)]
            flags[k] |= {1: LETTER | UPPER, 2: LETTER | LOWER, 3: LETTER, 4: MARK, 5: DIGIT}.get(int(kind), 0)
    flags[(flags & (LETTER | DIGIT)) == 0] |= OTHER
    return flags
