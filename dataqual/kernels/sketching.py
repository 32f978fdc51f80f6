"""Counting numbers into bins that grow by a constant factor, without a logarithm per number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit

CELL = 46
"""Bits of a float below those that name its cell: what is left, exponent and six bits, cuts each octave into 64."""


@njit(cache=True, nogil=True)
def count_bins(
    values: NDArray[np.float64],
    bits: NDArray[np.int64],
    least: int,
    most: int,
    base: NDArray[np.int64],
    tops: NDArray[np.int64],
    unit: int,
    counts: NDArray[np.int64],
    found: NDArray[np.float64],
) -> int:  # pragma: no cover - compiled
    """Add each value to the `counts` of its bin; return the sum of fractions, rounded to a `unit`-th each.

    `bits` are the values' own, which order floats that are not negative. Below `least` is bin 0, and what is above
    `most` counts as that. Cell c from that of `least` on begins in bin `base[c]`, and in the next one above `tops[c]`.
    `found` gets the smallest value, the largest, and the sum of whole parts, which is exact if it is below 2**53.
    """
    first = least >> CELL
    low = high = values[0]
    whole = 0.0
    fraction = np.int64(0)
    for k in range(len(values)):
        value = values[k]
        low, high = min(low, value), max(high, value)
        floor = np.floor(value)
        whole += floor
        fraction += np.int64(np.rint((value - floor) * unit))
        own = min(max(bits[k], least), most)
        cell = np.uint64((own >> CELL) - first)
        place = base[cell] + np.int64(own > tops[cell])
        counts[np.uint64(place if bits[k] >= least else 0)] += 1
    found[0], found[1], found[2] = low, high, whole
    return fraction
