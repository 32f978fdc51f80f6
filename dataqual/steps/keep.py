"""The step `keep`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dataqual import specs
from dataqual.corpus import Batch, Corpus
from dataqual.errors import SpecError
from dataqual.ledger import Dropped
from dataqual.measured import Measured
from dataqual.operators import Engine, Signal, Step, ViewName
from dataqual.rules.rule_set import Rule, load, rules_of


@dataclass(frozen=True)
class Keep(Step):
    """Keep the documents that pass every rule: bounds on a signal, or the rules of a set.

    What fails several rules is told under the first of them.

    >>> from dataqual.bounds import Bounds
    >>> from dataqual.corpus import Corpus
    >>> from dataqual.signals.word_count import WordCount
    >>> step = Keep((Rule("short", "Fewer than two words.", WordCount(), Bounds(min=2)),))
    >>> [batch] = Corpus.of(["one two", "three"]).batches()
    >>> kept, [dropped] = step(batch)
    >>> len(kept), dropped.batch.text[0], dropped.rule, dropped.values.tolist(), dropped.threshold
    (1, 'three', 'short', [1], '>= 2')
    """

    view: ClassVar[ViewName | None] = None
    """That of its signals."""
    only_drops: ClassVar[bool] = True

    rules: tuple[Rule, ...]

    @classmethod
    def of_spec(cls, parameters: Mapping[str, Any], where: str) -> Keep:
        """Of `{rules: NAME}`, names or files of rule sets or rules written out, or of `{signal: NAME, with: …, min: …}`."""
        if "rules" not in parameters:
            specs.check_keys(parameters, where, required=("signal",), optional=("rules", "with", *specs.ENDS))
            signal, bounds = specs.signal(parameters, where), specs.bounds(parameters, where)
            return cls((Rule(str(parameters["signal"]), "", signal, bounds),))
        specs.check_keys(parameters, where, required=("rules",))
        given = parameters["rules"]
        if isinstance(given, list) and any(isinstance(rule, dict) for rule in given):
            return cls(rules_of(given, f"{where}.rules"))
        names = given if isinstance(given, list) and given else [given]
        return cls(tuple(rule for name in names for rule in _named(name, f"{where}.rules")))

    @classmethod
    def spec_schema(cls) -> dict[str, Any]:
        """Rules, or a signal with bounds."""
        names = {"$ref": "#/$defs/rule_sets"}
        listed = {"type": "array", "items": names, "minItems": 1}
        signal = {"properties": dict.fromkeys(("signal", "with", *specs.ENDS), True), "additionalProperties": False}
        both = [{"$ref": "#/$defs/signal"}, {"$ref": "#/$defs/bounds"}]
        rules = {"properties": {"rules": {"anyOf": [names, listed, {"$ref": "#/$defs/rules"}]}}}
        either = {"if": {"required": ["rules"]}, "then": rules | {"additionalProperties": False}}
        return {"type": "object", **either, "else": signal | {"allOf": both}}

    @property
    def told_as(self) -> tuple[str, ...]:
        """One name for every rule."""
        return tuple(rule.name for rule in self.rules)

    @property
    def surveys(self) -> bool:
        """Where a signal must first see the corpus."""
        return any(rule.signal.surveyed for rule in self.rules)

    def prepare(self, corpus: Corpus, engine: Engine) -> Keep:
        """With the signals that know the corpus, each prepared once."""
        ready = {
            signal: signal.prepare(corpus, engine)
            for signal in {r.signal: None for r in self.rules if r.signal.surveyed}
        }
        return (
            KeepKnown(self.rules, tuple(ready.get(rule.signal, rule.signal) for rule in self.rules)) if ready else self
        )

    def measuring(self, at: int) -> Signal:
        """The signal that is measured for a rule."""
        return self.rules[at].signal

    @property
    def rests_on(self) -> object:
        """The files that signals are measured by."""
        return [found for rule in self.rules if (found := rule.signal.rests_on) is not None] or None

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        measured = Measured(batch)
        passed = np.ones(len(batch), bool)
        dropped = []
        for at, rule in enumerate(self.rules):
            values = measured[self.measuring(at)]
            failed = passed & ~rule.bounds.accept(values)
            if failed.any():
                dropped.append(
                    Dropped(batch.where(failed), "keep", rule.name, rule.signal, values[failed], str(rule.bounds))
                )
                passed &= ~failed
        return batch.where(passed), dropped


@dataclass(frozen=True, eq=False)
class KeepKnown(Keep):
    """The same after a survey."""

    signals: tuple[Signal, ...]
    """One for each rule."""

    def measuring(self, at: int) -> Signal:
        """The prepared one."""
        return self.signals[at]


def _named(name: object, where: str) -> Iterator[Rule]:
    """The rules of a set, each by its name and the set's."""
    if not isinstance(name, str):
        raise SpecError(f"{where}: expected the name of a rule set, got {name!r}")
    try:
        rule_set = load(name)
    except SpecError as error:
        raise SpecError(f"{where}: {error}") from None
    for rule in rule_set.rules:
        yield Rule(f"{rule.name}@{rule_set.name}", rule.about, rule.signal, rule.bounds)
