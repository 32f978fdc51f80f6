"""Synonyms of English words: by WordNet, in their part of speech and commonest sense, in the same form."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.children import Edit
from dataqual.protected import Protected
from dataqual.synonyms.frequency import By, Frequency
from dataqual.synonyms.inflecting import article, form_of, inflected
from dataqual.synonyms.source import Source, Swap
from dataqual.synonyms.tagging import Tagger, closed_words
from dataqual.synonyms.wordnet import WordNet
from dataqual.text import ALONE
from dataqual.word_spans import Spans

SURE = 0.8
"""Share of all likelihood from which a part of speech counts as known."""

DOMINANT = 0.6
"""Share of a word's uses from which one sense is taken for meant, and which the same sense must have among those of the synonym:
a quarter is a coin and a district, and nobody's first thought of a poop is a stern."""

FEW = 5
"""Words of a document, or fewer, that are English if WordNet knows them all; of more some must be function words."""

JOINING = ("-", "'", "’", "_", "/")

FUNCTION = frozenset(
    "the of and to is was it that for with as his her they this be have from or had but not what all were we when your can "
    "there an which their if will each about how up out them then she many some would these into has more its who been".split()
)
"""English function words that are hardly words of other languages."""


@dataclass(frozen=True)
class Word:
    """A word in small letters where it is a known part of speech: its synonyms in the same form."""

    part: str
    synonyms: tuple[str, ...]


class English(Source):
    """Made once for each process; it remembers what it said of a word between two classes of words."""

    language = "en"

    def __init__(self, place: str | None, by: By) -> None:
        self.place, self.by = place, by
        self.wordnet = WordNet.open(place)
        self.frequency = Frequency("en", by)
        self._tagger = Tagger(self.wordnet)
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}
        self._phrases: dict[tuple[str, str], bool] = {}

    def __reduce__(self) -> tuple[type[English], tuple[str | None, By]]:
        return English, (self.place, self.by)

    def serves(self, text: str, spans: Spans) -> bool:
        """By its function words; a few words alone are English if WordNet knows them."""
        if not spans.starts or any(flags & ALONE for flags in spans.flags[:20]):
            return False
        words = [text[a:b].lower() for a, b in zip(spans.starts[:200], spans.ends[:200], strict=True)]
        hits = sum(word in FUNCTION for word in words)
        if len(words) <= FEW and not hits:
            closed = closed_words()
            return all(word in closed or self._tagger.prior(word) is not None for word in words)
        return hits >= 0.08 * len(words)

    def swaps(self, text: str, spans: Spans, protected: Protected) -> list[Swap]:
        """Words in small letters of a known part of speech that have synonyms; names, phrases and function words are none."""
        starts, ends = spans.starts, spans.ends
        written = [text[a:b] for a, b in zip(starts, ends, strict=True)]
        kinds, parts = self._classes(text, spans, written)
        found: list[Swap] = []
        for at, part in enumerate(parts):
            if not part or not written[at].islower() or not written[at].isascii():
                continue
            start, end = starts[at], ends[at]
            options = self._synonyms(written[at], part)
            if not options or protected.touches(start, end) or self._in_phrase(written, kinds, at):
                continue
            if _joined(text, start, end):
                continue
            before = written[at - 1] if at and ends[at - 1] + 1 == start else ""
            choices = tuple(
                edits
                for one in options
                if (edits := _edits(one, written[at], start, end, before, starts[at - 1] if at else 0)) is not None
            )
            if choices:
                found.append(Swap(start, choices))
        return _apart(found)

    def _classes(self, text: str, spans: Spans, written: list[str]) -> tuple[list[str], list[str]]:
        """The class of each word, and for those whose part of speech is sure what it is."""
        closed, tag = closed_words(), self._tagger.tag
        lower = [word.lower() for word in written]
        signs = _signs(text, spans)
        classes = [closed.get(word) for word in lower]
        kinds, parts = [], []
        before, last = "^", len(lower) - 1
        for at, (word, kind, sign) in enumerate(zip(lower, classes, signs, strict=False)):
            before = sign or before
            part = ""
            if kind is None:
                kind = "o"
                if word.isalpha():
                    behind = "$" if at == last else "," if signs[at + 1] else classes[at + 1] or "o"
                    kind, confidence = tag(word, before, behind)
                    part = kind if confidence >= SURE and len(word) > 2 else ""
            kinds.append(kind)
            parts.append(part)
            before = kind
        return kinds, parts

    def _in_phrase(self, written: list[str], kinds: list[str], at: int) -> bool:
        """Whether the word and one beside it are a phrase that WordNet knows, such as `hot dog`, or a particle verb."""
        word = written[at]
        pairs = []
        if at:
            pairs.append((written[at - 1].lower(), word))
        if at + 1 < len(written):
            pairs.append((word, written[at + 1].lower()))
        return any(self._phrase(pair) for pair in pairs)

    def _phrase(self, pair: tuple[str, str]) -> bool:
        known = self._phrases.get(pair)
        if known is None:
            first, second = (
                (word, *(base for part in "nv" for base in self.wordnet.bases(word, part))) for word in pair
            )
            phrases = self.wordnet.phrases
            known = self._phrases[pair] = any(f"{one}_{two}" in phrases for one in first for two in second)
        return known

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
        form = form_of(word, base, part, wordnet)
        sense = self._dominant(base, part)
        if form is None or sense is None:
            return []
        found = []
        for other in wordnet.words(sense, part):
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
        senses = self.wordnet.senses(base, part)
        if len(senses) == 1:
            return senses[0]
        counts = self.wordnet.counts.get((base, part), {})
        total = sum(counts.values())
        if not senses or not total:
            return None
        number, count = max(counts.items(), key=lambda item: (item[1], -item[0]))
        return senses[number - 1] if number <= len(senses) and count >= DOMINANT * total and count > 1 else None


def _signs(text: str, spans: Spans) -> list[str]:
    """What stands before each word, and last behind them: "^" a beginning, "," another sign, "" a blank or nothing."""
    found, done = [], 0
    for start in (*spans.starts, len(text)):
        gap = text[done:start]
        if gap in (" ", ""):
            found.append("" if done else "^")
        elif not done or any(mark in gap for mark in ".!?\n"):
            found.append("^")
        else:
            found.append("," if gap.strip(" \t'’-") else "")
        done = spans.ends[len(found) - 1] if len(found) <= len(spans) else start
    return found


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
