"""Several processes on one trial: each takes its part of every batch, and gradients and sums are added up among them.

Data-parallel training as DistributedDataParallel does it, without its wrapper: our gradients lie in two long pieces, so one
sum of each after the backward pass is all there is to send. Processes find each other as `torchrun` has it, by RANK, WORLD_SIZE,
MASTER_ADDR and MASTER_PORT; or, where `studies run --together` starts them, by a file (STUDIES_MEETING).
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

WAIT = timedelta(hours=2)
"""For the others, who may write, or tune probes, which one alone does."""


@dataclass(frozen=True)
class Together:
    """Which of how many this process is; alone: the first of one."""

    rank: int = 0
    many: int = 1

    @classmethod
    def here(cls, device: torch.device) -> Together:
        """As the environment says; the processes have met when this returns."""
        many, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
        if many < 2:
            return cls()
        if device.type == "cuda" and torch.cuda.device_count() > 1:
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", rank)) % torch.cuda.device_count())
        if not dist.is_initialized():
            meeting = os.environ.get("STUDIES_MEETING")
            if meeting is not None:
                os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")  # one machine; its own name may lead nowhere
            dist.init_process_group(
                "nccl" if device.type == "cuda" else "gloo",
                init_method=f"file://{meeting}" if meeting is not None else "env://",
                rank=rank,
                world_size=many,
                timeout=WAIT,
            )
            atexit.register(_leave)
        return cls(rank, many)

    @property
    def first(self) -> bool:
        """Whether this is the one that keeps what is found."""
        return self.rank == 0

    def part(self, rows: Tensor) -> Tensor:
        """Its own rows: every so-manyth."""
        return rows[self.rank :: self.many] if self.many > 1 else rows

    def add(self, tensors: Sequence[Tensor]) -> None:
        """Each becomes its sum over all processes, the same bits in all of them."""
        if self.many > 1:
            for tensor in tensors:
                dist.all_reduce(tensor)

    def any(self, here: bool, device: torch.device) -> bool:
        """Whether it is so in one of them."""
        found = torch.tensor(float(here), device=device)
        self.add([found])
        return bool(found.item() > 0)


def _leave() -> None:
    """End the meeting before the interpreter ends: threads of gloo that outlive it abort the process, whose trial was done."""
    if dist.is_initialized():
        dist.destroy_process_group()
