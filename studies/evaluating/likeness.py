"""How like a text is to the one that really follows: BLEU by sacrebleu, ROUGE by rouge-score, over texts in any script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import MissingExtra
from dataqual.text import Text

EXTRA = "generated"
ROUGE = ("rouge1", "rouge2", "rougeL")
OWN_CUTS = {"Han": "zh"}
"""Script -> what sacrebleu cuts it by; `13a`, that of WMT, for the others."""


@dataclass(frozen=True)
class Bleu:
    """BLEU (Papineni et al. 2002) of a corpus as sacrebleu computes it (Post 2018), and of parts of it."""

    counts: NDArray[np.int64]
    """Matches of 1- to 4-grams, all of them, and both lengths, by text, (texts, 10)."""
    metric: Any
    signature: str

    @classmethod
    def of(cls, texts: Sequence[str], references: Sequence[str], script: str | None) -> Bleu:
        """Of texts with one reference each; MissingExtra without sacrebleu."""
        made = _sacrebleu().BLEU(tokenize=OWN_CUTS.get(script or "", "13a"), effective_order=True)
        scores = [made.sentence_score(text, [real]) for text, real in zip(texts, references, strict=True)]
        rows = [[*score.counts, *score.totals, score.sys_len, score.ref_len] for score in scores]
        whole = _sacrebleu().BLEU(tokenize=OWN_CUTS.get(script or "", "13a"))
        whole.corpus_score(["a"], [["a"]])  # it says how it computes once it has
        return cls(np.array(rows, np.int64).reshape(-1, 10), whole, str(whole.get_signature()))

    def score(self, counts: NDArray[np.int64]) -> float:
        """From 0 to 100, of summed counts (10,)."""
        n = [int(number) for number in counts]
        return float(self.metric.compute_bleu(n[:4], n[4:8], n[8], n[9], smooth_method="exp").score)


class Words:
    """Cuts for rouge-score: our words in lower case, without punctuation; its own keeps only a to z and digits.

    >>> Words().tokenize("The cat. 猫坐着")
    ['the', 'cat', '猫', '坐', '着']
    """

    def tokenize(self, text: str) -> list[str]:
        """The words of a text; a Han character is one."""
        return Text.of([text.lower()]).cut("unicode").strings(0)


def rouge(texts: Sequence[str], references: Sequence[str]) -> NDArray[np.float64]:
    """F1 of ROUGE-1, -2 and -L (Lin 2004) of each text, (texts, 3); MissingExtra without rouge-score."""
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ModuleNotFoundError:
        raise MissingExtra("rouge-score", EXTRA) from None
    scorer = RougeScorer(list(ROUGE), tokenizer=Words())
    found = [scorer.score(real, text) for text, real in zip(texts, references, strict=True)]
    return np.array([[score[name].fmeasure for name in ROUGE] for score in found]).reshape(-1, len(ROUGE))


def _sacrebleu() -> Any:
    try:
        import sacrebleu.metrics
    except ModuleNotFoundError:
        raise MissingExtra("sacrebleu", EXTRA) from None
    return sacrebleu.metrics
