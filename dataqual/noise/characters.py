"""Noise in characters: neighbouring keys, homophones of pinyin, look-alikes, what a scanner misreads, slips."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from dataqual.noise.document import Document, Edits, Place

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
"""The letters of a QWERTY keyboard; each row stands half a key to the right of the one above."""

MISREAD = {
    "m": ("rn", "nn"), "rn": ("m",), "cl": ("d",), "d": ("cl",), "w": ("vv",), "vv": ("w",), "l": ("1", "I"), "I": ("l", "1"),
    "i": ("l", "1"), "O": ("0", "Q"), "Q": ("O",), "o": ("0", "c"), "S": ("5",), "s": ("5",), "B": ("8", "R"), "Z": ("2",),
    "z": ("2",), "G": ("6", "C"), "g": ("9", "q"), "q": ("g", "9"), "e": ("c", "o"), "c": ("e", "o"), "h": ("b", "n"),
    "b": ("h", "6"), "n": ("u", "h"), "u": ("v", "n"), "v": ("y", "u"), "y": ("v",), "f": ("t",), "t": ("f",), "E": ("F",),
    "F": ("E", "P"), "P": ("F",), "R": ("B",), "D": ("O",), "U": ("V",), "V": ("U",), "a": ("o", "e"),
    "ン": ("ソ",), "ソ": ("ン",), "シ": ("ツ",), "ツ": ("シ",), "ロ": ("口",), "カ": ("力",), "エ": ("工",), "ニ": ("二",),
    "タ": ("夕",), "ト": ("卜",), "ハ": ("八",), "へ": ("ヘ",), "り": ("リ",),
}  # fmt: skip
"""What scanners take Latin letters and kana for, the pairs that OCR errors are known by; Han characters have look-alikes."""

_MISREADABLE = re.compile("|".join(sorted(map(re.escape, MISREAD), key=len, reverse=True)) + "|[\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_HAN = re.compile("[\u4e00-\u9fff]")


def _found(document: Document, pattern: re.Pattern[str]) -> list[Place]:
    """Where it fits, but for what stays, and for letters that bear a combining mark."""
    text, stays = document.text, document.protected.touches
    return [
        (start, end)
        for start, end in (match.span() for match in pattern.finditer(text))
        if not stays(start, end) and not (end < len(text) and unicodedata.combining(text[end]))
    ]


def _one_of(among: str | tuple[str, ...], number: float) -> str:
    return among[int(number * len(among))]


def on_keys(document: Document) -> list[Place]:
    """Letters of the Latin keyboard."""
    return _found(document, _LATIN)


def neighbouring_key(document: Document, place: Place, number: float) -> Edits:
    """Another letter, whose key is next to it, in the same case."""
    char = document.text[place[0]]
    other = _one_of(_keys()[char.lower()], number)
    return [(*place, other.upper() if char.isupper() else other)]


def with_homophones(document: Document) -> list[Place]:
    """Han characters that sound as another common one, tones aside."""
    known = _homophones()
    return [place for place in _found(document, _HAN) if document.text[place[0]] in known]


def homophone(document: Document, place: Place, number: float) -> Edits:
    """Another character that is typed in the same way with a pinyin input method."""
    return [(*place, _one_of(_homophones()[document.text[place[0]]], number))]


def with_look_alikes(document: Document) -> list[Place]:
    """Han characters that are nearly written as another common one."""
    known = _look_alikes()
    return [place for place in _found(document, _HAN) if document.text[place[0]] in known]


def look_alike(document: Document, place: Place, number: float) -> Edits:
    """Another character with nearly the same strokes."""
    return [(*place, _one_of(_look_alikes()[document.text[place[0]]], number))]


def scanned(document: Document) -> list[Place]:
    """What a scanner is known to misread."""
    return [
        place
        for place in _found(document, _MISREADABLE)
        if (piece := document.text[slice(*place)]) in MISREAD or piece in _look_alikes()
    ]


def misread(document: Document, place: Place, number: float) -> Edits:
    """What a scanner might take it for."""
    piece = document.text[slice(*place)]
    return [(*place, _one_of(MISREAD.get(piece) or _look_alikes()[piece], number))]


def typed(document: Document) -> list[Place]:
    """Every letter of every word, with the marks that it bears, of any script."""
    found = []
    for start, end in document.words:
        at = start
        while at < end:
            behind = at + 1
            while behind < end and not document.text[behind].isalnum():  # marks and joiners belong to the letter
                behind += 1
            found.append((at, behind))
            at = behind
    return found


def slipped(document: Document, place: Place, number: float) -> Edits:
    """The letter left out, or typed twice."""
    start, end = place
    piece = document.text[start:end]
    return [(start, end, "" if number < 0.5 else piece * 2)]


@cache
def _keys() -> dict[str, str]:
    places = {key: (x + y / 2, y) for y, row in enumerate(ROWS) for x, key in enumerate(row)}
    return {
        key: "".join(other for other, (u, v) in places.items() if other != key and abs(x - u) <= 1 and abs(y - v) <= 1)
        for key, (x, y) in places.items()
    }


@cache
def _homophones() -> dict[str, str]:
    groups = [line.split()[1] for line in _lines("pinyin.txt")]
    return {char: group.replace(char, "") for group in groups for char in group}


@cache
def _look_alikes() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _lines("shapes.txt"):
        first, others = line.split()
        for one, other in [pair for char in others for pair in ((first, char), (char, first))]:
            if other not in found.get(one, "") and one != other:
                found[one] = found.get(one, "") + other
    return found


def _lines(name: str) -> list[str]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
