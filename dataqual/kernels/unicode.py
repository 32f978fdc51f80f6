"""Per-character tables (class, script, lower case, base letter) of one fixed version of Unicode."""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PATH = str(Path(__file__).with_name("unicode_tables.npz"))
BLOCK = 128
DROPPED = -1
"""What `Tables.base` says of a mark that goes without a trace when accents are stripped."""


class Class(IntEnum):
    """What a character is, by its general category; the low four bits of a table entry, then three flags."""

    UNASSIGNED = 0
    UPPER = 1
    LOWER = 2
    LETTER = 3
    """A letter without case, or a letter number such as 〇."""
    MARK = 4
    DIGIT = 5
    NUMBER = 6
    PUNCTUATION = 7
    SYMBOL = 8
    SPACE = 9
    """As `str.isspace`, which counts some controls as spaces."""
    CONTROL = 10
    FORMAT = 11
    JOINER = 12
    """A format character that may stand inside a word."""
    ALONE = 16
    """Flag: a letter of a script written without spaces between words; a word of its own."""
    TERMINAL = 32
    """Flag: may end a sentence."""
    CLOSING = 64
    """Flag: a quote or bracket that belongs to the sentence ended just before it."""


SCRIPTS = (
    "Common", "other scripts", "Latin", "Han", "Hiragana", "Katakana", "Hangul", "Bopomofo", "Cyrillic", "Greek", "Arabic",
    "Hebrew", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala",
    "Thai", "Lao", "Khmer", "Myanmar", "Tibetan", "Georgian", "Armenian", "Ethiopic", "Mongolian", "Yi", "Cherokee",
    "Canadian_Aboriginal", "Syriac", "Thaana", "Nko", "Javanese", "Balinese", "Coptic", "Gothic", "Runic", "Tifinagh",
    "Tai_Le", "New_Tai_Lue", "Tai_Tham", "Tai_Viet", "Ahom",
)  # fmt: skip
"""Script names of UAX #24 by table number; `Common` holds Inherited too."""


LETTER, DIGIT, UPPER, LOWER, ALONE, OTHER, MARK, JOINER = 1, 2, 4, 8, 16, 32, 64, 128
"""Flags of a character, and of a segment that contains such: `ALONE` is a character of an unspaced script,
`OTHER` what is neither space nor part of a word; a token with `OTHER` is no word. `JOINER` is not reported."""

_KINDS = np.full(32, OTHER, np.uint8)
for _class, _kind in {
    Class.UPPER: LETTER | UPPER, Class.LOWER: LETTER | LOWER, Class.LETTER: LETTER, Class.DIGIT: DIGIT,
    Class.MARK: MARK, Class.JOINER: JOINER, Class.SPACE: 0,
}.items():  # fmt: skip
    _KINDS[_class] = _kind
    _KINDS[_class | Class.ALONE] = _kind | ALONE


class Tables(NamedTuple):
    """One entry per code point, 0 to 0x10FFFF."""

    classes: NDArray[np.uint8]
    scripts: NDArray[np.uint8]
    lower: NDArray[np.int32]
    """Its simple lower case, or itself."""
    base: NDArray[np.int32]
    """Its decomposition (NFD) without nonspacing marks where one character is left; `DROPPED` where none is."""
    lower_base: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    """Its flags, for the cuts; 0 for a space."""
    version: str


@cache
def tables() -> Tables:
    """The tables, read once per process (about 10 ms)."""
    with np.load(PATH) as stored:
        points = np.arange(0x110000, dtype=np.int32)

        def unfold(name: str) -> NDArray[np.generic]:
            table: NDArray[np.generic] = stored[f"{name}_blocks"][stored[f"{name}_index"]].reshape(-1)
            return table

        lower = points + unfold("lower").astype(np.int32)
        base = points + unfold("base").astype(np.int32)
        classes = unfold("classes").astype(np.uint8)
        return Tables(
            classes=classes,
            kinds=_KINDS[classes & 31],
            scripts=unfold("scripts").astype(np.uint8),
            lower=lower,
            base=base,
            lower_base=np.where(base == DROPPED, DROPPED, lower[base]),
            version=str(stored["version"]),
        )
