"""`Ratings`: who gave which item which value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError

Level = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True, eq=False)
class Ratings:
    """Values of items by annotators, any of which may be missing.

    >>> ratings = Ratings.of_columns({"ann": ["a", "b", None], "bob": ["a", "a", "b"]})
    >>> ratings.codes.tolist(), ratings.values
    ([[0, 0], [1, 0], [-1, 1]], ('a', 'b'))
    """

    items: tuple[str, ...]
    annotators: tuple[str, ...]
    values: tuple[str, ...]
    """What was given, ascending: as numbers where all are, else in the order that was named, else by name."""
    codes: NDArray[np.int64]
    """(items, annotators): numbers of values, -1 where there is none."""

    @classmethod
    def of_columns(
        cls, columns: Mapping[str, Sequence[str | None]], items: Sequence[str] | None = None, order: Sequence[str] = ()
    ) -> Self:
        """Of a column for each annotator, with a row for each item; items are numbered from 1 where they have no name."""
        rows = max(map(len, columns.values()), default=0)
        names = tuple(items) if items is not None else tuple(map(str, range(1, rows + 1)))
        values, number = _numbered((value for column in columns.values() for value in column), order)
        codes = np.full((rows, len(columns)), -1, np.int64)
        for at, column in enumerate(columns.values()):
            codes[:, at] = [number[value] if value is not None else -1 for value in column]
        return cls(names, tuple(columns), values, codes)

    @classmethod
    def of_long(cls, rows: Iterable[tuple[str, str, str | None]], order: Sequence[str] = ()) -> Self:
        """Of (item, annotator, value); InputError where an annotator gave an item two different values."""
        given = [row for row in rows if row[2] is not None]
        items = {name: at for at, name in enumerate(dict.fromkeys(item for item, _, _ in given))}
        annotators = {name: at for at, name in enumerate(sorted({annotator for _, annotator, _ in given}))}
        values, number = _numbered((value for _, _, value in given), order)
        codes = np.full((len(items), len(annotators)), -1, np.int64)
        for item, annotator, value in given:
            assert value is not None
            place, code = (items[item], annotators[annotator]), number[value]
            if codes[place] not in (-1, code):
                raise InputError(
                    f"{annotator!r} gave {item!r} both {values[codes[place]]!r} and {value!r}; keep one of them"
                )
            codes[place] = code
        return cls(tuple(items), tuple(annotators), values, codes)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each item was given each value, (items, values)."""
        counts = np.zeros((len(self.items), len(self.values)), np.int64)
        rows, columns = np.nonzero(self.codes >= 0)
        np.add.at(counts, (rows, self.codes[rows, columns]), 1)
        return counts

    @property
    def pairable(self) -> NDArray[np.bool_]:
        """Which items have two values or more, (items,)."""
        return (self.codes >= 0).sum(axis=1) > 1

    def of(self, annotators: Sequence[int]) -> Ratings:
        """Those of some annotators, by their numbers."""
        names = tuple(self.annotators[at] for at in annotators)
        return Ratings(self.items, names, self.values, self.codes[:, list(annotators)])

    def numbers(self) -> NDArray[np.float64]:
        """The values as numbers, (values,); InputError where one is none, or not finite."""
        for value in self.values:
            if not _is_number(value):
                raise InputError(f"{value!r} is no number, which interval and ratio levels are about")
        return np.array([float(value) for value in self.values])


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _numbered(values: Iterable[str | None], order: Sequence[str]) -> tuple[tuple[str, ...], dict[str, int]]:
    """The different values, ascending, and the number of each; equal numbers are one value."""
    found = {value for value in values if value is not None}
    if order:
        if strange := sorted(found - set(order)):
            raise InputError(f"{strange[0]!r} was given, and is not in the order {', '.join(order)}")
        return tuple(order), {value: at for at, value in enumerate(order)}
    if found and all(map(_is_number, found)):
        numbers = sorted({float(value) for value in found})
        at = {number: code for code, number in enumerate(numbers)}
        return tuple(f"{number:.15g}" for number in numbers), {value: at[float(value)] for value in found}
    names = sorted(found)
    return tuple(names), {value: code for code, value in enumerate(names)}
