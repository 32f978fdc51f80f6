"""Check digits: what tells a number of a register from any number as long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date


def luhn(digits: str) -> bool:
    """Whether the last digit is that of the Luhn algorithm (ISO/IEC 7812-1, annex B).

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def weighted(digits: Iterable[str], weights: Iterable[int]) -> int:
    """The digits times their weights, added up.

    >>> weighted("123", [1, 10, 100])
    321
    """
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def is_date(year: int, month: int, day: int) -> bool:
    """Whether there was, or will be, such a day.

    >>> is_date(2000, 2, 29), is_date(1900, 2, 29)
    (True, False)
    """
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def verhoeff(digits: str) -> bool:
    """Whether the last digit is that of Verhoeff's dihedral code (1969).

    >>> verhoeff("2363"), verhoeff("2364")
    (True, False)
    """
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _times(check, _turned(int(digit), place))
    return check == 0


def _times(a: int, b: int) -> int:
    """The product in the dihedral group of order ten: 0–4 are turns of a pentagon, 5–9 its reflections."""
    turn = (a + b) % 5 if a < 5 else (a - b) % 5
    return turn + 5 * ((a < 5) != (b < 5))


def _turned(digit: int, times: int) -> int:
    """Verhoeff's permutation, applied so many times; eight times are none."""
    for _ in range(times % 8):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit
