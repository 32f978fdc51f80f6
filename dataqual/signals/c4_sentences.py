"""The signal `c4_sentences`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from dataqual.line_cuts import ranks
from dataqual.operators import Signal
from dataqual.signals.c4_lines import Fate, Variant, judge
from dataqual.text import Text


@dataclass(frozen=True)
class C4Sentences(Signal):
    """Sentences in the lines that C4 would keep (see `c4_lines`); a sentence over two lines counts in both.

    C4 cuts sentences with Punkt for English, we by terminal punctuation: see docs/rules.md.

    >>> C4Sentences()(["This line is kept by C4. Yes!\\nThis one is not", ""]).tolist()
    [2, 0]
    """

    unit: ClassVar[str] = "sentences"
    variant: Variant = "tfds"

    def measure(self, text: Text) -> NDArray[Any]:
        judged = judge(text, self.variant)
        sentences, lines = text.sentences, judged.lines
        begun = ranks(sentences.starts, lines.ends)
        over = ranks(sentences.ends, lines.starts + 1)
        counts = begun - over
        counts[judged.cited] = judged.plain.sentences.counts
        return lines.total(counts * (judged.fates == Fate.KEPT))
