"""What a study needs beside its file, looked at before anything runs or is written: files, columns, packages, models on disk.

Of a corpus only the beginning is read, and what each grade makes of a few documents there is tried: that finds a missing
package, a column that is not there, a step for pictures among texts. What only the whole corpus can tell (whether enough of
it is left) is told when it is prepared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dataqual.corpus import Batch, Chunk, Corpus, Piece, Rows
from dataqual.engine import Local
from dataqual.errors import DataqualError, InputError, MissingExtra, UnknownColumn
from dataqual.operators import Step
from dataqual.readers import ReadCount
from dataqual.rewriting import check_views
from studies.data.tokenizing import needs
from studies.design.probe_keys import Asked
from studies.design.sources import Grade
from studies.design.study import Study
from studies.evaluating import extracting
from studies.preparing import probes as probe_preparing
from studies.preparing.opening import corpus_of, neutral_of, probe_of, told_at

FEW = 64
"""Documents on which grades are tried: every step is cheap on so many."""
SMALL = 16 << 20
"""Bytes of labelled text up to which all of it is looked at: some seconds at most."""
LINES = ("jsonl", "json", "csv", "tsv", "txt", "md")
"""Formats whose files are no shorter than the text in them."""


def look_at(study: Study) -> None:
    """Look at all that a study reads; the first thing that is wrong is told by its key: InputError, UnknownColumn, SpecError, MissingExtra.

    A study that came in a pack has all of it already.
    """
    if study.pack is not None:
        return
    with told_at(f"{study.where}.tokenizer"):
        needs(study.tokenizer)
    corpus = corpus_of(study)
    first = _first(corpus, f"{study.where}.corpus")
    if study.pictures is None:
        _check_length(study, corpus)
        _look_at_neutral(study, corpus)
    elif study.pictures.extractor is not None:
        with told_at(f"{study.where}.extractor"):
            extracting.named(Path(study.pictures.extractor))
            extracting.opened(Path(study.pictures.extractor))
    for grade in study.grades:
        _try(grade, corpus, first, f"{study.where}.grades.{grade.name}")
    for probe in study.probes:
        _look_at_probe(study, probe)


def _first(corpus: Corpus, where: str) -> Batch:
    """The first documents that can be read; NoDocuments where none can."""
    count = ReadCount()
    with told_at(where):
        for batch in corpus.batches():
            if len(batch):
                return batch.take(np.arange(min(len(batch), FEW)))
            count.add(0, batch.unreadable)
        count.check(corpus)
    raise AssertionError("a corpus without documents is refused")


def _look_at_neutral(study: Study, corpus: Corpus) -> None:
    neutral = neutral_of(study)
    where = f"{study.where}.held_out.neutral"
    _first(neutral, where)
    if study.neutral is not None and all(corpus.holds(file.path) for file in neutral.files):
        raise InputError(
            f"{where}: is a part of the corpus, and no grade may share text with it: name text of another kind, or leave "
            "neutral out"
        )


def _check_length(study: Study, corpus: Corpus) -> None:
    """InputError where the corpus is sure to be too short for the different tokens that are asked for: none is of less than a byte."""
    known = all(file.packed is None and file.format in LINES for file in corpus.files)
    adding = any(step.adds for grade in study.grades for step in grade.steps)
    if known and not adding and study.longest > corpus.size + len(corpus.files):
        raise InputError(
            f"{study.where}.{study.stops_key}: {study.longest:,} different ones are asked for, and the corpus has "
            f"{corpus.size:,} bytes in all: ask for fewer, let them repeat (repeats), or give it more text"
        )


def _try(grade: Grade, corpus: Corpus, first: Batch, where: str) -> None:
    """What a grade makes of a few documents; what a step says of so few alone, such as that they are too few, is no fault."""
    few, engine = First.beginning(corpus), Local(1)
    with told_at(where):
        check_views(grade.steps, corpus)
        for step in grade.steps:
            try:
                ready: Step = step.prepare(few, engine)
            except (MissingExtra, UnknownColumn):
                raise
            except DataqualError:
                return
            if step.adds:  # a model may write: that takes its time
                return
            first, _ = ready(first)


def _look_at_probe(study: Study, asked: Asked) -> None:
    """All of labelled text that is short; of any other the columns at its beginning."""
    where, corpus = f"{study.where}.probes.{asked.name}", probe_of(study, asked)
    if corpus.size <= SMALL:
        probe_preparing.draw(asked, corpus, where)
        return
    try:
        probe_preparing.draw(asked, First.beginning(corpus), where)
    except UnknownColumn:
        raise
    except InputError:  # the beginning may be too short, or of one class: the rest will tell
        return


@dataclass(frozen=True)
class First(Corpus):
    """The beginning of a corpus: its first piece, and of that few documents."""

    source: Corpus = field(kw_only=True)

    @classmethod
    def beginning(cls, corpus: Corpus) -> First:
        """That of a corpus."""
        return cls(corpus.files, corpus.columns, corpus.notes, corpus.max_unreadable, source=corpus)

    @property
    def view(self) -> str:
        """Of the source."""
        return self.source.view

    def pieces(self) -> Iterator[Piece]:
        """The first one alone."""
        for piece in self.source.pieces():
            yield piece
            return

    def rows(self, piece: Piece) -> Rows:
        """Those of the source."""
        return self.source.rows(piece)

    def parse(self, chunk: Chunk) -> Batch:
        """Few of them."""
        batch = self.source.parse(chunk)
        return batch.take(np.arange(min(len(batch), FEW)))

    def fetch(self, addresses: Any) -> list[str]:
        """From the source."""
        return self.source.fetch(addresses)

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Those of the source."""
        return self.source.records(piece)
