"""The pass over the corpus: map batches, merge states in order, finish the surveys, write down the facts."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch, Chunk, Corpus, Progress
from dataqual.document_sample import BYTES, DocumentSample, priorities
from dataqual.engine import Local
from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.languages import telling
from dataqual.near_duplicates import Survey
from dataqual.profiling import sections
from dataqual.profiling.facts import Gathered, facts_of
from dataqual.profiling.pictures.running import profile_pictures
from dataqual.profiling.plan import Plan, Seen
from dataqual.profiling.result import Kept, Profile
from dataqual.profiling.sections import people
from dataqual.profiling.table import Addresses, Parts, SignalTable
from dataqual.profiling.unreadable_log import UnreadableLog
from dataqual.readers.sources import as_corpus, is_path

SURVEY_SHARE = 8
"""The survey of copies gets this part of the memory for what it compares at once."""


@dataclass(frozen=True)
class Options:
    """What was asked of a profile; with the input it determines every fact."""

    rules: Sequence[str] | None = None
    """Names of rule sets, or the one name; None for those that fit what it is written in, () for none."""
    near_copies: bool = True
    sample: int | None = None
    """Profile this many documents, drawn evenly by address and seed; None for all."""
    seed: int = 0
    language: Literal["fast", "exact", "none"] = "fast"
    """How languages are told: by the beginning of each document, by all of it, or not at all."""
    skip: Sequence[str] = ()
    """Names of `profiling.sections` that are left out, or the one name."""
    people: Sequence[str] = ()
    """Files of words for people that are added to ours in the section on people, or the one file."""
    census: str | None = None
    """A table of the shares that groups of people should have, see `dataqual.people.reference`."""
    text: str | None = None
    """The column that was named as the text; None where it was found."""
    workers: int | None = field(default=None, compare=False)
    max_memory: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.rules is not None:
            object.__setattr__(self, "rules", (self.rules,) if isinstance(self.rules, str) else tuple(self.rules))
        object.__setattr__(self, "skip", (self.skip,) if isinstance(self.skip, str) else tuple(self.skip))
        object.__setattr__(self, "people", (self.people,) if isinstance(self.people, str) else tuple(self.people))
        if self.people or self.census:
            people.checked(self.people, self.census)
        allowed = (*get_args(telling.Method), "none")
        if self.language not in allowed:
            raise SpecError(
                f"language: {self.language!r} is no way to tell languages; {did_you_mean(self.language, allowed)}"
            )
        if self.sample is not None and self.sample < 1:
            raise InputError(f"sample: {self.sample} documents cannot be profiled; give 1 or more")


@dataclass
class Run:
    """What was gathered, in batch order."""

    states: dict[str, Any]
    files: NDArray[np.int64]
    documents: int = 0
    addresses: Addresses = field(default_factory=Addresses)
    ids: list[NDArray[np.uint64]] = field(default_factory=list)
    groups: dict[str, list[NDArray[np.uint64]]] = field(default_factory=dict)
    sample: DocumentSample | None = None

    def take(self, plan: Plan, seen: Seen) -> None:
        """Add what the next batch left."""
        self.states = plan.merge(self.states, seen.states)
        self.files += seen.files
        self.documents += seen.documents
        self.addresses.add(*seen.addresses)
        self.ids.append(seen.ids)
        self.sample = self.sample.merge(seen.sample) if self.sample and seen.sample else seen.sample
        for role, hashes in seen.groups.items():
            self.groups.setdefault(role, []).append(hashes)


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
        seen = self.plan.measure(of_sample, likely=1.0 if self.sample else self._likely(batch))
        self.parts.write(chunk.index, seen.table)
        return Looked(chunk.index, chunk.done, len(batch), replace(seen, table=pl.DataFrame()))

    def _likely(self, batch: Batch) -> float:
        """Up to which share of all priorities the documents of this batch are likely to be in the sample of the corpus.

        If all of the corpus is like the batch, and then thrice that: what is guessed too low is fetched later.
        """
        text = int(batch.text.offsets[-1])
        if not text:
            return 1.0
        part = min(1.0, text / max(self.corpus.size, 1))
        size = sections.size(self.plan.sections)
        return min(1.0, 3 * part * min(size / len(batch), BYTES / text))


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
    **asked: Any,
) -> Profile:
    """What is in a corpus, what is wrong with it and what would mend it, in one pass.

    `source` is a `Corpus`, a path, glob or folder (or a list of them), or documents in memory as `Corpus.of`
    takes them. `asked` are the fields of `Options`, and for paths the arguments of `dataqual.read`. `signals`
    names a parquet file to write with one row per document, `unreadable` one for the records that could not be read.

    Raises NoDocuments where nothing is readable and TooManyUnreadable where more than the corpus allows is not.
    """
    own = {name: asked.pop(name) for name in list(asked) if name in Options.__dataclass_fields__}
    options = replace(options or Options(), **own)
    corpus = as_corpus(source, text=options.text, also=Options.__dataclass_fields__, dates=True, **asked)
    for result in (signals, unreadable):
        check_result(result, corpus)
    clock = Clock()
    engine = Local(workers=options.workers, max_memory=options.max_memory)
    if corpus.view == "image":
        facts, sketches = profile_pictures(
            corpus,
            engine,
            rules=options.rules,
            sample=Sample.draw(corpus, options.sample, options.seed) if options.sample is not None else None,
            seed=options.seed,
            near_copies=options.near_copies,
            skip=options.skip,
            asked=_asked(corpus, options, None),
            inputs=_inputs(source, inputs, corpus),
            signals=signals,
            unreadable=unreadable,
            progress=progress,
        )
        clock.tick("measure")
        return Profile(facts | {"run": _run(clock, engine, corpus)}, Kept(sketches, None, corpus))
    method = options.language if options.language != "none" and telling.installed() else None
    plan = Plan.of(
        corpus,
        options.rules,
        near_copies=options.near_copies,
        table=signals is not None,
        languages=method,
        skip=options.skip,
        seed=options.seed,
    )
    survey = Survey(plan.signing.parameters, near=plan.signing.near, memory=engine.memory // SURVEY_SHARE)
    with survey, SignalTable(signals, corpus) as table, UnreadableLog(corpus, unreadable) as log:
        sample = Sample.draw(corpus, options.sample, options.seed) if options.sample is not None else None
        run = _pass_over(Look(corpus, plan, sample, table.parts), engine, survey, table, log, progress)
        clock.tick("measure")
        log.count.check(corpus)

        def fetch(numbers: Sequence[int]) -> list[str]:
            return corpus.fetch([run.addresses[number] for number in numbers])

        copies = survey.finish(fetch)
        gathered = Gathered(
            corpus=corpus,
            plan=plan,
            asked=_asked(corpus, options, plan),
            inputs=_inputs(source, inputs, corpus),
            sample_of=sample.of if sample else None,
            states=run.states,
            documents=run.documents,
            files=run.files,
            unreadable=log.count,
            unreadable_files=log.files,
            unreadable_first=log.first,
            ids=_joined(run.ids),
            groups={role: _joined(parts) for role, parts in run.groups.items()},
            copies=copies,
            addresses=run.addresses,
            fetch=fetch,
            sample=run.sample.fetched(corpus.fetch) if run.sample else None,
            threads=engine.threads,
        )
        with ThreadPoolExecutor(1) as beside:  # compiled code of another core
            joined = beside.submit(table.finish, copies)
            facts = facts_of(gathered)
            joined.result()
    clock.tick("copies and facts")
    facts["run"] = _run(clock, engine, corpus)
    sketches = {name: gathered.state(f"signal:{name}") for name in plan.signals}
    return Profile(facts, Kept(sketches, gathered.sample, corpus))


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
    survey: Survey,
    table: SignalTable,
    log: UnreadableLog,
    progress: Progress | None,
) -> Run:
    """Measure every batch, wherever there is room; take what each leaves in batch order."""
    corpus, plan = look.corpus, look.plan
    nothing = plan.measure(Batch.empty(corpus.columns))
    run = Run(nothing.states, np.zeros(len(corpus.files), np.int64), sample=nothing.sample)
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


def _asked(corpus: Corpus, options: Options, plan: Plan | None) -> dict[str, Any]:
    """The options that determine the facts."""
    return {
        "text": options.text,
        "txt": getattr(corpus, "txt", None),
        "rules": [*(plan.choice.names if plan and plan.choice else options.rules or ())],
        "near_copies": options.near_copies,
        "skip": [*options.skip],
        "people": [*options.people],
        "census": options.census,
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


def _joined(parts: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    return np.concatenate([np.zeros(0, np.uint64), *parts])
