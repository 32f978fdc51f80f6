"""Numbers that states give to people: each with the shape, the check digits and the birthday it must have.

The checks are those of the registers: GB 11643-1999 (China), Social Security Administration (United States), and for
the others the algorithms of the national registers, which `python-stdnum` documents with their sources.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dataqual.personal.checks import is_date, verhoeff, weighted


@dataclass(frozen=True)
class Register:
    """The numbers of one state: how they are written, and what else must hold of the characters without separators."""

    name: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]


def cn_resident(number: str) -> bool:
    """Eighteen characters: a province, a birthday, and the check character of ISO 7064 mod 11-2.

    >>> cn_resident("11010519491231002X"), cn_resident("110105194912310021")
    (True, False)
    """
    provinces = (
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
    )
    if number[:2] not in provinces.split() or not is_date(int(number[6:10]), int(number[10:12]), int(number[12:14])):
        return False
    total = weighted(number[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))
    return "10X98765432"[total % 11] == number[17].upper()


def us_social_security(number: str) -> bool:
    """No area 000, 666 or 9xx, no group 00, no serial 0000; there is no check digit.

    >>> us_social_security("123456789"), us_social_security("666456789")
    (True, False)
    """
    area, group, serial = number[:3], number[3:5], number[5:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def tw_national(number: str) -> bool:
    """A letter that stands for two digits, and nine digits whose weighted sum ends in 0.

    >>> tw_national("A123456789"), tw_national("A123456788")
    (True, False)
    """
    first = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0])
    return weighted(f"{first}{number[1:]}", (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0


def br_cpf(number: str) -> bool:
    """Eleven digits, not all the same, the last two of which are sums mod 11.

    >>> br_cpf("39053344705"), br_cpf("39053344704"), br_cpf("11111111111")
    (True, False, False)
    """
    sums = [weighted(number[:size], range(size + 1, 1, -1)) * 10 % 11 % 10 for size in (9, 10)]
    return len(set(number)) > 1 and number[9:] == "".join(map(str, sums))


def es_identity(number: str) -> bool:
    """Eight digits, the first of a foreigner's being a letter, and the letter of their remainder by 23.

    >>> es_identity("54362315K"), es_identity("X2482300W"), es_identity("54362315L")
    (True, True, False)
    """
    digits = number[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def kr_resident(number: str) -> bool:
    """A birthday, a digit for century and sex, and a sum mod 11; numbers given since October 2020 have no such sum.

    >>> kr_resident("9710139019902"), kr_resident("9710139019903")
    (True, False)
    """
    century = {"1": 19, "2": 19, "3": 20, "4": 20, "5": 19, "6": 19, "7": 20, "8": 20, "9": 18, "0": 18}[number[6]]
    total = weighted(number[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5))
    day = is_date(100 * century + int(number[:2]), int(number[2:4]), int(number[4:6]))
    return day and (11 - total % 11) % 10 == int(number[12])


def in_aadhaar(number: str) -> bool:
    """Twelve digits by Verhoeff's code, which are not three years.

    >>> in_aadhaar("234123412346"), in_aadhaar("234123412347")
    (True, False)
    """
    years = all(number[at : at + 2] in ("19", "20") for at in (0, 4, 8))
    return verhoeff(number) and not years


def fr_insee(number: str) -> bool:
    """Sex, year, month, place and order of a birth, and 97 less their remainder; births in Corsica, 2A and 2B, are not known.

    >>> fr_insee("295109912611193"), fr_insee("295109912611194")
    (True, False)
    """
    return 97 - int(number[:13]) % 97 == int(number[13:])


def _register(holds: Callable[[str], bool], shape: str) -> Register:
    pattern = rf"(?<![\w.+-])(?<!\d[ ])(?:{shape})(?![\w-]|[ .]\d)"
    return Register(holds.__name__, re.compile(pattern, re.ASCII), holds)


REGISTERS = (
    _register(cn_resident, r"[1-8]\d{5}(?P<s>[ -]?)(?:19|20)\d{6}(?P=s)\d{3}[\dXx]"),
    _register(us_social_security, r"\d{3}-\d\d-\d{4}"),
    _register(tw_national, r"[A-Z][1289]\d{8}"),
    _register(br_cpf, r"\d{3}\.\d{3}\.\d{3}-\d\d"),
    _register(es_identity, r"(?:[XYZ]-?\d{7}|\d{8})-?[A-HJ-NP-TV-Z]"),
    _register(kr_resident, r"\d{6}-\d{7}"),
    _register(in_aadhaar, r"[2-9]\d{3}([ -])\d{4}\1\d{4}"),
    _register(fr_insee, r"[12]( ?)\d\d\1(?:0[1-9]|1[0-2])\1\d\d\1\d{3}\1\d{3}\1\d\d"),
)


def find(text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Those between two places of a text, as spans."""
    for register in REGISTERS:
        for match in register.pattern.finditer(text, low, high):
            if register.holds(re.sub(r"[ .-]", "", match[0])):
                yield match.span()
