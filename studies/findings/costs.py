"""What a study cost: exact FLOPs from the results, hours from the clocks of its trials; what nobody knows is null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studies.design.prices import GpuHour
from studies.results import Line

HOUR = 3600.0
KWH = 3.6e6
"""Joules."""


def ledger(
    trials: Sequence[Line],
    costs: Mapping[str, Line],
    workers: int,
    price: GpuHour | None,
    diverged: Sequence[Line] = (),
) -> dict[str, Any]:
    """The cost of closed trials; hours, and what follows from them, are null as soon as one trial has no clock.

    What trials took that diverged is in the hours and in the money; their FLOPs and tokens nobody has counted.

    `peak` is the FLOP/s of large matrix products, measured by each worker where it ran, and `use` the share of it that training made of them
    (MFU), what was evaluated and written included in its time. Hours are of one core or one GPU: two workers on two cores spend two core-hours an hour. A price is of a GPU-hour;
    it says nothing about cores. A core's hours are the processor time of its worker, a GPU's those of the clock. Work that a kill destroyed since the last snapshot is not in it.
    `energy` is in kWh, of what `studies.running.energy` counts, and null as soon as one trial has none: never 0 for what nobody measured.
    """
    clocks = [costs.get(line["trial"], {}) for line in trials]
    timed = [cost["seconds"] for cost in clocks if cost.get("seconds") is not None]
    known = bool(trials) and len(timed) == len(trials)
    lost: list[Any] = [costs.get(line["trial"], {}).get("seconds") for line in diverged]
    useful = sum(timed) if known else None
    seconds = useful + sum(lost) if useful is not None and None not in lost else None
    devices = sorted({cost["device"] for cost in clocks if cost.get("device")})
    on_gpu = bool(devices) and not any(device.startswith("cpu") for device in devices)
    tokens = sum(cost["tokens"] for cost in clocks) if known else None
    spent, apart = (sum(line[name] for line in trials) for name in ("flops_spent", "flops_apart"))
    peaks = [cost.get("peak") for cost in clocks]
    could = sum(cost["seconds"] * cost["peak"] for cost in clocks) if known and None not in peaks else None
    joules: list[Any] = [costs.get(line["trial"], {}).get("joules") for line in (*trials, *diverged)]
    energy = sum(joules) / KWH if trials and None not in joules else None
    money = price.price * seconds / HOUR if price and on_gpu and seconds is not None else None
    facts = {
        "device": ", ".join(devices) or None,
        "workers": workers,
        "hours": seconds / HOUR if seconds is not None else None,
        "unit": "GPU-hours" if on_gpu else "core-hours",
        "price": price.price if price and on_gpu else None,
        "currency": price.currency if price and on_gpu else None,
        "money": money,
        "flops": spent if trials else None,
        "flops_apart": apart if trials else None,
        "saving": 1 - spent / apart if apart else None,
        "tokens": tokens,
        "tokens_per_second": tokens / useful if tokens and useful else None,
        "peak": could / useful if could and useful else None,
        "use": spent / could if could else None,
        "energy": energy,
    }
    asked = ("device", "hours", "tokens_per_second", "use", "price", "money", "energy")
    unknown = [{"use": "use of the device"}.get(name, name) for name in asked if facts[name] is None]
    return facts | {"unknown": unknown}


def purchase(
    break_even: Mapping[str, Any] | None, cost: Mapping[str, Any], price: GpuHour | None
) -> dict[str, Any] | None:
    """What a million further unique tokens are worth in money, beside their price; None where either is not known.

    `pays` is None where the price lies within the interval.
    """
    if price is None or cost["price"] is None or break_even is None or break_even.get("value") is None:
        return None
    value, ends = break_even["value"] * cost["price"], break_even.get("interval")
    around = ends and [None if end is None else end * cost["price"] for end in ends]
    low, high = around or (None, None)
    pays = True if low is not None and low > price.price else False if high is not None and high < price.price else None
    worth = {"value": value, "interval": around, "n": break_even.get("n")}
    return {**worth, "price": price.price, "currency": price.currency, "pays": pays}


def joules_apart(point: Line, trial: Line, cost: Line | None) -> float | None:
    """The same of its energy."""
    if cost is None or cost.get("joules") is None or not trial["flops_spent"]:
        return None
    return float(cost["joules"] * point["flops"] / trial["flops_spent"])


def seconds_apart(point: Line, trial: Line, cost: Line | None) -> float | None:
    """What a run to this point alone would have taken, from the time of its whole trial; None without a clock."""
    if cost is None or cost.get("seconds") is None or not trial["flops_spent"]:
        return None
    return float(cost["seconds"] * point["flops"] / trial["flops_spent"])
