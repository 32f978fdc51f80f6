"""`Texts`: what a profile measures of texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from dataqual import catalog
from dataqual.corpus import Batch, Columns, Corpus
from dataqual.document_sample import BYTES, DocumentSample
from dataqual.languages import telling
from dataqual.languages.telling import Method, labelled
from dataqual.measured import Measured
from dataqual.metrics.groups import Groups
from dataqual.metrics.languages import Languages
from dataqual.metrics.personal_data import PersonalData
from dataqual.metrics.script_mix import ScriptMix
from dataqual.metrics.stale_dates import StaleDates
from dataqual.near_duplicates import NearDuplicates, Part, Signing, Survey
from dataqual.operators import Metric, Signal
from dataqual.profiling import sections
from dataqual.profiling.options import Options
from dataqual.profiling.plan import Plan, Subject
from dataqual.profiling.rule_choice import Choice, chosen_for


@dataclass(frozen=True)
class Texts(Subject):
    """Languages, scripts, personal data and dates of documents, and their copies by MinHash."""

    view: ClassVar = "text"

    signing: Signing = field(default_factory=lambda: Signing(NearDuplicates()))
    languages: Method | None = None
    """How languages are told; None where they are not."""
    sections: tuple[str, ...] = ()
    """Which of `dataqual.profiling.sections` are read."""
    choice: Choice | None = None
    """By what the rule sets were chosen; None where they were named."""

    @classmethod
    def plan(cls, corpus: Corpus, options: Options, *, table: bool) -> Plan:
        """What is asked of a corpus; rule sets are those of its scripts, unless they are named."""
        choice = chosen_for(corpus) if options.rules is None else None
        told = options.language if options.language != "none" and telling.installed() else None
        read = sections.chosen(options.skip, corpus.columns)
        subject = cls(Signing(NearDuplicates(), options.near_copies), told, read, choice)
        names = choice.names if choice else options.rules or ()
        return Plan.of(subject, corpus, names, table=table, seed=options.seed)

    def signals(self, columns: Columns) -> dict[str, Signal]:
        found = catalog.profiled("text")
        return {name: signal for name, signal in found.items() if columns.turns or not signal.of_turns}

    def metrics(self, plan: Plan) -> dict[str, Metric[Any]]:
        metrics: dict[str, Metric[Any]] = {"script_mix": ScriptMix(), "personal_totals": PersonalData()}
        if plan.columns.date is not None:
            metrics["stale_dates"] = StaleDates()
        if self.languages:
            metrics["languages"] = Languages(self.languages)
        return metrics

    def groups(self, role: str, plan: Plan) -> Groups:
        return Groups(role, plan.rule_sets)

    @property
    def grouping(self) -> tuple[str, ...]:
        return ("language",) if self.languages else ()

    def told(self, batch: Batch) -> Batch:
        return labelled(batch, self.languages) if self.languages else batch

    def signed(self, batch: Batch) -> Part:
        return self.signing(batch.text)

    def survey(self, memory: int) -> Survey:
        return Survey(self.signing.parameters, near=self.signing.near, memory=memory)

    def sample(self, measured: Measured, seed: int, likely: float) -> DocumentSample | None:
        return measured.sample(sections.size(self.sections), seed, likely=likely) if self.sections else None

    def likely(self, batch: Batch, corpus: Corpus) -> float:
        """If all of the corpus is like the batch, and then thrice that: what is guessed too low is fetched later."""
        text = int(batch.text.offsets[-1])
        if not text:
            return 1.0
        part = min(1.0, text / max(corpus.size, 1))
        return min(1.0, 3 * part * min(sections.size(self.sections) / len(batch), BYTES / text))
