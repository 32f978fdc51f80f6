"""What a plan says on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studies.durations import clock, duration, worked
from studies.telling.sentences import count
from studies.telling.wording import Wording

Facts = Mapping[str, Any]

UNREPEATED = "what it will not tell: whether more data or more computing helps, which stays UNDECIDED without repeats; ask for repeats in the study file"
"""Of a study without repeats, whose law has no term for data that are seen again."""

HEAD = ("parameters", "trials", "tokens", "FLOPs", "time", "memory")


def lines(facts: Facts) -> Iterator[str]:
    """A table by size, the sums, what is to be expected, and what the numbers rest on; of pictures in their words."""
    told = _lines(facts)
    yield from Wording("FID").each(told) if facts["study"].get("pictures") else told


def _lines(facts: Facts) -> Iterator[str]:
    device = facts["device"]
    workers = f"{device['workers']} worker{'s' * (device['workers'] != 1)}"
    yield f"{facts['name']}: {facts['trials']} trials, {facts['points']} points, on {device['device']} ({device['precision']}), {workers}"
    yield ""
    rows = [HEAD, *(_row(size) for size in facts["sizes"])]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    for row in rows:
        yield "  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    yield ""
    saved = 1 - facts["flops"] / facts["flops_apart"]
    yield f"{count(facts['tokens'])} tokens, {facts['flops']:.2g} FLOPs, {saved:.0%} fewer than separate runs"
    hours, wall = facts["hours"], facts["seconds"]
    yield f"time: {duration(wall['value'])} ({_span(wall['band'])}), {worked(hours['value'], hours['unit'])}"
    if facts["money"]:
        money = facts["money"]
        yield f"money: {money['value']:.2f} {money['currency']} ({money['band'][0]:.2f} to {money['band'][1]:.2f})"
    yield f"speeds {facts['speeds']['how']}: {facts['speeds']['says']}; reading and grading the corpus is not in it"
    if facts["dropped"]:
        yield f"left out to fit the budget: {', '.join(_merged(facts['dropped']))}"
    yield ""
    yield from _expected(facts)
    yield from (f"note: {note}" for note in facts["notes"])


def _row(size: Facts) -> tuple[str, ...]:
    return (
        f"{size['parameters']:,}",
        str(size["trials"]),
        f"{size['tokens'] / 1e6:,.1f}M" if size["tokens"] >= 1e6 else f"{size['tokens'] / 1e3:,.0f}k",
        f"{size['flops']:.2g}",
        clock(size["seconds"]),
        f"{size['memory'] / 1e9:.2g} GB",
    )


def _span(band: Sequence[float]) -> str:
    return f"{duration(band[0])} to {duration(band[1])}"


def _expected(facts: Facts) -> Iterator[str]:
    """The intervals in simulated studies; where there are none, why."""
    if facts["study"].get("pictures"):
        yield "what it will tell: not known before it ran, as nobody knows how far two runs on pictures differ by chance; its A/A control will tell"
        return
    if not facts["expected"]:
        yield "what it will tell: no law can be fitted to so few runs, or none was simulated"
    yield from _told(facts["expected"])
    if not facts["study"].get("repeats"):
        yield UNREPEATED


def _told(expected: Sequence[Facts]) -> Iterator[str]:
    """Of each worth, the interval that it is to have."""
    for found in expected:
        if found["interval"] is None:
            yield f"what it will tell: too few runs to tell the worth of {found['grade']} ({found['told']} of {found['of']} simulated studies could)"
            continue
        low, high = found["interval"]
        if found["again"]:
            width = max(high - 1, 1 - low)
            yield f"what it will tell: that {found['grade']} in another order is worth itself within {width:.0%} ({found['of']} simulated studies)"
        else:
            yield f"what it will tell: a worth of {found['truth']:g} for {found['grade']} as [{low:.2f}, {high:.2f}] ({found['of']} simulated studies)"


def _merged(dropped: Sequence[str]) -> list[str]:
    """Equal ones once, with how often.

    >>> _merged(["a seed at size 300", "a seed at size 300", "size 300"])
    ['a seed at size 300 (2 times)', 'size 300']
    """
    times = {said: dropped.count(said) for said in dict.fromkeys(dropped)}
    return [said if number == 1 else f"{said} ({number} times)" for said, number in times.items()]
