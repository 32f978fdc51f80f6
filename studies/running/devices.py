"""Where a study is computed: what `auto` in a study file comes to on this machine, said once and kept in the results."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from dataqual.errors import SpecError
from studies.learner import Precision


@dataclass(frozen=True)
class Where:
    """A device, its arithmetic, and whether models are compiled for it."""

    device: str
    precision: Precision
    compile: bool
    together: int = 1
    """Processes, each with a core or a GPU, that train one trial."""


def resolve(device: str, precision: str, compile: str | bool, together: int = 1) -> Where:
    """`auto` is cuda if there is one, else cpu; bfloat16 and compiled on cuda, float32 and as it is on a CPU.

    SpecError where cuda is asked for and torch sees none.

    >>> resolve("cpu", "auto", "auto")
    Where(device='cpu', precision='float32', compile=False, together=1)
    """
    chosen = ("cuda" if has_cuda() else "cpu") if device == "auto" else device
    if chosen == "cuda" and not has_cuda():
        raise SpecError("device: torch sees no cuda device here; say device: cpu, or --device cpu")
    on_gpu = chosen == "cuda"
    exact: Precision = "bfloat16" if precision == "bfloat16" or (precision == "auto" and on_gpu) else "float32"
    return Where(chosen, exact, on_gpu if compile == "auto" else bool(compile), together)


def has_cuda() -> bool:
    """Whether torch is there and sees a GPU."""
    if find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())


SIDE, SIDE_GPU, TRIES = 768, 8192, 5
"""Of the square matrices that are multiplied to see what a device can do at most, and how often: 20 ms a time of a core."""


def peak(device: str, precision: Precision) -> float | None:
    """FLOP/s of large matrix products on a device, in the arithmetic of a study: the best of a few, measured here and now.

    What a data sheet promises is not what this card, at its clock, does; a share of the wrong card's peak means nothing.
    None without torch.
    """
    if find_spec("torch") is None:
        return None
    import torch

    on_gpu = device != "cpu"
    side = SIDE_GPU if on_gpu else SIDE
    kind = torch.bfloat16 if precision == "bfloat16" else torch.float32
    a, b = (torch.ones(side, side, device=device, dtype=kind) for _ in range(2))
    best = float("inf")
    for _ in range(TRIES + 1):  # the first one wakes the device
        if on_gpu:
            torch.cuda.synchronize(device)
        start = time.perf_counter()
        a @ b
        if on_gpu:
            torch.cuda.synchronize(device)
        best = min(best, time.perf_counter() - start)
    return 2 * side**3 / best


def gpus() -> list[str]:
    """The GPUs this process sees, each as CUDA_VISIBLE_DEVICES must name it to be seen alone."""
    import torch

    count, named = torch.cuda.device_count(), os.environ.get("CUDA_VISIBLE_DEVICES", "")
    names = [name.strip() for name in named.split(",")] if named else list(map(str, range(count)))
    return names[:count]


def chosen(device: str, asked: str | None) -> list[str] | None:
    """The GPUs that `--devices` names, as CUDA_VISIBLE_DEVICES must; None for all there are, or on a CPU.

    SpecError for one that is not there, that is named twice, or on a CPU, whose processes share its cores.
    """
    if asked is None or asked == "auto":
        return None
    if device == "cpu":
        raise SpecError(
            f"devices: {asked!r} names GPUs, and this study trains on the CPU; say --workers N for so many processes"
        )
    there, named = gpus(), [name.strip() for name in asked.split(",") if name.strip()]
    for name in named:
        if name not in there:
            raise SpecError(f"devices: no GPU {name!r} here; there are: {', '.join(there)}")
        if named.count(name) > 1:
            raise SpecError(f"devices: GPU {name} is named twice; each trains one trial at a time")
    if not named:
        raise SpecError(f"devices: {asked!r} names none; there are: {', '.join(there)}")
    return named


def groups(device: str, workers: int | None, devices: Sequence[str] | None, together: int) -> int:
    """How many trials are trained at a time, each by so many processes together; SpecError for fewer devices than those."""
    found = len(devices) if devices is not None and workers is None else workers_on(device, workers, devices)
    if together > found and device != "cpu":
        raise SpecError(f"together: {together} processes of one trial take {together} GPUs, and there are {found}")
    return max(1, found // together)


def workers_on(device: str, asked: int | None, devices: Sequence[str] | None = None) -> int:
    """How many workers train on a device: as asked for, or one per core or GPU.

    SpecError for more than there are GPUs: two on one would take twice the hours, and each would be paid for.
    """
    if device == "cpu":
        return asked or cores()
    there = len(gpus() if devices is None else devices)
    if asked is not None and asked > there:
        seen = "1 GPU" if there == 1 else f"{there} GPUs"
        raise SpecError(
            f"workers: {asked} are too many for {seen}; say --workers {there}, or fewer: each has one to itself"
        )
    return asked or there


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
