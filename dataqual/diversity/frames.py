"""Sentence frames: what stays of a sentence when its rare words are left open, such as "write a poem about …"."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.diversity.words import Words
from dataqual.document_sample import DocumentSample
from dataqual.kernels import diversity as kernels
from dataqual.lazy import lazy
from dataqual.text import ALONE, DIGIT, Segments
from dataqual.vectors.tfidf import numbered

COMMON = 0.03
"""Share of documents in which a word is that may be part of a frame; rarer ones, and numbers, are what fills it. Of fewer
than a thousand documents the root of their number, so that chance makes no frames of a few."""
FIXED, FIXED_ALONE = 4, 6
"""Words, or characters of unspaced scripts, that a frame has at least: shorter ones repeat in any language."""


@dataclass(frozen=True, eq=False)
class Frames:
    """The sentences of a sample that have a frame, grouped by it."""

    starts: NDArray[np.int64]
    """First byte of each such sentence in the text of the sample, (sentences,)."""
    ends: NDArray[np.int64]
    documents: NDArray[np.int64]
    """Its document."""
    codes: NDArray[np.int32]
    """The number of its frame."""
    slots: NDArray[np.int64]
    """Open places in it."""
    cut: Segments
    """The words of the sample."""
    fixed: NDArray[np.bool_]
    """Which of them may be part of a frame, (words,)."""

    @classmethod
    def of(cls, sample: DocumentSample) -> Frames:
        """Those of all documents of a sample."""
        return sample.once(cls._made)

    @classmethod
    def _made(cls, sample: DocumentSample) -> Frames:
        cut, sentences = sample.text.cut("unicode"), sample.text.sentences
        words = Words.of(sample)
        table = words.table(1)
        common = table.column_counts() > max(COMMON * len(sample), math.sqrt(len(sample)))
        fixed = common[words.codes] & ((cut.flags & DIGIT) == 0) if len(words) else np.zeros(0, bool)
        borders = np.searchsorted(cut.starts, np.append(sentences.starts, len(sample.text.data)))
        hashes = np.empty(len(sentences), np.uint64)
        kept, slots = np.empty(len(sentences), np.int64), np.empty(len(sentences), np.int64)
        kernels.frames(cut.folded, fixed, borders, hashes, kept, slots)
        alone = np.concatenate([[0], np.cumsum((cut.flags & ALONE) != 0)])
        han = alone[borders[1:]] - alone[borders[:-1]] > np.diff(borders) / 2
        chosen = (kept >= np.where(han, FIXED_ALONE, FIXED)) & (slots <= kept)
        codes, _, _ = numbered(hashes[chosen])
        return cls(
            sentences.starts[chosen],
            sentences.ends[chosen],
            sentences.documents[chosen],
            codes,
            slots[chosen],
            cut,
            fixed,
        )

    @lazy
    def spread(self) -> NDArray[np.int64]:
        """In how many documents each frame is, (frames,)."""
        pairs = np.unique(np.stack([self.codes.astype(np.int64), self.documents]), axis=1)
        return np.bincount(pairs[0], minlength=int(self.codes.max(initial=-1)) + 1)

    def told(self, sentence: int) -> str:
        """The frame of a sentence as people read it, with … for each open place."""
        start, end = int(self.starts[sentence]), int(self.ends[sentence])
        first, last = np.searchsorted(self.cut.starts, [start, end])
        parts, at, inside = [], start, False
        for word in range(first, last):
            if self.fixed[word]:
                parts.append(self._bytes(at, int(self.cut.ends[word])))
                inside = False
            elif not inside:
                parts.append(self._bytes(at, int(self.cut.starts[word])) + "…".encode())
                inside = True
            at = int(self.cut.ends[word])
        return b"".join([*parts, self._bytes(at, end)]).decode()

    def _bytes(self, start: int, end: int) -> bytes:
        return self.cut.data[start:end].tobytes()

    def shared(self, first: int, end: int) -> float:
        """Share of the documents from `first` to before `end` that have a frame in common with another of them."""
        chosen = (self.documents >= first) & (self.documents < end)
        pairs = np.unique(np.stack([self.codes[chosen].astype(np.int64), self.documents[chosen]]), axis=1)
        often = np.bincount(pairs[0], minlength=1)
        return len(np.unique(pairs[1][often[pairs[0]] > 1])) / (end - first)
