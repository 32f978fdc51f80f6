"""How fast models of a size train on a device: assumed by its name, measured here for some seconds, or of an earlier study."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from dataqual.errors import InputError, SpecError, did_you_mean
from studies.data.picture_file import PictureFile
from studies.data.windows import Order, TokenFile
from studies.design.trial import Trial
from studies.learner import Progress
from studies.results import read, read_lines
from studies.training.schedule import whole_stop

PEAKS = {
    "t4": 65e12, "v100": 125e12, "a10": 125e12, "l4": 121e12, "rtx4090": 165e12, "a100": 312e12, "l40s": 362e12,
    "h100": 989e12, "h200": 989e12, "b200": 2250e12,
}  # fmt: skip
"""FLOP/s of dense 16-bit matrix products by the vendors' data sheets (SXM cards where there are several)."""

USE = {2.88e6: 0.04, 8.13e6: 0.09, 20.5e6: 0.14, 46.1e6: 0.20, 97.5e6: 0.26}
"""Parameters -> share of an H200's peak that a GPT-2 of this size is assumed to use, compiled, in bfloat16. Small ones
wait for their kernels to start; 0.26 at 97M is what modded-nanogpt and llm.c reach on an H100 at 124M, a little less."""

CORE = {37e3: 22e9, 124e3: 39e9, 600e3: 45e9, 3e6: 66e9}
"""Parameters -> FLOP/s of one core in float32, measured with one thread on a server's core (2 vCPUs, AVX-512)."""

PICTURES, PICTURES_STEP = {55.9e3: 57e9, 406e3: 54e9}, 18e-3
"""The same of a GAN on pictures of 28 × 28, and the seconds that each of its steps takes beside that arithmetic, whatever its size: two
networks of small layers, their norms, and DiffAugment. Measured with one thread on the same core: 22 ms a step at 56 thousand
parameters, 30 ms at 120 thousand, 128 ms at 406 thousand."""

JUDGED = 2e-4
"""Seconds for each picture made at a stop: its features and distances on one core (0.19 s for 1,000, measured there too)."""

STEP = 2e-3
"""Seconds that a step takes a GPU at least, however small the model: its kernels are started one by one (assumed)."""

ASSUMED = (0.5, 2.0)
"""The band around an assumed speed, as factors of the time: nobody's GPU is that of a table."""
MEASURED = (0.8, 1.25)
"""Around one that was measured: clocks, neighbours and other lengths of text."""

START, START_GPU, COMPILING = 4.0, 12.0, 40.0
"""Seconds until a worker trains: its libraries, its GPU; and, once per size and worker, what compiling takes (assumed)."""

LOOK = 4.0
"""Seconds for which a size is trained to measure its speed, compiling not counted."""

FEW, STEPS = 8, 5_000
"""Steps' worth of random tokens that are seen again and again meanwhile, and steps at most."""

How = Literal["assumed", "measured"]


@dataclass(frozen=True)
class Speeds:
    """FLOP/s by parameters, in between and beyond along straight lines in logarithms; no faster than at the largest."""

    known: tuple[tuple[float, float], ...]
    """(parameters, FLOP/s), ascending."""
    how: How
    says: str
    """Of what: the name of the device, with its peak."""
    step: float = 0.0
    """Seconds a step takes at least."""
    beside: float = 0.0
    """Seconds a step takes beside its arithmetic."""

    def seconds(self, parameters: int, flops: float, steps: float) -> float:
        """Seconds of so many FLOPs in so many steps at a size."""
        return max(flops / self.at(parameters), steps * self.step) + steps * self.beside

    def at(self, parameters: float) -> float:
        """FLOP/s of one worker at a size.

        >>> round(of_core().at(37e3) / 1e9), round(of_core().at(1e9) / 1e9)
        (22, 66)
        """
        n, speed = np.log(np.array(self.known).T)
        slope = (speed[1] - speed[0]) / (n[1] - n[0]) if len(n) > 1 else 0.0
        at = np.log(parameters)
        found = speed[0] + slope * (at - n[0]) if at < n[0] else np.interp(at, n, speed)
        return float(np.exp(found))

    @property
    def band(self) -> tuple[float, float]:
        """Factors of the time between which it is expected."""
        return ASSUMED if self.how == "assumed" else MEASURED


def of_core(*, pictures: bool = False) -> Speeds:
    """Of one core of a CPU."""
    if pictures:
        return Speeds(tuple(PICTURES.items()), "assumed", "a core of a server", beside=PICTURES_STEP)
    return Speeds(tuple(CORE.items()), "assumed", "a core of a server")


def of_gpu(name: str) -> Speeds:
    """Of a GPU by its name; SpecError for one that is not in the table.

    >>> f"{of_gpu('h200').at(97.5e6):.3g}"
    '2.57e+14'
    """
    known = name.lower().replace(" ", "").replace("-", "")
    if known not in PEAKS:
        raise SpecError(f"gpu: {name!r} is not known; {did_you_mean(known, sorted(PEAKS))}")
    peak = PEAKS[known]
    return Speeds(
        tuple((n, share * peak) for n, share in USE.items()),
        "assumed",
        f"{known}, peak {peak / 1e12:.0f} TFLOP/s",
        STEP,
    )


def of_study(folder: Path) -> Speeds:
    """Of the trials in the folder of a study that ran; InputError where it has none with a clock."""
    if not (folder / "results.jsonl").exists():
        raise InputError(f"{folder}: no results.jsonl; name the folder of a study that ran")
    flops = {line["trial"]: line["flops_spent"] for line in read(folder / "results.jsonl").trials}
    sizes = {point["trial"]: point["parameters"] for point in read(folder / "results.jsonl").points}
    found: dict[float, list[float]] = {}
    devices = set()
    for line in read_lines(folder / "costs.jsonl"):
        if line["trial"] in flops and line.get("seconds"):
            found.setdefault(float(sizes[line["trial"]]), []).append(flops[line["trial"]] / line["seconds"])
            devices.add(line.get("device") or "unknown")
    if not found:
        raise InputError(f"{folder}: none of its trials has a clock; speeds cannot be taken from it")
    known = tuple((n, float(np.median(speeds))) for n, speeds in sorted(found.items()))
    return Speeds(known, "measured", f"{', '.join(sorted(devices))}, in {folder.name}")


def measured(trials: Sequence[Trial]) -> Speeds:
    """Train each size of a plan for some seconds, here and now, on random tokens; nothing of it is kept."""
    each = {trial.size: trial for trial in reversed(trials)}
    with tempfile.TemporaryDirectory() as folder:
        known = {float(trial.shape.parameters): _look(trial, Path(folder)) for trial in each.values()}
    return Speeds(tuple(sorted(known.items())), "measured", f"{trials[0].setting.device}, here")


def _look(trial: Trial, folder: Path) -> float:
    """FLOP/s of one trial, from its first report to the last within the time."""
    window, few = trial.setting.window, FEW * trial.batch
    if isinstance(trial.train, PictureFile):
        return _look_at_pictures(trial, trial.train, folder)
    path = folder / f"{trial.size}.u16"
    tokens = np.random.default_rng(0).integers(0, trial.setting.vocabulary, few + window + 1)
    path.write_bytes(tokens.astype("<u2").tobytes())
    return _timed(trial, TokenFile.of(path, bytes=len(tokens)), few)


def _look_at_pictures(trial: Trial, like: PictureFile, folder: Path) -> float:
    """The same on random pictures."""
    few = FEW * trial.batch
    path = folder / f"{trial.size}.u8"
    path.write_bytes(np.random.default_rng(0).integers(0, 256, (few, *like.shape), dtype=np.uint8).tobytes())
    return _timed(trial, PictureFile.laid(path, *like.shape), few)


def _timed(trial: Trial, train: TokenFile, few: int) -> float:
    """FLOP/s over `few` tokens seen again and again, judged by nothing."""
    task = dataclasses.replace(
        trial.task(),
        train=train,
        order=Order(0, few),
        stops=(whole_stop(STEPS * trial.batch, trial.batch),),
        held_out={},
        judging=None,
        probes={},
        validation=None,
    )
    seen: list[tuple[float, int]] = []
    for event in trial.learner.run(task):
        if isinstance(event, Progress):
            seen.append((time.monotonic(), event.tokens))
            if seen[-1][0] - seen[0][0] >= LOOK:
                break
    seconds, done = seen[-1][0] - seen[0][0], seen[-1][1] - seen[0][1]
    if not done:
        raise SpecError(f"size {trial.size:,} ends too soon for its speed to be measured; plan without --measure")
    return done * trial.shape.flops_per_token / seconds
