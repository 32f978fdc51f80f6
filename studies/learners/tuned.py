"""Fine-tuning of a GPT-2 on disk, whole or by low-rank adapters: the schedule of training from scratch, at a lower rate."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dataqual.errors import SpecError
from studies.learner import Event, Shape, Task
from studies.learners.gpt2 import Dimensions, batch
from studies.learners.gpt2_weights import read
from studies.training.low_rank import adapt
from studies.training.options import Options
from studies.training.trunks import train

RATE, LOW_RANK_RATE = 5e-5, 2e-4
"""Peak rates: between those that Radford et al. (2018) and most after them tune whole models with, and that of Hu et al. (2022) for
GPT-2. `learning_rate` in the study file multiplies them."""

CONFIG = "config.json"
NEAR = 1.25
"""A size is that of the checkpoint if it is within this factor."""


@dataclass(frozen=True, kw_only=True)
class Tuned(Options):
    """A GPT-2 that `transformers` has saved in the folder `checkpoint`, trained further on the grades of a study.

    `lora`: the rank of adapters; 0 tunes all. The study's tokenizer must be the checkpoint's: `tokenizer: {file: FOLDER}`.
    """

    checkpoint: str
    lora: int = 0
    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        self.check()
        if not isinstance(self.checkpoint, str) or not self.checkpoint:
            raise SpecError(
                f"checkpoint is {self.checkpoint!r}; it must be the folder of a GPT-2 that transformers saved"
            )
        if isinstance(self.lora, bool) or not isinstance(self.lora, int) or self.lora < 0:
            raise SpecError(f"lora is {self.lora!r}; it must be a whole number, 0 or more")
        if self.lora and self.adversarial:
            raise SpecError("adversarial moves the table of embeddings, which lora leaves as it is: take one of them")

    @property
    def dimensions(self) -> Dimensions:
        """Those of the checkpoint; SpecError where there is none."""
        file = Path(self.checkpoint) / CONFIG
        try:
            said = json.loads(file.read_bytes())
            return Dimensions(
                *(int(said[name]) for name in ("vocab_size", "n_positions", "n_embd", "n_layer", "n_head"))
            )
        except OSError as error:
            raise SpecError(f"checkpoint: {file}: cannot be read ({error.strerror})") from None
        except (ValueError, KeyError, TypeError) as error:
            raise SpecError(f"checkpoint: {file}: is not that of a GPT-2 ({error!r})") from None

    def check_checkpoint(self) -> None:
        """SpecError where the checkpoint cannot be read, weights and all, or is not of a GPT-2 as published."""
        _ = self.dimensions
        read(self.checkpoint)

    def shape(self, size: int, vocabulary: int, window: int) -> Shape:
        """That of the checkpoint; SpecError for another size, vocabulary or a longer window."""
        d = self.dimensions
        if not d.parameters / NEAR < size < d.parameters * NEAR:
            raise SpecError(f"{self.checkpoint}: has {d.parameters:,} parameters, not {size:,}; name its own size")
        if vocabulary != d.vocabulary:
            raise SpecError(
                f"{self.checkpoint}: has a vocabulary of {d.vocabulary:,}, the study's tokenizer {vocabulary:,}; "
                f"say tokenizer: {{file: {self.checkpoint}}}"
            )
        if window > d.window:
            raise SpecError(f"{self.checkpoint}: has a window of {d.window:,}, not {window:,}")
        adapters = d.layers * self.lora * (4 * d.width + 2 * d.width + 5 * d.width + 5 * d.width) if self.lora else 0
        each = Dimensions(d.vocabulary, window, d.width, d.layers, d.heads).flops_per_token
        # Matrices that stay need no gradient of their own, a third of the work; adapters need all three.
        flops = self.passes * (each * 2 / 3 + 6 * adapters if self.lora else each)
        says: dict[str, int | float] = {
            "layers": d.layers,
            "width": d.width,
            "heads": d.heads,
            "trained": adapters or d.parameters,
        }
        says |= {"rate": LOW_RANK_RATE if self.lora else RATE, "checkpoint": _digest(self.checkpoint)}
        return Shape(d.parameters, d.non_embedding, flops, says)

    def batch(self, size: int, window: int) -> int:
        """That of `gpt2`, but no more than 32 thousand tokens: a checkpoint is tuned in hundreds of steps, not in tens."""
        return min(batch(size, window), int(window * 2 ** max(0, math.floor(math.log2(32_768 / window)))))

    def run(self, task: Task, state: bytes | None = None) -> Iterator[Event]:
        """Train a trunk and its branches; see `studies.training.trunks.train`."""
        shape = self.shape(task.size, task.vocabulary, task.window)
        model: Any = read(self.checkpoint, self.dropout)
        if self.lora:
            adapt(model, self.lora, task.seed)
        return train(task, model, shape, float(shape.says["rate"]), state, self)


@lru_cache(maxsize=8)
def _digest(checkpoint: str) -> int:
    """Twelve hexadecimal digits of the hash of all weights there, as a number: another checkpoint, another trial."""
    files = sorted(path for ending in ("safetensors", "bin") for path in Path(checkpoint).glob(f"*.{ending}"))
    if not files:
        raise SpecError(f"checkpoint: {checkpoint}: no weights in it (*.safetensors)")
    whole = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            whole.update(hashlib.file_digest(content, "sha256").digest())
    return int(whole.hexdigest()[:12], 16)
