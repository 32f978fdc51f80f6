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


@dataclass(frozen=True)
class NewestYear(Signal):
    """The latest year from 1900 to `latest` that a document names, 0 where it names none: how old what it says can be at most.

    Four digits that stand alone or before 年. A page that looks ahead names a later year than its own; with `latest` the
    year of the crawl that is bounded.

    >>> NewestYear()(["From 1998 to 2007, about 2,012 people.", "2024年3月5日", "no year, item 20155"]).tolist()
    [2007, 2024, 0]
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
        spans = [match.span() for match in YEAR.finditer(raw) if int(match[0]) == newest]
        return evidence(document, [a for a, _ in spans], [b for _, b in spans], "newest year")

    def _years(self, raw: bytes) -> list[int]:
        return [year for year in map(int, YEAR.findall(raw)) if year <= self.latest]
