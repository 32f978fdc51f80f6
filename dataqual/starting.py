"""What a process that is ours alone is told before it loads anything heavy: a command line, or a helper of one."""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import sys
from contextlib import suppress

ALLOCATIONS = 100_000
"""New objects between two looks for cycles. Python's 700 cost a tenth of a second while modules are imported, and batches
leave no cycles behind: their memory is given back when they are let go of."""

ARRAYS = 32 << 20
"""Arrays up to this size come from memory that was used before, and is kept for the next batch: glibc would give the
system back every few megabytes, which are then taken, and cleared, page by page for the next array."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""As malloc.h has them."""

ENVIRONMENT = {"OPENBLAS_THREAD_TIMEOUT": "4"}
"""numpy's threads for matrices wait for work in a loop, for some 0.1 CPU-seconds after the import; so they sleep at once."""


def alone() -> None:
    """Set what is for a process to decide, not for a library: environment, collection of cycles, memory allocation."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    gc.set_threshold(ALLOCATIONS, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)  # what is there at the end goes with the process, and need not be searched for cycles
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library than glibc
            library = ctypes.CDLL(None)
            library.mallopt(M_MMAP_THRESHOLD, ARRAYS)
            library.mallopt(M_TRIM_THRESHOLD, 2 * ARRAYS)
