"""The signal `reading_grade`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import Text

_WORD = re.compile(rb"[a-z]+(?:'[a-z]+)?")
_VOWELS = re.compile(rb"[aeiouy]+")


@dataclass(frozen=True)
class ReadingGrade(Signal):
    """Years of school that English text asks of its reader (Flesch–Kincaid grade, Kincaid et al. 1975), not below 0; 0 without words.

    0.39 words a sentence + 11.8 syllables a word - 15.59. A syllable is a run of vowels (a e i o u y), but for a final silent
    e; every word has one. For English alone: of Chinese it says nothing, and only words of Latin letters are counted.

    >>> ReadingGrade()(["The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."]).round(1).tolist()
    [11.3]
    """

    profiled: ClassVar[bool] = False
    unit: ClassVar[str] = "years"

    def measure(self, text: Text) -> NDArray[Any]:
        data, borders = text.data.tobytes().lower(), text.offsets.tolist()
        words = [_WORD.findall(data[a:b]) for a, b in pairwise(borders)]
        count = np.array([len(found) for found in words], np.float64)
        syllables = np.array([sum(map(_syllables, found)) for found in words], np.float64)
        sentences = np.maximum(text.sentences.counts, 1)
        grade = 0.39 * count / sentences + 11.8 * syllables / np.maximum(count, 1) - 15.59
        return np.where(count > 0, np.maximum(grade, 0.0), 0.0)


def _syllables(word: bytes) -> int:
    silent = word.endswith(b"e") and not word.endswith((b"le", b"ee")) and len(word) > 2
    return max(len(_VOWELS.findall(word)) - silent, 1)
