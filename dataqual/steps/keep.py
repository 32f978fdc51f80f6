"""The step `keep`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dataqual.corpus import Batch
from dataqual.ledger import Dropped
from dataqual.measured import Measured
from dataqual.operators import Step
from dataqual.rules.rule_set import Rule


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

    rules: tuple[Rule, ...]

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        measured = Measured(batch)
        passed = np.ones(len(batch), bool)
        dropped = []
        for rule in self.rules:
            values = measured[rule.signal]
            failed = passed & ~rule.bounds.accept(values)
            if failed.any():
                dropped.append(
                    Dropped(batch.where(failed), "keep", rule.name, rule.signal, values[failed], str(rule.bounds))
                )
                passed &= ~failed
        return batch.where(passed), dropped
