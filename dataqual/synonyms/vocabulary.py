"""English words once they were looked up: each is looked up once, and is a row of tables from then on."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.unicode import tables
from dataqual.synonyms.word_classes import CLASSES, PARTS, UNSEEN, closed_words
from dataqual.synonyms.wordnet import WordNet
from dataqual.text import Segments, Text

MOST = 1_000_000
"""Words that are remembered at most, 150 bytes each, about; with one more all are forgotten."""

FUNCTION = frozenset(
    "the of and to is was it that for with as his her they this be have from or had but not what all were we when your can "
    "there an which their if will each about how up out them then she many some would these into has more its who been".split()
)
"""English function words that are hardly words of other languages."""


def folded(word: str) -> str:
    """As `Segments.folded` hashes it, character by character, so that of two words with one hash it does not matter which came first.

    >>> folded("The"), folded("ΟΔΟΣ"), "ΟΔΟΣ".lower()
    ('the', 'οδοσ', 'οδος')
    """
    return word.lower() if word.isascii() else "".join(map(chr, tables().lower[list(map(ord, word))].tolist()))


class Words:
    """Words in small letters, by row."""

    def __init__(self, room: int) -> None:
        self.size = 0
        self.rows: dict[int, int] = {}
        """Of each word's hash its row."""
        self.words: list[str] = []
        self.kinds: NDArray[np.uint8] = np.zeros(room, np.uint8)
        """The number of its class in `CLASSES`; that of an open one is "o"."""
        self.priors: NDArray[np.float64] = np.zeros((room, len(PARTS)))
        """How often it is which part of speech, in texts that were tagged by hand; 0 all where it is unknown or closed."""
        self.function: NDArray[np.bool_] = np.zeros(room, bool)
        self.known: NDArray[np.bool_] = np.zeros(room, bool)
        """Whether it is closed, or WordNet knows it."""
        self.plain: NDArray[np.bool_] = np.zeros(room, bool)
        """Whether it has three letters or more, and nothing else."""
        self.options: NDArray[np.int8] = np.full((room, len(PARTS)), -1, np.int8)
        """Whether it has synonyms as each part of speech: 1 or 0, or -1 where nobody has asked yet."""

    def more(self) -> Words:
        """The same with twice the room."""
        size = len(self.kinds)
        grown = Words(2 * size)
        grown.size, grown.rows, grown.words = self.size, self.rows, self.words
        for name in ("kinds", "priors", "function", "known", "plain", "options"):
            getattr(grown, name)[:size] = getattr(self, name)
        return grown


class Vocabulary:
    """The words that were met, which threads share."""

    def __init__(self, wordnet: WordNet) -> None:
        self.wordnet = wordnet
        self._words = Words(1 << 14)
        self._lock = Lock()

    def of(self, segments: Segments) -> tuple[Words, NDArray[np.int64]]:
        """The words, and the row of each segment, (segments,)."""
        hashes, first, own = np.unique(segments.folded, return_index=True, return_inverse=True)
        with self._lock:
            words = self._words
            if words.size + len(hashes) > MOST and words.size:
                words = Words(1 << 14)
            rows = np.array([words.rows.get(one, -1) for one in hashes.tolist()], np.int64)
            new = np.flatnonzero(rows < 0)
            while words.size + len(new) > len(words.kinds):
                words = words.more()
            for at in new.tolist():
                start, end = segments.starts[first[at]], segments.ends[first[at]]
                rows[at] = self._added(words, int(hashes[at]), folded(segments.data[start:end].tobytes().decode()))
            self._words = words
        return words, rows[own] if len(own) else np.zeros(0, np.int64)

    def of_list(self, listed: Sequence[str]) -> tuple[Words, NDArray[np.int64]]:
        """The same of words in a list."""
        text = Text.of(list(listed))
        return self.of(Segments(text.data, text.offsets[:-1], text.offsets[1:], np.arange(len(text) + 1)))

    def _added(self, words: Words, key: int, word: str) -> int:
        row = words.size
        kind = closed_words().get(word)
        words.kinds[row] = CLASSES.index(kind or "o")
        prior = self.prior(word) if kind is None else None
        words.known[row] = kind is not None or prior is not None
        if prior is not None and word.isalpha():
            words.plain[row] = len(word) > 2
            words.priors[row] = prior
        words.function[row] = word in FUNCTION
        words.words.append(word)
        words.rows[key] = row
        words.size += 1
        return row

    def prior(self, word: str) -> list[float] | None:
        """How often it is which part of speech, in texts that were tagged by hand; None of a word that is unknown."""
        bases = self.wordnet.all_bases(word)
        if not bases:
            return None
        if len(bases) == 1:
            return [float(part in bases) for part in PARTS]
        totals = self.wordnet.totals
        counts = [sum([totals.get((base, part), 0) + UNSEEN for base in bases.get(part, ())]) for part in PARTS]
        return [n / sum(counts) for n in counts]
