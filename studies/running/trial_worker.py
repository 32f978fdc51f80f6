"""A worker: a process of its own that trains the trials it is given, one after the other, and says how far it is.

It reads one trial per line from its standard input and answers in lines of JSON. It imports what the learner needs and
nothing else of dataqual, so that a dozen of them fit where one corpus does. When its input ends, so does it, at once:
that is how it learns that whoever started it is gone.

    python -m studies.running.trial_worker FOLDER
"""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import os
import platform
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from dataqual.errors import DataqualError
from studies.design.trial import Trial
from studies.evaluating import kept_predictions
from studies.learner import Diverged, Ledger, Made, Point, Precision, Predicted, Progress, Sheet, Snapshot
from studies.running.devices import peak
from studies.running.energy import Meter, meter
from studies.whole_file import write_whole

Say = Callable[..., None]

PAUSE = 0.2
"""Seconds between two messages about progress."""


def train(trial: Trial, folder: Path, say: Say) -> None:
    """Train from the last snapshot, if there is one, and leave KEY.done; say `progress` on the way.

    A trial that diverges is done, too: KEY.done says why, and of its points nothing.
    """
    many, first = int(os.environ.get("WORLD_SIZE", "1")), os.environ.get("RANK", "0") == "0"
    points, made, spent, used, state = load_snapshot(folder / f"{trial.key}.snapshot")
    top, counter = _peak(trial.setting.device, trial.setting.precision), _meter(trial) if many == 1 else None
    begun = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    # One thread of arithmetic: its own time is what a core gave, whoever else was at work; a GPU is ours all the while.
    clock = time.process_time if trial.setting.device == "cpu" else time.monotonic
    started, said, ledger, diverged = clock() - spent, 0.0, None, None
    seen = reached(folder / f"{trial.key}.snapshot") if state is not None else 0
    try:
        for event in trial.learner.run(trial.task(), state):
            if counter is not None:
                counter.look()
            if isinstance(event, Point):
                points.append(_without_nothing(asdict(event)))
            elif isinstance(event, Made):
                made.append(_plain(event))
            elif not first:  # the first of those that train together keeps what is found
                continue
            elif isinstance(event, Predicted):  # before the snapshot that says they are there; again after a kill
                path = kept_predictions.place(folder.parent, trial.key, event.tokens, event.held_out)
                path.parent.mkdir(exist_ok=True)
                write_whole(path, event.nats)
                found = points[-1].setdefault("predictions", {})
                found[event.held_out] = hashlib.sha256(event.nats).hexdigest()
            elif isinstance(event, Snapshot):
                took, joules = clock() - started, _sum(used, counter)
                save_snapshot(folder / f"{trial.key}.snapshot", points, made, took, joules, event.state, seen)
            elif isinstance(event, Ledger):
                ledger = asdict(event)
            elif isinstance(event, Progress):
                seen = event.tokens
                if time.monotonic() - said <= PAUSE:
                    continue
                said = time.monotonic()
                taken = {"seconds": many * (clock() - started), "joules": _sum(used, counter) or None, "peak": top}
                say("progress", tokens=event.tokens, loss=event.loss, **taken)
    except Diverged as error:
        diverged, points, made = str(error), [], []
        if first:
            kept_predictions.clear(folder.parent, trial.key)
    if not first:
        return
    done: dict[str, Any] = {"points": points, "made": made, "ledger": ledger}
    done |= {"started": begun, "seconds": many * (clock() - started)}  # of all devices that were at it
    done |= {"device": device_name(trial.setting.device), "diverged": diverged}
    if counter is not None:
        counter.look(last=True)
    done |= {"peak": top, "joules": _sum(used, counter) or None}  # 0: too short for the counter
    write_whole(folder / f"{trial.key}.done", json.dumps(done, allow_nan=False).encode())
    say("done", key=trial.key)


def _meter(trial: Trial) -> Meter | None:
    """Of the energy of its device; none where the learner had no need of torch."""
    return meter(trial.setting.device) if "torch" in sys.modules else None


def _sum(before: float | None, counter: Meter | None) -> float | None:
    """Joules so far, those before a kill with them; None as soon as any are unknown."""
    return None if before is None or counter is None or counter.joules is None else before + counter.joules


@cache
def _peak(device: str, precision: Precision) -> float | None:
    """What the device can do at most, once per worker; None where the learner had no need of torch."""
    try:
        return peak(device, precision) if "torch" in sys.modules else None
    except RuntimeError:  # no room for it
        return None


def device_name(device: str) -> str:
    """What a person calls the device; torch is asked where a learner has loaded it, and not loaded for it."""
    torch = sys.modules.get("torch")
    if device == "cpu" or torch is None:
        return " ".join(part for part in ("cpu", platform.machine()) if part)
    return str(torch.cuda.get_device_name(device))


def _without_nothing(point: dict[str, Any]) -> dict[str, Any]:
    """A point; measures, and a loss on validation, only where there are any."""
    return {
        name: value
        for name, value in point.items()
        if name not in ("measures", "validation") or value not in (None, {})
    }


def _plain(made: Made) -> dict[str, Any]:
    """What was made as JSON has it: texts in tokens, a picture in base64."""
    what = made.what
    plain = {"picture": base64.b64encode(what.picture).decode()} if isinstance(what, Sheet) else asdict(what)
    return {"tokens": made.tokens, **plain}


def save_snapshot(
    path: Path,
    points: list[dict[str, Any]],
    made: list[dict[str, Any]],
    seconds: float,
    joules: float | None,
    state: bytes,
    tokens: int | None = None,
) -> None:
    """Keep what was found so far and how to go on, in one file that is whole or not there; `tokens` are those that were seen."""
    head = {
        "points": points,
        "made": made,
        "seconds": seconds,
        "joules": joules,
        "tokens": tokens,
        "sha256": hashlib.sha256(state).hexdigest(),
    }
    write_whole(path, json.dumps(head).encode() + b"\n" + state)


def reached(path: Path) -> int | None:
    """The tokens that a trial has seen at its snapshot; None where it does not say, and FileNotFoundError where there is none."""
    with path.open("rb") as file:
        first = file.readline()
    try:
        tokens = json.loads(first).get("tokens")
    except ValueError:  # torn: the trial is done again
        return 0
    return tokens if isinstance(tokens, int) else None


def load_snapshot(
    path: Path,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], float, float | None, bytes | None]:
    """Points, what was made, seconds, joules and state of a snapshot; nothing of one that is not there or damaged: then it is done again."""
    try:
        first, _, state = path.read_bytes().partition(b"\n")
        head = json.loads(first)
        if head["sha256"] == hashlib.sha256(state).hexdigest():
            return head["points"], head["made"], head["seconds"], head.get("joules"), state
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return [], [], 0.0, 0.0, None


def serve(folder: Path, answers: TextIO) -> None:
    """Train what comes in until nothing comes any more."""

    def say(event: str, **facts: Any) -> None:
        answers.write(json.dumps({"event": event, **facts}) + "\n")
        answers.flush()

    orders: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    while True:
        try:
            train(Trial.of_json(json.loads(orders.get())), folder, say)
        except DataqualError as error:
            if os.environ.get("RANK", "0") == "0":
                say("refused", message=str(error))
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            say("refused", message=f"{folder}: cannot be written: {error.strerror}")


def _listen(orders: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        orders.put(line)
    os._exit(0)  # in the middle of a trial as well: its snapshot is whole, and nobody waits for the rest


def main() -> None:
    """Serve one parent; what a learner prints goes to stderr, so that answers are answers."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        serve(Path(sys.argv[1]), answers)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # an orderly end would wait for the thread that listens


if __name__ == "__main__":
    main()
