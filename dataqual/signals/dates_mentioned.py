"""The signal `dates_mentioned`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import evidence
from dataqual.operators import Signal
from dataqual.text import Text

_MONTH = (
    rb"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|july?|aug(?:ust|\.)?"
    rb"|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)"
)
_YEAR, _M, _D = rb"(?:19|20)[0-9]{2}", rb"(?:0?[1-9]|1[0-2])", rb"(?:0?[1-9]|[12][0-9]|3[01])"
DATE = re.compile(
    rb"(?<![0-9A-Za-z./-])(?:"
    + rb"|".join(
        (
            _YEAR + rb"([-/.])" + _M + rb"\1" + _D,  # 2024-03-05, as ISO 8601 has it, 2024/3/5
            _D + rb"([/.])" + _M + rb"\2" + _YEAR,  # 05.03.2024, 5/3/2024
            _D + rb"(?:st|nd|rd|th)? " + _MONTH + rb",? " + _YEAR,  # 5 March 2024
            _MONTH + rb" " + _D + rb"(?:st|nd|rd|th)?, " + _YEAR,  # March 5, 2024
        )
    )
    + rb")(?![0-9A-Za-z])|"
    + _YEAR + rb" ?\xe5\xb9\xb4 ?" + _M + rb" ?\xe6\x9c\x88(?: ?" + _D + rb" ?\xe6\x97\xa5)?",  # 2024年3月5日
    re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True)
class DatesMentioned(Signal):
    """Full dates that a document names, by year, month and day as figures, in English words, or as 2024年3月5日 (the day may be left out).

    From 1900 to 2099. By figures alone day and month are not told apart.

    >>> DatesMentioned()(["On 5 March 2024 and 2024-03-06.", "2024年3月5日，三月。", "version 1.2.2024b, in 2024"]).tolist()
    [2, 1, 0]
    """

    profiled: ClassVar[bool] = False
    unit: ClassVar[str] = "dates"

    def measure(self, text: Text) -> NDArray[Any]:
        data, borders = text.data.tobytes(), text.offsets.tolist()
        return np.array([sum(1 for _ in DATE.finditer(data[a:b])) for a, b in pairwise(borders)], np.int64)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Where the dates stand."""
        spans = [match.span() for match in DATE.finditer(document.encode())]
        return evidence(document, [a for a, _ in spans], [b for _, b in spans], "date")
