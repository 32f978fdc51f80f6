"""A learner that costs nothing: the tests of running start it in real worker processes."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dataqual.errors import SpecError
from studies.data.windows import Exposed, planned_exposure
from studies.learner import (
    Diverged,
    Event,
    Ledger,
    Made,
    Point,
    Predicted,
    Progress,
    Shape,
    Sheet,
    Snapshot,
    Task,
    Texts,
)
from studies.training.schedule import tokens_apart, tokens_spent


@dataclass(frozen=True)
class Toy:
    """Obeys a law, a hash of all it did so far added: only a run that was the same all along ends in the same loss."""

    steps: int = 10
    """Steps per stop."""
    pause: float = 0.0
    """Seconds per step."""
    fault: str = ""
    """What it does in the middle: `refuse`, `diverge` (size 1,000 alone), `crash`, `kill`, `kill once`, `kill, then crash`; at the end: `unshuffled`."""
    makes: bool = False
    """Whether it writes at its first stop and makes a picture at its last."""
    wreck: str = ""
    """A file that a `kill once` leaves."""
    notes: str = ""
    """A folder in which each run leaves which GPUs it sees."""

    def shape(self, size: int, vocabulary: int, window: int) -> Shape:
        return Shape(parameters=size, non_embedding=size, flops_per_token=6.0 * size)

    def batch(self, size: int, window: int) -> int:
        return window

    def run(self, task: Task, state: bytes | None = None) -> Iterator[Event]:
        done = json.loads(state) if state else {"stop": 0, "step": 0, "hash": str(task.seed) + task.train.sha256}
        if self.notes:
            run = f"{task.size} {task.train.sha256[:2]} {task.order.unique}"
            (Path(self.notes) / run).write_text(f"{os.environ.get('CUDA_VISIBLE_DEVICES')} {os.getpid()}")
        while done["stop"] < len(task.stops):
            stop = task.stops[done["stop"]]
            time.sleep(self.pause)
            done["step"] += 1
            done["hash"] = hashlib.sha256(f"{done['hash']} {stop} {done['step']}".encode()).hexdigest()
            if done["stop"] == 1 and done["step"] == 3:
                self._fail(task)
            if done["step"] == self.steps:
                noise = int(done["hash"][:8], 16) / 16**8
                loss = 1 + (2e5 / task.size) ** 0.3 + (1e5 / stop) ** 0.3 + 0.01 * noise
                done["stop"], done["step"] = done["stop"] + 1, 0
                unique = min(stop, task.order.unique or stop)  # whole windows, as the plan has them
                flops = 6.0 * task.size * stop
                measures = {name: {"kid": {"value": loss / 2, "interval": None, "n": 3}} for name in task.held_out}
                yield Point(
                    stop, unique, task.size, flops, dict.fromkeys(task.held_out, loss), measures if self.makes else {}
                )
                for name, file in task.held_out.items() if task.predictions else ():
                    yield Predicted(stop, name, struct.pack("<f", loss) * file.tokens)
                if self.makes and stop == task.stops[0]:
                    yield Made(stop, Texts(((1, 2), ()), (loss, 1.0)))
                if self.makes and stop == task.stops[-1]:
                    yield Made(stop, Sheet(b"PNG"))
            yield Progress(stop * done["step"] // self.steps, 2.0)
            yield Snapshot(json.dumps(done).encode())

        yield self._ledger(task)

    def _ledger(self, task: Task) -> Ledger:
        seen = planned_exposure(task.train, task.order, task.window, task.stops[-1])
        if self.fault == "unshuffled":
            seen["order"] = "0" * 64
        exposure = Exposed(windows=seen["windows"], times=seen["times"], order=seen["order"], adjacent=0.01)
        each = 6.0 * task.size
        return Ledger(tokens_spent(task.stops) * each, tokens_apart(task.stops) * each, exposure)

    def _fail(self, task: Task) -> None:
        print("a learner may print")
        if self.fault == "diverge" and task.size == 1000:
            raise Diverged("toy: the loss is nan")
        if self.fault == "refuse":
            raise SpecError("toy: it will not")
        if self.fault == "crash" or (self.fault == "kill, then crash" and Path(self.wreck).exists()):
            raise RuntimeError("the toy broke")
        if self.fault == "kill" or (self.fault in ("kill once", "kill, then crash") and not Path(self.wreck).exists()):
            if self.wreck:
                Path(self.wreck).write_text("")
            sys.stderr.write("no room left\n")
            sys.stderr.flush()
            os.kill(os.getpid(), signal.SIGKILL)
