"""The step `decontaminate`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.bounds import Bounds
from dataqual.corpus import Batch, Corpus
from dataqual.errors import InputError, SpecError, UnknownColumn
from dataqual.ledger import Change, Dropped, edited
from dataqual.operators import Engine, Signal, Step
from dataqual.readers import ReadCount, open_corpus
from dataqual.readers.paths import find_files, unchanged
from dataqual.shared_ngrams import MEMORY_PER_BYTE, SHORTEST, SIZE, Hits, Ngrams, check_sizes
from dataqual.text import Text

NONE = Bounds(below=1)
"""Of shared n-grams."""


@dataclass(frozen=True)
class Decontaminate(Step):
    """Drop the documents that share `ngram` words in a row with the texts of `against`, files of evaluation data.

    Words are those of the cut `unicode` in lower case, so punctuation and case hide nothing, and 13 words of Chinese are
    13 characters. A text with fewer words than `ngram` convicts a document that has it whole among its words, from
    `shortest` words on; a shorter one convicts only a document that says nothing else. `text` names the column in the
    files of `against` where it is not found. `remove_spans` cuts out the shared words, from the first to the last of
    each run, and drops only documents that then have no word left.

    Brown et al. 2020 (GPT-3, appendix C) use 13 words too, but cut 200 characters around each and spare n-grams that
    more than ten documents have; datatrove uses 12 words and drops; Touvron et al. 2023 (Llama 2) use 10 tokens or more
    and measure the evaluation data instead, as `dataqual leakage` does.
    """

    rewrites: ClassVar[bool] = True
    """With `remove_spans`; what `prepare` gives says it exactly."""

    against: str | tuple[str, ...]
    ngram: int = SIZE
    shortest: int = SHORTEST
    text: str | None = None
    action: Literal["drop", "remove_spans"] = "drop"

    def __post_init__(self) -> None:
        check_sizes(self.ngram, self.shortest)
        if not self.against:
            raise SpecError("against is empty; name the files of evaluation texts")
        try:
            self._evaluation()
        except InputError as error:
            raise SpecError(
                str(error).removeprefix("--") if isinstance(error, UnknownColumn) else f"against: {error}"
            ) from None

    @property
    def _paths(self) -> list[str]:
        return [self.against] if isinstance(self.against, str) else list(self.against)

    def _evaluation(self) -> Corpus:
        """The evaluation texts; InputError where they are not there, or have no text that is known."""
        return open_corpus(self._paths, text=self.text)

    @property
    def rests_on(self) -> object:
        """The evaluation texts as they are."""
        return unchanged(find_files(self._paths)[0])

    def prepare(self, corpus: Corpus, engine: Engine) -> Overlaps:
        """Read the evaluation texts; InputError where they are the corpus itself, or more than fits into memory."""
        evaluation = self._evaluation()
        for file in evaluation.files:
            if corpus.holds(file.path):
                raise InputError(
                    f"decontaminate: {file.path} is a part of the corpus itself, of which nothing would be left"
                )
        known = Known.read(evaluation, engine, self.ngram, self.shortest)
        signal = SharedNgrams(known, self.ngram)
        return CutOverlaps(signal) if self.action == "remove_spans" else DropOverlaps(signal)

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Change]]:
        """Only what has read the evaluation texts can compare with them."""
        raise TypeError("decontaminate must read the evaluation texts first: call prepare, and then what it returns")


@dataclass(frozen=True, eq=False)
class Known:
    """Evaluation texts, and where each stands."""

    ngrams: Ngrams
    paths: tuple[str, ...]
    file: NDArray[np.int64]
    record: NDArray[np.int64]
    unreadable: int

    @classmethod
    def read(cls, corpus: Corpus, engine: Engine, ngram: int = SIZE, shortest: int = SHORTEST) -> Known:
        """All documents of a corpus; NoDocuments where there are none, InputError where they need more than the memory."""
        count, batches = ReadCount(), []
        size = 0
        with closing(engine.map(corpus.parse, corpus.chunks())) as parsed:
            for batch in parsed:
                count.add(len(batch), batch.unreadable)
                batches.append(batch)
                size += len(batch.text.data)
                if size * MEMORY_PER_BYTE > engine.memory:
                    raise InputError(
                        f"{corpus.files[0].path}: {size / 1e6:,.0f} MB of text and more to compare with, which take "
                        f"{MEMORY_PER_BYTE} times as much memory: allow more with --max-memory, or compare with less"
                    )
        count.check(corpus)
        data = np.concatenate([batch.text.data for batch in batches])
        offsets = np.r_[0, np.cumsum(np.concatenate([batch.text.byte_counts for batch in batches]))]
        file, record = (
            np.concatenate([getattr(batch, name) for batch in batches]).astype(np.int64) for name in ("file", "record")
        )
        ngrams = Ngrams(Text(data, offsets), ngram, shortest)
        return cls(ngrams, tuple(found.path for found in corpus.files), file, record, count.unreadable)

    def __len__(self) -> int:
        return len(self.record)

    def __str__(self) -> str:
        return self.paths[0] if len(self.paths) == 1 else f"{len(self.paths)} files"

    def place(self, document: int) -> tuple[str, int]:
        """Path and record of one of the texts."""
        return self.paths[int(self.file[document])], int(self.record[document])

    def places(self, words: NDArray[np.int64]) -> list[tuple[str, int]]:
        """Path and record of the texts to which these words of theirs belong."""
        return [self.place(document) for document in self.ngrams.documents(words).tolist()]


@dataclass(frozen=True, eq=False)
class SharedNgrams(Signal):
    """How many places of a document have an n-gram of the evaluation texts."""

    unit: ClassVar[str] = "n-grams"

    against: Known
    ngram: int = SIZE

    def measure(self, text: Text) -> NDArray[Any]:
        return self.against.ngrams.hits(text).counts(len(text))

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        text = Text.of([document])
        spans = self.against.ngrams.hits(text).spans
        data = text.data.tobytes()
        return [
            (len(data[:start].decode()), len(data[:end].decode()), f"in {path}:{record}")
            for (start, end), (path, record) in zip(
                spans.bytes(text.cut("unicode")), self.against.places(spans.known), strict=True
            )
        ]


@dataclass(frozen=True, eq=False)
class Overlaps(Step):
    """What knows the evaluation texts."""

    signal: SharedNgrams

    def _dropped(self, batch: Batch, mask: NDArray[np.bool_], hits: Hits) -> list[Dropped]:
        """The documents under `mask`, each with the place of the first hit."""
        if not mask.any():
            return []
        rows = np.flatnonzero(mask)
        first = np.searchsorted(hits.document, rows)
        return [
            Dropped(
                batch.where(mask),
                "decontaminate",
                "decontaminate",
                self.signal,
                hits.counts(len(batch))[rows],
                str(NONE),
                elsewhere=self.signal.against.places(hits.known[first]),
            )
        ]

    def _hits(self, text: Text) -> Hits:
        return self.signal.against.ngrams.hits(text)


@dataclass(frozen=True, eq=False)
class DropOverlaps(Overlaps):
    """Drop what shares an n-gram."""

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        hits = self._hits(batch.text)
        shared = hits.counts(len(batch)) > 0
        return batch.where(~shared), self._dropped(batch, shared, hits)


@dataclass(frozen=True, eq=False)
class CutOverlaps(Overlaps):
    """Cut what is shared out of the documents, and drop those of which no word is left."""

    rewrites: ClassVar[bool] = True

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Change]]:
        hits = self._hits(batch.text)
        counts = hits.counts(len(batch))
        cut = {row: self._cut(batch.text[row]) for row in np.flatnonzero(counts).tolist()}
        empty = np.zeros(len(batch), bool)
        empty[[row for row, text in cut.items() if text is None]] = True
        dropped = self._dropped(batch, empty, hits)
        left = batch.where(~empty)
        number = np.cumsum(~empty) - 1  # of a row among those that are left
        texts = {int(number[row]): text for row, text in cut.items() if text is not None}
        after, told = edited(left, texts, "decontaminate", "decontaminate", counts[(counts > 0) & ~empty])
        return after, [*dropped, *told]

    def _cut(self, document: str) -> bytes | None:
        """What is left of a document; None where that has no word. Again and again: what was apart may now touch."""
        text = Text.of([document])
        while len(spans := self._hits(text).spans):
            borders = [0, *(at for span in spans.bytes(text.cut("unicode")) for at in span), len(text.data)]
            data = text.data.tobytes()
            text = Text.of_bytes([b"".join(data[start:end] for start, end in list(pairwise(borders))[::2])])
        return text.data.tobytes() if len(text.cut("unicode")) else None
