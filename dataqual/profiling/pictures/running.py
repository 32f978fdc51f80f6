"""The pass over a corpus of pictures: map batches, merge states in order, find copies, write down the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch, Chunk, Corpus, Progress
from dataqual.engine import Local
from dataqual.images.perceptual import PictureSurvey
from dataqual.images.sample import PictureSample
from dataqual.profiling.facts import Gathered
from dataqual.profiling.pictures.facts import facts_of
from dataqual.profiling.pictures.plan import PicturePlan, PicturesSeen
from dataqual.profiling.table import Addresses, Parts, SignalTable
from dataqual.profiling.unreadable_log import UnreadableLog
from dataqual.sketch import Sketch

SURVEY_SHARE = 8
"""The survey of copies gets this part of the memory."""


class Sampled(Protocol):
    """A part of a corpus that was drawn."""

    @property
    def of(self) -> int:
        """From how many."""

    def of_batch(self, batch: Batch) -> Batch:
        """What of a batch is in it."""


@dataclass(frozen=True)
class Look:
    """What is done with a chunk, in any thread or process: decode it, measure it, put its rows of the table aside."""

    corpus: Corpus
    plan: PicturePlan
    sample: Sampled | None
    parts: Parts

    def __call__(self, chunk: Chunk) -> tuple[int, int, int, PicturesSeen]:
        """Number of the batch, bytes of input up to its end, pictures in it before a sample was drawn, what was seen."""
        batch = self.corpus.parse(chunk)
        seen = self.plan.measure(self.sample.of_batch(batch) if self.sample else batch)
        self.parts.write(chunk.index, seen.table)
        return chunk.index, chunk.done, len(batch), replace(seen, table=pl.DataFrame())


@dataclass
class Run:
    """What was gathered, in batch order."""

    states: dict[str, Any]
    files: NDArray[np.int64]
    documents: int = 0
    addresses: Addresses = field(default_factory=Addresses)
    ids: list[NDArray[np.uint64]] = field(default_factory=list)
    sides: list[NDArray[np.float32]] = field(default_factory=list)
    groups: dict[str, list[NDArray[np.uint64]]] = field(default_factory=dict)
    sample: PictureSample | None = None

    def take(self, plan: PicturePlan, seen: PicturesSeen) -> None:
        """Add what the next batch left."""
        self.states = plan.merge(self.states, seen.states)
        self.files += seen.files
        self.documents += seen.documents
        self.addresses.add(*seen.addresses)
        self.ids.append(seen.ids)
        self.sides.append(seen.sides)
        self.sample = self.sample.merge(seen.sample) if self.sample and seen.sample else seen.sample
        for role, hashes in seen.groups.items():
            self.groups.setdefault(role, []).append(hashes)


def profile_pictures(
    corpus: Corpus,
    engine: Local,
    *,
    rules: Sequence[str] | None,
    sample: Sampled | None,
    seed: int,
    near_copies: bool,
    skip: Sequence[str],
    asked: Mapping[str, Any],
    inputs: Sequence[str],
    signals: str | Path | None,
    unreadable: str | Path | None,
    progress: Progress | None,
) -> tuple[dict[str, Any], dict[str, Sketch]]:
    """The facts of a corpus of pictures, but for `run`, and the sketch of every signal."""
    plan = PicturePlan.of(corpus, rules, table=signals is not None, seed=seed, near_copies=near_copies, skip=skip)
    survey = PictureSurvey(plan.near, memory=engine.memory // SURVEY_SHARE)
    with survey, SignalTable(signals, corpus) as table, UnreadableLog(corpus, unreadable) as log:
        look = Look(corpus, plan, sample, table.parts)
        nothing = plan.measure(Batch.empty(corpus.columns, "image"))
        run = Run(nothing.states, np.zeros(len(corpus.files), np.int64), sample=nothing.sample)
        with closing(engine.map(look, corpus.chunks(), size=corpus.size)) as looked:
            for index, done, pictures, seen in looked:
                run.take(plan, seen)
                survey.add(seen.copies)
                table.add(index, seen.documents)
                log.add(pictures, seen.unreadable)
                if progress is not None:
                    progress(run.documents, done, corpus.size)
        run.addresses.close()
        log.count.check(corpus)

        copies = survey.finish()
        gathered = Gathered(
            corpus=corpus,
            plan=plan,
            asked={**asked, "rules": [rule_set.name for rule_set in plan.rule_sets] if rules is None else [*rules]},
            inputs=inputs,
            sample_of=sample.of if sample else None,
            states=run.states,
            documents=run.documents,
            files=run.files,
            unreadable=log.count,
            unreadable_files=log.files,
            unreadable_first=log.first,
            ids=np.concatenate([np.zeros(0, np.uint64), *run.ids]),
            groups={role: np.concatenate(parts) for role, parts in run.groups.items()},
            copies=cast(Any, copies),
            addresses=run.addresses,
            fetch=lambda numbers: [""] * len(numbers),
            sample=None,
        )
        table.finish(cast(Any, copies))
        facts = facts_of(gathered, np.concatenate([np.zeros(0, np.float32), *run.sides]), run.sample)
    return facts, {name: run.states[f"signal:{name}"] for name in plan.signals}
