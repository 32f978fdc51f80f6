"""What is asked for: parts and their shares, what decides, and what stays together."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError, did_you_mean
from dataqual.mixing import splitmix64

Key = Literal["id", "text"]
Role = Literal["label", "group"]

PARTS = {"train": 0.9, "valid": 0.05, "test": 0.05}

TEXT, ID, GROUP = range(3)
"""What a document may be told apart by."""


@dataclass(frozen=True)
class Splitting:
    """Into which parts, by what, and what stays together; SpecError for what cannot be."""

    parts: Mapping[str, float] = field(default_factory=lambda: dict(PARTS))
    """Name and share; the shares add up to 1. A part whose share is 0 is left out."""
    by: Key = "id"
    """Where the records have no id, or one of them none, its text."""
    stratify: Role | None = None
    together: Role | None = None
    near_copies: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("by", self.by, get_args(Key)),
            ("stratify", self.stratify, (None, *get_args(Role))),
            ("together", self.together, (None, *get_args(Role))),
        ):
            if value not in allowed:
                names = [str(choice) for choice in allowed if choice]
                raise SpecError(f"{name}: {value!r} is not known; {did_you_mean(str(value), names)}")
        if self.stratify is not None and self.stratify == self.together:
            raise SpecError(f"stratify and together are both {self.stratify!r}: what stays whole has no shares")
        for name, share in self.parts.items():
            if not name or name.startswith(".") or os.path.basename(name) != name:
                raise SpecError(f"parts: {name!r} cannot be the name of a file")
            if not 0 <= share <= 1:
                raise SpecError(f"parts: the share of {name} is {share:g}, not from 0 to 1")
        if abs(sum(self.parts.values()) - 1) > 1e-9:
            said = ", ".join(f"{name} {share:g}" for name, share in self.parts.items())
            raise SpecError(f"parts: the shares ({said}) add up to {sum(self.parts.values()):g}, not to 1")

    @property
    def names(self) -> list[str]:
        """The parts that get documents."""
        return [name for name, share in self.parts.items() if share]

    def part(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """The number of the part in which each point lies, 0 to below 1.

        >>> Splitting({"train": 0.5, "valid": 0.25, "test": 0.25}).part(np.array([0, 0.49, 0.5, 0.99])).tolist()
        [0, 0, 1, 2]
        """
        shares = [self.parts[name] for name in self.names]
        return np.searchsorted(np.cumsum(shares)[:-1], points, side="right")

    def deciding(self, names: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Which of a document's names (see `keys.Looked`) its part follows from: the last that it has and that counts."""
        kinds = np.full(len(names), TEXT)
        for kind in (ID, GROUP) if self.by == "id" else (GROUP,):
            kinds[names[:, kind] != 0] = kind
        return kinds

    def mixed(self, keys: NDArray[np.uint64], purpose: str) -> NDArray[np.uint64]:
        """Keys that have nothing to do with those of another seed or purpose."""
        salt = np.array([self.seed & 0xFFFFFFFFFFFFFFFF], np.uint64) ^ np.uint64(zlib.crc32(purpose.encode()) << 32)
        return splitmix64(keys ^ splitmix64(salt))
