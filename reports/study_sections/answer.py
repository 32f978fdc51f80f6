"""What a study exchanges: computing for data and grades for each other in one line each, in money, and what else was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from reports import html, say
from reports.study_sections.facts import Facts, once, others, unit_of
from reports.study_sections.grades import scaled
from reports.study_sections.verdicts import sentence

ONE = 5e-4  # a multiplier this near to 1 is 1
NO_PRICE_OF_GPUS = (
    "Nothing here is in money, for no price was given.",
    "Write `gpu_hour: {price: 2.5, currency: USD}`, with yours, into the study file and start the same command again: it trains nothing anew.",
)
NO_PRICE_OF_CORES = (
    "This ran on a CPU: machine time is core-hours, and nothing is in money.",
    "For a first idea take it times what a core-hour costs you.",
    "On a GPU the same study counts GPU-hours, and with `gpu_hour: {price: 2.5, currency: USD}` in the study file it is in money, too; `studies plan --gpu h200` says what the trials would take there.",
)
HERO_GRADES = 3  # as many as a screen has room for; the others stand in the table of grades
AT_EQUAL_TOKENS = Markup("<b>{} at equal tokens</b> (q): one of its tokens is worth this many of {}")
PER_DOCUMENT = Markup("<b>{} per raw document</b>: q times its tokens, which are {} of those of {}")
DOUBLING = Markup("<b>doubling {}</b> is worth this many times the unique data{}")


HALF = Markup("<b>as many {}</b> make up for half of the unique data")
MILLION = Markup("<b>{}</b> are what a million further unique tokens are worth there, and no more")
ONE_MORE = Markup("<b>more unique data</b> does what one per cent more {} does, each spent at its best")


def lines(exchange: Facts, unit: str, made: Facts) -> list[dict[str, Any]]:
    """The exchange in one line each: what computing is worth in data, then what a token and a raw document of each grade is."""
    base = exchange.get("reference")
    reference = html.label(base, 40)
    found = _computing(exchange, unit)
    for name, grade in others(exchange)[:HERO_GRADES]:
        of, kept = html.label(name, 40), _kept(made.get(name), made.get(str(base)))
        found.append(_line(say.split(grade.get("q")), AT_EQUAL_TOKENS.format(of, reference)))
        if grade.get("net_worth") and kept is not None and abs(kept - 1) > 0.005:
            found.append(_line(say.split(grade["net_worth"]), PER_DOCUMENT.format(of, say.share(kept), reference)))
    return found


def _computing(exchange: Facts, unit: str) -> list[dict[str, Any]]:
    """What twice the machine time is worth in data, what makes up for half of these, and both at the margin; what is known of it."""
    found, hours = [], html.cut(unit, 30)
    for doubling in exchange.get("data_for_compute") or []:
        if doubling.get("k") == 2:
            says = html.cut(sentence(doubling.get("says")), 240)
            why = Markup(". <small>{}.</small>").format(says) if says else ""
            found.append(_line(_times(doubling), DOUBLING.format(hours, why)))
    half, price = exchange.get("half_data") or {}, exchange.get("break_even") or {}
    if half.get("value") is not None:
        found.append(_line(_times(half), HALF.format(hours)))
    rate = (exchange.get("elasticities") or {}).get("exchange")
    if (rate or {}).get("value"):
        found.append(_line(_inverse(rate), ONE_MORE.format(hours)))
    if price.get("value") is not None:
        part, amount = say.time_unit(abs(price["value"]), unit)
        found.append(_line(say.split(scaled(price, 1 / part)), MILLION.format(html.cut(amount, 30))))
    return found


def _inverse(rate: Facts | None) -> tuple[str, str]:
    """From per cent of compute for one of data to per cent of data for one of compute; an end at or below 0 leaves it open.

    >>> _inverse({"value": 0.05, "interval": [0.01, 0.2]}), _inverse({"value": 0.05, "interval": [-0.01, 0.2]})
    (('20\xa0%', '[5, 100]\xa0%'), ('20\xa0%', '[5, ∞]\xa0%'))
    >>> _inverse({"value": -0.01, "interval": [-0.02, 0.5]})
    ('more than 2\xa0%', '')
    """
    rate = rate or {}
    low, high = rate.get("interval") or (None, None)
    value, *ends = (1 / x if x is not None and x > 0 else None for x in (rate.get("value"), high, low))
    shown = [
        f"{x:.2g}" if x is not None and x < 99.5 else "∞" if x is None else say.number(round(x)) for x in (value, *ends)
    ]
    if value is None:
        return (f"more than {shown[1]}{say.NBSP}%" if ends[0] is not None else "unknown"), ""
    return f"{shown[0]}{say.NBSP}%", f"[{shown[1]}, {shown[2]}]{say.NBSP}%" if rate.get("interval") else ""


def in_money(facts: Facts, held: Sequence[Facts]) -> list[str]:
    """What further data is worth in money; where an hour has no price, how it gets one.

    >>> in_money({"cost": {"unit": "GPU-hours", "price": 2.5, "currency": "USD"}}, [{"name": "raw", "exchange": {"break_even": {"value": 2}}}])[0]
    'At 2.5 USD a GPU-hour a million further unique tokens are worth 5 USD on raw, and no more.'
    """
    cost, unit = facts.get("cost") or {}, unit_of(facts)
    price, currency = cost.get("price"), html.cut(cost.get("currency") or "", 12)
    if price is None:
        return [*NO_PRICE_OF_GPUS] if unit == "GPU-hours" else [*NO_PRICE_OF_CORES]
    worths = [(h["name"], (h["exchange"] or {}).get("break_even") or {}) for h in held]
    told = [
        f"At {say.number(price)} {currency} a GPU-hour a million further unique tokens are worth "
        f"{say.estimate(scaled(worth, price))} {currency} on {html.cut(name, 40)}, and no more."
        for name, worth in worths
        if worth.get("value") is not None
    ]
    asked = (facts.get("study") or {}).get("data_price")
    return told + (
        [] if asked or not told else ["With `data_price` in the study file the page says whether it pays to buy them."]
    )


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
