"""Telephone numbers: `+` and a country's number anywhere, and the usual forms of North America, Britain and China.

National forms of other countries are not told from other numbers. The plans: ITU-T E.164, NANPA, Ofcom, and for China
the ministry's plan of mobile numbers from 13 to 19 and area codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate

COUNTRIES = re.compile(
    r"1|7|20|2[1-689]\d|27|3[0-469]|3[578]\d|4[013-9]|42\d|5[1-8]|5[09]\d|6[0-6]|6[789]\d|8[1246]|8[05789]\d|9[0-58]|9[679]\d"
)
"""Country codes that are assigned, or may come to be (ITU-T E.164)."""

SIZES: Mapping[str, range] = {
    "1": range(11, 12),
    "7": range(11, 12),
    "33": range(11, 12),
    "44": range(11, 13),
    "86": range(11, 14),
    "852": range(11, 12),
    "886": range(11, 13),
}
"""How many digits a number has, the country's included, where that is not 9 to 15, as anywhere (E.164 ends at 15)."""
ANYWHERE = range(9, 16)

NOT_BEFORE = r"(?<![\w.+-])(?<![A-Za-z0-9_]/)(?<![$€£¥￥])(?<![$€£¥￥] )"
NOT_AFTER = r"(?!(?!x\d)\w|[.-]\d|-\w)"
EXTENSION = re.compile(r" ?(?:x|ext\.?|分机|转) ?\d{1,6}(?!\w)", re.ASCII)

ORDERED = re.compile(
    r"(?:(?<![A-Za-z])(?:order|invoice|tracking|serial|sku|isbn|issn|doi|arxiv|ean|upc|imei)"
    r"|订单|单号|编号|流水号|序列号|货号|条码|快递|专利|发票|合同|[学工]号"
    r"|訂單|單號|編號|流水號|序號|貨號|條碼|快遞|專利|發票|合約|[學工]號)"
    r"[^\w\n]{0,3}(?:(?:number|no|nr|id)\b|[号號][码碼]?)?[^\w\n]{0,3}(?:is |为|是)?\Z",
    re.IGNORECASE,
)
"""What stands before numbers that count or name things."""

MEASURED = re.compile(r" ?(?:元|美元|欧元|万|亿|个|字节|%|％|(?:bytes|usd|eur|cny|rmb|km|kg|ms)\b)", re.IGNORECASE)
"""What stands behind amounts."""

CALLED = re.compile(
    r"(?:(?<![A-Za-z])(?:tel|phone|telephone|mobile|cell|fax|call|contact|text|whatsapp)|☎|📞)[^\w\d]{0,4}\Z",
    re.IGNORECASE,
)
"""What makes a number of ten digits without any mark one to call."""

INTERNATIONAL = re.compile(
    r"\+(?<![\w+].)[1-9]\d{0,2}(?:[ .-]?\(\d{1,4}\))?(?:[ .-]?\d{2,15}|[ .-]\d(?=[ .-]\d\d)){1,7}", re.ASCII
)
TRUNK = re.compile(r"\(0\)")

NANP = re.compile(
    rf"{NOT_BEFORE}(?:1[ .-])?(?:\(([2-9]\d\d)\)[ .-]?([2-9]\d\d)[ .-]\d{{4}}|([2-9]\d\d)([.-])([2-9]\d\d)\4\d{{4}}){NOT_AFTER}",
    re.ASCII,
)
UNMARKED = re.compile(rf"{NOT_BEFORE}(?:1 )?([2-9]\d\d) ?([2-9]\d\d) ?\d{{4}}{NOT_AFTER}", re.ASCII)

BRITAIN = re.compile(
    rf"{NOT_BEFORE}(?:\(?02\d\)?[ -]\d{{4}}[ -]?\d{{4}}|\(?01(?:1\d|\d1)\)?[ -]\d{{3}}[ -]?\d{{4}}"
    rf"|\(?01\d{{3}}\)?[ -]\d{{3}}[ -]?\d{{3}}|07[1-57-9]\d{{2}}[ -]?\d{{3}}[ -]?\d{{3}}"
    rf"|0[38]\d{{2}}[ -]\d{{3}}[ -]?\d{{3,4}}){NOT_AFTER}",
    re.ASCII,
)

CHINA = re.compile(
    rf"{NOT_BEFORE}(?:(?:(?:0086|86)[ -]?)?1[3-9]\d(?:\d{{8}}|([ -])\d{{4}}\1\d{{4}})"
    rf"|(?:\(0(?:10|2[0-9])\) ?|0(?:10|2[0-9])[ -])\d{{4}}[ -]?\d{{4}}"
    rf"|(?:\(0[3-9]\d\d\) ?|0[3-9]\d\d[ -])\d{{7,8}})(?:-\d{{1,6}}(?!\d))?{NOT_AFTER}",
    re.ASCII,
)

Check = Callable[[str, re.Match[str]], bool]


def _no_service_code(text: str, match: re.Match[str]) -> bool:
    """Neither area nor exchange is 911 or its like."""
    return all(not part.endswith("11") for part in match.groups() if part and len(part) == 3)


NATIONAL: tuple[tuple[re.Pattern[str], Check], ...] = (
    (NANP, _no_service_code),
    (
        UNMARKED,
        lambda text, m: bool(CALLED.search(text[max(0, m.start() - 16) : m.start()])) and _no_service_code(text, m),
    ),
    (BRITAIN, lambda text, match: True),
    (CHINA, lambda text, match: True),
)


def find(text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Those between two places of a text, as spans."""
    for match in INTERNATIONAL.finditer(text, low, high):
        if end := _international_end(text, match):
            yield match.start(), end
    for pattern, holds in NATIONAL:
        for match in pattern.finditer(text, low, high):
            if holds(text, match) and not _counts(text, *match.span()):
                extension = EXTENSION.match(text, match.end())
                yield match.start(), extension.end() if extension else match.end()


def _international_end(text: str, match: re.Match[str]) -> int:
    """Where the longest number ends that its country can have; 0 where there is none, or it is a date."""
    written = match[0]
    country = COUNTRIES.match(written, 1)
    if country is None or re.match(r"\+(?:19|20)\d\d[-.]\d\d[-.]\d\d(?!\d)", written):
        return 0
    if country[0] == "1" and not re.match(r"\+1\D*[2-9]", written):
        return 0  # no area of North America begins with 0 or 1
    spoken = TRUNK.sub(lambda found: " " * len(found[0]), written)
    digits = list(accumulate(char.isdigit() for char in spoken))
    allowed = SIZES.get(country[0], ANYWHERE)
    for end in range(len(written), 0, -1):
        whole = spoken[end - 1].isdigit() and not re.match(r"\w|[.:]\d", text[match.start() + end :][:2], re.ASCII)
        if whole and digits[end - 1] in allowed:
            return match.start() + end
    return 0


def _counts(text: str, start: int, end: int) -> bool:
    """Whether what stands around says that this is an amount, or the name of a thing."""
    return bool(MEASURED.match(text, end) or ORDERED.search(text[max(0, start - 24) : start]))
