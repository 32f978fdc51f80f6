"""Numbers of payment cards: a known issuer's prefix and length, written in the usual groups, and the Luhn digit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dataqual.personal.checks import luhn

ISSUERS = (  # prefixes from, to; lengths: ISO/IEC 7812 ranges as the issuers publish them
    ("34", "34", (15,)),  # American Express
    ("37", "37", (15,)),
    (
        "4",
        "4",
        (16, 19),
    ),  # Visa; its numbers of 13 digits are no longer issued, and German and Japanese goods have such
    ("51", "55", (16,)),  # Mastercard
    ("2221", "2720", (16,)),
    ("2200", "2204", (16,)),  # Mir
    ("300", "305", (14, 16, 19)),  # Diners Club
    ("36", "36", (14, 16, 19)),
    ("38", "39", (14, 16, 19)),
    ("3528", "3589", (16, 17, 18, 19)),  # JCB
    ("6011", "6011", (16, 19)),  # Discover
    ("644", "659", (16, 19)),
    ("62", "62", (16, 17, 18, 19)),  # UnionPay
)

_BETWEEN = r"(?<![\w.+-])(?<!\d[ ])({})(?![\w-]|[ .]\d)"
PATTERNS = tuple(
    re.compile(_BETWEEN.format(shape), re.ASCII)
    for shape in (
        r"[2-6]\d{13,18}",
        r"[2-6]\d{3}([ -])\d{4}\2\d{4}\2\d{4}(?:\2\d{1,3})?",
        r"3\d{3}([ -])\d{6}\2\d{4,5}",  # Diners Club and American Express
        r"62\d{4}([ -])\d{13}",  # UnionPay, as some banks print it
    )
)


def is_card(digits: str) -> bool:
    """Whether an issuer has numbers like this one, and its last digit is right.

    >>> is_card("378282246310005"), is_card("37828224631000"), is_card("9111111111111111")
    (True, False, False)
    """
    known = any(low <= digits[: len(low)] <= high and len(digits) in sizes for low, high, sizes in ISSUERS)
    return known and luhn(digits)


def find(text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Those between two places of a text, as spans."""
    for pattern in PATTERNS:
        for match in pattern.finditer(text, low, high):
            if is_card(re.sub("[ -]", "", match[0])):
                yield match.span()
