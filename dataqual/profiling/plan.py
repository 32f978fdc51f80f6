"""What is measured on every batch, and the state it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual import catalog
from dataqual.corpus import Batch, Columns, Corpus, Unreadable
from dataqual.document_sample import DocumentSample
from dataqual.errors import SpecError
from dataqual.faults import SHARES
from dataqual.languages.telling import Method, labelled
from dataqual.lazy import lazy
from dataqual.measured import Measured
from dataqual.metrics.distribution import Distribution
from dataqual.metrics.documents import Documents
from dataqual.metrics.groups import Groups
from dataqual.metrics.languages import Languages
from dataqual.metrics.personal_data import PersonalData
from dataqual.metrics.rule_failures import RuleFailures
from dataqual.metrics.script_mix import ScriptMix
from dataqual.metrics.share import Share
from dataqual.metrics.stale_dates import StaleDates
from dataqual.near_duplicates import NearDuplicates, Part, Signing
from dataqual.operators import Metric, Signal
from dataqual.profiling import sections
from dataqual.profiling.rule_choice import Choice, chosen_for
from dataqual.rules import RuleSet, load


@dataclass(frozen=True)
class Seen:
    """What one batch leaves behind: states that merge, numbers per document that are small, and its table rows."""

    states: dict[str, Any]
    copies: Part
    ids: NDArray[np.uint64]
    groups: dict[str, NDArray[np.uint64]]
    documents: int
    addresses: tuple[NDArray[np.int32], NDArray[np.int64]]
    files: NDArray[np.int64]
    unreadable: Sequence[Unreadable]
    table: pl.DataFrame
    sample: DocumentSample | None
    """Of the documents that the sections read; None where there are no sections."""


@dataclass(frozen=True)
class Plan:
    """Everything that is asked of a batch, resolved before a byte is read."""

    columns: Columns
    rule_sets: tuple[RuleSet, ...]
    signing: Signing
    files: int
    keep_table: bool
    languages: Method | None = None
    """How languages are told; None where they are not."""
    sections: tuple[str, ...] = ()
    """Which of `dataqual.profiling.sections` are read."""
    choice: Choice | None = None
    """By what the rule sets were chosen; None where they were named."""
    seed: int = 0
    """Of the sample that they read."""

    @classmethod
    def of(
        cls,
        corpus: Corpus,
        rules: Sequence[str] | None,
        *,
        near_copies: bool,
        table: bool,
        languages: Method | None = None,
        skip: Sequence[str] = (),
        seed: int = 0,
    ) -> Plan:
        """The plan for a corpus; SpecError where a rule set or a section to skip is not known. `rules` None: see `rule_choice`."""
        choice = chosen_for(corpus) if rules is None else None
        names = choice.names if choice else rules or ()
        loaded = tuple(map(load, dict.fromkeys(names)))
        known = [rule_set.name for rule_set in loaded]
        for name in known:
            if known.count(name) > 1:
                raise SpecError(f"two rule sets are called {name!r}; give one of them another name")
        signing = Signing(NearDuplicates(), near_copies)
        read = sections.chosen(skip, corpus.columns)
        return cls(corpus.columns, loaded, signing, len(corpus.files), table, languages, read, choice, seed)

    @lazy
    def signals(self) -> dict[str, Signal]:
        """The signals of every profile, then those and the variants that the rules mean, each once, by what it is called."""
        found = catalog.profiled()
        defaults = {name: signal for name, signal in found.items() if self.columns.turns or not signal.of_turns}
        known = set(defaults.values())
        variants = {}
        for rule_set in self.rule_sets:
            for rule in rule_set.rules:
                if rule.signal not in known:
                    variants[catalog.label(rule.signal)] = rule.signal
        return defaults | dict(sorted(variants.items()))

    @lazy
    def defaults(self) -> list[str]:
        """The signals that are in the table: those with their defaults."""
        return [name for name in self.signals if name in catalog.profiled()]

    @lazy
    def metrics(self) -> dict[str, Metric[Any]]:
        """By name; `signal:` ones are distributions."""
        metrics: dict[str, Metric[Any]] = {"documents": Documents(), "script_mix": ScriptMix()}
        metrics["personal_totals"] = PersonalData()
        metrics |= {f"signal:{name}": Distribution(signal) for name, signal in self.signals.items()}
        metrics |= {name: Share(self.signals[signal], bounds) for name, (signal, bounds) in SHARES.items()}
        if self.columns.date is not None:
            metrics["stale_dates"] = StaleDates()
        if self.languages:
            metrics["languages"] = Languages(self.languages)
        metrics["rule_failures"] = RuleFailures(self.rule_sets)
        metrics |= {role: Groups(role, self.rule_sets) for role in self.grouping}
        return metrics

    @property
    def grouping(self) -> list[str]:
        """The roles by which documents are grouped, those the corpus has, and their languages."""
        roles = [role for role in ("group", "label") if getattr(self.columns, role) is not None]
        return [*roles, "language"] if self.languages else roles

    def measure(self, batch: Batch, likely: float = 1.0) -> Seen:
        """Look at one batch; pure, in any thread or process. `likely`: see `DocumentSample.draw`."""
        if self.languages:
            batch = labelled(batch, self.languages)
        measured = Measured(batch)
        columns = batch.columns
        return Seen(
            states={name: metric.measure(measured) for name, metric in self.metrics.items()},
            copies=self.signing(batch.text),
            ids=_hashes(columns["id"].drop_nulls()) if "id" in columns.columns else np.zeros(0, np.uint64),
            groups={role: _hashes(columns[role]) for role in self.grouping if role in columns.columns},
            documents=len(batch),
            addresses=(batch.file, batch.record),
            files=np.bincount(batch.file, minlength=self.files),
            unreadable=batch.unreadable,
            table=self._table(measured) if self.keep_table else pl.DataFrame(),
            sample=measured.sample(sections.size(self.sections), self.seed, likely=likely) if self.sections else None,
        )

    def hashes(self, values: Sequence[str | None]) -> list[int]:
        """What `Seen.groups` holds for each of these values."""
        return _hashes(pl.Series(values, dtype=pl.String)).tolist()

    def merge(self, first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
        """The states of two batches as one."""
        return {name: metric.merge(first[name], second[name]) for name, metric in self.metrics.items()}

    def _table(self, measured: Measured) -> pl.DataFrame:
        """One row per document: address, columns, every signal with its defaults, and which rule sets drop it."""
        batch = measured.batch
        columns: dict[str, Any] = {"file": batch.file, "record": batch.record}
        columns |= {name: batch.columns[name] for name in batch.columns.columns}
        columns |= {name: _compact(measured[self.signals[name]]) for name in self.defaults}
        columns |= {f"drops:{s.name}": measured.drops(s) for s in self.rule_sets}
        return pl.DataFrame(columns)


def _compact(values: NDArray[Any]) -> NDArray[Any]:
    return values.astype(np.float32) if values.dtype.kind == "f" else values


def _hashes(column: pl.Series) -> NDArray[np.uint64]:
    return column.hash(0).to_numpy()
