"""`studies status`: how far a study is, from what stands in its folder, while it runs, after it was stopped, or before it ever ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dataqual.errors import InputError
from studies.durations import duration
from studies.findings.costs import HOUR
from studies.findings.facts import spent_by_trial
from studies.folders import LOCK, home
from studies.results import Records, read
from studies.running.live import kept
from studies.running.trial_worker import reached

try:
    import fcntl
except ImportError:  # Windows has none: there nobody can tell whether a study runs
    fcntl = None  # type: ignore[assignment]

Facts = dict[str, Any]
FILES = (".yaml", ".yml", ".pack")
"""How what a study is read from ends."""


def folder_of(given: str | Path) -> Path:
    """The folder of a study: itself, or that of a study file, where `studies run` would make it.

    >>> folder_of("there/mine.yaml").as_posix(), folder_of("mine.study").as_posix()
    ('there/mine.study', 'mine.study')
    """
    path = Path(given)
    return home(path, path.stem) if path.suffix in FILES and not path.is_dir() else path


def status(given: str | Path) -> Facts:
    """Trials done, training and planned, points, hours, time and money left, and the losses of the largest run so far, as plain values.

    Of a folder or of a study file. `running` is None where that cannot be told. InputError where there is no study; a study
    file that has not run is one.
    """
    place, file = folder_of(given), Path(given)
    if place != file and not file.exists():
        raise InputError(f"{file}: no such file or folder")
    if place == file and not (place / "results.jsonl").exists() and not (place / LOCK).exists():
        raise InputError(f"{place}: no results.jsonl; name the folder of a study, such as scaling.study")
    return _status(place, _running(place))


def _status(place: Path, running: bool | None) -> Facts:
    results = place / "results.jsonl"  # not there while the corpus is prepared
    records, spent = read(results) if results.exists() else Records(), spent_by_trial(place / "costs.jsonl")
    header = records.header or {}
    clocks = [spent.get(key, {}).get("seconds") for key in records.keys]
    known = [seconds for seconds in clocks if seconds is not None]
    live = kept(place) or {}
    waiting = {path.stem for path in (place / "trials").glob("*.done")} - set(records.keys)
    last = max(records.points, key=lambda p: p["flops"], default=None)
    losses = {
        p["held_out"]: p["loss"]
        for p in records.points
        if last and (p["trial"], p["tokens"]) == (last["trial"], last["tokens"])
    }
    finished, snapshots = (place / "study.json").exists(), _snapshots(place)
    beside = {name: _status(place / name, running) for name in live.get("beside") or ()}
    return {
        "folder": str(place),
        "things": "pictures" if header.get("study", {}).get("pictures") else "tokens",
        "running": running,
        "begun": place.exists(),
        "preparing": live.get("preparing") if running and not finished else None,
        "trials": {
            "planned": header.get("trials", {}).get("number"),
            "done": len(records.trials) + len(waiting),
            "waiting": len(waiting),
            "training": live.get("training", []) if running and not finished else [],
            "diverged": len(records.diverged),
            "begun": len(snapshots),
        },
        "snapshots": [] if running else snapshots,
        "concluding": live.get("concluding") if running and not finished else None,
        "points": len({(point["trial"], point["tokens"]) for point in records.points}),
        "hours": sum(known) / HOUR if len(known) == len(clocks) and clocks else None,
        "seconds_left": None if finished else live.get("seconds_left"),
        "money": live.get("money"),
        "flops": sum(line["flops_spent"] for line in records.trials),
        "largest": last and {
            "grade": last["grade"], "parameters": last["parameters"], "tokens": last["tokens"], "losses": losses,
        },
        "finished": finished,
        "beside": beside,
    }  # fmt: skip


def _snapshots(place: Path) -> list[int | None]:
    """Of each trial that was broken off the tokens it had seen at its snapshot."""
    found = []
    for path in sorted((place / "trials").glob("*.snapshot")):
        try:
            found.append(reached(path))
        except OSError:  # it was finished meanwhile
            continue
    return found


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The same for a terminal."""
    yield from _of_one(found)
    for other in found["beside"].values():
        if found["finished"] or other["begun"]:
            yield from _of_one(other)


def _of_one(found: Mapping[str, Any]) -> Iterator[str]:
    trials, folder = found["trials"], found["folder"]
    if not found["begun"] or (trials["planned"] is None and not trials["done"]):
        yield _before_any(found)
        return
    planned = "?" if trials["planned"] is None else trials["planned"]
    counts = f"{trials['done']} of {planned} trials done"
    if found["running"] and not found["finished"]:
        counts += f", {len(trials['training'])} training"
    yield f"{folder}: {_state(found)}, {counts}, {trials['diverged']} diverged, {found['points']} points"
    yield from (
        f"now: {one['called']}: step {one['step']:,} of {one['of']:,}, loss {one['loss']:.3f}"
        for one in trials["training"]
    )
    if found["concluding"]:
        yield f"now: {found['concluding']}"
    if trials["begun"] and not found["running"]:
        yield f"{trials['begun']} trials begun, each with a snapshot to go on from"
    yield from _left(found)
    if waiting := trials["waiting"]:
        yield f"{waiting} of the trials done wait for their turn in the results: what follows is without them"
    if found["hours"] is not None:
        yield f"so far: {duration(found['hours'] * HOUR)} of training, {found['flops']:.2g} FLOPs"
    if found["largest"]:
        largest = found["largest"]
        losses = ", ".join(f"{name} {loss:.4f}" for name, loss in largest["losses"].items())
        yield f"largest run so far: {largest['grade']}, {largest['parameters']:,} parameters, {largest['tokens']:,} {found['things']}: {losses}"


def _state(found: Mapping[str, Any]) -> str:
    if found["finished"]:
        return "finished"
    return {True: "running", False: "stopped", None: "unknown"}[found["running"]]


def _before_any(found: Mapping[str, Any]) -> str:
    """What is said before the first trial."""
    folder, preparing = found["folder"], found["preparing"]
    if not found["begun"]:
        return f"{folder}: has not begun"
    if not found["running"]:
        return f"{folder}: stopped before any trial began"
    if preparing is None:
        return f"{folder}: reading and grading the corpus; no trial has begun"
    number = "" if preparing["number"] is None else f" {preparing['number']}/{preparing['of']}"
    through = "" if preparing["share"] is None else f", {preparing['share']:.0%}"
    left = "" if preparing["seconds_left"] is None else f", {duration(preparing['seconds_left'])} left"
    return f"{folder}: running, preparing{number}: {preparing['what']}{through}{left}; no trial has begun"


def _left(found: Mapping[str, Any]) -> Iterator[str]:
    """Time left, and money where an hour has a price: by the speed of this start, or of the last one."""
    if found["seconds_left"] is not None:
        still = "" if found["running"] else " when it was stopped"
        yield f"left{still}: about {duration(found['seconds_left'])} of training"
    if (money := found["money"]) is not None:
        to_come = "" if money["to_come"] is None or found["finished"] else f", {money['to_come']:.2f} to come"
        yield f"money: {money['spent']:.2f} {money['currency']} spent since the last start{to_come}"


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
