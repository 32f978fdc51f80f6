"""Make `dataqual/kernels/unicode_tables.npz` from the Unicode Character Database; needs fonttools and unicodedata2.

    python tools/unicode_tables.py

The tables are shipped, not made at run time, so that every Python gives the same cuts, whatever version of
Unicode its own `unicodedata` has.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import unicodedata2 as ucd
from fontTools import unicodedata as font_ucd
from numpy.typing import NDArray

from dataqual.kernels.unicode import BLOCK, DROPPED, PATH, SCRIPTS, Class

POINTS = 0x110000

UNSPACED = {
    "Han", "Hiragana", "Katakana", "Bopomofo", "Yi", "Thai", "Lao", "Khmer", "Myanmar",
    "Tai_Le", "New_Tai_Lue", "Tai_Tham", "Tai_Viet", "Ahom",
}  # fmt: skip
"""Scripts written without spaces between words: Line_Break=SA of UAX #14, and the East Asian ones."""

UNSPACED_TOO = "ー〆〱〲〳〴〵ｰﾞﾟ"
"""Letters used only with those scripts, though Script calls them Common: long vowel and iteration marks."""

CATEGORY = {
    "Lu": Class.UPPER, "Lt": Class.UPPER, "Ll": Class.LOWER, "Lm": Class.LETTER, "Lo": Class.LETTER, "Nl": Class.LETTER,
    "Mn": Class.MARK, "Mc": Class.MARK, "Me": Class.MARK, "Nd": Class.DIGIT, "No": Class.NUMBER,
    "Pc": Class.PUNCTUATION, "Pd": Class.PUNCTUATION, "Ps": Class.PUNCTUATION, "Pe": Class.PUNCTUATION,
    "Pi": Class.PUNCTUATION, "Pf": Class.PUNCTUATION, "Po": Class.PUNCTUATION,
    "Sm": Class.SYMBOL, "Sc": Class.SYMBOL, "Sk": Class.SYMBOL, "So": Class.SYMBOL,
    "Zs": Class.SPACE, "Zl": Class.SPACE, "Zp": Class.SPACE, "Cc": Class.CONTROL, "Cf": Class.FORMAT,
    "Co": Class.UNASSIGNED, "Cn": Class.UNASSIGNED, "Cs": Class.UNASSIGNED,
}  # fmt: skip

JOINERS = {0x00AD, 0x200C, 0x200D, 0x2060}
"""Format characters that stand inside words: soft hyphen, ZWNJ (Persian, Hindi), ZWJ, word joiner."""

STERM = ".!?‼‽⁇⁈⁉。！？｡．।॥؟۔։።፧၊။᙮᠃᠉។៕…︕︖﹒﹖﹗"
"""Characters that end a sentence: the better known part of Sentence_Terminal (UAX #29), and the ellipsis."""

CLOSING = "\"')]}’”»›」』】）》〉］｝〕〗〙〛〞〟｣"
"""Quotes and brackets that may close a sentence behind its terminal: part of Close (UAX #29), without openers."""


def main() -> None:
    """Look every code point up and write the tables."""
    names = {font_ucd.script_code(name): name for name in SCRIPTS if name != "other scripts"} | {"Zinh": "Common"}
    number = {name: i for i, name in enumerate(SCRIPTS)}
    classes = np.zeros(POINTS, np.uint8)
    scripts = np.zeros(POINTS, np.uint8)
    lower = np.arange(POINTS, dtype=np.int32)
    base = np.arange(POINTS, dtype=np.int32)
    for point in range(POINTS):
        char = chr(point)
        category = ucd.category(char)
        kind = CATEGORY[category]
        if char.isspace():
            kind = Class.SPACE
        if point in JOINERS:
            kind = Class.JOINER
        code = font_ucd.script(char) if category not in ("Cn", "Cs", "Co") else "Zyyy"
        name = names.get(code, "other scripts")
        alone = char in UNSPACED_TOO or (name in UNSPACED and kind in (Class.LETTER, Class.UPPER, Class.LOWER))
        flags = (Class.ALONE, alone), (Class.TERMINAL, char in STERM), (Class.CLOSING, char in CLOSING)
        classes[point] = kind | sum(flag for flag, given in flags if given)
        scripts[point] = number[name]
        small = char.lower()
        if len(small) == 1:
            lower[point] = ord(small)
        bare = [c for c in ucd.normalize("NFD", char) if ucd.category(c) != "Mn"]
        if len(bare) <= 1:
            base[point] = ord(bare[0]) if bare else DROPPED
    points = np.arange(POINTS, dtype=np.int32)
    tables = {"classes": classes, "scripts": scripts, "lower": lower - points, "base": base - points}
    arrays: dict[str, Any] = {"version": np.array(ucd.unidata_version)}
    for name, table in tables.items():
        arrays |= _two_stage(name, table)
    np.savez_compressed(PATH, **arrays)


def _two_stage(name: str, table: NDArray[np.generic]) -> dict[str, NDArray[np.generic]]:
    blocks, index = np.unique(table.reshape(-1, BLOCK), axis=0, return_inverse=True)
    return {f"{name}_blocks": blocks, f"{name}_index": index.ravel().astype(np.uint16)}


if __name__ == "__main__":
    main()
    print(Path(PATH).stat().st_size, "bytes")
