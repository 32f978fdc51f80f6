"""`check`: one pass over a corpus for all checks of a suite, and the verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dataqual.checking.baseline import Baseline
from dataqual.checking.ledger import Paper, rows_of
from dataqual.checking.opening import TEXTLESS, opened
from dataqual.checking.result import Checked
from dataqual.corpus import Batch, Chunk, Columns, Corpus, Progress, Unreadable
from dataqual.engine import Local
from dataqual.errors import InputError, SpecError
from dataqual.images.perceptual import Perceptual, PictureCopies, PicturePart, PictureSigning
from dataqual.measured import Measured
from dataqual.near_duplicates import NearCopies, NearDuplicates, Part, Signing
from dataqual.profiling.table import Addresses
from dataqual.readers import ReadCount
from dataqual.readers.remote import is_url
from dataqual.suites.copies import Copies
from dataqual.suites.gauges import Gauge, Grouped, OfMetric, Sight
from dataqual.suites.looking import Looked, Table, tables
from dataqual.suites.suite import Suite, suite_of
from dataqual.suites.verdicts import Outcome
from dataqual.views import View, view_of
from dataqual.views.view import CopySurvey

SURVEY_SHARE = 8
"""An eighth of the memory is for comparing signatures, as in a profile."""


@dataclass(frozen=True)
class Seen:
    """What one chunk left behind."""

    states: list[Any]
    parts: tuple[Part | PicturePart, ...]
    documents: int
    records: int
    addresses: tuple[Any, Any]
    unreadable: Sequence[Unreadable]
    done: int


@dataclass(frozen=True)
class Look:
    """What is done with a chunk, in any thread or process: read it, measure what the checks need, and nothing else."""

    corpus: Corpus
    gauges: tuple[Gauge[Any], ...]
    signings: tuple[Signing | PictureSigning, ...]
    columns: tuple[str, ...]
    listed: bool
    names: tuple[str, ...]
    """Of the gauges, for the ledger."""
    paper: Path | None

    def __call__(self, chunk: Chunk) -> Seen:
        batch = self.corpus.parse(chunk)
        found = tables(self.corpus, chunk, self.columns, listed=self.listed)
        looked = Looked(Measured(batch), found)
        if self.paper is not None:
            rows = rows_of(self.corpus, looked, dict(zip(self.names, self.gauges, strict=True)))
            if rows.height:
                rows.write_parquet(self.paper / f"{chunk.index:09d}.parquet", compression="lz4", statistics=False)
        return self.seen(looked, chunk.done)

    def seen(self, looked: Looked, done: int = 0) -> Seen:
        """What a batch leaves."""
        batch = looked.measured.batch
        return Seen(
            [gauge.measure(looked) for gauge in self.gauges],
            tuple(signing.of_batch(batch) for signing in self.signings),
            len(batch),
            sum(map(len, looked.tables)),
            (batch.file, batch.record),
            batch.unreadable,
            done,
        )

    def nothing(self) -> list[Any]:
        """The states of an empty corpus."""
        names = self.names_there()
        empty = Table(0, np.zeros(0, np.int64), {name: [] for name in self.columns}, names, False)
        return self.seen(Looked(Measured(Batch.empty(self.corpus.columns, self.corpus.view)), (empty,))).states

    def names_there(self) -> tuple[str, ...]:
        """Names of columns that are known before a record is read: those of a frame or a parquet file."""
        if not self.listed:
            return ()
        names: dict[str, None] = dict.fromkeys(getattr(self.corpus, "names", ()))
        for file in self.corpus.files:
            if file.format == "parquet" and not is_url(file.place):
                with suppress(pl.exceptions.PolarsError, OSError):  # damage is told where it is read
                    names |= dict.fromkeys(pl.read_parquet_schema(file.place))
        return tuple(names)


def check(
    source: Any,
    suite: Any = None,
    *,
    baseline: Any = None,
    ledger: str | Path | None = None,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    inputs: Sequence[str] | None = None,
    **asked: Any,
) -> Checked:
    """Whether a corpus is as a suite says it must be, in one pass.

    `source` is a path, glob or folder (or a list of them), a polars or pandas frame, a list of str, a `Corpus`, or a
    `datasets.Dataset`, which is read slice by slice, or what else has `to_polars`. `suite` is a `Suite`, the path of a YAML file, or a list of checks as
    YAML has them; without one, that of the baseline. `baseline` is the JSON of an earlier check or a saved profile, or
    its path: a number that is surely worse than before fails, too. `ledger` names a parquet file for a row on every
    document that is not as expected. `asked` are the arguments of `dataqual.read`.

    Raises SpecError for a suite that is wrong, NoDocuments where nothing is readable, and TooManyUnreadable where more
    than the corpus allows is not.

    >>> checked = check(["one two", "three"], [{"signal": "word_count", "min": 2, "mostly": 0.9}])
    >>> checked.ok, checked.failures[0].value
    (False, 0.5)
    """
    before = Baseline.of(baseline) if baseline is not None else None
    if suite is None:
        if before is None:
            raise SpecError("name a suite of checks, or a baseline that has one")
        suite = before.suite
    wanted = suite_of(suite)
    corpus = opened(source, wanted, **asked)
    wanted = _grouped(wanted, corpus.columns)
    engine = Local(workers=workers, max_memory=max_memory)
    with ExitStack() as stack:
        paper = stack.enter_context(Paper(ledger, corpus)) if ledger is not None else None
        sights, count = _pass_over(wanted, corpus, engine, paper, progress, stack)
        if paper is not None:
            paper.publish()
    outcomes = [_without_column(one.judge(sights[one.gauge]), corpus) for one in wanted.checks]
    warnings = list(count.warnings(corpus))
    if before is not None:
        outcomes = before.compare(outcomes)
        warnings += before.passed_over(outcomes)
    return Checked(
        wanted,
        tuple(outcomes),
        tuple(inputs if inputs is not None else _inputs(source, corpus)),
        tuple(file.path for file in corpus.files),
        tuple(file.format for file in corpus.files),
        count.documents,
        dict(count.kinds),
        tuple(warnings),
        {name: getattr(corpus.columns, name) for name in ("text", "id", "label", "group")},
        corpus.view,
        before.name if before else None,
        str(ledger) if ledger is not None else None,
        options=corpus.options,
    )


def _without_column(outcome: Outcome, corpus: Corpus) -> Outcome:
    """Where nothing can be told for want of a column of labels or dates, the outcome that says so."""
    gauge = outcome.check.gauge.gauge if isinstance(outcome.check.gauge, Grouped) else outcome.check.gauge
    if outcome.status != "cannot tell" or not isinstance(gauge, OfMetric):
        return outcome
    if gauge.metric.of_labels and corpus.columns.label is None:
        return replace(outcome, why="the corpus has no label column; name it with --label")
    if gauge.metric.of_dates and corpus.columns.date is None:
        return replace(outcome, why="the corpus has no date column; name it with --date")
    return outcome


def _pass_over(
    suite: Suite, corpus: Corpus, engine: Local, paper: Paper | None, progress: Progress | None, stack: ExitStack
) -> tuple[Mapping[Gauge[Any], Sight], ReadCount]:
    """What every gauge saw, and what was read."""
    gauges = tuple(dict.fromkeys(one.gauge for one in suite.checks))
    names = tuple(next(one.name for one in suite.checks if one.gauge == gauge) for gauge in gauges)
    surveys = _surveys(gauges, engine, stack, view_of(corpus))
    signings = tuple(survey.signing for survey in surveys.values())
    folder = paper.folder if paper is not None else None
    look = Look(corpus, gauges, signings, suite.columns, suite.listed, names, folder)
    states, count, addresses, records = look.nothing(), ReadCount(), Addresses(), 0
    textless = not suite.documents or corpus.columns.text in suite.columns
    with closing(engine.map(look, corpus.chunks(), size=corpus.size)) as looked:
        for seen in looked:
            states = [g.merge(a, b) for g, a, b in zip(gauges, states, seen.states, strict=True)]
            for survey, part in zip(surveys.values(), seen.parts, strict=True):
                survey.add(part)
            if surveys:
                addresses.add(*seen.addresses)
            records += seen.records
            count.add(seen.documents, [bad for bad in seen.unreadable if not textless or bad.kind not in TEXTLESS])
            if progress is not None:
                progress(count.documents, seen.done, corpus.size)
    if suite.documents or not records:
        count.check(corpus)
    elif count.unreadable > corpus.max_unreadable * (records + count.unreadable):
        count.documents = records
        count.check(corpus)
    addresses.close()
    copies = _finished(surveys, corpus, addresses)
    if paper is not None:
        for parameters, found in copies.items():
            asked = {
                name: g
                for name, g in zip(names, gauges, strict=True)
                if isinstance(g, Copies) and g.parameters == parameters
            }
            paper.add_copies(found, addresses, asked)
    sights = {
        gauge: gauge.seen(copies[gauge.parameters], addresses) if isinstance(gauge, Copies) else gauge.read(state)
        for gauge, state in zip(gauges, states, strict=True)
    }
    return sights, count


def _surveys(
    gauges: Sequence[Gauge[Any]], engine: Local, stack: ExitStack, view: View
) -> dict[NearDuplicates | Perceptual, CopySurvey]:
    """One survey for each set of parameters, of exact copies alone where nobody asks for near ones."""
    asked = [gauge for gauge in gauges if isinstance(gauge, Copies)]
    surveys: dict[NearDuplicates | Perceptual, CopySurvey] = {}
    for parameters in dict.fromkeys(gauge.parameters for gauge in asked):
        near = any(gauge.kind == "near_copies" for gauge in asked if gauge.parameters == parameters)
        survey = view.survey(view.near(parameters) if near else None, memory=engine.memory // SURVEY_SHARE)
        surveys[parameters] = stack.enter_context(survey)
    return surveys


def _finished(
    surveys: Mapping[NearDuplicates | Perceptual, CopySurvey], corpus: Corpus, addresses: Addresses
) -> dict[NearDuplicates | Perceptual, NearCopies | PictureCopies]:
    def fetch(numbers: Sequence[int]) -> list[str]:
        return corpus.fetch([addresses[number] for number in numbers])

    return {parameters: survey.finish(fetch) for parameters, survey in surveys.items()}


def _grouped(suite: Suite, columns: Columns) -> Suite:
    """The suite with the columns by which checks group; InputError where the corpus has none."""
    for role in dict.fromkeys(one.gauge.role for one in suite.checks if isinstance(one.gauge, Grouped)):
        column = getattr(columns, role)
        if column is None:
            raise InputError(
                f"{suite.name}: a check is by {role}, and no column is known for it; name one with --{role}"
            )
        suite = suite.grouped(role, column)
    return suite


def _inputs(source: Any, corpus: Corpus) -> list[str]:
    if isinstance(source, str | Path):
        return [str(source)]
    if isinstance(source, list | tuple) and source and all(isinstance(one, Path) for one in source):
        return [str(one) for one in source]
    return [file.path for file in corpus.files]
