"""Single values of a study file, each read, or refused in one line that begins with where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from dataqual.errors import SpecError, did_you_mean

_UNITS = {
    "": 1, "k": 10**3, "m": 10**6, "b": 10**9, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30
}  # fmt: skip


def quantity(value: object, where: str) -> int:
    """A whole number above 0, also as people write it; SpecError for anything else.

    >>> [quantity(value, "x") for value in (30_000, "30k", "1.5B", "128 k", "60Ki", "1e6")]
    [30000, 30000, 1500000000, 128000, 61440, 1000000]
    """
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if isinstance(value, str) and (
        found := re.fullmatch(r"(\d+(?:\.\d+)?(?:[eE]\+?\d+)?)\s*([bBtT]|[kKmMgG]i?|)", value)
    ):
        number = round(float(found[1]) * _UNITS[found[2].lower()], 6)
    if number is None or not 1 <= number < float("inf") or number != int(number):
        raise SpecError(f"{where}: {value!r} is no whole number above 0; write it as 30000, 30k, 1.5M or 1.5B")
    return int(number)


def quantities(value: object, where: str) -> tuple[int, ...]:
    """One or more quantities, ascending, each once."""
    items = value if isinstance(value, list) else [value]
    if not items:
        raise SpecError(f"{where}: expected at least one number, got an empty list")
    return tuple(sorted({quantity(item, f"{where}[{i}]" if len(items) > 1 else where) for i, item in enumerate(items)}))


def a_share(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise SpecError(f"{where}: {value!r} is no share above 0 and at most 1 (5 % is 0.05)")
    return float(value)


def factor(value: object, where: str) -> float:
    return above_0(value, where, "1.0 is the learner's own rate, 0.5 half of it")


def above_0(value: object, where: str, usual: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise SpecError(f"{where}: {value!r} is no number above 0; {usual}")
    return float(value)


def whole(value: object, where: str, *, least: int) -> int:
    number = quantity(value, where)
    if number < least:
        raise SpecError(f"{where}: {number} is too small; it is at least {least}")
    return number


def choice(value: Any, allowed: tuple[Any, ...], where: str) -> Any:
    if not any(value is known or (isinstance(value, str) and value == known) for known in allowed):
        names = [str(known).lower() for known in allowed]
        if str(value) in names:
            raise SpecError(f"{where}: {value!r} is a text; write {value} without quotation marks")
        if value == "gpu" and "cuda" in names:  # nearer to cpu by its letters
            raise SpecError(f"{where}: 'gpu' is unknown; did you mean 'cuda'? there are: {', '.join(sorted(names))}")
        raise SpecError(f"{where}: {value!r} is unknown; {did_you_mean(str(value), names)}")
    return value


def one_of(value: object, allowed: Iterable[str], where: str) -> str:
    known = list(allowed)
    if value not in known:
        raise SpecError(f"{where}: {value!r} is unknown; {did_you_mean(str(value), known)}")
    return str(value)


def names_of(value: object, allowed: Iterable[str], where: str) -> tuple[str, ...]:
    known, items = list(allowed), value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(one_of(item, known, where) for item in items))


def subset(value: object, sizes: tuple[int, ...], where: str) -> tuple[int, ...]:
    """Some of the sizes; all where none are named."""
    if value is None:
        return sizes
    chosen = quantities(value, where)
    for size in chosen:
        a_size(size, sizes, where)
    return chosen


def a_size(size: int, sizes: tuple[int, ...], where: str) -> int:
    """The size itself; SpecError with the nearest one, as a ratio, if it is none of the study's."""
    if size not in sizes:
        nearest = min(sizes, key=lambda known: max(known / size, size / known))
        listing = ", ".join(f"{known:,}" for known in sizes)
        raise SpecError(f"{where}: {size:,} is none of the sizes; did you mean {nearest:,}? there are: {listing}")
    return size
