"""What a check measures: like a metric it measures batches and merges states; it reads an estimate, and shows examples.

A gauge of documents has bounded states. One of a column may keep eight bytes per record, where exactness needs them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from dataqual.bounds import Bounds
from dataqual.document_sample import priorities
from dataqual.examples import KEPT, TEXT_BYTES, Example, Examples, choose, merge
from dataqual.operators import Metric, Signal
from dataqual.rules.rule_set import Rule
from dataqual.sketch import Sketch
from dataqual.suites.estimates import Estimate, Known, Mean, Proportion, Quantile
from dataqual.suites.looking import Looked

State = TypeVar("State")


@dataclass(frozen=True)
class Shown:
    """One document or value that is not as expected."""

    file: int
    record: int
    value: Any
    """What was measured of the document, or the value of the column."""
    id: str | None = None
    text: str | None = None
    """Of a document, as it came; cut where it is long."""
    cut: bool = False
    signal: Signal | None = None
    """Whose evidence tells why."""
    note: str = ""


@dataclass(frozen=True)
class Sight:
    """What a gauge read: the number with all that is known of it, and a few of those that are not as expected."""

    estimate: Estimate
    examples: Sequence[Shown] = ()
    failing: int | None = None
    """How many documents or values are not as expected, where that is counted."""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """Which documents of a batch one rule of a check finds wrong: for the ledger."""

    rule: str
    signal: Signal | None
    threshold: str
    wrong: NDArray[np.bool_]
    """(documents,)"""
    values: NDArray[Any] | None


class Gauge(ABC, Generic[State]):
    """A frozen dataclass; equal ones are measured once."""

    columns: tuple[str, ...] = ()
    """Columns whose values it needs."""
    listed: ClassVar[bool] = False
    """Whether it needs the names of all columns."""
    documents: ClassVar[bool] = True
    """Whether it needs documents, that is a text column."""
    of: ClassVar[str] = "documents"

    @abstractmethod
    def measure(self, looked: Looked) -> State:
        """The state of one batch; an empty one gives the neutral state."""

    @abstractmethod
    def merge(self, first: State, second: State) -> State:
        """The state of both; associative, and blind to the borders of batches."""

    @abstractmethod
    def read(self, state: State) -> Sight:
        """What the state says."""

    def judge(self, looked: Looked) -> Iterator[Judged]:
        """Which documents are wrong; nothing where it judges no single ones."""
        return iter(())


@dataclass(frozen=True)
class Tally:
    """How many of how many, by rule, and a few of them."""

    wrong: int
    n: int
    by_rule: tuple[int, ...]
    examples: tuple[Examples, ...]


@dataclass(frozen=True)
class Passing(Gauge[Tally]):
    """The share of documents that pass all rules; with `wrong` the share of those that do not.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.measured import Measured
    >>> from dataqual.signals.word_count import WordCount
    >>> gauge = Passing((Rule("word_count", "", WordCount(), Bounds(min=2)),))
    >>> [batch] = Corpus.of(["one two", "three"]).batches()
    >>> gauge.read(gauge.measure(Looked(Measured(batch), ()))).estimate
    Proportion(hits=1, n=2)
    """

    rules: tuple[Rule, ...]
    wrong: bool = False

    def measure(self, looked: Looked) -> Tally:
        measured = looked.measured
        failed = [~rule.bounds.accept(measured[rule.signal]) for rule in self.rules]
        wrong = failed[0] if len(failed) == 1 else np.logical_or.reduce(failed)
        examples = [
            choose(measured, mask, measured[rule.signal]) for mask, rule in zip(failed, self.rules, strict=True)
        ]
        counts = tuple(int(mask.sum()) for mask in failed)
        return Tally(int(wrong.sum()), len(measured), counts, tuple(examples))

    def merge(self, first: Tally, second: Tally) -> Tally:
        return Tally(
            first.wrong + second.wrong,
            first.n + second.n,
            tuple(a + b for a, b in zip(first.by_rule, second.by_rule, strict=True)),
            tuple(merge(a, b) for a, b in zip(first.examples, second.examples, strict=True)),
        )

    def read(self, state: Tally) -> Sight:
        hits = state.wrong if self.wrong else state.n - state.wrong
        worst = sorted(range(len(self.rules)), key=lambda at: -state.by_rule[at])
        shown: dict[tuple[int, int], Shown] = {}
        for at in worst:  # those of the rule that most fail, first
            rule = self.rules[at]
            note = f"{rule.name}: " if len(self.rules) > 1 else ""
            for example in state.examples[at]:
                shown.setdefault((example.file, example.record), _shown(example, rule, note))
        by_rule = {self.rules[at].name: state.by_rule[at] for at in worst if state.by_rule[at]}
        detail = {"rules": by_rule} if len(self.rules) > 1 else {}
        return Sight(Proportion(hits, state.n), list(shown.values())[:KEPT], state.wrong, detail)

    def judge(self, looked: Looked) -> Iterator[Judged]:
        for rule in self.rules:
            values = looked.measured[rule.signal]
            yield Judged(rule.name, rule.signal, str(rule.bounds), ~rule.bounds.accept(values), values)


@dataclass(frozen=True)
class OfSignal(Gauge[tuple[Sketch, Examples, Examples]]):
    """A statistic of a signal over the documents: `mean`, `total`, `min`, `max`, or a quantile from 0 to 1.

    Examples are the documents with the least and the largest values.
    """

    signal: Signal
    statistic: str | float

    def measure(self, looked: Looked) -> tuple[Sketch, Examples, Examples]:
        values = looked.measured[self.signal]
        return Sketch.of(values), _extreme(looked, values, 1), _extreme(looked, values, -1)

    def merge(self, first: Any, second: Any) -> tuple[Sketch, Examples, Examples]:
        least = tuple(sorted(first[1] + second[1], key=lambda e: (e.value, e))[:KEPT])
        most = tuple(sorted(first[2] + second[2], key=lambda e: (-e.value, e))[:KEPT])
        return first[0].merge(second[0]), least, most

    def read(self, state: tuple[Sketch, Examples, Examples]) -> Sight:
        sketch, least, most = state
        detail = {"least": [*map(self._show, least)], "most": [*map(self._show, most)]}
        return Sight(self._estimate(sketch), detail=detail)

    def _estimate(self, sketch: Sketch) -> Estimate:
        if isinstance(self.statistic, float):
            return Quantile(sketch, self.statistic)
        if self.statistic == "mean":
            return Mean(sketch.mean, sketch.deviation or 0.0, sketch.n)
        exact = {"total": sketch.total, "min": sketch.low, "max": sketch.high}
        return Known(exact[self.statistic], sketch.n)

    def _show(self, example: Example) -> Shown:
        return _shown(example, Rule("", "", self.signal, Bounds()), "")


@dataclass(frozen=True)
class OfMetric(Gauge[Any]):
    """The value of a metric of the catalog, known up to the error that it tells itself."""

    metric: Metric[Any]

    def measure(self, looked: Looked) -> Any:
        return self.metric.measure(looked.measured)

    def merge(self, first: Any, second: Any) -> Any:
        return self.metric.merge(first, second)

    def read(self, state: Any) -> Sight:
        reading = self.metric.read(state)
        return Sight(Known(reading.value, reading.n, reading.interval))


@dataclass(frozen=True)
class Grouped(Gauge[Any]):
    """Another gauge for each group by itself; more than `MOST` groups are no grouping, and then there is no state."""

    gauge: Gauge[Any]
    role: str
    column: str

    MOST: ClassVar[int] = 1000
    """A state per group must stay small; a report on more groups is read by nobody."""

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        return (*self.gauge.columns, self.column) if self.gauge.columns else ()

    def measure(self, looked: Looked) -> dict[str | None, Any] | None:
        few = islice(looked.groups(self.role, self.column), self.MOST + 1)
        return self._bounded({name: self.gauge.measure(part) for name, part in few})

    def merge(self, first: Any, second: Any) -> dict[str | None, Any] | None:
        if first is None or second is None:
            return None
        both = dict(first)
        for name, state in second.items():
            both[name] = self.gauge.merge(both[name], state) if name in both else state
        return self._bounded(both)

    def read(self, state: Any) -> Sight:
        """Without an estimate of its own: `detail["groups"]` holds what was seen of each, the largest first."""
        if state is None:
            return Sight(Known(None, 0), detail={"groups": None})
        seen = [(name, self.gauge.read(own)) for name, own in state.items()]
        seen.sort(key=lambda group: (-group[1].estimate.seen[1], group[0] is None, group[0] or ""))
        return Sight(Known(len(seen), sum(s.estimate.seen[1] for _, s in seen)), detail={"groups": seen})

    def judge(self, looked: Looked) -> Iterator[Judged]:
        return self.gauge.judge(looked)

    def _bounded(self, found: dict[str | None, Any]) -> dict[str | None, Any] | None:
        return found if len(found) <= self.MOST else None


def _shown(example: Example, rule: Rule, note: str) -> Shown:
    where = (example.file, example.record, example.value, example.id, example.text, example.cut)
    return Shown(*where, signal=rule.signal, note=note)


def _extreme(looked: Looked, values: NDArray[Any], sign: int) -> Examples:
    """The documents with the least values, or with -1 the largest."""
    batch = looked.measured.batch
    order = np.lexsort((batch.record, batch.file, sign * values.astype(np.float64)))[:KEPT]
    ids = batch.columns["id"].to_list() if "id" in batch.columns.columns else None
    drawn = priorities(batch.file[order], batch.record[order])
    return tuple(
        Example(
            int(priority),
            int(batch.file[row]),
            int(batch.record[row]),
            ids[row] if ids else None,
            float(values[row]),
            looked.measured.beginning(row, TEXT_BYTES),
            bool(batch.text.byte_counts[row] > TEXT_BYTES),
        )
        for row, priority in zip(order.tolist(), drawn.tolist(), strict=True)
    )
