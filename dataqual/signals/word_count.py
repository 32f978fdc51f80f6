"""The signal `word_count`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.published_words import WordCut, begun_by_letter_or_number, words
from dataqual.text import Text


@dataclass(frozen=True)
class WordCount(Signal):
    """Words of a document under a cut; a character of a script without spaces is one word.

    `begun_by` "letter_or_number": only those whose first character is one, so that of `--` and `(see` neither counts.

    >>> WordCount()(["It's here", "我们", ""]).tolist()
    [3, 2, 0]
    >>> WordCount(cut="whitespace")(["It's here", "我们", ""]).tolist()
    [2, 1, 0]
    >>> WordCount(cut="whitespace", begun_by="letter_or_number")(["-- (see 2 pages"]).tolist()
    [2]
    """

    unit: ClassVar[str] = "words"
    cut: WordCut = "unicode"
    begun_by: Literal["anything", "letter_or_number"] = "anything"

    def measure(self, text: Text) -> NDArray[Any]:
        segments = words(text, self.cut)
        if self.begun_by == "anything":
            return segments.counts
        return segments.total(begun_by_letter_or_number(segments))
