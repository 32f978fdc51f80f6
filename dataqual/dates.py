"""Dates as corpora write them: ISO 8601, mail and feed headers, 年月日, and seconds or milliseconds since 1970.

A date is a number, year * 10,000 + month * 100 + day, with zeros for what is not said: 2024 is 20240000, and earlier than any
day of that year. Time of day and time zone are left aside.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

MISSING, NO_DATE = 0, -1
"""What stands for an empty value, and for one that is no date."""
FIRST, LAST = 1000, 2999
"""Years that can be one."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
UNITS = ((11, 0), (14, 3), (17, 6), (20, 9))
"""Digits of a time since 1970 at most, and by which power of ten it is finer than seconds."""
EARLIEST = 100_000_000
"""Seconds since 1970 at least, in March 1973: smaller numbers count something else."""

_NAME = r"(?i)\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_PATTERNS: tuple[tuple[str, str, str], ...] = (
    (r"^(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?)?[月年]?(?:$|[T\s])", "1 2 3", "numbers"),
    (r"^(\d{4})(\d{2})(\d{2})(?:\d{6})?(?:$|[T\s])", "1 2 3", "numbers"),
    (rf"^(?:[A-Za-z]{{3,9}},?\s+)?(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_NAME}[\s,-]+(\d{{4}})\b", "3 2 1", "named"),
    (rf"^(?:[A-Za-z]{{3,9}},?\s+)?{_NAME}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?:[\d:]+\s+)?(?:[+-]\d{{4}}\s+|[A-Z]{{2,5}}\s+)?(\d{{4}})\b", "3 1 2", "named"),
    (rf"^{_NAME}\s+(\d{{4}})$", "2 1 0", "named"),
)  # fmt: skip
"""A pattern, in which of its groups year, month and day are, and how the month is written."""
_EITHER = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:$|[T\s])"
"""Day and month in an order that only a number above 12 tells."""


def dates(values: Sequence[str | None] | pl.Series) -> NDArray[np.int64]:
    """The date of each value, (values,); `MISSING` where there is none, `NO_DATE` where it is something else.

    03/04/2024 may be of April or March, so it is of 2024 alone; 31/12/2024 is a day.

    >>> dates(["2024-03-05T10:00:00Z", "2024年3月", "1709632800", "Tue, 05 Mar 2024 10:00:00 +0000", "", "soon"]).tolist()
    [20240305, 20240300, 20240305, 20240305, 0, -1]
    """
    given = values if isinstance(values, pl.Series) else pl.Series(values, dtype=pl.String)
    column = given.cast(pl.String).fill_null("").str.strip_chars(' \t\r\n"')
    found = np.full(len(column), NO_DATE, np.int64)
    found[(column == "").to_numpy()] = MISSING
    for read in (_written, _either, _counted):
        rows = np.flatnonzero(found == NO_DATE)
        if not len(rows):
            break
        found[rows] = read(column[rows])
    return found


def told(date: int) -> str:
    """A date as people read it, as exactly as it is known.

    >>> told(20240305), told(20240300), told(20240000)
    ('2024-03-05', '2024-03', '2024')
    """
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    return f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


def _written(column: pl.Series) -> NDArray[np.int64]:
    """Of those in which the year has four digits and the month its place or its name."""
    found = np.full(len(column), NO_DATE, np.int64)
    for pattern, order, kind in _PATTERNS:
        groups = [column.str.extract(pattern, int(at)) if at != "0" else None for at in order.split()]
        year = _number(groups[0])
        month = _number(groups[1]) if kind == "numbers" else _month(groups[1])
        found = np.where(found == NO_DATE, _joined(year, month, _number(groups[2])), found)
    return found


def _either(column: pl.Series) -> NDArray[np.int64]:
    first, second, year = (_number(column.str.extract(_EITHER, at)) for at in (1, 2, 3))
    clear = (first > 12) != (second > 12)
    month = np.where(clear, np.where(first > 12, second, first), 0)
    day = np.where(clear, np.where(first > 12, first, second), 0)
    known = (year > 0) & (first > 0) & (second > 0) & ((first <= 12) | (second <= 12))
    return np.where(known, _joined(year, month, day), NO_DATE)


def _counted(column: pl.Series) -> NDArray[np.int64]:
    """Of those that count seconds, or finer, since 1970; a fraction is left aside."""
    digits = column.str.extract(r"^(\d{9,19})(?:\.\d*)?$", 1)
    number = digits.cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    length = digits.str.len_bytes().fill_null(0).to_numpy()
    seconds = np.zeros(len(number), np.int64)
    below = 0
    for most, power in UNITS:
        seconds = np.where((length > below) & (length <= most), number // 10**power, seconds)
        below = most
    days = seconds.astype("datetime64[s]").astype("datetime64[D]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    months = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    return np.where(seconds >= EARLIEST, _joined(years, months, day), NO_DATE)


def _joined(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
    good = (year >= FIRST) & (year <= LAST) & (month >= 0) & (month <= 12) & (day >= 0) & (day <= 31)
    return np.where(good, year * 10_000 + month * 100 + np.where(month > 0, day, 0), NO_DATE)


def _number(column: pl.Series | None) -> NDArray[np.int64]:
    if column is None:
        return np.zeros(1, np.int64)
    return column.cast(pl.Int64, strict=False).fill_null(0).to_numpy().astype(np.int64)


def _month(names: pl.Series | None) -> NDArray[np.int64]:
    assert names is not None, "a pattern with names has a group for them"
    number = {name: at for at, name in enumerate(MONTHS, 1)}
    lower = names.str.to_lowercase().to_list()
    return np.array([number.get(name, -1) for name in lower], np.int64)
