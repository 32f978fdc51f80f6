"""Chances of many documents, (documents, classes): in memory while that is small beside the budget, else in a file without a name.

Whoever computes on them goes through `rowwise` or `blocks`, so that no more than a block is held at once, and a sum is made of
the same blocks wherever they lie: the same numbers, whatever the memory.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 14
"""Rows at once: of fifty classes 6 MB."""
SHARE = 8
"""An eighth of the memory, beyond which they are written."""

Floats = NDArray[np.float64]


def room(rows: int, classes: int, memory: int) -> Floats:
    """Zeros, (rows, classes), in a file where they are more than an eighth of `memory` in bytes."""
    if rows * classes * 8 <= memory // SHARE:
        return np.zeros((rows, classes))
    with tempfile.TemporaryFile(prefix="dataqual-") as file:  # the mapping holds what the name no longer does
        if sys.platform == "linux":  # room on the disk now: a full one would end the process where it is first touched
            os.posix_fallocate(file.fileno(), 0, rows * classes * 8)
        else:
            file.truncate(rows * classes * 8)
        return np.memmap(file, np.float64, "r+", shape=(rows, classes))


def blocks(chances: Floats) -> Iterator[tuple[int, Floats]]:
    """The rows by blocks, each with the number of its first; pages of a file are let go of behind them."""
    for start in range(0, len(chances), BLOCK):
        yield start, np.asarray(chances[start : start + BLOCK])
        let_go(chances)


def rowwise(function: Callable[..., NDArray[Any]], chances: Floats, *more: NDArray[Any]) -> NDArray[Any]:
    """`function` of every block of rows, with the same rows of `more`, joined.

    >>> rowwise(lambda block, add: block.sum(axis=1) + add, np.eye(3), np.array([0, 10, 20])).tolist()
    [1.0, 11.0, 21.0]
    """
    found = [function(block, *(one[start : start + BLOCK] for one in more)) for start, block in blocks(chances)]
    return np.concatenate(found) if found else function(chances, *more)


def let_go(chances: Floats) -> None:
    """Hand the pages of a file back that were read or written; what was written stays in the file."""
    mapped = getattr(chances, "_mmap", None)
    if isinstance(mapped, mmap.mmap):
        mapped.madvise(mmap.MADV_DONTNEED)
