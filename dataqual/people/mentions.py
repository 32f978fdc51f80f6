"""Where the words of a lexicon stand in a text: which document, which sentence, and what each stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.lazy import lazy
from dataqual.people.words import Lexicon, lexicon
from dataqual.text import UPPER, Text

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Spot:
    """One sentence that shows a number, with the document it stands in and what is marked in it, in characters."""

    document: int
    text: str
    marks: tuple[tuple[int, int, str], ...]


@dataclass(eq=False)
class Mentions:
    """Every word of a lexicon in a `Text`: `starts` and `ends` among its tokens, and what it stands for.

    A word that stands for several things (a group on two axes, a list and its item) is there once in `term`, and once for
    each in `at` and `label`.

    >>> found = Mentions.of(["The old woman met him.", "她是老师"])
    >>> [str(found.lexicon.labels[k]) for k in found.label]
    ['gender/female', 'age/old', 'gender/male', 'gender/female', 'occupation', 'occupation/老师']
    """

    text: Text
    lexicon: Lexicon
    term: Ints
    starts: Ints
    ends: Ints
    at: Ints
    """Position of the word among those found."""
    label: Ints
    ambiguous: NDArray[np.bool_]

    @classmethod
    def of(cls, column: object, words: Lexicon | None = None) -> Mentions:
        """The words in a `Text`, a list of str or a column; without a lexicon of your own, ours."""
        text, words = Text.of(column), words or lexicon()
        found = words.runs.find(text)
        counts = np.diff(words.offsets)[found.which]
        at = np.repeat(np.arange(len(counts)), counts)
        firsts = np.cumsum(counts) - counts
        rows = words.offsets[:-1][found.which][at] + np.arange(len(at)) - firsts[at]
        tokens = text.cut("tokens")
        kept = ~words.capital[rows] | ((tokens.flags[found.starts[at]] & UPPER) > 0)
        rows, at = rows[kept], at[kept]
        return cls(text, words, found.which, found.starts, found.ends, at, words.numbers[rows], words.ambiguous[rows])

    @lazy
    def document(self) -> Ints:
        """The document of each word."""
        return np.searchsorted(self.text.cut("tokens").offsets, self.starts, side="right") - 1

    @lazy
    def sentence(self) -> Ints:
        """The sentence in which each word begins."""
        return np.searchsorted(self.text.sentences.starts, self.begins, side="right") - 1

    @lazy
    def begins(self) -> Ints:
        """The byte at which each word begins."""
        begins: Ints = self.text.cut("tokens").starts[self.starts]
        return begins

    @lazy
    def words(self) -> Ints:
        """How many words begin in each sentence."""
        begins, sentences = self.text.cut("unicode").starts, self.text.sentences
        words: Ints = np.searchsorted(begins, sentences.ends) - np.searchsorted(begins, sentences.starts)
        return words

    def counts(self, labels: list[int], *, ambiguous: bool = False) -> Ints:
        """How often each document has each of the labels, (documents, labels); only the ambiguous words, or only the others."""
        column = np.full(len(self.lexicon.labels), -1)
        column[labels] = np.arange(len(labels))
        chosen = (column[self.label] >= 0) & (self.ambiguous == ambiguous)
        key = self.document[self.at[chosen]] * len(labels) + column[self.label[chosen]]
        return np.bincount(key, minlength=len(self.text) * len(labels)).reshape(-1, len(labels))

    def terms(self, label: int, *, ambiguous: bool = False, most: int = 5) -> list[dict[str, Any]]:
        """The words that stand for a label most often, in lower case: `term` and how `often`."""
        chosen = (self.label == label) & (self.ambiguous == ambiguous)
        counts = np.bincount(self.term[self.at[chosen]], minlength=len(self.lexicon.terms))
        order = np.lexsort((np.arange(len(counts)), -counts))[:most]
        return [{"term": self.lexicon.terms[k], "often": int(counts[k])} for k in order if counts[k]]

    def spot(self, sentence: int, labels: tuple[int, ...]) -> Spot:
        """A sentence with the words of these labels marked; of flagged words all but the first letter is hidden."""
        sentences, tokens = self.text.sentences, self.text.cut("tokens")
        start, end = int(sentences.starts[sentence]), int(sentences.ends[sentence])
        low, high = np.searchsorted(self.begins, [start, end])
        raw = self.text.data[start:end].tobytes()
        marks = []
        first, last = np.searchsorted(self.at, [low, high])
        for at, label in zip(self.at[first:last].tolist(), self.label[first:last].tolist(), strict=True):
            if label in labels:
                a, b = int(self.begins[at]) - start, min(int(tokens.ends[self.ends[at] - 1]), end) - start
                name = self.lexicon.labels[label]
                marks.append((len(raw[:a].decode()), len(raw[:b].decode()), str(name)))
        return Spot(int(self.document[low]) if low < len(self.document) else 0, raw.decode(), tuple(sorted(set(marks))))
