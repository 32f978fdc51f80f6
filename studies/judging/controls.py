"""Controls: what must come out as known before anything else a study says counts."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from studies.fitting.tails import t_quantile
from studies.results import Line

Facts = dict[str, Any]

NARROW = 0.10
"""Half the width that the interval of A/A may have: a study that cannot tell a tenth should not say which grade is better."""
ROUNDING = 1e-9
LEAKED = 0.01
"""Share of held-out text that may stand in long copies in a grade: quotations and formulas do, a leak is far above."""


def equal_grades(name: str, held_out: str, q: Facts | None) -> Facts:
    """A/A: the same grade in another order must be worth itself: the interval of its q contains 1, within ±10 % of its middle."""
    value, interval = (q or {}).get("value"), (q or {}).get("interval")
    if value is None or interval is None or None in interval:
        passed, says = None, f"What {name} in another order is worth cannot be told from these runs."
    elif interval[0] <= 1 <= interval[1] and interval[1] - interval[0] > 2 * NARROW + ROUNDING:
        passed = False
        says = (
            f"{name} in another order is worth itself, but anything between {interval[0]:.2f} and {interval[1]:.2f} would have passed as 1, "
            f"which is wider than ±{NARROW:.0%}: verdicts on {held_out} text are withheld; "
            f"{_narrowing(*interval)}."
        )
    elif interval[0] <= 1 <= interval[1]:
        passed = True
        says = (
            f"{name} in another order is worth itself: the interval of q contains 1; "
            f"a worth between {interval[0]:.2f} and {interval[1]:.2f} would have passed as 1."
        )
    else:
        passed = False
        says = f"{name} in another order seems to be worth {value:.2f} of itself: the noise is larger than the intervals say, so verdicts on {held_out} text are withheld."
    return {
        "name": f"A/A, {held_out}", "held_out": held_out, "passed": passed, "value": value, "interval": interval, "says": says,
    }  # fmt: skip


def _narrowing(low: float, high: float) -> str:
    """What narrows an interval of a worth to ±`NARROW`: its width in logarithms falls as the root of the number of seeds.

    As far as further seeds vary as the runs that there are: where one seed ran alone, they may vary more.

    >>> _narrowing(0.92, 1.39), _narrowing(0.0, 1.2)
    ('about 5 times as many seeds would narrow it to that', 'more seeds narrow it')
    """
    if low <= 0:
        return "more seeds narrow it"
    times = math.ceil((math.log(high / low) / math.log((1 + NARROW) / (1 - NARROW))) ** 2)
    return f"about {times:,} times as many seeds would narrow it to that"


def known_dose(name: str, held_out: str, q: Facts | None) -> Facts:
    """A grade that is the reference with a known dose of harm must not seem to be worth more; if it is worth less, the dose was seen."""
    value, interval = (q or {}).get("value"), (q or {}).get("interval")
    low, high = interval or (None, None)
    if value is None or low is None or high is None:
        passed, says = None, f"What {name}, which only spoils, is worth cannot be told from these runs."
    elif low > 1:
        passed = False
        says = f"{name}, which only spoils, seems to be worth {value:.2f} of what it spoilt: no other worth can be believed, so verdicts on {held_out} text are withheld."
    elif high < 1:
        passed, says = True, f"{name}, which only spoils, is worth less than what it spoilt: the study saw its dose."
    else:
        passed = None
        says = f"{name}, which only spoils, cannot be told from what it spoilt: a difference as large as its dose goes unseen on {held_out} text."
    return {
        "name": f"known dose {name}, {held_out}", "held_out": held_out, "passed": passed, "value": value, "interval": interval, "says": says,
    }  # fmt: skip


def duplicates(name: str, held_out: str, q: Facts | None, unique: float) -> Facts:
    """A grade that is the reference with copies of some documents: reported, and never a reason to withhold anything.

    If copies were worth nothing, a token of it would be worth its unique share; if they were as good as new, 1.
    """
    value, interval = (q or {}).get("value"), (q or {}).get("interval")
    if value is None or interval is None or None in interval:
        told = "what it is worth cannot be told from these runs"
    elif interval[1] < 1:
        told = "the study saw that copies are worth less than new text"
    else:
        told = "the study did not see that copies are worth less than new text"
    says = f"{unique:.0%} of {name} is unique text, the rest copies: {told}. Reported only: no verdict depends on it."
    return {
        "name": f"duplicates {name}, {held_out}", "held_out": held_out, "passed": None, "reported": True, "value": value, "interval": interval,
        "says": says,
    }  # fmt: skip


def copies(copied: Sequence[Facts] | None) -> Facts:
    """Held-out text must not stand, token for token, in long runs in what was trained on: a second look after the 13 words."""
    if not copied:
        passed, worst, says = None, None, "Whether held-out text stands in the token files was not looked at."
    else:
        worst = max(copied, key=lambda found: float(found["share"]))
        passed = worst["share"] <= LEAKED
        says = (
            f"At most {worst['share']:.2%} of held-out text ({worst['held_out']}) stands in a grade ({worst['grade']}) in runs of {worst['tokens']} "
            f"tokens or more; {LEAKED:.0%} may."
        )
    return {
        "name": "copies of held-out text",
        "passed": passed,
        "value": worst and worst["share"],
        "interval": None,
        "says": says,
    }


def planted_leak(planted: Facts | None) -> Facts:
    """Held-out documents put among the corpus, and excerpts of them put into its documents, must be found again."""
    if planted and "pictures" in planted:
        return _planted_pictures(planted)
    if not planted:
        passed, says = None, "No leak was planted, so whether one would be found is not known."
    else:
        passed = planted["found"] == planted["documents"]
        says = (
            f"{planted['found']} of {planted['documents']} held-out documents planted among the corpus were found, and "
            f"{planted['excerpts_found']} of {planted['excerpts']} excerpts of {planted['words']} words."
        )
    share = planted["found"] / planted["documents"] if planted and planted["documents"] else None
    return {"name": "planted leak", "passed": passed, "value": share, "interval": None, "says": says}


def _planted_pictures(planted: Facts) -> Facts:
    found, there = planted["found"], planted["pictures"]
    says = f"{found} of {there} held-out pictures planted among the corpus were found, each to the last pixel."
    value = found / there if there else None
    return {"name": "planted leak", "passed": found == there, "value": value, "interval": None, "says": says}


def order(trials: Sequence[Line]) -> Facts:
    """Every trunk saw its windows as planned, which was checked before its points were taken; here how shuffled they were."""
    adjacent = [line["exposure"]["adjacent"] for line in trials if line["exposure"]]
    shares = [share for share in adjacent if share is not None]
    known = bool(trials) and len(adjacent) == len(trials)
    most = max(shares, default=None)
    beside = "" if most is None else f"; at most {most:.1%} of successive windows are neighbours in the file"
    return {
        "name": "order",
        "passed": True if known else None,
        "value": most,
        "interval": None,
        "says": f"Every window was seen as often as planned, in the planned order{beside}."
        if known
        else "Which windows were seen is not known of every trial.",
    }


def exposure(trials: Sequence[Line], *, pictures: bool = False) -> Facts:
    """Windows (or pictures) seen in all trunks, by how often each was seen in its own."""
    times: dict[str, int] = defaultdict(int)
    for line in trials:
        for often, windows in ((line["exposure"] or {}).get("times") or {}).items():
            times[often] += windows
    seen = sum(int(often) * windows for often, windows in times.items())
    most = max(map(int, times), default=0)
    again = f"; in the runs with repeats up to {most} times, as planned" if most > 1 else ""
    return {
        "trials": len(trials),
        "windows": seen,
        "times": dict(sorted(times.items(), key=lambda item: int(item[0]))),
        "says": f"Every picture was seen as often as planned, up to {most:,} times."
        if pictures
        else f"In a run on fresh data every window was seen once{again}.",
    }


def repeated(points: Iterable[Line]) -> list[Facts]:
    """Fresh against repeated data at equal tokens, size and seed: the loss more that repeating costs, in bits per byte.

    The interval rests on the spread of equal runs (other seeds, other orders), as of a difference of two of them:
    seeds are paired, which makes it no narrower than it should be. None where no run has an equal.
    """
    rows = list(points)
    noise = {held_out: _noise(rows, held_out) for held_out in dict.fromkeys(p["held_out"] for p in rows)}
    fresh = {_cell(p): p["loss"] for p in rows if p["arm"] == "main"}
    found: dict[tuple[str, int, int, float], list[float]] = defaultdict(list)
    parameters = {p["size"]: p.get("parameters", p["size"]) for p in rows}
    for p in rows:
        if p["arm"] == "repeats" and _cell(p) in fresh:
            found[p["held_out"], p["size"], p["unique"], p["epochs"]].append(p["loss"] - fresh[_cell(p)])
    return [
        {
            "held_out": held_out,
            "size": size,
            "parameters": parameters[size],
            "unique": unique,
            "epochs": int(epochs) if epochs == int(epochs) else epochs,
            "difference": math.fsum(differences) / len(differences),
            "interval": _interval(differences, *noise[held_out]),
            "n": len(differences),
        }
        for (held_out, size, unique, epochs), differences in found.items()
    ]


def _cell(p: Line) -> tuple[str, int, str, int, int]:
    return p["held_out"], p["size"], p["grade"], p["seed"], p["tokens"]


def _noise(rows: Sequence[Line], held_out: str) -> tuple[float, int]:
    """Pooled standard deviation of runs that differ in nothing but chance, and its degrees of freedom.

    Stops of one trunk share its chance, so trunks are counted for the freedom, not points.
    """
    cells: dict[tuple[str, int, int], list[float]] = defaultdict(list)
    for p in rows:
        if p["held_out"] == held_out and p["arm"] != "repeats":
            cells[p["grade"], p["size"], p["tokens"]].append(p["loss"])
    pooled = sum(len(cell) - 1 for cell in cells.values())
    squares = math.fsum((x - math.fsum(cell) / len(cell)) ** 2 for cell in cells.values() for x in cell)
    most: dict[tuple[str, int], int] = defaultdict(int)
    for (grade, size, _), cell in cells.items():
        most[grade, size] = max(most[grade, size], len(cell))
    df = sum(count - 1 for count in most.values())
    return (math.sqrt(squares / pooled), df) if pooled else (0.0, 0)


def _interval(differences: Sequence[float], sd: float, df: int) -> list[float] | None:
    if not df:
        return None
    mean, off = math.fsum(differences) / len(differences), t_quantile(0.975, df) * sd * math.sqrt(2 / len(differences))
    return [mean - off, mean + off]
