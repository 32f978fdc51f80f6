"""Chance by hash: what happens to a document depends on its address and a seed, not on batches, threads or its text."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from dataqual.ledger import addresses
from dataqual.mixing import splitmix64


def document_keys(
    file: NDArray[np.int32], record: NDArray[np.int64], purpose: str, seed: int = 0
) -> NDArray[np.uint64]:
    """A well-mixed number for each address, (documents,); other purposes and seeds have nothing to do with it.

    >>> document_keys(np.array([0, 0]), np.array([1, 2]), "held out").tolist()
    [1723201790702428029, 12310018027358261431]
    """
    salt = splitmix64(np.array([seed & 0xFFFFFFFFFFFFFFFF], np.uint64) ^ np.uint64(zlib.crc32(purpose.encode()) << 32))
    return splitmix64(addresses(file, record) ^ salt)


def uniform(keys: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Each key as a number from 0 to below 1.

    >>> uniform(np.array([0, 2**63], np.uint64)).tolist()
    [0.0, 0.5]
    """
    return (keys >> np.uint64(11)).astype(np.float64) * 2.0**-53


FEW = 8
"""Numbers that are made one by one."""
_ALL = (1 << 64) - 1


def _mixed(number: int) -> int:
    """`splitmix64` of one number."""
    mixed = (number + 0x9E3779B97F4A7C15) & _ALL
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _ALL
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _ALL
    return mixed ^ (mixed >> 31)


def stream(key: int, n: int, purpose: str = "") -> NDArray[np.float64]:
    """`n` numbers from 0 to below 1 that belong to one document and purpose.

    >>> stream(7, 2, "seed").tolist() == stream(7, 20, "seed")[:2].tolist()
    True
    """
    if n <= FEW:  # arrays take longer than the numbers
        first = _mixed(key ^ zlib.crc32(purpose.encode()) << 32)
        return np.array([(_mixed(first + at) >> 11) * 2.0**-53 for at in range(n)])
    start = np.uint64(key) ^ np.uint64(zlib.crc32(purpose.encode()) << 32)
    numbers: NDArray[np.uint64] = np.arange(n, dtype=np.uint64)
    return uniform(splitmix64(splitmix64(np.array([start], np.uint64)) + numbers))
