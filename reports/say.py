"""Numbers as a person says them: sizes, shares, how many and how sure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

NBSP = "\u00a0"
HALF = 0.5  # an interval that ends at all of a corpus, of less than half of it, has no upper end
LONG = 1e6  # from here on a reader counts digits


def number(value: float | None) -> str:
    """Whole numbers with thousands separators, others with three digits that matter; a dash for none.

    >>> number(194605), number(0.12345), number(1234.56), number(None)
    ('194,605', '0.123', '1,235', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-4 else f"{value:.1e}"


def short(value: float | None) -> str:
    """At most four characters or so, for an axis or a tile.

    >>> short(54_300_000), short(12_000), short(0.25), short(950)
    ('54.3\\xa0M', '12\\xa0k', '0.25', '950')
    """
    if value is None or not math.isfinite(value):
        return "–"
    for size, sign in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size * (10 if size == 1e3 else 1):
            return f"{value / size:.3g}{NBSP}{sign}"
    return number(value)


def size(octets: float | None) -> str:
    """Bytes in the decimal units of disks: 257 MB.

    >>> size(257_000_000), size(999)
    ('257\\xa0MB', '999\\xa0B')
    """
    if octets is None:
        return "–"
    for unit, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if octets >= unit:
            return f"{octets / unit:.3g}{NBSP}{name}"
    return f"{octets:.0f}{NBSP}B"


def share(value: float | None) -> str:
    """A share in per cent, two digits that matter; neither nothing nor everything by rounding.

    >>> [share(x) for x in (0, 0.0004, 0.023, 0.5, 0.99996, 1)]
    ['0\\xa0%', '0.04\\xa0%', '2.3\\xa0%', '50\\xa0%', '>\\xa099.9\\xa0%', '100\\xa0%']
    """
    if value is None:
        return "–"
    percent = value * 100
    if 99.9 < percent < 100:
        return f">{NBSP}99.9{NBSP}%"
    if 0 < percent < 0.001:
        return f"<{NBSP}0.001{NBSP}%"
    text = f"{percent:.1f}" if percent >= 1 else f"{percent:.2g}"
    return f"{text.removesuffix('.0')}{NBSP}%"


def plural(count: float | None, one: str, many: str | None = None) -> str:
    """The number with its noun.

    >>> plural(1, "document"), plural(2, "copy", "copies")
    ('1\\xa0document', '2\\xa0copies')
    """
    return f"{number(count)}{NBSP}{one if count == 1 else many or one + 's'}"


def is_share(reading: Mapping[str, Any]) -> bool:
    """Whether a reading is a part of its `n`: no unit (or "share"), and a value from 0 to 1."""
    value = reading.get("value")
    return value is not None and reading.get("unit", "") in ("", "share") and 0 <= value <= 1


def amount(reading: Mapping[str, Any]) -> str:
    """The value of a reading, as a share, a size or a number with its unit."""
    value, unit = reading.get("value"), reading.get("unit", "")
    if is_share(reading):
        return share(value)
    if unit == "bytes":
        return size(value)
    return number(value) + (f"{NBSP}{unit}" if unit and value is not None else "")


def big(reading: Mapping[str, Any]) -> str:
    """What to print large: the amount, or the count behind a share so small that its digits say nothing.

    >>> big({"value": 0.00006, "n": 200000}), big({"value": 0.02, "n": 200000})
    ('12', '2\\xa0%')
    """
    tiny = is_share(reading) and 0 < reading["value"] < 0.0005
    return number(round(reading["value"] * reading.get("n", 0))) if tiny else amount(reading)


def how_many(reading: Mapping[str, Any]) -> str:
    """Of a share, the count behind it and "about 1 in k"; nothing for other readings.

    >>> how_many({"value": 0.023, "n": 194605, "of": "documents"})
    '4,476 of 194,605 documents, about 1\\xa0in\\xa043'
    """
    if not is_share(reading):
        return ""
    value, n, of = reading["value"], reading.get("n", 0), reading.get("of", "documents")
    about = f", about 1{NBSP}in{NBSP}{number(round(1 / value))}" if 0 < value <= 0.4 and round(value * n) > 1 else ""
    estimate = "about " if reading.get("method") == "sample" and not in_sample(reading) else ""
    return f"{estimate}{number(round(value * n))} of {number(n)} {'sampled ' * in_sample(reading)}{of}{about}"


def in_sample(reading: Mapping[str, Any]) -> bool:
    """Whether a reading counts within a sample, and is no estimate for the whole corpus."""
    return bool((reading.get("detail") or {}).get("in_sample_alone"))


def how_sure(reading: Mapping[str, Any]) -> str:
    """How a reading was come by and its interval, in words.

    >>> how_sure({"value": 0.1, "n": 50, "of": "documents", "method": "exact"})
    'Counted: all 50 documents.'
    >>> how_sure({"value": 70, "n": 50, "unit": "words", "method": "sample", "detail": {"in_sample_alone": True}})
    'Counted within the sample of 50 documents alone; the whole corpus has more.'
    """
    n, of = number(reading.get("n")), reading.get("of", "documents")
    verified = (reading.get("detail") or {}).get("verified")
    if reading.get("value") is None:
        return "Nothing to measure."
    if reading.get("method", "exact") == "exact" and not reading.get("interval"):
        return f"Counted: all {n} {of}."
    if in_sample(reading):
        return f"Counted within the sample of {n} {of} alone; the whole corpus has more."
    how = {
        "exact": f"Counted on {n} {of}",
        "sample": f"Estimated from a sample of {n} {of}",
        "sketch": f"Estimated by a sketch of all {n} {of}",
    }.get(reading.get("method", "exact"), f"From {n} {of}")
    if verified == "all":
        how = f"Found by signatures of all {n} {of}, and every copy compared as text"
    elif isinstance(verified, int):
        how = f"Found by signatures of all {n} {of}, and {number(verified)} of the copies compared as text"
    between = interval(reading)
    return f"{how}; {between}." if between else f"{how}."


def interval(reading: Mapping[str, Any]) -> str:
    """The interval of an estimate; "" for an exact count. That of a sketch is no matter of chance, but for near copies.

    >>> interval({"value": 0.02, "interval": [0.018, 0.022]})
    '95\\xa0% sure: between 1.80\\xa0% and 2.20\\xa0%'
    >>> interval({"value": 50, "method": "sketch", "interval": [49, 51]})
    'certainly between 49 and 51'
    >>> interval({"value": 0.02, "interval": [0.018, 1.0]})  # of what a sample does not show there may be any number
    '95\\xa0% sure: at least 1.8\\xa0%'
    """
    ends: Sequence[float] | None = reading.get("interval")
    if not ends:
        return ""
    low, high = (
        (_apart(*ends) if is_share(reading) else (number(end) for end in ends)) if ends[0] != ends[1] else ("", "")
    )
    guaranteed = reading.get("method") == "sketch" and "verified" not in (reading.get("detail") or {})
    sure = "certainly " if guaranteed else f"95{NBSP}% sure: "
    if is_share(reading) and ends[0] < ends[1] == 1 and (reading.get("value") or 0) < HALF:
        return f"{sure}at least {share(ends[0])}"
    return f"{sure}between {low} and {high}" if low else f"{sure}{amount(reading)}"


def _apart(low: float, high: float) -> tuple[str, str]:
    """Two shares in per cent with as many digits as it takes to tell them apart.

    >>> _apart(0.06981, 0.07312)
    ('6.98\\xa0%', '7.31\\xa0%')
    """
    digits = min(max(1 - math.floor(math.log10((high - low) * 100)), 0), 6) if high > low else 2
    return f"{low * 100:.{digits}f}{NBSP}%", f"{high * 100:.{digits}f}{NBSP}%"


def alike(numbers: Sequence[float | None]) -> list[str]:
    """Numbers that are compared, with as many digits as it takes to tell them apart; "?" for an unknown one.

    Those of different orders, and long ones that differ by more than a hundredth, have three digits each.

    >>> alike([0.4213, 0.36, 0.4812]), alike([2.4, 2.1, 2.8]), alike([5.94, None]), alike([12.0, 0.1, 250.0])
    (['0.42', '0.36', '0.48'], ['2.4', '2.1', '2.8'], ['5.94', '?'], ['12', '0.1', '250'])
    """
    known = [float(x) for x in numbers if x is not None and math.isfinite(x)]
    sizes = [abs(x) for x in known if x]
    width = max(known) - min(known) if known else 0
    long = bool(sizes) and max(sizes) >= LONG and width > max(sizes) / 100
    if width <= 0 or long or (min(known) > 0 and max(sizes) / min(sizes) > 20):
        return [_one(x, None) for x in numbers]
    digits = _digits(width, min(sizes))
    return [_one(x, digits) for x in numbers]


def _digits(width: float, least: float) -> int:
    """Decimals for numbers that are `width` apart: two digits that matter of the `least`, as far as one more gives them.

    >>> _digits(1.2, 0.154), _digits(1.2, 0.0001), _digits(0.08, 0.4), _digits(70, 90)
    (2, 2, 2, 0)
    """
    apart, two = math.ceil(0.6 - math.log10(width)), 1 - math.floor(math.log10(least))
    return min(max(apart, min(two, apart + 1), 0), 8)


def _one(value: float | None, digits: int | None) -> str:
    if value is None or math.isnan(value):
        return "?"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return (power(value) if digits is None else f"{value + 0.0:,.{digits}f}").replace("-", "−")


def estimate(reading: Mapping[str, Any] | None) -> str:
    """The value of an estimate and the ends of its interval; an end that is null has no bound.

    >>> estimate({"value": 0.4213, "interval": [0.36, 0.4812]}), estimate({"value": 2, "interval": None}), estimate(None)
    ('0.42 [0.36,\\xa00.48]', '2', 'unknown')
    >>> estimate({"value": None, "interval": [0.1, 0.3]})
    'within [0.10,\\xa00.30]'
    """
    value, between = split(reading)
    return f"within {between}" if between and value == "unknown" else f"{value} {between}".strip()


def split(reading: Mapping[str, Any] | None) -> tuple[str, str]:
    """An estimate as its value and its interval, to be printed apart; the second is "" where there is none.

    >>> split({"value": 15.38, "interval": [6.6, None]}), split({"value": None, "interval": [None, None]})
    (('15.4', '[6.6,\\xa0∞]'), ('unknown', ''))
    """
    reading = reading or {}
    low, high = reading.get("interval") or (None, None)
    if low is None and high is None:
        return (alike([reading["value"]])[0] if reading.get("value") is not None else "unknown"), ""
    ends = [-math.inf if low is None else low, math.inf if high is None else high]
    value, *shown = alike([reading.get("value"), *ends])
    return ("unknown" if value == "?" else value), f"[{shown[0]},{NBSP}{shown[1]}]"


_HIGH = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def power(value: float | None) -> str:
    """A number too large or too small to spell, as a power of ten.

    >>> power(3.2149e14), power(0.0000061), power(950), power(None)
    ('3.21\\xa0×\\xa010¹⁴', '6.10\\xa0×\\xa010⁻⁶', '950', 'unknown')
    """
    if value is None or not math.isfinite(value):
        return "unknown"
    if value == 0 or 1e-4 <= abs(value) < LONG:
        return number(value)
    digits, exponent = f"{value:.2e}".split("e")
    return f"{digits}{NBSP}×{NBSP}10{str(int(exponent)).translate(_HIGH)}"


TIMES = ((1.0, "hours"), (1 / 60, "minutes"), (1 / 3600, "seconds"))


def time_unit(hours: float, unit: str) -> tuple[float, str]:
    """The unit that says `hours` without leading zeros: how much of an hour it is, and its name.

    >>> time_unit(0.132, "core-hours")[1], time_unit(3, "GPU-hours")[1], time_unit(0.001, "GPU-hours")[1]
    ('core-minutes', 'GPU-hours', 'GPU-seconds')
    """
    part, name = next((t for t in TIMES if hours >= t[0] * 0.999), TIMES[-1])
    return part, unit.removesuffix("hours") + name if unit.endswith("hours") else f"{unit} ({name})"


def duration(hours: float | None, unit: str = "hours") -> str:
    """A time of machines in the unit that suits it.

    >>> duration(0.132, "core-hours"), duration(12.345, "GPU-hours"), duration(None)
    ('7.92\\xa0core-minutes', '12.3\\xa0GPU-hours', 'unknown')
    """
    if hours is None or not math.isfinite(hours):
        return "unknown"
    part, name = time_unit(hours, unit)
    return f"{number(hours / part)}{NBSP}{name}"


def pretty(bounds: object) -> str:
    """Bounds with the signs of print.

    >>> pretty(">= 50 and <= 100000")
    '≥\\xa050 and ≤\\xa0100,000'
    >>> pretty("<= 0.000125"), pretty(">= 12345.678")
    ('≤\\xa00.000125', '≥\\xa012,345.678')
    """
    text = re.sub(r"(?<![\d.])\d{5,}", lambda m: f"{int(m.group()):,}", str(bounds)[:200])  # whole numbers alone
    return re.sub(r"([≥≤<>]) ", f"\\1{NBSP}", text.replace(">=", "≥").replace("<=", "≤"))


def percent(part: float | None, whole: float) -> str:
    """A CSS length within a bar, 0 to 100 %.

    >>> percent(0.1, 0.2), percent(3, 2), percent(None, 1)
    ('50.00%', '100.00%', '0.00%')
    """
    return f"{100 * min(max((part or 0) / whole, 0), 1):.2f}%" if whole > 0 else "0.00%"


def said(value: object) -> str:
    """The value of an option in words; lists by their items.

    >>> said(True), said(None), said(["a", "b"]), said(10000), said([])
    ('yes', 'none', 'a, b', '10000', 'none')
    """
    if value is None or value == []:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(said, value)) if isinstance(value, (list, tuple)) else str(value)
