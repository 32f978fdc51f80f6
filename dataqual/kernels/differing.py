"""How one text became another by small slips: found along a band about the best path so far, and done again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit

LEFT_OUT, DOUBLED, SWAPPED, REPLACED, PUT_IN = range(1, 6)
"""What happened to a character: it went; it came twice; it changed places with the next; another stands for it; or, of no
character, another came."""

BAND = 32
"""Characters by which the two texts may lie apart on either side of the best path so far."""

KEPT, SMALL, LARGE = 1, 8, 18
"""What each costs, in half bits, about: a character kept; a slip that needs no letter; one that does."""
FAR = np.int32(1 << 29)


@njit(cache=True, nogil=True)
def slips(
    source: NDArray[np.uint32], target: NDArray[np.uint32], most: int
) -> tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.uint32]]:  # pragma: no cover - compiled
    """What made `target` of `source`, in order: characters kept before each slip, its kind, and its letter (0 where it has none).

    Of cheapest cost within the band (dynamic programming, Needleman & Wunsch 1970, with Damerau's swaps). Where the texts lie further
    apart, or it costs more than `most` half bits: a single slip of kind 0.
    """
    n, m, wide = len(source), len(target), 2 * BAND + 1
    back = np.zeros((n + 1, wide), np.uint8)
    first = np.zeros(n + 1, np.int64)  # the place in the target of the first cell of each row
    costs = np.full((3, wide), FAR, np.int32)
    nothing = (np.zeros(1, np.int32), np.zeros(1, np.uint8), np.zeros(1, np.uint32))
    centre = 0
    for i in range(n + 1):
        first[i] = centre - BAND
        row, above, before = costs[i % 3], costs[(i + 2) % 3], costs[(i + 1) % 3]
        best, where = FAR, 0
        for b in range(wide):
            j = first[i] + b
            cost, kind = FAR, 0
            if 0 <= j <= m:
                if i == 0 and j == 0:
                    cost = 0
                if i > 0:
                    up = j - first[i - 1]
                    if 0 <= up < wide and above[up] + SMALL < cost:
                        cost, kind = above[up] + SMALL, LEFT_OUT
                    if j > 0 and 0 <= up - 1 < wide:
                        same = source[i - 1] == target[j - 1]
                        step = above[up - 1] + (KEPT if same else LARGE)
                        if step < cost:
                            cost, kind = step, 0 if same else REPLACED
                if i > 1 and j > 1 and source[i - 2] == target[j - 1] and source[i - 1] == target[j - 2]:
                    up = j - 2 - first[i - 2]
                    if 0 <= up < wide and before[up] + SMALL < cost:
                        cost, kind = before[up] + SMALL, SWAPPED
                if b > 0 and j > 0:
                    twice = j > 1 and target[j - 1] == target[j - 2]
                    step = row[b - 1] + (SMALL if twice else LARGE)
                    if step < cost:
                        cost, kind = step, DOUBLED if twice else PUT_IN
            row[b] = cost
            back[i, b] = kind
            if cost < best:
                best, where = cost, j
        if best > most:
            return nothing
        centre = where + 1
    at = m - first[n]
    if not (0 <= at < wide) or costs[n % 3][at] > most:
        return nothing
    return _walked(source, target, back, first)


@njit(cache=True, nogil=True)
def _walked(
    source: NDArray[np.uint32], target: NDArray[np.uint32], back: NDArray[np.uint8], first: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.uint32]]:  # pragma: no cover - compiled
    """The slips along the way back, in the order of the text."""
    i, j = len(source), len(target)
    gaps, kinds = np.zeros(i + j, np.int32), np.zeros(i + j, np.uint8)
    letters = np.zeros(i + j, np.uint32)
    at = i + j
    kept = 0
    while i > 0 or j > 0:
        kind = back[i, j - first[i]]
        if kind == 0:
            i, j, kept = i - 1, j - 1, kept + 1
            continue
        if at < len(gaps):
            gaps[at] = kept
        kept, at = 0, at - 1
        kinds[at] = kind
        if kind == REPLACED or kind == PUT_IN:
            letters[at] = target[j - 1]
        if kind == SWAPPED:
            i, j = i - 2, j - 2
        else:
            i -= 1 if kind == LEFT_OUT or kind == REPLACED else 0
            j -= 0 if kind == LEFT_OUT else 1
    if at < len(gaps):
        gaps[at] = kept
    return gaps[at:], kinds[at:], letters[at:]


@njit(cache=True, nogil=True)
def slipped(
    source: NDArray[np.uint32], gaps: NDArray[np.int32], kinds: NDArray[np.uint8], letters: NDArray[np.uint32]
) -> NDArray[np.uint32]:  # pragma: no cover - compiled
    """The target of `slips` again."""
    target = np.zeros(len(source) + len(kinds), np.uint32)
    i, j = 0, 0
    for at in range(len(kinds)):
        for _ in range(gaps[at]):
            target[j] = source[i]
            i, j = i + 1, j + 1
        kind = kinds[at]
        if kind == LEFT_OUT:
            i += 1
        elif kind == DOUBLED:
            target[j] = target[j - 1]
            j += 1
        elif kind == SWAPPED:
            target[j], target[j + 1] = source[i + 1], source[i]
            i, j = i + 2, j + 2
        else:
            target[j] = letters[at]
            i += 1 if kind == REPLACED else 0
            j += 1
    while i < len(source):
        target[j] = source[i]
        i, j = i + 1, j + 1
    return target[:j]
