"""The pass over the corpus: map batches, merge states in order, finish the surveys, write down the facts."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch, Chunk, Corpus, Progress
from dataqual.document_sample import DocumentSample, priorities
from dataqual.engine import Local, staying
from dataqual.errors import InputError, SpecError
from dataqual.operators import ViewName
from dataqual.profiling import facts as text_facts
from dataqual.profiling.facts import Gathered
from dataqual.profiling.options import Options
from dataqual.profiling.pictures import facts as picture_facts
from dataqual.profiling.pictures.subject import Pictures
from dataqual.profiling.plan import Drawn, Plan, Seen
from dataqual.profiling.result import Kept, Profile
from dataqual.profiling.sections import Elsewhere
from dataqual.profiling.table import Addresses, Parts, SignalTable
from dataqual.profiling.texts import Texts
from dataqual.profiling.unreadable_log import UnreadableLog
from dataqual.readers.sources import as_corpus, is_path
from dataqual.views import view_of
from dataqual.views.view import CopySurvey

SURVEY_SHARE = 8
"""The survey of copies gets this part of the memory for what it compares at once."""

SUBJECTS: Mapping[ViewName, type[Texts] | type[Pictures]] = {"text": Texts, "image": Pictures}
FACTS: Mapping[ViewName, Callable[[Gathered], dict[str, Any]]] = {
    "text": text_facts.facts_of,
    "image": picture_facts.facts_of,
}


@dataclass
class Run:
    """What was gathered, in batch order."""

    states: dict[str, Any]
    files: NDArray[np.int64]
    sample: Drawn | None
    numbers: dict[str, list[NDArray[Any]]]
    documents: int = 0
    addresses: Addresses = field(default_factory=Addresses)

    @classmethod
    def of(cls, plan: Plan, corpus: Corpus) -> Run:
        """Before the first batch."""
        nothing = plan.measure(Batch.empty(corpus.columns, corpus.view))
        numbers = {name: [part] for name, part in nothing.numbers.items()}
        return cls(nothing.states, np.zeros(len(corpus.files), np.int64), nothing.sample, numbers)

    def take(self, plan: Plan, seen: Seen) -> None:
        """Add what the next batch left."""
        self.states = plan.merge(self.states, seen.states)
        self.files += seen.files
        self.documents += seen.documents
        self.addresses.add(*seen.addresses)
        self.sample = self.sample.merge(seen.sample) if self.sample and seen.sample else seen.sample
        for name, part in seen.numbers.items():
            self.numbers.setdefault(name, []).append(part)


@dataclass(frozen=True)
class Sample:
    """The documents whose addresses hash lowest: `size` of them, drawn evenly from all `of`."""

    last: int
    seed: int
    of: int

    @classmethod
    def draw(cls, corpus: Corpus, size: int, seed: int) -> Sample:
        """Read the corpus once to see how low its `size` lowest are."""
        lowest, of = np.zeros(0, np.uint64), 0
        for batch in corpus.batches():
            of += len(batch)
            lowest = np.concatenate([lowest, priorities(batch.file, batch.record, seed)])
            if len(lowest) > size:
                lowest = np.partition(lowest, size - 1)[:size]
        return cls(int(lowest.max(initial=0)), seed, of)

    def of_batch(self, batch: Batch) -> Batch:
        """The documents of `batch` that are in the sample."""
        return batch.where(priorities(batch.file, batch.record, self.seed) <= np.uint64(self.last))


@dataclass(frozen=True)
class Look:
    """What is done with a chunk, in any thread or process: read it, measure it, put its rows of the table aside."""

    corpus: Corpus
    plan: Plan
    sample: Sample | None
    parts: Parts

    def __call__(self, chunk: Chunk) -> Looked:
        batch = self.corpus.parse(chunk)
        of_sample = self.sample.of_batch(batch) if self.sample else batch
        likely = 1.0 if self.sample else self.plan.subject.likely(batch, self.corpus)
        seen = self.plan.measure(of_sample, likely=likely)
        self.parts.write(chunk.index, seen.table)
        return Looked(chunk.index, chunk.done, len(batch), replace(seen, table=pl.DataFrame()))


@dataclass(frozen=True)
class Looked:
    """What a chunk left behind, without the chunk: it may have to wait for an earlier one."""

    batch: int
    done: int
    """Bytes of input read up to its end."""
    documents: int
    """In it, before any sample was drawn."""
    found: Seen


class Clock:
    """When it began, and what each stage took, in seconds."""

    def __init__(self) -> None:
        self._started, self._last = datetime.now(UTC), time.perf_counter()
        self._stages: dict[str, float] = {}

    def tick(self, stage: str) -> None:
        """That stage ends now."""
        now = time.perf_counter()
        self._stages[stage], self._last = now - self._last, now

    def facts(self) -> dict[str, Any]:
        """As they stand in the `run` block."""
        return {
            "started": self._started.isoformat(timespec="seconds"),
            "seconds": round(sum(self._stages.values()), 3),
            "stages": {stage: round(seconds, 3) for stage, seconds in self._stages.items()},
        }


def profile(
    source: Any,
    *,
    options: Options | None = None,
    signals: str | Path | None = None,
    unreadable: str | Path | None = None,
    progress: Progress | None = None,
    inputs: Sequence[str] | None = None,
    early: Callable[[Mapping[str, Any]], None] | None = None,
    **asked: Any,
) -> Profile:
    """What is in a corpus, what is wrong with it and what would mend it, in one pass.

    `source` is a `Corpus`, a path, glob or folder (or a list of them), or documents in memory as `Corpus.of`
    takes them. `asked` are the fields of `Options`, and for paths the arguments of `dataqual.read`. `signals`
    names a parquet file to write with one row per document, `unreadable` one for the records that could not be read.
    `early` is called with the facts of the signals while the others are still made.

    Raises NoDocuments where nothing is readable and TooManyUnreadable where more than the corpus allows is not.
    """
    own = {name: asked.pop(name) for name in list(asked) if name in Options.__dataclass_fields__}
    options = replace(options or Options(), **own)
    corpus = as_corpus(source, text=options.text, also=Options.__dataclass_fields__, dates=True, **asked)
    for result in (signals, unreadable):
        check_result(result, corpus)
    clock = Clock()
    engine = Local(workers=options.workers, max_memory=options.max_memory)
    if options.embeddings is not None and not view_of(corpus).has_text:
        raise SpecError("--embeddings: vectors of texts, which pictures have not; leave it out")
    plan = SUBJECTS[corpus.view].plan(corpus, options, table=signals is not None)
    survey = plan.subject.survey(engine.memory // SURVEY_SHARE)
    with staying(), survey, SignalTable(signals, corpus) as table, UnreadableLog(corpus, unreadable) as log:
        sample = Sample.draw(corpus, options.sample, options.seed) if options.sample is not None else None
        run = _pass_over(Look(corpus, plan, sample, table.parts), engine, survey, table, log, progress)
        clock.tick("measure")
        log.count.check(corpus)
        told = _asked(corpus, options, plan), _inputs(source, inputs, corpus)
        with ThreadPoolExecutor(1) as beside:  # compiled code of another core
            gathered = _gathered(run, plan, corpus, survey, beside, log, sample, *told)
            gathered = replace(gathered, threads=engine.threads, elsewhere=_elsewhere(engine, corpus), early=early)
            joined = beside.submit(lambda: table.finish(gathered.copies))
            facts = FACTS[corpus.view](gathered)
            joined.result()
    clock.tick("copies and facts")
    facts["run"] = _run(clock, engine, corpus)
    return Profile(facts, _kept(gathered))


def _gathered(
    run: Run,
    plan: Plan,
    corpus: Corpus,
    survey: CopySurvey,
    beside: ThreadPoolExecutor,
    log: UnreadableLog,
    sample: Sample | None,
    asked: Mapping[str, Any],
    inputs: Sequence[str],
) -> Gathered:
    """Everything that the facts are made of; copies are still sought, by `beside`."""

    def fetch(numbers: Sequence[int]) -> list[str]:
        return corpus.fetch([run.addresses[number] for number in numbers])

    drawn = run.sample.fetched(corpus.fetch) if isinstance(run.sample, DocumentSample) else run.sample
    return Gathered(
        corpus=corpus,
        plan=plan,
        asked=asked,
        inputs=inputs,
        sample_of=sample.of if sample else None,
        states=run.states,
        documents=run.documents,
        files=run.files,
        unreadable=log.count,
        unreadable_files=log.files,
        unreadable_first=log.first,
        numbers={name: np.concatenate(parts) for name, parts in run.numbers.items()},
        found=beside.submit(survey.finish, fetch),
        addresses=run.addresses,
        fetch=fetch,
        sample=drawn,
    )


def _elsewhere(engine: Local, corpus: Corpus) -> Elsewhere | None:
    """`map` in the processes that helped to measure and are still there; None where none did."""
    if not engine.helpers(corpus.size):
        return None
    return partial(engine.map, size=corpus.size, beside=True)


def _kept(gathered: Gathered) -> Kept:
    """What a profile keeps beside its facts, for who compares it."""
    sketches = {name: gathered.state(f"signal:{name}") for name in gathered.plan.signals}
    sample = gathered.sample if isinstance(gathered.sample, DocumentSample) else None
    return Kept(sketches, sample, gathered.corpus)


def _run(clock: Clock, engine: Local, corpus: Corpus) -> dict[str, Any]:
    """What depends on the machine and the day."""
    return clock.facts() | {
        "workers": engine.threads,
        "max_memory": engine.memory,
        "input_bytes": corpus.size,
        "python": sys.version.split()[0],
    }


def check_result(path: str | Path | None, corpus: Corpus) -> None:
    """InputError where a result would take the place of a folder or of one of the inputs."""
    if path is not None and corpus.holds(path):
        raise InputError(f"{path} is one of the inputs, which are never overwritten; choose another folder with -o")
    if path is not None and Path(path).is_dir():
        raise InputError(f"{path} is a folder where a result must go; choose another folder with -o")


def _pass_over(
    look: Look,
    engine: Local,
    survey: CopySurvey,
    table: SignalTable,
    log: UnreadableLog,
    progress: Progress | None,
) -> Run:
    """Measure every batch, wherever there is room; take what each leaves in batch order."""
    corpus, plan = look.corpus, look.plan
    run = Run.of(plan, corpus)
    with closing(
        engine.map(look, corpus.chunks(), size=corpus.size)
    ) as looked:  # nothing goes on when a user breaks off
        for seen in looked:
            run.take(plan, seen.found)
            survey.add(seen.found.copies)
            table.add(seen.batch, seen.found.documents)
            log.add(seen.documents, seen.found.unreadable)
            if progress is not None:
                progress(run.documents, seen.done, corpus.size)
    run.addresses.close()
    return run


def _asked(corpus: Corpus, options: Options, plan: Plan) -> dict[str, Any]:
    """The options that determine the facts; rule sets that were not named are those that were taken."""
    taken = [rule_set.name for rule_set in plan.rule_sets] if options.rules is None else [*options.rules]
    return {
        "text": options.text,
        **{role: name for role, name in corpus.asked.items() if role != "txt"},
        "txt": getattr(corpus, "txt", None),
        "rules": taken,
        "near_copies": options.near_copies,
        "skip": [*options.skip],
        "people": [*options.people],
        "census": options.census,
        "embeddings": options.embeddings,
        "language": options.language,
        "sample": options.sample,
        "seed": options.seed,
        "max_unreadable": corpus.max_unreadable,
    }


def _inputs(source: Any, inputs: Sequence[str] | None, corpus: Corpus) -> list[str]:
    """What the user called the input: `inputs` if given, [] for the embedded sample."""
    if inputs is not None:
        return list(inputs)
    if is_path(source):
        return [str(path) for path in (source if isinstance(source, list | tuple) else [source])]
    return [file.path for file in corpus.files]
