"""Which part of speech an English word is where it stands: by how often it is which, and by the words beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from dataqual.synonyms.wordnet import PARTS, WordNet

BEFORE = "^DITMPBHCNQA,nvaro"
BEHIND = "$DITMPBHCNQA,o"
"""Classes of the word before and behind: ^ none, $ none, , a sign, o any other word; see closed_words.txt."""

UNSEEN = 0.5
"""Added to each count: what was never seen is rare, not impossible (Jeffreys)."""


@cache
def closed_words() -> dict[str, str]:
    """The class of every word that is never replaced."""
    lines = (line.split() for line in _lines("closed_words.txt"))
    return {word: kind for kind, *words in reversed(list(lines)) for word in words}


@cache
def contexts() -> dict[tuple[str, str], tuple[float, ...]]:
    """For the classes before and behind, how much likelier than on average each part of speech is, n, v, a and r."""
    rows = {(line[0], line[1]): [int(n) + UNSEEN for n in line[3:].split()] for line in _lines("contexts.txt")}
    totals = [sum(row[at] for row in rows.values()) for at in range(4)]
    whole = sum(totals)
    return {
        key: tuple(n / sum(row) / (total / whole) for n, total in zip(row, totals, strict=True))
        for key, row in rows.items()
    }


def _lines(name: str) -> list[str]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


class Tagger:
    """Greedy, from left to right; what it said of a word between two classes it says again without reckoning."""

    def __init__(self, wordnet: WordNet) -> None:
        self.wordnet = wordnet
        self._priors: dict[str, tuple[float, ...] | None] = {}
        self._said: dict[tuple[str, str, str], tuple[str, float]] = {}
        self._only: dict[str, tuple[str, float]] = {}

    def tags(self, words: Sequence[str]) -> list[tuple[str, float]]:
        """The class of each word in small letters, "," for a sign, and how sure that is: 1 for words of closed classes."""
        closed = closed_words()
        told: list[tuple[str, float]] = []
        before = "^"
        kinds = ["," if word == "," else closed.get(word, "o") for word in words]
        for at, (word, kind) in enumerate(zip(words, kinds, strict=True)):
            if kind != "o":
                told.append((kind, 1.0))
            else:
                told.append(self.tag(word, before, kinds[at + 1] if at + 1 < len(kinds) else "$"))
            before = told[-1][0]
        return told

    def tag(self, word: str, before: str, behind: str) -> tuple[str, float]:
        """The likeliest part of speech of an open word and its share of all likelihood; "o" for one that is unknown."""
        only = self._only.get(word)
        if only is not None:
            return only
        key = word, before, behind
        told = self._said.get(key)
        if told is None:
            told = self._said[key] = self._tag(*key)
            if told[1] in (0.0, 1.0):  # whatever stands beside it
                self._only[word] = told
        return told

    def _tag(self, word: str, before: str, behind: str) -> tuple[str, float]:
        prior = self.prior(word)
        if prior is None:
            return "o", 0.0
        if 1.0 in prior:
            return "nvar"[prior.index(1.0)], 1.0
        scores = [p * likely for p, likely in zip(prior, contexts()[before, behind], strict=True)]
        best = max(range(4), key=scores.__getitem__)
        return "nvar"[best], scores[best] / sum(scores)

    def prior(self, word: str) -> tuple[float, ...] | None:
        """How often it is which part of speech, in texts that were tagged by hand; None of a word that is unknown."""
        if word not in self._priors:
            counts = [
                sum(
                    sum(self.wordnet.counts.get((base, part), {}).values()) + UNSEEN
                    for base in self.wordnet.bases(word, part)
                )
                for part in PARTS
            ]
            total = sum(counts)
            self._priors[word] = tuple(n / total for n in counts) if total else None
        return self._priors[word]

    def _met(self, base: str, part: str) -> float:
        return sum(self.wordnet.counts.get((base, part), {}).values()) + UNSEEN
