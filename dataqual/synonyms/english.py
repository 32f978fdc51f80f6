"""Synonyms of English words: by WordNet, in their part of speech and commonest sense, in the same form."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dataqual.children import Edit
from dataqual.protected import Protected
from dataqual.synonyms.frequency import By, Frequency
from dataqual.synonyms.inflecting import article, form_of, inflected
from dataqual.synonyms.source import Documents, Source, Swap
from dataqual.synonyms.tagging import tagged
from dataqual.synonyms.vocabulary import Vocabulary, Words
from dataqual.synonyms.word_classes import PARTS, closed_words
from dataqual.synonyms.wordnet import WordNet
from dataqual.text import ALONE, LOWER, UPPER

SURE = 0.8
"""Share of all likelihood from which a part of speech counts as known."""

DOMINANT = 0.6
"""Share of a word's uses from which one sense is taken for meant, and which the same sense must have among those of the synonym:
a quarter is a coin and a district, and nobody's first thought of a poop is a stern."""

FEW = 5
"""Words of a document, or fewer, that are English if WordNet knows them all; of more some must be function words."""

LOOKED_AT, FIRST = 200, 20
"""Words of a document, its first, of which a share must be function words, and of which none is a character of a script without blanks."""

JOINING = ("-", "'", "’", "_", "/")


class English(Source):
    """Made once for each process; it remembers what it said of a word and of a pair of words."""

    language = "en"

    def __init__(self, place: str | None, by: By) -> None:
        self.place, self.by = place, by
        self.wordnet = WordNet.open(place)
        self.frequency = Frequency("en", by)
        self._vocabulary = Vocabulary(self.wordnet)
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}
        self._senses: dict[tuple[str, str], int | None] = {}
        self._phrases: dict[tuple[str, str], bool] = {}

    def __reduce__(self) -> tuple[type[English], tuple[str | None, By]]:
        return English, (self.place, self.by)

    def read(self, documents: Documents, rows: Sequence[int]) -> list[list[Swap] | None]:
        """Words in small letters of a known part of speech that have synonyms; names, phrases and function words are none."""
        segments = documents.segments
        words, own = self._vocabulary.of(segments)
        served = self._serves(documents, words, own)
        parts = tagged(documents.text, segments, words, own).parts(SURE)
        short = segments.ends - segments.starts == segments.chars  # bytes are characters: ASCII
        fit = (parts >= 0) & words.plain[own] & short & (segments.flags & (UPPER | LOWER) == LOWER)
        asked = np.zeros(len(documents), bool)
        asked[np.asarray(rows, np.int64)] = True
        at = np.flatnonzero(fit & (served & asked)[segments.documents])
        at = at[self._has_synonyms(words, own[at], parts[at])]
        found: dict[int, list[Swap] | None] = {row: [] for row in rows if served[row]}
        documents_of = segments.documents[at]
        borders = np.flatnonzero(np.diff(documents_of, prepend=-1)).tolist()
        for first, last in pairwise([*borders, len(at)]):
            row = int(documents_of[first])
            found[row] = self._swaps(documents, row, at[first:last], parts[at[first:last]].tolist())
        return [found.get(row) for row in rows]

    def _serves(self, documents: Documents, words: Words, own: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each document is English, by its function words; a few words alone are if WordNet knows them all."""
        segments = documents.segments
        place = np.arange(len(segments)) - segments.offsets[segments.documents]
        size = len(documents)

        def count(which: NDArray[np.bool_]) -> NDArray[np.int64]:
            return np.bincount(segments.documents[which], minlength=size)

        seen = np.minimum(segments.counts, LOOKED_AT)
        function = count(words.function[own] & (place < LOOKED_AT))
        alone = count((segments.flags & ALONE > 0) & (place < FIRST))
        few = (seen <= FEW) & (function == 0)
        known = count(words.known[own]) == seen
        return (seen > 0) & (alone == 0) & np.where(few, known, function >= 0.08 * seen)

    def _has_synonyms(self, words: Words, rows: NDArray[np.int64], parts: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of words by row and part of speech, (words,)."""
        unasked = words.options[rows, parts] < 0
        for row, part in set(zip(rows[unasked].tolist(), parts[unasked].tolist(), strict=True)):
            words.options[row, part] = bool(self._synonyms(words.words[row], PARTS[part]))
        return words.options[rows, parts] > 0

    def _swaps(self, documents: Documents, row: int, at: NDArray[np.int64], parts: Sequence[int]) -> list[Swap]:
        """The places of one document, of words that have synonyms as these parts of speech."""
        text, segments = documents.texts[row], documents.segments
        protected = Protected(text, quotes=True)
        first, last = int(segments.offsets[row]), int(segments.offsets[row + 1])
        found: list[Swap] = []
        for word, part in zip(at.tolist(), parts, strict=True):
            low, high = max(first, word - 1), min(last, word + 2)
            places = documents.characters(row, low, high)
            start, end = places[word - low]
            if protected.touches(start, end) or _joined(text, start, end):
                continue
            written = [text[a:b] for a, b in places]
            if any(self._phrase((one.lower(), other.lower())) for one, other in pairwise(written)):
                continue
            own = text[start:end]
            beside = word > low and places[0][1] + 1 == start
            choices = tuple(
                edits
                for one in self._synonyms(own, PARTS[part])
                if (edits := _edits(one, own, start, end, written[0] if beside else "", places[0][0])) is not None
            )
            if choices:
                found.append(Swap(start, choices))
        return _apart(found)

    def _phrase(self, pair: tuple[str, str]) -> bool:
        known = self._phrases.get(pair)
        if known is None:
            known = self._phrases[pair] = self._is_phrase(*pair)
        return known

    def _is_phrase(self, first: str, second: str) -> bool:
        """By the words themselves and by the nouns and verbs of which they are forms."""
        beside = (second, *self._forms(second))
        return any(self.wordnet.holds(f"{one}_{two}") for one in (first, *self._forms(first)) for two in beside)

    def _forms(self, word: str) -> list[str]:
        bases = self.wordnet.all_bases(word)
        return [base for part in "nv" for base in bases.get(part, ())]

    def _synonyms(self, word: str, part: str) -> tuple[str, ...]:
        """In the same form, the commonest first; none where the sense is not plain."""
        key = word, part
        if key not in self._known:
            self._known[key] = tuple(self._found(word, part))
        return self._known[key]

    def _found(self, word: str, part: str) -> list[str]:
        wordnet = self.wordnet
        bases = wordnet.bases(word, part)
        if len(bases) != 1:
            return []
        [base] = bases
        sense = self._dominant(base, part)
        if sense is None or len(others := wordnet.words(sense, part)) < 2:
            return []
        form = form_of(word, base, part, wordnet)
        if form is None:
            return []
        found = []
        for other in others:
            if (
                other == base
                or not other.isalpha()
                or not other.islower()
                or not other.isascii()
                or other in closed_words()
            ):
                continue
            if len(other) < 3 or self._dominant(other, part) != sense:
                continue
            new = inflected(other, form, part, wordnet)
            if new is None or new == word or other not in wordnet.bases(new, part):
                continue
            if self.frequency.fits(new, word) and self.frequency.fits(other, base):
                found.append(new)
        return sorted(dict.fromkeys(found), key=lambda one: (-(self.frequency.of(one) or 0), one))

    def _dominant(self, base: str, part: str) -> int | None:
        """The sense of a lemma that is mostly meant; None where none is."""
        key = base, part
        if key not in self._senses:
            self._senses[key] = self._found_dominant(base, part)
        return self._senses[key]

    def _found_dominant(self, base: str, part: str) -> int | None:
        senses = self.wordnet.senses(base, part)
        if len(senses) == 1:
            return senses[0]
        counts = self.wordnet.counts.get((base, part))
        if not counts:
            return None
        number, count = max(counts.items(), key=lambda item: (item[1], -item[0]))
        enough = count >= DOMINANT * sum(counts.values()) and count > 1
        return senses[number - 1] if number <= len(senses) and enough else None


def _edits(new: str, word: str, start: int, end: int, before: str, before_start: int) -> tuple[Edit, ...] | None:
    """The synonym, and where it wants the other article before it that."""
    own = Edit(start, end, new, "synonym")
    if before.lower() not in ("a", "an") or article(word) == article(new):
        return (own,)
    if article(word) != before.lower():  # as it is written our rule is wrong about it
        return None
    other = article(new)
    other = other.capitalize() if before[0].isupper() else other
    return (Edit(before_start, before_start + len(before), other, "article"), own)


def _joined(text: str, start: int, end: int) -> bool:
    """Whether a word is part of a longer one: a hyphen, an apostrophe, an underscore or a slash touches it."""
    return text[max(0, start - 1) : start] in JOINING or text[end : end + 1] in JOINING


def _apart(swaps: list[Swap]) -> list[Swap]:
    """Without those an edit of which would touch an edit of the one before."""
    found: list[Swap] = []
    reached = -1
    for swap in swaps:
        if all(edits[0].start >= reached for edits in swap.choices):
            found.append(swap)
            reached = max(edits[-1].end for edits in swap.choices)
    return found
