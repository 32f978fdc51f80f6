"""Texts of a test set that stand in a training corpus: the same, nearly the same, or words in a row of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual import specs
from dataqual.corpus import Chunk, Corpus, Progress, Unreadable
from dataqual.errors import InputError
from dataqual.leaks.looking import SURVEY_SHARE, Looking
from dataqual.leaks.result import EXAMPLES, Leak, Leakage, share
from dataqual.ledger import RECORD_BITS, address_list, addresses
from dataqual.masking import mask
from dataqual.near_duplicates import NearDuplicates, Part, Survey
from dataqual.near_duplicates.clusters import Counterparts
from dataqual.operators import Engine
from dataqual.readers import ReadCount, open_corpus
from dataqual.reading import Reading
from dataqual.shared_ngrams import SHORTEST, SIZE, Hits
from dataqual.steps.decontaminate import Known

MOSTLY = 0.8
"""Share of a text's words from which Touvron et al. 2023 (Llama 2, appendix A.6) call it dirty."""

QUOTED = 200
"""Characters of a text in an example."""

_RECORD = (np.uint64(1) << RECORD_BITS) - np.uint64(1)

ABOUT = {
    "leaked": "leak in one way or another",
    "exact_copies": "have the same bytes as a training document",
    "near_copies": "are similar to one, by Jaccard {threshold:g} or more of their {shingle}-word shingles",
    "ngrams": "share {ngram} words in a row with one",
    "mostly": "have {mostly:.0%} of their words or more in such runs",
}


def leakage_of_texts(train: Corpus, test: Corpus, engine: Engine, asked: Looking, progress: Progress | None) -> Leakage:
    """How much of `test` stands in `train`: the test set is taken into memory, the training corpus streams past it."""
    told = {"ngram": (asked.ngram, SIZE), "shortest": (asked.shortest, SHORTEST), "text": (_text_of(test), None)}
    step = {"against": _named(test)} | {name: value for name, (value, usual) in told.items() if value != usual}
    return _Search(train, test, engine, asked, step).go(progress)


@dataclass(frozen=True, eq=False)
class _Seen:
    """What a batch of the training corpus leaves."""

    part: Part
    places: NDArray[np.uint64]
    grams: NDArray[np.int64]
    """The n-grams of the test set that are in it, each once."""
    where: NDArray[np.uint64]
    """The place of the first document that has each."""
    unreadable: Sequence[Unreadable]


@dataclass(frozen=True, eq=False)
class _Gathered:
    """What both corpora come to."""

    known: Known
    train: ReadCount
    places: NDArray[np.uint64]
    """Of the training documents."""
    copies: Counterparts
    first: NDArray[np.uint64]
    """The place of the first training document with each n-gram, 0 where none has it."""


@dataclass(frozen=True)
class _Search:
    """The test set into memory, the training corpus past it."""

    train: Corpus
    test: Corpus
    engine: Engine
    asked: Looking
    step: Mapping[str, Any]
    """Parameters of `decontaminate` that would take out what leaks."""

    def go(self, progress: Progress | None) -> Leakage:
        """All of it."""
        known = Known.read(self.test, self.engine, self.asked.ngram, self.asked.shortest)
        return self._judged(self._gathered(known, progress))

    def _gathered(self, known: Known, progress: Progress | None) -> _Gathered:
        survey = Survey(NearDuplicates(), near=self.asked.near_copies, memory=self.engine.memory // SURVEY_SHARE)
        count = ReadCount()
        places = [np.zeros(0, np.uint64)]
        first = np.zeros(len(known.ngrams), np.uint64)

        def look(chunk: Chunk) -> tuple[int, _Seen]:
            batch = self.train.parse(chunk)
            hits = known.ngrams.hits(batch.text)
            grams, at = np.unique(hits.gram, return_index=True)
            own = addresses(batch.file, batch.record)
            found = own[hits.document[at]]
            return chunk.done, _Seen(survey.measure(batch.text), own, grams, found, batch.unreadable)

        with survey:
            with closing(self.engine.map(look, self.train.chunks())) as results:
                for done, seen in results:
                    survey.add(seen.part)
                    places.append(seen.places)
                    first[seen.grams] = np.where(first[seen.grams] == 0, seen.where, first[seen.grams])
                    count.add(len(seen.places), seen.unreadable)
                    if progress is not None:
                        progress(count.documents, done, self.train.size)
            count.check(self.train)
            survey.add(survey.measure(known.ngrams.text))  # behind the others: in a full bucket the first are compared
            where = np.concatenate(places)

            def fetch(numbers: list[int]) -> list[str]:
                border = int(np.searchsorted(numbers, len(where)))
                texts = self.train.fetch(address_list(where[numbers[:border]]))
                return texts + [known.ngrams.text[number - len(where)] for number in numbers[border:]]

            copies = survey.across(fetch, len(where))
        return _Gathered(known, count, where, copies, first)

    def _judged(self, found: _Gathered) -> Leakage:
        """What was found, as shares of the test documents."""
        known, copies = found.known, found.copies
        text, n = known.ngrams.text, len(known)
        hits = known.ngrams.places(found.first > 0)
        spans = hits.spans
        covered = np.bincount(spans.document, spans.end - spans.start, minlength=n)
        words = text.cut("unicode").counts
        kinds = {
            "exact_copies": copies.exact,
            "near_copies": (copies.of >= 0) & ~copies.exact,
            "ngrams": hits.counts(n) > 0,
            "mostly": (covered >= MOSTLY * words) & (covered > 0),
        }
        leaked = (copies.of >= 0) | kinds["ngrams"]
        if not self.asked.near_copies:
            del kinds["near_copies"]
        total = int(words.sum())
        near = NearDuplicates()
        of_kind = {"threshold": near.threshold, "shingle": near.shingle, "ngram": self.asked.ngram, "mostly": MOSTLY}
        return Leakage(
            "text",
            found.train.documents,
            n,
            {"train": found.train.unreadable, "test": known.unreadable},
            {name: share(name, mask) for name, mask in (("leaked", leaked), *kinds.items())},
            {name: about.format(**of_kind) for name, about in ABOUT.items()},
            Reading("words", int(covered.sum()) / total if total else None, total, of="words"),
            self.asked.ngram,
            list(self._examples(found, hits, kinds)),
            "to take them out of the training text, a recipe: "
            + specs.flow({"steps": [{"decontaminate": dict(self.step)}]}),
            self.step,
        )

    def _examples(self, found: _Gathered, hits: Hits, kinds: Mapping[str, NDArray[np.bool_]]) -> Sequence[Leak]:
        """Of each kind those with the most shared n-grams; of n-grams only what is no copy as well."""
        known, copies = found.known, found.copies
        shared, totals = hits.counts(len(known)), known.ngrams.totals(known.ngrams.text)
        examples = []
        for kind in ("exact_copies", "near_copies", "ngrams"):
            mask = kinds.get(kind, np.zeros(len(known), bool)) & ((copies.of < 0) | (kind != "ngrams"))
            rows = np.flatnonzero(mask)
            for row in rows[np.argsort(-shared[rows], kind="stable")[:EXAMPLES]].tolist():
                own = hits.take(hits.document == row)
                start, gram = _longest(own, known)
                place = found.places[copies.of[row]] if kind != "ngrams" else found.first[gram]
                examples.append(
                    Leak(
                        kind,
                        known.place(row),
                        (self.train.files[int(place >> RECORD_BITS)].path, int(place & _RECORD)),
                        float(copies.similarity[row]) if kind != "ngrams" else None,
                        int(shared[row]),
                        int(totals[row]),
                        mask_from(known.ngrams.text[row], start),
                    )
                )
        return examples


def _longest(hits: Hits, known: Known) -> tuple[int, int]:
    """Where the longest passage of a document begins, in bytes of it, and its first n-gram; 0 and -1 without any."""
    if not len(hits):
        return 0, -1
    text, spans = known.ngrams.text, hits.spans
    longest = int(np.argmax(spans.end - spans.start))
    first = int(spans.start[longest])
    start = int(text.cut("unicode").starts[first] - text.offsets[spans.document[longest]])
    return start, int(hits.gram[np.searchsorted(hits.place, first)])


def mask_from(document: str, start: int) -> str:
    """What to quote of a document from byte `start` on; masked before it is cut.

    >>> mask_from("é Ask ann.lee@example.com now", 3)
    'Ask a••••••@•••••••.com now'
    """
    at = len(document.encode()[:start].decode())
    return mask(document[: at + 2 * QUOTED])[at : at + QUOTED]


def _named(corpus: Corpus) -> str | list[str]:
    """The files of a corpus as a recipe names them."""
    if any(file.format == "frame" or file.spooled for file in corpus.files):
        return "TEST"
    paths = [file.path for file in corpus.files]
    return paths[0] if len(paths) == 1 else paths


def _text_of(corpus: Corpus) -> str | None:
    """The column of the text of files where nobody would find it without being told."""
    if _named(corpus) == "TEST":
        return None
    try:
        found = open_corpus([file.path for file in corpus.files]).columns.text
    except InputError:
        found = None
    return corpus.columns.text if corpus.columns.text != found else None
