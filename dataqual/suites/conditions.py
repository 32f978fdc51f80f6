"""What a value of a column must be: each condition says of every value that is there whether it is as expected."""

from __future__ import annotations

import datetime as dt
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError, did_you_mean

Values = Sequence[Any]
Mask = NDArray[np.bool_]

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int, np.integer),
    "number": (int, float, np.integer, np.floating),
    "float": (float, np.floating),
    "boolean": (bool, np.bool_),
    "list": (list, tuple, np.ndarray),
    "object": (dict,),
    "date": (dt.date, np.datetime64),
}
"""What a value may be, by JSON's names; a truth value is no number. `date` covers times of a day too."""

WHOLE = re.compile(r"[+-]?\d+\Z", re.ASCII)
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)


def is_null(value: Any) -> bool:
    """Whether a value is missing: None, NaN, or what pandas means by NaT and NA.

    >>> is_null(None), is_null(float("nan")), is_null(""), is_null(0)
    (True, True, False, False)
    """
    if value is None:
        return True
    if isinstance(value, str | list | dict | tuple | np.ndarray):
        return False
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA is neither
        return True


class Condition(ABC):
    """What every value that is not null must be. `loose`: the values come from a format that has strings alone."""

    @abstractmethod
    def accept(self, values: Values, loose: bool) -> Mask:
        """Which of the values, none of them null, are as expected."""

    @abstractmethod
    def __str__(self) -> str:
        """Follows "values" in a sentence."""


@dataclass(frozen=True)
class Within(Condition):
    """Between ends that belong to it (`min`, `max`) or do not (`above`, `below`): numbers, strings or dates in ISO 8601.

    A value that cannot be compared with the ends is not within.

    >>> Within(min=1, below=3).accept([1, 2.5, 3, "2"], loose=False).tolist()
    [True, True, False, False]
    >>> Within(min="2024-01-01").accept([dt.date(2024, 1, 1), "2023-12-31"], loose=False).tolist()
    [True, False]
    """

    min: Any = None
    max: Any = None
    above: Any = None
    below: Any = None

    def accept(self, values: Values, loose: bool) -> Mask:
        ends = [end for end in (self.min, self.max, self.above, self.below) if end is not None]
        if all(isinstance(end, int | float) for end in ends):
            return self._numbers(values, loose)
        return np.array([self._one(value) for value in values], bool)

    def _numbers(self, values: Values, loose: bool) -> Mask:
        """As floats where that is exact enough to tell, else one by one."""
        kinds = set(map(type, values))
        if loose and kinds <= {str}:
            values = [number(value) for value in values]
        elif not kinds <= {int, float}:
            return np.array([self._one(value) for value in values], bool)
        try:
            array = np.array(values, np.float64)
        except OverflowError:
            return np.array([self._one(value) for value in values], bool)
        if kinds == {int} and len(array) and np.abs(array).max() >= 2**53:
            return np.array([self._one(value) for value in values], bool)
        ok = ~np.isnan(array)
        for end, compare in self._ends():
            ok &= compare(array, end)
        return ok

    def _ends(self) -> list[tuple[Any, Any]]:
        ends = (
            (self.min, np.greater_equal),
            (self.max, np.less_equal),
            (self.above, np.greater),
            (self.below, np.less),
        )
        return [(end, compare) for end, compare in ends if end is not None]

    def _one(self, value: Any) -> bool:
        try:
            return bool(
                (self.min is None or value >= _like(self.min, value))
                and (self.max is None or value <= _like(self.max, value))
                and (self.above is None or value > _like(self.above, value))
                and (self.below is None or value < _like(self.below, value))
            )
        except (TypeError, ValueError):
            return False

    def __str__(self) -> str:
        ends = ((">=", self.min), (">", self.above), ("<=", self.max), ("<", self.below))
        return " and ".join(f"{sign} {show(end)}" for sign, end in ends if end is not None)


@dataclass(frozen=True)
class OneOf(Condition):
    """One of these, or with `inverted` none of them; 1, 1.0 and true are one value, as in Python, but "1" is another.

    >>> OneOf(("en", "zh")).accept(["en", "de", 1], loose=False).tolist()
    [True, False, False]
    """

    allowed: tuple[Any, ...]
    inverted: bool = False

    @cached_property
    def _keys(self) -> frozenset[Any]:
        return frozenset(map(key, self.allowed))

    @cached_property
    def _loose(self) -> frozenset[Any]:
        return self._keys | frozenset(str(value) for value in self.allowed if not isinstance(value, str | bool))

    def accept(self, values: Values, loose: bool) -> Mask:
        allowed = self._loose if loose else self._keys
        found = np.array([key(value) in allowed for value in values], bool)
        return ~found if self.inverted else found

    def __str__(self) -> str:
        listed = ", ".join(map(show, self.allowed[:8])) + (", …" if len(self.allowed) > 8 else "")
        return f"{'none' if self.inverted else 'one'} of {listed}"


@dataclass(frozen=True)
class Matches(Condition):
    """With a match of a regular expression (Python's `re`) anywhere in it, or with `inverted` without one.

    What is no string is taken as Python writes it. A match from the beginning is asked for with ^.

    >>> Matches(r"^\\w+$").accept(["naïve", "两个词", "two words", 12], loose=False).tolist()
    [True, True, False, True]
    """

    pattern: str
    inverted: bool = False

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except (re.error, OverflowError) as error:
            raise SpecError(f"{self.pattern!r} is no regular expression ({error})") from None

    def accept(self, values: Values, loose: bool) -> Mask:
        search = re.compile(self.pattern).search
        found = np.array([search(v if isinstance(v, str) else str(v)) is not None for v in values], bool)
        return ~found if self.inverted else found

    def __str__(self) -> str:
        return f"{'without' if self.inverted else 'with'} a match of /{self.pattern}/"


@dataclass(frozen=True)
class Length(Condition):
    """So many characters, or elements of a list; what has no length is counted as Python writes it.

    >>> Length(Within(min=2, max=2)).accept(["ab", "词语", "a", [1, 2], 12], loose=False).tolist()
    [True, True, False, True, True]
    """

    within: Within

    def accept(self, values: Values, loose: bool) -> Mask:
        sized = (str, list, tuple, dict, bytes)
        return self.within.accept([len(v) if isinstance(v, sized) else len(str(v)) for v in values], False)

    def __str__(self) -> str:
        return f"of a length {self.within}"


@dataclass(frozen=True)
class OfType(Condition):
    """Of one of these types (`TYPES`); in formats without types a string that reads as one is one.

    >>> OfType(("integer",)).accept([1, True, 1.0, "1"], loose=False).tolist()
    [True, False, False, False]
    >>> OfType(("integer",)).accept(["1", "-20", "1.5", "x"], loose=True).tolist()
    [True, True, False, False]
    """

    types: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in self.types:
            if name not in TYPES:
                raise SpecError(f"no type {name!r}; {did_you_mean(name, TYPES)}")

    def accept(self, values: Values, loose: bool) -> Mask:
        return np.array([any(_is(value, name, loose) for name in self.types) for value in values], bool)

    def __str__(self) -> str:
        return f"of the type {' or '.join(self.types)}"


def number(value: str) -> float:
    """A string of digits as a number; NaN where it is none.

    >>> number("1e3"), number(" 1")
    (1000.0, nan)
    """
    return float(value) if DECIMAL.match(value) else math.nan


def key(value: Any) -> Any:
    """What tells a value from others as Python's equality does, whatever can be hashed or not.

    >>> key(1) == key(1.0) == key(True), key("1") == key(1), key([1]) == key([1.0])
    (True, False, True)
    """
    try:
        hash(value)
    except TypeError:
        if isinstance(value, dict):
            return ("object", tuple(sorted((str(name), key(inner)) for name, inner in value.items())))
        return ("list", tuple(map(key, value)))
    return value.item() if isinstance(value, np.generic) else value


def show(value: Any) -> str:
    """A value as YAML would have it, cut short.

    >>> show("a"), show(1.0), show(None), show(True)
    ("'a'", '1', 'null', 'true')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e5 else f"{value:.0f}"
    return repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "…"


def _is(value: Any, name: str, loose: bool) -> bool:
    if isinstance(value, bool | np.bool_) and name != "boolean":
        return False
    if loose and isinstance(value, str) and name != "string":
        reads: dict[str, Callable[[str], object]] = {
            "integer": WHOLE.match,
            "number": DECIMAL.match,
            "float": DECIMAL.match,
            "date": _date,
        }
        return bool(reads[name](value)) if name in reads else name == "boolean" and value.lower() in ("true", "false")
    return isinstance(value, TYPES[name])


def _date(value: str) -> bool:
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _like(end: Any, value: Any) -> Any:
    """An end in the type of a value: dates are written as strings."""
    if isinstance(end, dt.date) and not isinstance(end, dt.datetime) and isinstance(value, dt.datetime):
        return dt.datetime(end.year, end.month, end.day, tzinfo=value.tzinfo)
    if isinstance(end, dt.date) and isinstance(value, str):
        return end.isoformat()
    if isinstance(end, str) and isinstance(value, dt.datetime):
        parsed = dt.datetime.fromisoformat(end)
        return parsed.replace(tzinfo=value.tzinfo) if parsed.tzinfo is None else parsed
    if isinstance(end, str) and isinstance(value, dt.date):
        return dt.date.fromisoformat(end)
    return end
