"""The part `probes` of study.json: of each probe its classes and, of every model at its last stop, accuracy and F1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Facts = dict[str, Any]

OF_THE_PROBE = ("kind", "classes", "train", "test", "labels", "commonest", "epochs")


def probes(data: Mapping[str, Any], points: Sequence[Facts]) -> dict[str, Facts]:
    """By name; of models that differ by their seed alone the mean of each value and of the ends of its interval.

    These intervals are over the texts that were tested, which all models share; how far seeds differ is in the points.
    """
    return {
        name: {key: one[key] for key in OF_THE_PROBE} | {"rows": _rows([p for p in points if p["held_out"] == name])}
        for name, one in (data.get("probes") or {}).items()
    }


def _rows(points: Sequence[Facts]) -> list[Facts]:
    last: dict[str, Facts] = {}
    for point in points:
        if point["trial"] not in last or point["tokens"] > last[point["trial"]]["tokens"]:
            last[point["trial"]] = point
    cells: dict[tuple[Any, ...], list[Facts]] = {}
    for point in last.values():
        key = (point["grade"], point["arm"], point["size"], point["tokens"], point["unique"])
        cells.setdefault(key, []).append(point)
    return [
        {name: mine[0][name] for name in ("grade", "arm", "size", "parameters", "tokens", "unique")}
        | {"models": len(mine), "loss": sum(p["loss"] for p in mine) / len(mine)}
        | {"measures": _means([p["measures"] for p in mine])}
        for mine in cells.values()
    ]


def _means(measures: Sequence[Mapping[str, Facts]]) -> Facts:
    names = dict.fromkeys(name for one in measures for name in one)
    return {name: _mean([one[name] for one in measures if name in one]) for name in names}


def _mean(readings: Sequence[Facts]) -> Facts:
    """Unknown where one of them is.

    >>> _mean([{"value": 0.5, "interval": [0.4, 0.6], "n": 9}, {"value": 0.7, "interval": [0.6, 0.9], "n": 9}])
    {'value': 0.6, 'interval': [0.5, 0.75], 'n': 9}
    """
    values, intervals = [r["value"] for r in readings], [r["interval"] for r in readings]
    many = len(readings)
    value = None if None in values else sum(values) / many
    ends = None if None in intervals else [sum(end) / many for end in zip(*intervals, strict=True)]
    return {"value": value, "interval": ends, "n": readings[0]["n"]}
