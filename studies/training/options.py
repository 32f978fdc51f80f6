"""How a language model trains beyond its task: what a study file may say below the name of a learner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dataqual.errors import SpecError

WEIGHT_DECAY = 0.1
"""Of AdamW as GPT-3 and most language models since have it; decay on matrices only."""


@dataclass(frozen=True)
class Options:
    """Weight decay, dropout and adversarial training; SpecError for what none of them can be."""

    tunable: ClassVar[bool] = True
    """Whether its models can be tuned on probes."""
    predicts: ClassVar[bool] = True
    """Whether they can tell what they give each held-out token."""

    weight_decay: float = WEIGHT_DECAY
    dropout: float = 0.0
    """Share of what is left out of embeddings and of what each layer adds, drawn anew at each step from the task's seed."""
    adversarial: float = 0.0
    """Length of the step by which the table of embeddings is moved against the model (FGM; Miyato 2017): each batch is learnt
    as it is and once more so; 0: not at all. It doubles the compute."""

    def check(self) -> None:
        """SpecError for a number that is none of these."""
        for name, most in (("weight_decay", float("inf")), ("dropout", 1.0), ("adversarial", float("inf"))):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < most:
                end = "" if most == float("inf") else f" and below {most:g}"
                raise SpecError(f"{name} is {value!r}; it must be a number, 0 or more{end}")

    @property
    def passes(self) -> int:
        """Forward and backward passes over a batch."""
        return 2 if self.adversarial else 1
