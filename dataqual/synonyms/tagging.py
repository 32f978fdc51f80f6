"""Which part of speech an English word is where it stands: by how often it is which, and by the words beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import tagging
from dataqual.synonyms.vocabulary import Vocabulary, Words
from dataqual.synonyms.word_classes import CLASSES, PARTS, contexts
from dataqual.text import Segments, Text

_CODES = np.array([CLASSES.index(one) for one in "o,^$" + PARTS[0]], np.uint8)


@dataclass(frozen=True, eq=False)
class Tags:
    """Of each word its class, a number of `CLASSES`, and how sure that is: 1 for words of closed classes."""

    classes: NDArray[np.uint8]
    sure: NDArray[np.float64]

    def parts(self, least: float) -> NDArray[np.int64]:
        """The number in `PARTS` of what a word is as surely as `least`; -1 for any other, (words,)."""
        part = self.classes.astype(np.int64) - CLASSES.index(PARTS[0])
        return np.where((part >= 0) & (part < len(PARTS)) & (self.sure >= least), part, -1)


def tagged(text: Text, segments: Segments, words: Words, rows: NDArray[np.int64]) -> Tags:
    """The words of some documents, which stand in these rows."""
    signs = np.empty(len(segments), np.uint8)
    tagging.find_signs(text.data, text.offsets, segments.starts, segments.ends, segments.offsets, signs)
    return _tagged(segments.offsets, signs, words, rows)


def tags(listed: Sequence[str], vocabulary: Vocabulary) -> list[tuple[str, float]]:
    """The class of each word in small letters, "," for a sign, and how sure that is.

    >>> from dataqual.synonyms.wordnet import WordNet
    >>> [kind for kind, _ in tags(["the", "film", ",", "films"], Vocabulary(WordNet.open()))]  # doctest: +SKIP
    ['D', 'n', ',', 'n']
    """
    places = [at for at, word in enumerate(listed) if word != ","]
    signs = [tagging.SIGN if at and listed[at - 1] == "," else tagging.BLANK for at in places]
    words, rows = vocabulary.of_list([listed[at] for at in places])
    found = _tagged(np.array([0, len(rows)], np.int64), np.array(signs, np.uint8), words, rows)
    told = [(",", 1.0)] * len(listed)
    for at, kind, sure in zip(places, found.classes.tolist(), found.sure.tolist(), strict=True):
        told[at] = CLASSES[kind], sure
    return told


def _tagged(offsets: NDArray[np.int64], signs: NDArray[np.uint8], words: Words, rows: NDArray[np.int64]) -> Tags:
    classes, sure = np.empty(len(rows), np.uint8), np.empty(len(rows))
    tagging.tag(offsets, signs, words.kinds[rows], words.priors[rows], contexts(), _CODES, classes, sure)
    return Tags(classes, sure)
