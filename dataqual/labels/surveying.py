"""The labels of a whole corpus: read once to learn, and where it does not fit into memory once more to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch, Chunk, Corpus, Progress, Unreadable
from dataqual.document_sample import DocumentSample, objects, priorities
from dataqual.embeddings import Model
from dataqual.errors import InputError, UnknownColumn
from dataqual.labels.chances import let_go, room
from dataqual.labels.confident_learning import Codes, Floats
from dataqual.labels.copies import Copied
from dataqual.labels.judging import MOST, Classes, FoldModels, Judged
from dataqual.ledger import address_list, addresses
from dataqual.near_duplicates import NearDuplicates, Part, Signing, Survey
from dataqual.operators import Engine
from dataqual.vectors.cross_validation import folds

LEARNT_FROM = 20_000
"""Documents at most that models learn from: ten times as many gain a point of accuracy, and cost ten times as much."""
BYTES = 32 << 20
"""Bytes of text at most that they learn from."""
SURVEY_SHARE = 8
"""An eighth of the memory is for comparing signatures, as in a profile."""
MOST_LABELS = 100_000
"""A column with more values names documents, not labels."""

Count = Callable[[int, Sequence[Unreadable]], None]


@dataclass(frozen=True, eq=False)
class Surveyed:
    """What is known of the labels of a corpus; arrays are (documents,), in corpus order."""

    places: NDArray[np.uint64]
    """Address of each document, ascending."""
    names: tuple[str, ...]
    """All labels there are, in the order they come."""
    codes: NDArray[np.int64]
    """The number of each document's label, -1 where it has none."""
    copied: Copied
    sample: DocumentSample
    """What the models learnt from."""
    judged: Judged | None
    """None where there are not two labels to learn."""
    ids: pl.Series | None = None
    """Of pictures, their ids; texts are read again for the beginnings that are shown, and their ids with them."""

    @property
    def labels(self) -> list[str | None]:
        """The label of each document."""
        return [self.names[code] if code >= 0 else None for code in self.codes.tolist()]


@dataclass(frozen=True, eq=False)
class _Seen:
    """What a chunk leaves."""

    done: int
    places: NDArray[np.uint64]
    labels: list[str | None]
    part: Part
    sample: DocumentSample
    unreadable: Sequence[Unreadable]


@dataclass(frozen=True)
class _Look:
    """What is done with a chunk at first."""

    corpus: Corpus
    signing: Signing
    seed: int
    size: int

    def __call__(self, chunk: Chunk) -> _Seen:
        batch = self.corpus.parse(chunk)
        labels = labels_of(batch)
        priority = priorities(batch.file, batch.record, self.seed)
        roles = {"label": objects(labels)}
        sample = DocumentSample.draw(batch.text, batch.file, batch.record, priority, roles, self.size, BYTES)
        own = addresses(batch.file, batch.record)
        return _Seen(chunk.done, own, labels, self.signing(batch.text), sample, batch.unreadable)


def labels_of(batch: Batch) -> list[str | None]:
    """The label of each document of a batch."""
    return batch.columns["label"].to_list() if "label" in batch.columns.columns else [None] * len(batch)


def survey(
    corpus: Corpus,
    engine: Engine,
    *,
    seed: int = 0,
    size: int = LEARNT_FROM,
    embed: Model | None = None,
    most: int = MOST,
    count: Count = lambda documents, unreadable: None,
    progress: Progress | None = None,
) -> Surveyed:
    """Find copies, learn from at most `size` documents, and judge every label by a model that saw neither it nor a copy.

    `embed` is what the models learn from beside the terms; labels are judged that are among the `most` commonest.
    UnknownColumn where the corpus has no column of labels. `count` is told of every batch.
    """
    if corpus.columns.label is None:
        raise UnknownColumn("the corpus has no label column; name it with --label")
    copies = Survey(NearDuplicates(), memory=engine.memory // SURVEY_SHARE)
    look = _Look(corpus, copies.signing, seed, size)
    none = Batch.empty(corpus.columns)
    sample = DocumentSample.draw(none.text, none.file, none.record, none.record.astype(np.uint64), {}, size, BYTES)
    places, codes, keys = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    number: dict[str | None, int] = {None: -1}
    documents = 0
    with copies:
        for seen in engine.map(look, corpus.chunks()):
            copies.add(seen.part)
            places.append(seen.places)
            keys.append(seen.part.exact[:, 0].copy())
            codes.append(np.array([number.setdefault(x, len(number) - 1) for x in seen.labels], np.int64))
            sample = sample.merge(seen.sample)
            documents += len(seen.places)
            count(len(seen.places), seen.unreadable)
            if progress is not None:
                progress(documents, seen.done, corpus.size)
            if len(number) > MOST_LABELS:
                raise InputError(
                    f"the column {corpus.columns.label!r} has more than {MOST_LABELS:,} values, which are no labels"
                )
        where = np.concatenate(places)
        cluster = copies.clusters(lambda numbers: corpus.fetch(address_list(where[numbers])))
    names = tuple(name for name in number if name is not None)
    found = _Known(
        corpus, engine, where, names, np.concatenate(codes), Copied(np.concatenate(keys), cluster), sample, embed, most
    )
    return Surveyed(where, names, found.codes, found.copied, sample, found.judged(seed))


@dataclass(frozen=True, eq=False)
class _Known:
    """What the first reading found."""

    corpus: Corpus
    engine: Engine
    places: NDArray[np.uint64]
    names: tuple[str, ...]
    codes: Codes
    copied: Copied
    sample: DocumentSample
    embed: Model | None = None
    most: int = MOST

    def judged(self, seed: int) -> Judged | None:
        """Every label that is not rare, judged; None where there are not two."""
        rows = np.searchsorted(self.places, addresses(self.sample.file, self.sample.record))
        classes = self._classes(rows)
        if len(classes) < 2:
            return None
        number = np.array([*classes.codes(self.names), -1], np.int64)
        codes = number[self.codes]
        fold = folds(self.copied.keys, codes, together=self.copied.cluster, seed=seed)
        models, vectors = FoldModels.fit(
            self.sample.text, codes[rows], len(classes), fold[rows], self.engine.map, self.embed
        )
        own = np.flatnonzero(codes >= 0)
        row = np.where(codes >= 0, np.cumsum(codes >= 0) - 1, -1)  # of each document, among those that are judged
        chances = room(len(own), len(classes), self.engine.memory)
        if len(self.sample) == self.sample.of:
            kept = codes[rows] >= 0
            chances[row[rows[kept]]] = models.of(vectors, fold[rows])[kept]
        else:
            self._ask(models, fold, row, chances)
        let_go(chances)
        return Judged(classes.names, own, codes[own], chances)

    def _classes(self, rows: NDArray[np.int64]) -> Classes:
        """Those that are not rare among the documents that are learnt from, and are not told by copies of one alone."""
        codes = self.codes[rows]
        counts = np.bincount(codes[codes >= 0], minlength=len(self.names)).tolist()
        counts = self.copied.learnable(counts, codes, rows)
        return Classes.of(dict(zip(self.names, counts, strict=True)), self.most)

    def _ask(self, models: FoldModels, fold: Codes, row: Codes, chances: Floats) -> None:
        """What the models say of every document, which are read again for it, into its row of `chances`."""

        def ask(chunk: Chunk) -> tuple[Codes, Floats]:
            batch = self.corpus.parse(chunk)
            number = np.searchsorted(self.places, addresses(batch.file, batch.record))
            return row[number], models(batch.text, fold[number])

        for at, found in self.engine.map(ask, self.corpus.chunks()):
            chances[at[at >= 0]] = found[at >= 0]
            let_go(chances)


def given(
    labels: Sequence[str | None], values: Callable[[], Iterable[tuple[int, Mapping[str, float] | None]]], memory: int
) -> Judged | None:
    """Labels judged by chances that came with them: `values` gives documents, ascending, with a mapping of labels to chances or None.

    It is asked twice. InputError where a chance is no number from 0 to 1, or a label has none.

    >>> found = given(["a", "b"], lambda: enumerate([{"a": 0.9, "b": 0.1}, {"a": 0.8, "b": 0.2}]), 1 << 20)
    >>> found.quality.tolist()
    [0.9, 0.2]
    """
    seen: set[str] = set()
    judged: list[int] = []
    for row, value in values():
        seen.update(value or ())
        if value is not None and labels[row] is not None:
            judged.append(row)
    names = sorted(seen)
    number: dict[str | None, int] = {name: at for at, name in enumerate(names)}
    if len(names) < 2 or not judged:
        return None
    rows = np.array(judged, np.int64)
    chances = room(len(rows), len(names), memory)
    told = ((row, value) for row, value in values() if value is not None and labels[row] is not None)
    for at, (row, value) in enumerate(told):
        if labels[row] not in number:
            raise InputError(
                f"document {row + 1}: no probability is given for its label {labels[row]!r}; {', '.join(names)} have one"
            )
        line = [value.get(name, 0.0) for name in names]
        if not all(isinstance(p, int | float) and 0 <= p <= 1 for p in line):
            raise InputError(f"document {row + 1}: a probability is a number from 0 to 1, got {value}")
        chances[at] = line
    let_go(chances)
    return Judged(tuple(names), rows, np.array([number[labels[row]] for row in judged], np.int64), chances)
