"""The signal `mojibake`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import scanning
from dataqual.operators import Signal
from dataqual.text import Text

TELLTALES = "锟锛銆鈥鏄鐨鎴鍦鍙"
"""What UTF-8 Chinese becomes when read as GBK (，→锛, 。→銆, quotes→鈥, 是→鏄, 的→鐨, U+FFFD→锟斤拷); each is
rare by itself in modern text. Chosen by encoding the commonest characters; names such as 锟 remain possible."""


@dataclass(frozen=True)
class Mojibake(Signal):
    """Places that look like UTF-8 read as Windows-1252, Latin-1 or GBK: suspicion, not proof.

    A place is a run of characters whose Windows-1252 bytes are well-formed UTF-8 ("Ã©" for "é", "â€™" for the
    apostrophe), or a character that only mis-read Chinese uses often.

    >>> Mojibake()(["caf\\u00c3\\u00a9", "café", "浣犲ソ锛屼笘鐣", "你好，世界"]).tolist()
    [1, 0, 1, 0]
    """

    unit: ClassVar[str] = "places"

    def measure(self, text: Text) -> NDArray[Any]:
        return _scan(text)[0]

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The first place."""
        counts, start, end = _scan(Text.of([document]))
        if not counts[0]:
            return []
        raw = document.encode()
        return [(len(raw[: start[0]].decode()), len(raw[: end[0]].decode()), "mis-decoded")]


def _scan(text: Text) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    counts, start, end = (np.zeros(len(text), np.int64) for _ in range(3))
    telltales = np.array([ord(c) for c in TELLTALES], np.int32)
    scanning.find_misdecoded(text.data, text.offsets, _as_byte(), telltales, counts, start, end)
    return counts, start, end


@cache
def _as_byte() -> NDArray[np.int16]:
    table = np.full(0x2123, -1, np.int16)
    table[0x80:0x100] = np.arange(0x80, 0x100)
    for byte in range(0x80, 0xA0):
        char = bytes([byte]).decode("cp1252", errors="ignore")
        if char:
            table[ord(char)] = byte
    return table
