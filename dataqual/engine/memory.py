"""How much memory there is, and sizes as people write them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from dataqual.errors import SpecError

UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

SHARE = 4
"""A quarter of the memory is taken unless told otherwise: the machine has other work too."""

LEAST = 400 << 20
"""What the interpreter, the compiled kernels and one batch take together."""

ASSUMED = 8 << 30
"""Memory of a machine that does not tell."""

LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Where a container says how much of the machine's memory it may use (cgroup v2, v1)."""


def parse_size(size: str) -> int:
    """Bytes of a size such as `512M`, `1.5G`, `2GiB`; K, M, G and T are powers of 1024. SpecError otherwise.

    >>> parse_size("512M"), parse_size("1.5 GB"), parse_size("4096")
    (536870912, 1610612736, 4096)
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", size, re.IGNORECASE)
    count = int(float(match[1]) * UNITS[match[2].upper()]) if match else 0
    if count <= 0:
        raise SpecError(f"{size!r} is not a size; write a number with K, M, G or T behind it, such as 512M or 1.5G")
    return count


def parse_budget(size: str) -> int:
    """A size that a run can keep to; SpecError where it is less than the interpreter and one batch take.

    >>> parse_budget("20M")
    Traceback (most recent call last):
    dataqual.errors.SpecError: --max-memory 20M is less than a run takes with one batch in memory; give 400M or more
    """
    budget = parse_size(size)
    if budget < LEAST:
        raise SpecError(f"--max-memory {size} is less than a run takes with one batch in memory; give 400M or more")
    return budget


def default_memory() -> int:
    """A quarter of the memory that this process may use."""
    return _memory() // SHARE


def _memory() -> int:
    """Bytes of memory of the machine, or of the container if that has less."""
    try:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        machine = ASSUMED
    return min([machine, *_container_limits()])


def _container_limits() -> list[int]:
    limits = []
    for path in LIMITS:
        try:
            limits.append(int(Path(path).read_text()))
        except (OSError, ValueError):  # no such container, or `max`
            continue
    return [limit for limit in limits if limit > 0]
