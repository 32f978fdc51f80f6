"""`leakage`: how much of a test set stands in a training corpus: the same, nearly the same, or words in a row."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual import specs
from dataqual.corpus import Chunk, Corpus, Progress, Unreadable
from dataqual.engine import Local
from dataqual.errors import InputError
from dataqual.finding import below_one
from dataqual.images.perceptual import Perceptual
from dataqual.ledger import RECORD_BITS, address_list, addresses
from dataqual.masking import mask
from dataqual.near_duplicates import NearDuplicates, Part, Survey
from dataqual.near_duplicates.clusters import Counterparts
from dataqual.picture_leaks import PictureLeaks
from dataqual.readers import ReadCount, open_corpus
from dataqual.readers.again import reading_options
from dataqual.readers.sources import as_corpus, options_of
from dataqual.reading import Reading, wilson
from dataqual.shared_ngrams import SHORTEST, SIZE, Hits, check_sizes
from dataqual.steps.decontaminate import Known

MOSTLY = 0.8
"""Share of a text's words from which Touvron et al. 2023 (Llama 2, appendix A.6) call it dirty."""

SURVEY_SHARE = 8
"""An eighth of the memory is for comparing signatures, as in a profile."""

EXAMPLES = 3
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


OF_PICTURES = {
    "leaked": "leak in one way or another",
    "exact_copies": "have the same pixels as a training picture",
    "near_copies": "are copies of one, resized, compressed again or brightened",
}


@dataclass(frozen=True)
class Leak:
    """One test document that leaks, and a training document it leaks from."""

    kind: str
    """`exact_copies`, `near_copies` or `ngrams`."""
    test: tuple[str, int]
    """Path and record number."""
    train: tuple[str, int]
    similarity: float | None
    """Of copies, exact; None of what shares n-grams alone."""
    shared: int
    """How many of its n-grams are in the training corpus, anywhere."""
    of: int
    """How many it has."""
    text: str
    """From the longest passage on, at most `QUOTED` characters; addresses are masked."""

    def __str__(self) -> str:
        (test, test_record), (train, train_record) = self.test, self.train
        how = (
            f"similarity {below_one(self.similarity)}"
            if self.similarity is not None
            else f"{self.shared:,} of {self.of:,} n-grams"
        )
        told = f"{self.kind}: {test}:{test_record} is in {train}:{train_record} ({how})"
        return f"{told}: {' '.join(self.text.split())}" if self.text else told

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        places = {
            name: {"path": path, "record": record}
            for name, (path, record) in (("test", self.test), ("train", self.train))
        }
        return {
            "kind": self.kind,
            **places,
            "similarity": self.similarity,
            "shared": self.shared,
            "of": self.of,
            "text": self.text,
        }


@dataclass(frozen=True)
class Leakage:
    """How much of a test set stands in a training corpus; shares are of the test documents."""

    train: int
    """Documents."""
    test: int
    unreadable: Mapping[str, int]
    """Records of `train` and `test` that could not be read."""
    readings: Mapping[str, Reading]
    """`leaked` (in any way), `exact_copies`, `near_copies` (that are not exact ones), `ngrams`, `mostly`; with Wilson's
    interval, for a test set is a sample of what it tests."""
    words: Reading | None
    """None of pictures; the share of the words of the test documents that stand in shared n-grams."""
    ngram: int
    """0 of pictures."""
    examples: Sequence[Leak]
    decontaminate: Mapping[str, Any]
    """Parameters of the step that would take them out; `against` is TEST where the test documents came in memory."""

    @property
    def share(self) -> float:
        """The share of the test documents that leak in one way or another."""
        value = self.readings["leaked"].value
        assert value is not None, "there are documents"
        return value

    def __str__(self) -> str:
        """A line for each way to leak, and a few examples."""
        if self.words is None:
            return "\n".join(self._of_pictures())
        near = NearDuplicates()
        lines = [f"{self.test:,} test documents, looked for in {self.train:,} training documents"]
        lines += [f"{count:,} records of {name} are unreadable" for name, count in self.unreadable.items() if count]
        for name, reading in self.readings.items():
            about = ABOUT[name].format(threshold=near.threshold, shingle=near.shingle, ngram=self.ngram, mostly=MOSTLY)
            low, high = reading.interval or (0.0, 1.0)
            lines.append(
                f"{reading.value:8.2%} [{low:.2%}, {high:.2%}] {about} ({reading.detail['documents']:,} of {reading.n:,})"
            )
        lines.append(f"{self.words.value or 0:8.2%} of their {self.words.n:,} words are in such runs")
        lines += [str(example) for example in self.examples]
        if self.share:
            recipe = specs.flow({"steps": [{"decontaminate": dict(self.decontaminate)}]})
            lines.append(f"to take them out of the training text, a recipe: {recipe}")
        return "\n".join(lines)

    def _of_pictures(self) -> list[str]:
        lines = [f"{self.test:,} test pictures, looked for in {self.train:,} training pictures"]
        lines += [f"{count:,} records of {name} are unreadable" for name, count in self.unreadable.items() if count]
        for name, reading in self.readings.items():
            low, high = reading.interval or (0.0, 1.0)
            lines.append(
                f"{reading.value:8.2%} [{low:.2%}, {high:.2%}] {OF_PICTURES[name]} ({reading.detail['documents']:,} of {reading.n:,})"
            )
        lines += [str(example) for example in self.examples]
        if self.share:
            train, test, again = (self.decontaminate[name] for name in ("train", "against", "again"))
            lines.append(
                f"to take them out of the training pictures: dataqual dedup {train} -o OUTPUT --against {test}{again}"
            )
        return lines

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        readings = {name: reading.facts() for name, reading in self.readings.items()}
        return {
            "train": {"documents": self.train, "unreadable": self.unreadable["train"]},
            "test": {"documents": self.test, "unreadable": self.unreadable["test"]},
            "ngram": self.ngram,
            "readings": readings | ({"words": self.words.facts()} if self.words is not None else {}),
            "examples": [example.facts() for example in self.examples],
        }


def leakage(
    train: Any,
    test: Any,
    *,
    ngram: int = SIZE,
    shortest: int = SHORTEST,
    near_copies: bool = True,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> Leakage:
    """How many documents of `test` stand in `train`: as exact copies, as near copies, by `ngram` words in a row.

    Both are what `profile` takes; `asked` are the arguments of `dataqual.read` for those that are paths. Words are those
    of the cut `unicode` in lower case, so 13 are 13 characters of Chinese; a text with fewer is looked for whole, see the
    step `decontaminate`. Near copies are verified. The training corpus is read as a stream, the test documents must fit
    into memory.

    InputError where a file is in both, or `test` takes more than the memory; NoDocuments and TooManyUnreadable as for
    `profile`.
    """
    check_sizes(ngram, shortest)
    trained, tested = _opened(train, asked), _opened(test, asked)
    for file in tested.files:
        if not tested.in_memory and trained.holds(file.path):
            raise InputError(f"{file.path}: is in the training corpus as it is; name what is to be kept from it")
    engine = Local(workers=workers, max_memory=max_memory)
    if trained.view != tested.view:
        one, other = ("pictures", "texts") if trained.view == "image" else ("texts", "pictures")
        raise InputError(
            f"the training corpus holds {one} and the test set {other}: nothing of the one is in the other"
        )
    if trained.view == "image":
        return _of_pictures(
            trained, tested, PictureLeaks.find(trained, tested, engine, Perceptual() if near_copies else None, progress)
        )
    told = {"ngram": (ngram, SIZE), "shortest": (shortest, SHORTEST), "text": (_text_of(tested), None)}
    step = {"against": _named(tested)} | {name: value for name, (value, usual) in told.items() if value != usual}
    return _Run(trained, tested, engine, near_copies, ngram, step).go(shortest, progress)


def _of_pictures(train: Corpus, test: Corpus, found: PictureLeaks) -> Leakage:
    """What was found, as shares of the test pictures."""
    copies, border = found.copies, found.train.documents
    kinds = {"leaked": copies.of >= 0, "exact_copies": copies.exact, "near_copies": (copies.of >= 0) & ~copies.exact}
    examples = [
        Leak(kind, found.place(border + row), found.place(int(copies.of[row])), float(copies.similarity[row]), 0, 0, "")
        for kind in ("exact_copies", "near_copies")
        for row in np.flatnonzero(kinds[kind])[:EXAMPLES].tolist()
    ]
    return Leakage(
        border,
        found.test.documents,
        {"train": found.train.unreadable, "test": found.test.unreadable},
        {name: _share(name, mask) for name, mask in kinds.items()},
        None,
        0,
        examples,
        {"train": shlex.quote(_one(train)), "against": shlex.quote(_one(test)), "again": _again(train)},
    )


def _one(corpus: Corpus) -> str:
    """The folder, or file, in which the pictures of a corpus lie."""
    paths = [file.place if file.format == "npz" else file.path for file in corpus.files]
    return os.path.commonpath(paths) if "<" not in paths[0] else "FOLDER"


def _again(corpus: Corpus) -> str:
    """What a command that reads the corpus again must say, behind its other words."""
    return "".join(f" {shlex.quote(word)}" for word in reading_options(corpus.options, pictures=True))


def _opened(source: Any, asked: Mapping[str, Any]) -> Corpus:
    return as_corpus(source, also=options_of(leakage), **({} if isinstance(source, Corpus) else asked))


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
class _Run:
    """The test set into memory, the training corpus past it."""

    train: Corpus
    test: Corpus
    engine: Local
    near: bool
    ngram: int
    step: Mapping[str, Any]

    def go(self, shortest: int, progress: Progress | None) -> Leakage:
        """All of it."""
        known = Known.read(self.test, self.engine, self.ngram, shortest)
        return self._judged(self._gathered(known, progress))

    def _gathered(self, known: Known, progress: Progress | None) -> _Gathered:
        survey = Survey(NearDuplicates(), near=self.near, memory=self.engine.memory // SURVEY_SHARE)
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
        if not self.near:
            del kinds["near_copies"]
        total = int(words.sum())
        return Leakage(
            found.train.documents,
            n,
            {"train": found.train.unreadable, "test": known.unreadable},
            {name: _share(name, mask) for name, mask in (("leaked", leaked), *kinds.items())},
            Reading("words", int(covered.sum()) / total if total else None, total, of="words"),
            self.ngram,
            list(self._examples(found, hits, kinds)),
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


def _share(name: str, mask: NDArray[np.bool_]) -> Reading:
    hits, n = int(mask.sum()), len(mask)
    return Reading(name, hits / n, n, interval=wilson(hits, n), detail={"documents": hits})
