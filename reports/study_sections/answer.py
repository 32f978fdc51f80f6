"""The answers of a study: its verdicts, the exchange in one line each, and what else was asked of the law."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from reports import html, say
from reports.study_sections.facts import Facts, once, others
from reports.study_sections.grades import scaled

WORDS = {
    "SUPPORTED": "The claim holds here: the whole 95 % interval of the difference is on its side.",
    "REFUTED": "The opposite holds here: the whole 95 % interval of the difference is on the other side.",
    "UNDECIDED": "This study cannot tell: the interval contains 0, or a control failed.",
}
ONE = 5e-4  # a multiplier this near to 1 is 1
HERO_GRADES = 3  # as many as a screen has room for; the others stand in the table of grades


def verdict(ruling: Facts) -> dict[str, Any]:
    """A verdict with its claim as a sentence and the tone of its word, which for a word of another tool is undecided."""
    word = str(ruling.get("verdict"))
    reason = str(ruling.get("reason") or "").strip().removesuffix(".")
    tone = word.lower() if word in WORDS else "undecided"
    return {**ruling, "claim": _sentence(ruling.get("claim")), "reason": reason, "word": word, "tone": tone}


def _sentence(text: object) -> str:
    """A sentence with a capital and without its full stop, which the page sets.

    >>> _sentence("it holds. "), _sentence(None)
    ('It holds', '')
    """
    said = str(text or "").strip().removesuffix(".")
    return said[:1].upper() + said[1:]


def matrix(held: Sequence[Facts], unit: str, most: int) -> dict[str, Any] | None:
    """The verdicts as a table, questions by held-out sets, the fewer of the two as columns; None where nothing was asked.

    A cell is None where a question was not asked on a set; `wide` tables have no room beside the figure.
    """
    asked = _asked(held, unit)[:most]
    if not asked:
        return None
    sets = [ON.format(html.label(h["name"], 40)) for h in held]
    if len(sets) <= max(BESIDE, len(asked)):
        return {"columns": sets, "rows": asked, "wide": len(sets) > BESIDE}
    turned = [(name, [cells[i] for _, cells in asked]) for i, name in enumerate(sets)]
    return {"columns": [question for question, _ in asked], "rows": turned, "wide": len(asked) > BESIDE}


def _asked(held: Sequence[Facts], unit: str) -> list[tuple[Markup, list[dict[str, Any] | None]]]:
    """Each question with its verdicts, one for each held-out set.

    A cell says who won and by how much: of a grade what a token of it is worth, of more data the difference in loss.
    """
    hours = html.cut(unit, 30)
    found = []
    for what in once(*([v.get("what") for v in h["verdicts"]] for h in held)):
        cells: list[dict[str, Any] | None] = []
        grade = what.removeprefix("grade:") if what.startswith("grade:") else None
        for h in held:
            ruling = next((v for v in h["verdicts"] if v.get("what") == what), None)
            q = ((h["exchange"].get("grades") or {}).get(grade) or {}).get("q")
            says = _token(q) if grade else _winner((ruling or {}).get("difference"), hours, h["loss"])
            cells.append(None if ruling is None else {**ruling, "says": says})
        name = TWICE.format(hours) if grade is None else RATHER.format(html.label(grade, 40), hours)
        found.append((name, cells))
    return found


def _token(q: Facts | None) -> str:
    """What a token of a grade is worth, for a cell.

    >>> _token({"value": 0.5, "interval": [0.45, 0.55]})
    'a token of it: 0.50 [0.45,\\xa00.55]'
    """
    return f"a token of it: {say.estimate(q)}"


def _winner(difference: Facts | None, hours: str, loss: str) -> str:
    """Which of data and machine time lowers loss more, and by how much; where that is open, between what the difference lies.

    >>> _winner({"value": -0.056, "interval": [-0.075, -0.043]}, "core-hours", "bits per byte")
    'core-hours win by 0.056 [0.043,\\xa00.075] bits per byte'
    >>> _winner({"value": 0.01, "interval": [-0.02, 0.04]}, "core-hours", "FID")
    'difference 0.010 [−0.020,\\xa00.040] FID'
    >>> _winner({"value": None, "interval": [0.01, 0.04]}, "core-hours", "FID"), _winner(None, "core-hours", "FID")
    ('data wins by 0.010 to 0.040 FID', '')
    """
    value, ends = (difference or {}).get("value"), (difference or {}).get("interval")
    if value is None and not ends:
        return ""
    low, high = ends or (value, value)
    if low is not None and low > 0:
        return f"data wins by {_spread(value, low, high)} {loss}"
    if high is not None and high < 0:
        return (
            f"{hours} win by {_spread(None if value is None else -value, -high, None if low is None else -low)} {loss}"
        )
    return f"difference {_spread(value, low, high)} {loss}"


def _spread(value: float | None, low: float | None, high: float | None) -> str:
    """An estimate with its ends; of a value that is not one, the ends alone.

    >>> _spread(0.03, 0.02, 0.04), _spread(None, -0.01, 0.02), _spread(None, 0.02, None)
    ('0.030 [0.020,\\xa00.040]', '−0.010 to 0.020', '0.02 to ∞')
    """
    if value is not None:
        return say.estimate({"value": value, "interval": [low, high] if low != high else None})
    ends = say.alike([-math.inf if low is None else low, math.inf if high is None else high])
    return " to ".join(ends)


ON = Markup("on {}")
BESIDE = 2
"""Columns of verdicts for which there is room beside a figure."""
TWICE = Markup("<b>Twice the data</b> rather than twice the {}")
RATHER = Markup("<b>{}</b> rather than twice the {}")
AT_EQUAL_TOKENS = Markup("<b>{} at equal tokens</b> (q): one of its tokens is worth this many of {}")
PER_DOCUMENT = Markup("<b>{} per raw document</b>: q times its tokens, which are {} of those of {}")
DOUBLING = Markup("<b>doubling {}</b> is worth this many times the unique data{}")


def lines(exchange: Facts, unit: str, made: Facts) -> list[dict[str, Any]]:
    """The exchange in one line each: what a token, a raw document, a doubling of compute is worth."""
    base = exchange.get("reference")
    reference = html.label(base, 40)
    found = []
    for name, grade in others(exchange)[:HERO_GRADES]:
        of, kept = html.label(name, 40), _kept(made.get(name), made.get(str(base)))
        found.append(_line(say.split(grade.get("q")), AT_EQUAL_TOKENS.format(of, reference)))
        if grade.get("net_worth") and kept is not None and abs(kept - 1) > 0.005:
            found.append(_line(say.split(grade["net_worth"]), PER_DOCUMENT.format(of, say.share(kept), reference)))
    for doubling in exchange.get("data_for_compute") or []:
        if doubling.get("k") == 2:
            says = html.cut(_sentence(doubling.get("says")), 240)
            why = Markup(". <small>{}.</small>").format(says) if says else ""
            found.append(_line(_times(doubling), DOUBLING.format(html.cut(unit, 30), why)))
    return found


def _line(shown: tuple[str, str], says: Markup) -> dict[str, Any]:
    return {"value": shown[0], "between": shown[1], "says": says}


def _kept(grade: Facts | None, reference: Facts | None) -> float | None:
    """How many tokens a grade makes of the raw documents, as a share of what the reference makes of them.

    >>> _kept({"token_yield": 0.4}, {"token_yield": 0.8}), _kept({"token_yield": 0.4}, None)
    (0.5, None)
    """
    own, base = ((part or {}).get("token_yield") for part in (grade, reference))
    return None if own is None or not base else own / base


def _times(reading: Facts | None) -> tuple[str, str]:
    """A multiplier and its interval; one that no amount reaches is more than the low end of its interval, or has no end.

    >>> _times({"value": 2, "interval": None}), _times({"value": None, "interval": [3.0, None]}), _times(None)
    (('×2', ''), ('more than ×3', ''), ('unknown', ''))
    >>> _times({"value": None, "says": "no amount suffices"})
    ('no end', '')
    >>> _times({"value": 1.0000014, "interval": [1.0000001, 1.0000093]})
    ('×1', '[1,\\xa01]')
    """
    value, between = say.split(_near(reading))
    if value != "unknown":
        return f"×{value}", between
    low = ((reading or {}).get("interval") or [None])[0]
    if low is not None:
        return f"more than ×{say.number(round(low, 2 if low < 10 else 0))}", ""
    return ("no end" if _endless(reading) else value), ""


def _near(reading: Facts | None) -> Facts | None:
    """A multiplier whose value and ends are 1 where they are within half a thousandth of it: further digits tell nobody anything."""
    if not reading:
        return reading
    value, *ends = (
        1.0 if x is not None and abs(x - 1) < ONE else x
        for x in (reading.get("value"), *(reading.get("interval") or ()))
    )
    return {**reading, "value": value, "interval": ends or None}


ELASTICITIES = {
    "tokens": "per cent by which the loss changes with one per cent more tokens",
    "parameters": "per cent by which the loss changes with one per cent more parameters",
    "compute": "per cent by which the loss changes with one per cent more compute, spent at its best",
    "unique": "per cent by which the loss changes with one per cent more unique data, at the same compute",
    "exchange": "per cent of compute that does what one per cent more unique data does",
}


def questions(held: Sequence[Facts], unit: str) -> list[tuple[str, list[str], str]]:
    """What else was estimated: a question, its answer on each held-out set, and why one is unknown."""
    doublings = [{d.get("k"): d for d in h["exchange"].get("data_for_compute") or []} for h in held]
    rows = []
    for k in dict.fromkeys(k for d in doublings for k in d):
        found = [d.get(k) for d in doublings]
        text = f"{say.number(k)} times the {html.cut(unit, 30)} are worth so many times the unique data"
        rows.append((text, [_shown(_plain_times(d)) for d in found], found))
        if all(map(_endless, found)):
            break  # what makes up for less than that makes up for no more either
    halves = [h["exchange"].get("half_data") for h in held]
    if any(halves):
        text = f"times the {html.cut(unit, 30)} that make up for half of the unique data"
        rows.append((text, [_shown(_plain_times(d)) for d in halves], halves))
    ceilings = [h["exchange"].get("ceiling") for h in held]
    if any(ceilings):
        unique = say.short(next((c["unique"] for c in ceilings if c and c.get("unique")), None))
        units = once(h["loss"] for h in held)
        behind = f" ({units[0]})" if len(units) == 1 else ""
        text = f"lowest loss that {unique} unique tokens allow, however much compute{behind}"
        amounts = [_shown(say.split(c)) for c in ceilings]
        if not behind:
            amounts = [f"{amount} {h['loss']}" for amount, h in zip(amounts, held, strict=True)]
        rows.append((text, amounts, ceilings))
    prices = [h["exchange"].get("break_even") for h in held]
    if any(prices):
        part, amount = say.time_unit(max((abs(p["value"]) for p in prices if (p or {}).get("value")), default=0), unit)
        text = f"{html.cut(amount, 30)} that a million further unique tokens are worth, and no more"
        rows.append((text, [_shown(say.split(scaled(p, 1 / part))) for p in prices], prices))
    bought = [h["exchange"].get("purchase") for h in held]
    if any(bought):
        first = next(p for p in bought if p)
        text = f"{html.cut(first['currency'], 12)} that a million further unique tokens are worth; they cost {say.number(first['price'])}"
        rows.append((text, [_pays(p) for p in bought], bought))
    for name in once(*(h["exchange"].get("grades") or {} for h in held)):
        turns = [((h["exchange"].get("grades") or {}).get(name) or {}).get("crossover") for h in held]
        if any(turns):
            text = f"compute (FLOPs) at which {html.cut(name, 40)} stops, or begins, to beat the reference"
            rows.append((text, [_turn(turn) for turn in turns], turns))
    slopes = [h["exchange"].get("elasticities") or {} for h in held]
    for what in once(*slopes):
        found = [e.get(what) for e in slopes]
        rows.append((ELASTICITIES.get(what, html.cut(what, 40)), [_shown(say.split(f)) for f in found], found))
    return [(text, answers, _why(found)) for text, answers, found in rows]


PAYS = {True: "it pays", False: "it does not pay", None: "undecided"}


def _pays(found: Facts | None) -> str:
    """What tokens are worth, and whether that is more than they cost.

    >>> _pays({"value": 5, "interval": None, "pays": True}), _pays(None)
    ('5: it pays', 'unknown')
    """
    return f"{_shown(say.split(found))}: {PAYS[found['pays']]}" if found else "unknown"


TURNS = {
    "throughout": "pays throughout",
    "nowhere": "pays nowhere",
    "below": "pays below ",
    "above": "pays above ",
    None: "unknown",
}


def _turn(turn: Facts | None) -> str:
    """Where a grade pays: below or above an amount of compute, everywhere that was studied, or nowhere.

    >>> _turn({"pays": "below", "value": 2.5e12, "interval": [1e12, None]}), _turn({"pays": "nowhere", "value": None})
    ('pays below 2.5e+12 [1e+12, …]', 'pays nowhere')
    """
    if not turn or turn.get("value") is None:
        return TURNS[(turn or {}).get("pays")].strip()
    ends = ["…" if end is None or end <= 0 else f"{end:.2g}" for end in turn.get("interval") or [None, None]]
    return f"{TURNS[turn['pays']]}{turn['value']:.2g} [{ends[0]}, {ends[1]}]"


def _plain_times(reading: Facts | None) -> tuple[str, str]:
    if _endless(reading):
        return "no amount", ""
    value, between = say.split(_near(reading))
    return (value if value == "unknown" else f"×{value}"), between


def _endless(reading: Facts | None) -> bool:
    """Whether no amount of the one makes up for the other, which is known, and not unknown."""
    return (reading or {}).get("value") is None and str((reading or {}).get("says")).startswith("no amount")


def _shown(answer: tuple[str, str]) -> str:
    return " ".join(answer).strip()


def _why(found: Sequence[Facts | None]) -> str:
    """Why an answer is unknown, as far as its facts say."""
    return "; ".join(once((f or {}).get("says") for f in found))
