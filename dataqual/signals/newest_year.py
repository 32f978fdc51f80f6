"""The signal `newest_year`."""

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

YEAR = re.compile(
    rb"(?<![0-9A-Za-z.,/_#$+-])(?:19|20)[0-9]{2}(?![0-9A-Za-z_%])(?![.,][0-9])|(?:19|20)[0-9]{2}(?=\xe5\xb9\xb4)"
)
"""Four digits that stand alone, or before 年; not in larger numbers, prices, paths or identifiers."""

NUMERALS = {
    numeral: digit
    for digit, row in enumerate(("〇零○", "一", "二", "三", "四", "五", "六", "七", "八", "九"))
    for numeral in row
}
SPELT = re.compile(f"(?:一九|二[{'〇零○'}])[{''.join(NUMERALS)}]{{2}}(?=年)")
"""A year in Chinese numerals, digit by digit, before 年."""


def years(raw: bytes) -> list[tuple[int, int, int]]:
    """The years from 1900 to 2099 that a text in UTF-8 names: year, and where it begins and ends, in bytes.

    >>> [year for year, *_ in years("1998, 二〇二四年 and 2,012".encode())]
    [1998, 2024]
    """
    found = [(int(match[0]), *match.span()) for match in YEAR.finditer(raw)]
    if "年".encode() in raw:
        text = raw.decode(errors="surrogateescape")
        for match in SPELT.finditer(text):
            start = len(text[: match.start()].encode(errors="surrogateescape"))
            year = int("".join(str(NUMERALS[numeral]) for numeral in match[0]))
            found.append((year, start, start + len(match[0].encode())))
    return sorted(found, key=lambda one: one[1])


@dataclass(frozen=True)
class NewestYear(Signal):
    """The latest year from 1900 to `latest` that a document names, 0 where it names none: how old what it says can be at most.

    Four digits that stand alone or before 年, or Chinese numerals before 年 (二〇二四年). A page that looks ahead names a later year than its own; with `latest` the
    year of the crawl that is bounded.

    >>> NewestYear()(["From 1998 to 2007, about 2,012 people.", "2024年3月5日，二〇二五年", "no year, item 20155"]).tolist()
    [2007, 2025, 0]
    """

    profiled: ClassVar[bool] = False
    unit: ClassVar[str] = "year"

    latest: int = 2099

    def measure(self, text: Text) -> NDArray[Any]:
        data, borders = text.data.tobytes(), text.offsets.tolist()
        return np.array([max(self._years(data[a:b]), default=0) for a, b in pairwise(borders)], np.int64)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """Where the latest year stands."""
        raw = document.encode()
        newest = max(self._years(raw), default=0)
        spans = [(start, end) for year, start, end in years(raw) if year == newest]
        return evidence(document, [a for a, _ in spans], [b for _, b in spans], "newest year")

    def _years(self, raw: bytes) -> list[int]:
        return [year for year, *_ in years(raw) if year <= self.latest]
