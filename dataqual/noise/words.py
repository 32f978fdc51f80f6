"""Noise in words: wrong spelling, spacing and case; words left out, swapped, repeated or hidden (Wei and Zou 2019, EDA)."""

from __future__ import annotations

import re
from itertools import pairwise

from dataqual.noise.document import Document, Edits, Place

MARKS, FULL_MARKS = (".", ";", "?", ":", "!", ","), ("。", "；", "？", "：", "！", "，")
"""Signs that AEDA puts between words (Karimi et al. 2021), and those of Chinese."""

SPELT = (
    (re.compile(r"([bcdfglmnprst])\1"), r"\1"),
    (re.compile(r"(?<=[aeiou])([bdglmnprt])(?=[aeiou])"), r"\1\1"),
    (re.compile("ie"), "ei"),
    (re.compile("ei"), "ie"),
    (re.compile("ance"), "ence"),
    (re.compile("ence"), "ance"),
    (re.compile("able"), "ible"),
    (re.compile("ible"), "able"),
    (re.compile("ph"), "f"),
    (re.compile("gh(?=t)"), ""),
    (re.compile("ou(?=[rs])"), "o"),
    (re.compile("(?<=[a-z])er\\Z"), "or"),
    (re.compile("(?<=[a-z])or\\Z"), "er"),
    (re.compile("(?<=[a-z])ar\\Z"), "er"),
    (re.compile("(?<=[bcdfglmnprstv])e(?=ly\\Z|ment\\Z|ful\\Z)"), ""),
    (re.compile("(?<=[a-z]{2})e(?=[rnl][a-z])"), "a"),
    (re.compile("(?<=[a-z]{2})a(?=[rnl][a-z])"), "e"),
)
"""How English words are commonly misspelt: doubled letters, ie and ei, endings that sound alike, silent letters."""


def cased(document: Document) -> list[Place]:
    """Words with a letter that has a case."""
    return [(a, b) for a, b in document.words if document.text[a:b].lower() != document.text[a:b].upper()]


def in_other_case(document: Document, place: Place, number: float) -> Edits:
    """The word with its first letter in the other case, or all of it in capitals or small letters, whichever is new."""
    word = document.text[slice(*place)]
    ways = [word[0].swapcase() + word[1:], word.upper(), word.lower()]
    new = [way for way in dict.fromkeys(ways) if way != word]
    return [(*place, new[int(number * len(new))])] if new else []


def deletable(document: Document) -> list[Place]:
    """All words where there are several."""
    return document.words if len(document.words) > 1 else []


def deleted(document: Document, place: Place, number: float) -> Edits:
    """The word and the blanks behind it left out."""
    start, end = place
    behind = end
    while behind < len(document.text) and document.text[behind] in " \t":
        behind += 1
    return [(start, behind, "")]


def behind(document: Document) -> list[Place]:
    """Where words end."""
    return [(end, end) for _, end in document.words]


def inserted(document: Document, place: Place, number: float) -> Edits:
    """Another word of the document, in a place where it was not."""
    start, end = document.words[int(number * len(document.words))]
    return [(*place, _joined(document, place[0], document.text[start:end]))]


def punctuated(document: Document, place: Place, number: float) -> Edits:
    """A sign of punctuation, as the script has it."""
    full = document.text[place[0] - 1] >= "\u2e80"
    marks = FULL_MARKS if full else MARKS
    return [(*place, marks[int(number * len(marks))] if full else f" {marks[int(number * len(marks))]}")]


def _joined(document: Document, at: int, word: str) -> str:
    """A word as it is put behind another: with a blank between, unless both scripts have none."""
    return word if document.text[at - 1] >= "\u2e80" and word[0] >= "\u2e80" else f" {word}"


def blocks(document: Document) -> list[Place]:
    """Spans of `span` words, or fewer before a line ends or something that must stay."""
    found: list[tuple[int, int, int]] = []
    for start, end in document.words:
        last = found[-1] if found else None
        if last and last[2] < document.span and _near(document, last[1], start):
            found[-1] = (last[0], end, last[2] + 1)
        else:
            found.append((start, end, 1))
    return [(start, end) for start, end, _ in found]


def _near(document: Document, end: int, start: int) -> bool:
    return "\n" not in document.text[end:start] and not document.protected.touches(end, start)


def masked(document: Document, place: Place, number: float) -> Edits:
    """The mask in their place."""
    return [(*place, document.mask)]


def pairs(document: Document) -> list[Place]:
    """Every second word with the one behind it, in the same line."""
    words = document.words
    both = [(one[0], two[1]) for one, two in list(pairwise(words))[::2] if _near(document, one[1], two[0])]
    return both


def swapped(document: Document, place: Place, number: float) -> Edits:
    """The two have changed places; what stands between them stays."""
    one, two = (place[0], document.ends[place[0]]), (document.begins[place[1]], place[1])
    first, second = document.text[slice(*one)], document.text[slice(*two)]
    return [] if first == second else [(*one, second), (*two, first)]


def spaced(document: Document) -> list[Place]:
    """Single blanks between words, borders between characters of scripts without blanks, and the insides of longer words."""
    found: list[Place] = []
    words = document.words
    for (start, end), (following, _) in zip(words, [*words[1:], (-1, -1)], strict=False):
        if end - start >= 4:
            found.append((start + 1, end - 1))
        if following == end + 1 and document.text[end] == " ":
            found.append((end, following))
        elif following == end and start in document.alone and following in document.alone:
            found.append((end, end))
    return found


def respaced(document: Document, place: Place, number: float) -> Edits:
    """The blank left out, or one put in."""
    start, end = place
    if document.text[start:end] == " ":
        return [(start, end, "")]
    letters = [at for at in range(start, end) if document.text[at].isalnum()]
    at = letters[int(number * len(letters))] if letters else start
    return [(at, at, " ")]


def misspellable(document: Document) -> list[Place]:
    """Latin words of four letters or more that some rule misspells."""
    return [
        (a, b)
        for a, b in document.words
        if b - a >= 4 and (word := document.text[a:b]).isascii() and _misspellings(word)
    ]


def misspelt(document: Document, place: Place, number: float) -> Edits:
    """The word as it is commonly misspelt."""
    ways = _misspellings(document.text[slice(*place)])
    return [(*place, ways[int(number * len(ways))])]


def _misspellings(word: str) -> list[str]:
    return list(dict.fromkeys(new for rule, says in SPELT if (new := rule.sub(says, word, count=1)) != word))
