"""What is measured on every batch, and the state it leaves; what is peculiar to texts or to pictures is told by a `Subject`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual import catalog
from dataqual.corpus import Batch, Columns, Corpus, Unreadable
from dataqual.errors import SpecError
from dataqual.lazy import lazy
from dataqual.measured import Measured
from dataqual.metrics.distribution import Distribution
from dataqual.metrics.documents import Documents
from dataqual.metrics.groups import Groups
from dataqual.metrics.rule_failures import RuleFailures
from dataqual.metrics.share import Share
from dataqual.operators import Metric, Signal, ViewName
from dataqual.rules import RuleSet, load
from dataqual.views import view_of
from dataqual.views.view import CopySurvey


class Drawn(Protocol):
    """Documents, or pictures, that were drawn to be looked at beside each other."""

    def merge(self, other: Any) -> Any:
        """Those of both that are first."""


class Subject(ABC):
    """What is profiled, texts or pictures: what is measured of them beside all that both have."""

    view: ClassVar[ViewName]

    @abstractmethod
    def signals(self, columns: Columns) -> dict[str, Signal]:
        """The signals of every profile, by name."""

    @abstractmethod
    def metrics(self, plan: Plan) -> dict[str, Metric[Any]]:
        """Metrics beside distributions, shares, rules and groups."""

    @abstractmethod
    def groups(self, role: str, plan: Plan) -> Groups:
        """What is counted by the values of a role."""

    @property
    def grouping(self) -> tuple[str, ...]:
        """Roles by which is grouped beside those of the corpus."""
        return ()

    def told(self, batch: Batch) -> Batch:
        """The batch with columns that are told of its documents."""
        return batch

    @abstractmethod
    def signed(self, batch: Batch) -> Any:
        """What the survey of copies needs of a batch."""

    @abstractmethod
    def survey(self, memory: int) -> CopySurvey:
        """Who finds copies, within so many bytes."""

    def numbers(self, measured: Measured) -> dict[str, NDArray[Any]]:
        """Numbers per document that the facts need, small ones; each (documents,)."""
        return {}

    @abstractmethod
    def sample(self, measured: Measured, seed: int, likely: float) -> Drawn | None:
        """What the sections look at; None where there are none."""

    def likely(self, batch: Batch, corpus: Corpus) -> float:
        """Up to which share of all priorities the documents of this batch are likely to be in the sample of the corpus."""
        return 1.0


@dataclass(frozen=True)
class Seen:
    """What one batch leaves behind: states that merge, numbers per document that are small, and its table rows."""

    states: dict[str, Any]
    copies: Any
    """What the survey takes."""
    numbers: dict[str, NDArray[Any]]
    """Of each document, (documents,): hashes of ids, under `id`, of the values of roles, and those of the subject."""
    documents: int
    addresses: tuple[NDArray[np.int32], NDArray[np.int64]]
    files: NDArray[np.int64]
    unreadable: Sequence[Unreadable]
    table: pl.DataFrame
    sample: Drawn | None
    """What the sections read; None where there are no sections."""


@dataclass(frozen=True)
class Plan:
    """Everything that is asked of a batch, resolved before a byte is read."""

    subject: Subject
    columns: Columns
    rule_sets: tuple[RuleSet, ...]
    files: int
    keep_table: bool
    seed: int = 0
    """Of the sample that the sections read."""

    @classmethod
    def of(cls, subject: Subject, corpus: Corpus, rules: Sequence[str], *, table: bool = False, seed: int = 0) -> Plan:
        """The plan for a corpus; SpecError where a rule set is not known, or judges what these are not."""
        loaded = tuple(map(load, dict.fromkeys(rules)))
        known = [rule_set.name for rule_set in loaded]
        for rule_set in loaded:
            if known.count(rule_set.name) > 1:
                raise SpecError(f"two rule sets are called {rule_set.name!r}; give one of them another name")
            if rule_set.view != subject.view:
                judged, own = view_of(rule_set.view).nouns, view_of(subject.view).nouns
                raise SpecError(f"{rule_set.name}: these rules judge {judged}, and these are {own}")
        return cls(subject, corpus.columns, loaded, len(corpus.files), table, seed)

    @lazy
    def signals(self) -> dict[str, Signal]:
        """The signals of every profile, then those and the variants that the rules mean, each once, by what it is called."""
        defaults = self.subject.signals(self.columns)
        known = set(defaults.values())
        variants = {
            catalog.label(rule.signal): rule.signal
            for rule_set in self.rule_sets
            for rule in rule_set.rules
            if rule.signal not in known
        }
        return defaults | dict(sorted(variants.items()))

    @lazy
    def defaults(self) -> list[str]:
        """The signals that are in the table: those with their defaults."""
        known = catalog.profiled(self.subject.view)
        return [name for name in self.signals if name in known]

    @lazy
    def metrics(self) -> dict[str, Metric[Any]]:
        """By name; `signal:` ones are distributions."""
        metrics: dict[str, Metric[Any]] = {"documents": Documents()}
        metrics |= {f"signal:{name}": Distribution(signal) for name, signal in self.signals.items()}
        metrics |= {
            name: Share(self.signals[signal], bounds)
            for name, (signal, bounds) in view_of(self.subject.view).shares.items()
        }
        metrics["rule_failures"] = RuleFailures(self.rule_sets)
        metrics |= {role: self.subject.groups(role, self) for role in self.grouping}
        return metrics | self.subject.metrics(self)

    @property
    def grouping(self) -> list[str]:
        """The roles by which documents are grouped: those the corpus has, and what is told of them."""
        roles = [role for role in ("group", "label") if getattr(self.columns, role) is not None]
        return [*roles, *self.subject.grouping]

    def measure(self, batch: Batch, likely: float = 1.0) -> Seen:
        """Look at one batch; pure, in any thread or process. `likely`: see `DocumentSample.draw`."""
        batch = self.subject.told(batch)
        measured, columns = Measured(batch), batch.columns
        hashed = {role: hashes(columns[role]) for role in self.grouping if role in columns.columns}
        hashed["id"] = hashes(columns["id"].drop_nulls()) if "id" in columns.columns else np.zeros(0, np.uint64)
        return Seen(
            states={name: metric.measure(measured) for name, metric in self.metrics.items()},
            copies=self.subject.signed(batch),
            numbers=hashed | self.subject.numbers(measured),
            documents=len(batch),
            addresses=(batch.file, batch.record),
            files=np.bincount(batch.file, minlength=self.files),
            unreadable=batch.unreadable,
            table=self._table(measured) if self.keep_table else pl.DataFrame(),
            sample=self.subject.sample(measured, self.seed, likely),
        )

    def hashes(self, values: Sequence[str | None]) -> list[int]:
        """What `Seen.numbers` holds for each of these values of a role."""
        return hashes(pl.Series(values, dtype=pl.String)).tolist()

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


def hashes(column: pl.Series) -> NDArray[np.uint64]:
    """Of ids, labels or groups."""
    return column.hash(0).to_numpy()
