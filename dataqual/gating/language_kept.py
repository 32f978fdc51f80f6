"""The pair signals `script_kept` and `language_kept`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.gating.pairs import Pairs, PairSignal
from dataqual.languages.telling import UNSURE, tell

FEWEST = 5
"""Words, or Han characters, below which nothing is said of a language, as the step `language` has it."""


@dataclass(frozen=True)
class ScriptKept(PairSignal):
    """How much of the child's letters is in the scripts of its parent, in the same shares, 0 to 1; NaN without letters.

    1 less half of the sum of the differences (total variation); a word of Latin letters more or less in Chinese costs little.

    >>> ScriptKept().measure(Pairs.of(["很好", "hello", "1"], ["很棒", "你好", "2"])).tolist()
    [1.0, 0.0, nan]
    """

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        before, after = (
            side.characters.scripts[:, 1:].astype(np.float64)  # without Common: digits and signs
            for side in (pairs.parents, pairs.children)
        )
        totals = before.sum(1), after.sum(1)
        shares = [side / np.maximum(total, 1)[:, None] for side, total in zip((before, after), totals, strict=True)]
        kept = 1 - np.abs(shares[0] - shares[1]).sum(1) / 2
        return np.where((totals[0] > 0) & (totals[1] > 0), kept, np.nan)


@dataclass(frozen=True)
class LanguageKept(PairSignal):
    """The chance that the child is in its parent's language, by lid.176; NaN where either is too short, or the parent's is not sure.

    Needs the extra `lang`. Chinese of any kind is one language here.
    """

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        before, after = tell(pairs.parents), tell(pairs.children)
        long = (pairs.parents.cut("unicode").counts >= FEWEST) & (pairs.children.cut("unicode").counts >= FEWEST)
        sure = before.confidence >= UNSURE
        chance = after.scores[np.arange(len(pairs)), before.scores.argmax(1)] if len(pairs) else np.empty(0)
        return np.where(long & sure, np.round(chance.astype(np.float64), 4), np.nan)
