"""Held-out text, and keeping it out: no document that a grade trains on may share thirteen words in a row with it.

The variant of Brown et al. 2020 (GPT-3, appendix C) that this is: words are those of the cut `unicode` in lower case,
so that a Han character counts as a word and punctuation as none; a document goes as a whole, where they cut out a window
of 200 characters. As there, a 13-gram that more than ten documents of the corpus have is a common phrase (boilerplate,
a quotation) and convicts nobody alone; but a document most of whose 13-grams are held out goes whatever their number,
or else text that is copied often enough would escape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.drawing import document_keys, uniform
from dataqual.kernels.unicode import tables
from dataqual.ledger import Dropped
from dataqual.operators import Step
from dataqual.shared_ngrams import Ngrams
from dataqual.text import Segments, Text

WORDS = 13
COMMON = 10
"""Both as in GPT-3."""

MOST = 0.5
"""Share of a document's 13-grams from which on it is held-out text, however common the phrases. By our judgement."""


@dataclass(frozen=True)
class Document:
    """A held-out document: of which set, where it was read, and its text."""

    held_out: str
    path: str
    record: int
    text: str


@dataclass(frozen=True)
class Overlap:
    """A document of a batch that shares words with held-out text, and the first place where it does."""

    row: int
    document: Document
    words: str
    """Of the held-out document, in the lower case in which they were compared."""
    shared: int
    """How many of its 13-grams are held out, common ones too."""
    of: int


@dataclass(frozen=True)
class Withhold(Step):
    """Drop what no grade may have: the documents whose address falls into the first `share` of all addresses."""

    share: float

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        chances = uniform(hold_out_keys(batch))
        held = chances < self.share
        dropped = [Dropped(batch.where(held), "hold_out", "held_out")] if held.any() else []
        return batch.where(~held), dropped


def hold_out_keys(batch: Batch) -> NDArray[np.uint64]:
    """The numbers by which documents are held out, (documents,)."""
    return document_keys(batch.file, batch.record, "held out")


@dataclass(frozen=True, eq=False)
class Grams:
    """The 13-grams of all held-out documents; of a document with fewer words, all its words as one."""

    documents: Sequence[Document]
    ngrams: Ngrams
    common: NDArray[np.bool_]
    """Which are found in more than `COMMON` documents of the corpus, (grams,)."""

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Grams:
        """Of documents whose grams are all thought rare until `knowing` says otherwise."""
        ngrams = Ngrams(Text.of([document.text for document in documents]), WORDS, shortest=WORDS)
        return cls(documents, ngrams, np.zeros(len(ngrams), bool))

    def __len__(self) -> int:
        return len(self.ngrams)

    def knowing(self, counts: NDArray[np.int64]) -> Grams:
        """With the grams that are in more than `COMMON` documents taken for common."""
        return replace(self, common=counts > COMMON)

    def count(self, text: Text) -> NDArray[np.int64]:
        """How many of the documents have each gram, (grams,)."""
        return self.ngrams.count(text)

    def overlaps(self, text: Text) -> list[Overlap]:
        """The documents that are held-out text in part, verified word by word; in order."""
        hits = self.ngrams.hits(text)
        shared, totals = hits.counts(len(text)), self.ngrams.totals(text)
        convicting = hits.take(~self.common[hits.gram] | (shared >= MOST * totals)[hits.document])
        rows, first = np.unique(convicting.document, return_index=True)
        return [
            Overlap(
                row,
                self.documents[int(self.ngrams.documents(convicting.known[[at]])[0])],
                " ".join(_words(text.cut("unicode"), row, int(convicting.place[at]))),
                int(shared[row]),
                int(totals[row]),
            )
            for row, at in zip(rows.tolist(), first.tolist(), strict=True)
        ]


@dataclass(frozen=True, eq=False)
class Decontaminate(Step):
    """Drop the documents that share text with held-out ones."""

    grams: Grams

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        bad = np.zeros(len(batch), bool)
        bad[[overlap.row for overlap in self.grams.overlaps(batch.text)]] = True
        return batch.where(~bad), [Dropped(batch.where(bad), "hold_out", "shared_words")] if bad.any() else []


def _words(words: Segments, document: int, place: int) -> list[str]:
    """Thirteen words of a document from the one at `place` on, or as many as there are, in lower case."""
    end = min(place + WORDS, int(words.offsets[document + 1]))
    lower = tables().lower
    return [
        "".join(chr(lower[ord(char)]) for char in words.data[a:b].tobytes().decode())
        for a, b in zip(words.starts[place:end], words.ends[place:end], strict=True)
    ]
