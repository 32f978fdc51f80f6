"""How common words are: by wordfreq, of the extra `augment`, or not asked about."""

from __future__ import annotations

from functools import cache
from math import log10
from typing import Literal

from dataqual.errors import MissingExtra

By = Literal["wordfreq", "none"]
"""By what words are held to be common: the lists of wordfreq (Speer 2022), or nothing."""

COMMON = 3.0
"""Zipf frequency, the logarithm of how often in a billion words, from which a word is one that people use: once in a million."""

RARER = 1.5
"""How much rarer than the word whose place it takes, in the same scale, one may be: 30 times."""


class Frequency:
    """Of one language; everything is common where nothing is known.

    >>> Frequency("en", "none").fits("poop", "quarter")
    True
    """

    def __init__(self, language: str, by: By) -> None:
        self.language, self.by = language, by
        self._known = zipf(language) if by == "wordfreq" else None

    def of(self, word: str) -> float | None:
        """Zipf frequency of a word, 0 for one beyond the list; None where nothing is known."""
        return self._known.get(word, 0.0) if self._known is not None else None

    def fits(self, word: str, instead: str) -> bool:
        """Whether a word is common enough to stand in the place of another."""
        mine, other = self.of(word), self.of(instead)
        return mine is None or other is None or (mine >= COMMON and mine >= other - RARER)


@cache
def zipf(language: str) -> dict[str, float] | None:
    """The words of a language above one in a million with their Zipf frequency; None where there is no list of it."""
    try:
        import wordfreq
    except ImportError:
        raise MissingExtra("wordfreq", "augment", "synonyms that people use (frequency=none does without)") from None
    try:
        found: dict[str, float] = wordfreq.get_frequency_dict(language, wordlist="small")
    except LookupError:
        return None
    return {word: log10(share) + 9 for word, share in found.items()}
