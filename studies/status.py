"""`studies status`: how far a study is, from what stands in its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dataqual.errors import InputError
from studies.costs import HOUR
from studies.facts import spent_by_trial
from studies.folders import LOCK
from studies.progress import duration
from studies.results import Records, read

try:
    import fcntl
except ImportError:  # Windows has none: there nobody can tell whether a study runs
    fcntl = None  # type: ignore[assignment]

Facts = dict[str, Any]


def status(folder: str | Path) -> Facts:
    """Trials done and planned, points, hours, and the losses of the largest run so far, as plain values.

    `running` is None where that cannot be told. InputError where there is no study.
    """
    place = Path(folder)
    if not (place / "results.jsonl").exists() and not (place / LOCK).exists():
        raise InputError(f"{place}: no results.jsonl; name the folder of a study, such as scaling.study")
    results = place / "results.jsonl"  # not there while the corpus is prepared
    records, spent = read(results) if results.exists() else Records(), spent_by_trial(place / "costs.jsonl")
    header = records.header or {}
    clocks = [spent.get(key, {}).get("seconds") for key in records.keys]
    known = [seconds for seconds in clocks if seconds is not None]
    waiting = sorted(path.stem for path in (place / "trials").glob("*.done"))
    begun = sorted(path.stem for path in (place / "trials").glob("*.snapshot"))
    last = max(records.points, key=lambda p: p["flops"], default=None)
    losses = {
        p["held_out"]: p["loss"]
        for p in records.points
        if last and (p["trial"], p["tokens"]) == (last["trial"], last["tokens"])
    }
    return {
        "folder": str(place),
        "things": "pictures" if header.get("study", {}).get("pictures") else "tokens",
        "running": _running(place),
        "trials": {
            "planned": header.get("trials", {}).get("number"),
            "done": len(records.trials) + len(set(waiting) - set(records.keys)),
            "diverged": len(records.diverged),
            "begun": len(begun),
        },
        "points": len({(point["trial"], point["tokens"]) for point in records.points}),
        "hours": sum(known) / HOUR if len(known) == len(clocks) and clocks else None,
        "flops": sum(line["flops_spent"] for line in records.trials),
        "largest": last and {
            "grade": last["grade"], "parameters": last["parameters"], "tokens": last["tokens"], "losses": losses,
        },
        "finished": (place / "study.json").exists(),
    }  # fmt: skip


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The same for a terminal."""
    trials = found["trials"]
    if trials["planned"] is None and found["running"]:
        yield f"{found['folder']}: reading and grading the corpus; no trial has begun"
        return
    if trials["planned"] is None and not trials["done"]:
        yield f"{found['folder']}: stopped before any trial began"
        return
    state = {True: "running", False: "finished" if found["finished"] else "stopped", None: "unknown"}[found["running"]]
    planned = "?" if trials["planned"] is None else trials["planned"]
    yield f"{found['folder']}: {state}, {trials['done']} of {planned} trials done, {found['points']} points"
    if trials["begun"]:
        yield f"{trials['begun']} trials begun, each with a snapshot to go on from"
    if trials["diverged"]:
        yield f"{trials['diverged']} trials diverged"
    if found["hours"] is not None:
        yield f"so far: {duration(found['hours'] * HOUR)} of training, {found['flops']:.2g} FLOPs"
    if found["largest"]:
        largest = found["largest"]
        losses = ", ".join(f"{name} {loss:.4f}" for name, loss in largest["losses"].items())
        yield f"largest run so far: {largest['grade']}, {largest['parameters']:,} parameters, {largest['tokens']:,} {found['things']}: {losses}"


def _running(folder: Path) -> bool | None:
    """Whether somebody holds the lock of the folder."""
    if fcntl is None:
        return None
    try:
        with (folder / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
