"""The signal `script_mixing`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.operators import Signal
from dataqual.text import SCRIPTS, Text

WITH_HAN = ("Hiragana", "Katakana", "Hangul", "Bopomofo")
"""Scripts that are written together with Han: in Japanese, Korean, and Chinese for learners (UTS #39, augmented sets)."""


@dataclass(frozen=True)
class ScriptMixing(Signal):
    """Share of a document's letters that are not of its commonest script; 0 for a document without letters.

    Han counts with kana, Hangul or Bopomofo as one script. A half is as mixed as two scripts can be; Latin names in Russian
    are some per cent.

    >>> ScriptMixing()(["plain", "漢字かな混じり文", "half по-русски", ""]).round(2).tolist()
    [0.0, 0.0, 0.33, 0.0]
    """

    def measure(self, text: Text) -> NDArray[Any]:
        scripts = text.characters.scripts.astype(np.int64)
        scripts[:, 0] = 0  # Common
        together = [SCRIPTS.index(name) for name in ("Han", *WITH_HAN)]
        scripts[:, together[0]] = scripts[:, together].sum(axis=1)
        scripts[:, together[1:]] = 0
        shares: NDArray[Any] = 1 - scripts.max(axis=1, initial=0) / np.maximum(scripts.sum(axis=1), 1)
        shares[scripts.sum(axis=1) == 0] = 0
        return shares
