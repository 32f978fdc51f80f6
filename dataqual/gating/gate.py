"""`Gate`: which children may be added, and why the others may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dataqual import specs
from dataqual.children import Refusal, Verdict
from dataqual.errors import SpecError
from dataqual.gating.copies import CopiesOriginal, Originals
from dataqual.gating.label_agreement import LabelAgreement, LabelModels
from dataqual.gating.pairs import Pairs, PairSignal
from dataqual.gating.rules import OF_A_CORPUS, OF_CHILDREN, SECTIONS, PairRule, Rules, default_rules, rules_of
from dataqual.languages import telling

LIKENESS = ("similarity", "chrf", "word_overlap")
"""What a verdict tells as similarity: the first of these that was measured."""


@dataclass(frozen=True, eq=False)
class Gate:
    """Rules, each bounds on a pair signal; a child passes that lies within all of them, or to which they do not apply.

    >>> gate = Gate.default()
    >>> [verdict] = gate.judge(["I did not like the food in 2019."], ["I did like the food in 2018."])
    >>> [(refusal.rule, refusal.value, refusal.threshold) for refusal in verdict.refusals]
    [('numbers_changed', 2.0, '<= 0'), ('negations_changed', 1.0, '<= 0')]
    """

    rules: tuple[PairRule, ...]
    signals: tuple[PairSignal | None, ...] = ()
    """Of each rule what measures it; None where that must see the originals first."""
    models: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, rules: Sequence[PairRule], *, similarity_model: str | None = None, fluency_model: str | None = None
    ) -> Gate:
        """With these rules; `similarity_model` and `fluency_model` are their paths. SpecError where a rule cannot be measured."""
        given = {
            name: path
            for name, path in (("similarity_model", similarity_model), ("fluency_model", fluency_model))
            if path is not None
        }
        signals = tuple(None if rule.signal in (*OF_A_CORPUS, OF_CHILDREN) else rule.made(given) for rule in rules)
        return cls(tuple(rules), signals, given)

    @classmethod
    def default(cls, *, similarity_model: str | None = None, fluency_model: str | None = None) -> Gate:
        """With the rules that ship: those that always apply and those for which there is what they need."""
        sections = ["rules", "with_originals", "with_children", "with_labels"]
        sections += ["with_languages"] if telling.installed() else []
        sections += ["with_model"] if similarity_model is not None else []
        sections += ["with_fluency"] if fluency_model is not None else []
        return cls.of(default_rules().of(*sections), similarity_model=similarity_model, fluency_model=fluency_model)

    @property
    def must_see(self) -> frozenset[str]:
        """Which of its signals must see the originals first: `copies_original`, `label_agreement`."""
        return frozenset(rule.signal for rule in self.rules if rule.signal in OF_A_CORPUS)

    @property
    def of_children(self) -> PairRule | None:
        """The rule on copies of other documents' children, which the step applies that adds them."""
        return next((rule for rule in self.rules if rule.signal == OF_CHILDREN), None)

    @property
    def rests_on(self) -> object:
        """What beside the rules decides: weights of models."""
        return [found for signal in self.signals if signal is not None and (found := signal.rests_on)] or None

    def prepared(self, *, originals: Originals | None = None, labels: LabelModels | None = None) -> Gate:
        """That has seen the originals; a rule for which there is nothing, such as labels, does not apply."""
        made = {
            "copies_original": CopiesOriginal(originals) if originals is not None else None,
            "label_agreement": LabelAgreement(labels) if labels is not None else None,
        }
        signals = tuple(made.get(rule.signal, own) for rule, own in zip(self.rules, self.signals, strict=True))
        return replace(self, signals=signals)

    def measure(self, pairs: Pairs) -> dict[str, NDArray[np.float64]]:
        """What each rule's signal says of every pair, by the name of the signal."""
        return {
            rule.signal: signal.measure(pairs)
            for rule, signal in zip(self.rules, self.signals, strict=True)
            if signal is not None
        }

    def judge(
        self,
        parents: Sequence[str],
        children: Sequence[str],
        labels: Sequence[str | None] = (),
    ) -> list[Verdict]:
        """A verdict for each child, which stands at the place of its parent; ValueError where not all have one."""
        return self.judge_pairs(Pairs.of(parents, children, labels))

    def judge_pairs(self, pairs: Pairs) -> list[Verdict]:
        """The same of pairs."""
        measured = self.measure(pairs) if len(pairs) else {}
        refusals: list[list[Refusal]] = [[] for _ in range(len(pairs))]
        for rule, signal in zip(self.rules, self.signals, strict=True):
            if signal is not None and (values := measured.get(rule.signal)) is not None:
                for at in np.flatnonzero(~(rule.bounds.accept(values) | np.isnan(values))).tolist():
                    seen = signal.evidence(pairs, at)
                    refusals[at].append(Refusal(rule.signal, float(values[at]), str(rule.bounds), seen))
        like = next((measured[name] for name in LIKENESS if name in measured), None)
        near = [None if like is None or np.isnan(value) else float(value) for value in _or_nan(like, len(pairs))]
        return [Verdict(tuple(found), value) for found, value in zip(refusals, near, strict=True)]


def _or_nan(values: NDArray[np.float64] | None, size: int) -> list[float]:
    return [float("nan")] * size if values is None else np.round(values, 4).tolist()


def gate_of(given: object, *, similarity_model: str | None = None, fluency_model: str | None = None) -> Gate:
    """The gate that a parameter says: "default", "none", the path of a YAML file, or a list of rules; SpecError otherwise.

    >>> len(gate_of("none").rules), [rule.signal for rule in gate_of([{"signal": "chrf", "min": 0.5}]).rules]
    (0, ['chrf'])
    """
    if given == "none":
        return Gate.of(())
    if given == "default":
        return Gate.default(similarity_model=similarity_model, fluency_model=fluency_model)
    if isinstance(given, str):
        if not given.endswith((".yaml", ".yml")):
            raise SpecError(f"gate: {given!r} is neither default nor none, nor the path of a .yaml file of rules")
        return Gate.of(
            Rules.load(Path(given)).of(*SECTIONS), similarity_model=similarity_model, fluency_model=fluency_model
        )
    listed = [specs.unfolded(one) for one in given] if isinstance(given, list | tuple) else given
    return Gate.of(rules_of(listed, "gate"), similarity_model=similarity_model, fluency_model=fluency_model)
