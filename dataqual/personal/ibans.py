"""International bank account numbers: a country's length, and the remainder 1 by 97 (ISO 13616)."""

from __future__ import annotations

import re
from collections.abc import Iterator

LENGTHS = {
    country: size
    for size, countries in {
        15: "NO",
        16: "BE",
        18: "DK FO FI GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH CR HR LI LV",
        22: "BG BH DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM TL SO",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}
"""Characters by country: the IBAN registry of SWIFT."""

HEAD = re.compile(r"[A-Z](?<!\w.)[A-Z]\d\d(?= ?[A-Z0-9]{4})", re.ASCII)


def is_iban(number: str) -> bool:
    """Whether its country has numbers so long, and the digits come out right.

    >>> is_iban("DE89370400440532013000"), is_iban("DE89370400440532013001"), is_iban("DE8937040044053201300")
    (True, False, False)
    """
    turned = number[4:] + number[:4]
    return len(number) == LENGTHS.get(number[:2]) and int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def find(text: str) -> Iterator[tuple[int, int]]:
    """Those of a text, as spans; written in one piece or in groups of four."""
    for head in HEAD.finditer(text):
        size = LENGTHS.get(head[0][:2], 0)
        for end in (head.start() + size, head.start() + size + (size - 1) // 4):
            written = text[head.start() : end]
            number = written.replace(" ", "")
            grouped = " ".join(number[at : at + 4] for at in range(0, size, 4))
            if written in (number, grouped) and re.fullmatch("[A-Z0-9]+", number) and is_iban(number):
                if not re.match(r"\w", text[end : end + 1], re.ASCII):
                    yield head.start(), end
                break
