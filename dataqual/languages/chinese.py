"""Which Chinese: in simplified or traditional characters, or classical, by counting characters.

Simplified is what GB 2312 has and Big5 has not, traditional what the frequent half of Big5 has and GB 2312 has not; what
both have says nothing. Text is classical if its particles say so (prose), or its metre does (verse).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import languages as kernels

VARIANTS = ("zh", "zh-Hans", "zh-Hant", "lzh")
"""Chinese of which nothing more can be said; in simplified, in traditional characters (BCP 47); classical (ISO 639-3)."""

PARTICLES = "之其者也曰乃矣焉兮哉乎豈岂吾汝亦夫凡"
"""Of classical prose, without those that modern prose uses as often: 以 而 于 於."""
SPOKEN = "的是在了们們这這那吗嗎呢吧我你他她它个個没沒很和就都说說对對被把给給让讓"
"""Of the modern language, which classical texts hardly have in that use."""

FEWEST = 16
"""Han characters below which nothing is called classical: a verse of four lines has twenty."""
PROSE, PROSE_OVER_SPOKEN = 0.04, 2
"""Least share of particles, and how often they must outnumber the modern words."""
CLAUSES, DENSE = 0.5, 0.12
"""Least share of characters in clauses of up to seven, without which the particles must be so dense: modern statutes have
both 之 and 其 and no 的, but long clauses; and old texts may have no punctuation."""
VERSE, VERSE_SPOKEN = 0.55, 0.05
"""Least share of characters in lines of one metre, and most of modern words; found on Tang poems, whose prefaces have none."""

LEVEL_2 = b"\xc6\xa1"
"""Where the frequent characters of Big5 end."""


def variants(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each stretch of Chinese the position of its kind in `VARIANTS`.

    >>> text = "今天天气很好，我们一起去公园散步。".encode()
    >>> [kind] = variants(np.frombuffer(text, np.uint8), np.array([0]), np.array([len(text)]))
    >>> VARIANTS[kind]
    'zh-Hans'
    """
    counts = np.zeros((len(starts), 7), np.int64)
    kernels.count_chinese(data, starts, ends, _marks(), np.empty(8, np.int64), counts)
    han, simplified, traditional, particles, spoken, verse, short = counts.T
    clear = (short >= CLAUSES * han) | (particles >= DENSE * han)
    prose = clear & (particles >= PROSE * han) & (particles > PROSE_OVER_SPOKEN * spoken)
    poem = (verse >= VERSE * han) & (spoken <= VERSE_SPOKEN * han)
    kinds = np.where(simplified > traditional, 1, np.where(traditional > simplified, 2, 0))
    kinds[(han >= FEWEST) & (prose | poem)] = 3
    return kinds


@cache
def _marks() -> NDArray[np.uint8]:
    marks = np.zeros(0x5200, np.uint8)
    for point in range(0x4E00, 0xA000):
        mainland, taiwan = (_encoded(chr(point), name) for name in ("gb2312", "big5"))
        marks[point - 0x4E00] = (bool(mainland) and not taiwan) + 2 * (not mainland and b"" < taiwan < LEVEL_2)
    for bit, chars in ((4, PARTICLES), (8, SPOKEN)):
        marks[[ord(char) - 0x4E00 for char in chars]] |= bit
    return marks


def _encoded(char: str, encoding: str) -> bytes:
    return char.encode(encoding, errors="ignore")
