"""The signal `mojibake`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import scanning
from dataqual.line_cuts import evidence
from dataqual.operators import Signal
from dataqual.text import Text

TELLTALES = (
    "锟锛"  # U+FFFD (锟斤拷), full-width comma; used in names only
    "銆鐨紝殑鏂鍦鍙屽屾鍒鍏枃鍗鈥"  # Chinese (。的，上到公 and curly quotes)
    "銇銈伄"  # Japanese kana
    "鞚雼鞐靹鞀韯鞝旊曥鞗旉"  # Korean
    "褌褉袗袨褋褔蟿蟽蟺螜"  # Cyrillic, Greek
    "蹖賲賯瘝佮"  # Persian and Arabic, Tamil
)
"""What UTF-8 becomes when read as GBK. All but the first two are rare by the judgement of three standards: not in
GB 2312, not among the 5,401 frequent characters of Big5, not in level 1 of JIS X 0208. Chosen greedily to cover
lines of 60 characters."""


@dataclass(frozen=True)
class Mojibake(Signal):
    """Places that look like UTF-8 read as Windows-1252, Latin-1 or GBK: suspicion, not proof.

    A place is a run of characters whose Windows-1252 bytes are well-formed UTF-8 ("Ã©" for "é", "â€™" for the
    apostrophe) and that clean text would not have, or a character that only text read as GBK uses often.

    >>> Mojibake()(["caf\\u00c3\\u00a9", "café", "浣犲ソ锛屼笘鐣", "你好，世界"]).tolist()
    [1, 0, 1, 0]
    """

    unit: ClassVar[str] = "places"

    def measure(self, text: Text) -> NDArray[Any]:
        return _scan(text)[0]

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The first place."""
        counts, start, end = _scan(Text.of([document]))
        found = counts > 0
        return evidence(document, start[found].tolist(), end[found].tolist(), "mis-decoded")


def _scan(text: Text) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    counts, start, end = (np.zeros(len(text), np.int64) for _ in range(3))
    scanning.find_misdecoded(text.data, text.offsets, _as_byte(), counts, start, end)
    return counts, start, end


@cache
def _as_byte() -> NDArray[np.int16]:
    table = np.full(0x10000, -1, np.int16)
    table[[ord(char) for char in TELLTALES]] = scanning.TELLTALE
    table[0x80:0x100] = np.arange(0x80, 0x100)
    for byte in range(0x80, 0xA0):
        char = bytes([byte]).decode("cp1252", errors="ignore")
        if char:
            table[ord(char)] = byte
    return table
