"""What a study file says of pictures: how many different ones, how many are seen, and how they are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dataqual.errors import SpecError

KEYS = ("pictures", "seen", "side", "colour", "generated", "extractor")
"""Of a study of pictures alone."""
NOT = (
    "tokens",
    "tokenizer",
    "window",
    "batch",
    "repeats",
    "generate",
    "data_price",
    "probes",
    "early_stopping",
    "learning_rate_check",
    "ensembles",
)
"""Of a study of text alone."""
SIDE, GENERATED = 32, 2_000
"""Pixels of a side, as CIFAR's; pictures made at a stop: FID∞ takes what is missing to the usual 50,000."""
FEWEST_GENERATED = 40
"""Below it no interval can be had."""


@dataclass(frozen=True)
class Pictures:
    """The part of a study that speaks of pictures."""

    unique: tuple[int, ...]
    """How many different ones, ascending: U of the laws."""
    side: int = SIDE
    """Pixels; every picture is cut to a square and made so large."""
    channels: int = 3
    """3 in colour, 1 in gray."""
    generated: int = GENERATED
    """Made at every stop to be judged."""
    extractor: str | None = None
    """A file of features, as seen from here; None: a network trained on the study's own pictures."""

    def plain(self) -> dict[str, Any]:
        """As plain values, for the record."""
        return {**vars(self), "unique": list(self.unique)}


def refuse_mixed(content: Mapping[str, Any], where: str) -> bool:
    """Whether a study file speaks of pictures; SpecError where it also speaks of tokens."""
    if "pictures" not in content:
        for key in KEYS:
            if key in content:
                raise SpecError(
                    f"{where}: {key} is of a study of pictures; say pictures: [how many different ones], too"
                )
        return False
    for key in NOT:
        if key in content:
            raise SpecError(f"{where}: {key} is of a study of text; pictures have pictures and seen")
    return True
