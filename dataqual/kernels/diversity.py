"""What measures of diversity count over numbered words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit
from dataqual.kernels.linear import mix


@njit(cache=True, nogil=True)
def mtld_factors(
    codes: NDArray[np.int32],
    offsets: NDArray[np.int64],
    threshold: NDArray[np.float64],
    seen: NDArray[np.int64],
    factors: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """The factors of each document forwards and backwards, (documents, 2), parts of one at the end included.

    `threshold` is one number; `seen`: room for a number per code, all 0.
    """
    stamp = 0
    for d in range(len(offsets) - 1):
        first, end = offsets[d], offsets[d + 1]
        for way in range(2):
            stamp += 1
            whole, types, words = 0.0, 0, 0
            for k in range(end - first):
                code = codes[first + k] if way == 0 else codes[end - 1 - k]
                words += 1
                if seen[code] != stamp:
                    seen[code] = stamp
                    types += 1
                if types <= threshold[0] * words:
                    whole += 1.0
                    stamp += 1
                    types, words = 0, 0
            if words > 0:
                whole += (1.0 - types / words) / (1.0 - threshold[0])
            factors[d, way] = whole


@njit(cache=True, nogil=True)
def common_subsequence(
    first: NDArray[np.int32], second: NDArray[np.int32], row: NDArray[np.int64]
) -> int:  # pragma: no cover - compiled
    """Length of the longest common subsequence; `row` is room for one more than the words of `second`."""
    for j in range(len(second) + 1):
        row[j] = 0
    for i in range(len(first)):
        above = row[0]
        for j in range(len(second)):
            here = row[j + 1]
            if first[i] == second[j]:
                row[j + 1] = above + 1
            elif row[j] > here:
                row[j + 1] = row[j]
            above = here
    return row[len(second)]


@njit(cache=True, nogil=True)
def clipped(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    counts: NDArray[np.float64],
    room: NDArray[np.float64],
    matched: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """Of each row's counts, how much some other row has of the same column, (rows,): what BLEU counts as matched.

    `room`: (columns, 3), all 0: the largest count of a column, its row + 1, and the second largest; left as it came.
    """
    for row in range(len(indptr) - 1):
        for at in range(indptr[row], indptr[row + 1]):
            column, count = indices[at], counts[at]
            if count > room[column, 0]:
                room[column, 2] = room[column, 0]
                room[column, 0], room[column, 1] = count, row + 1.0
            elif count > room[column, 2]:
                room[column, 2] = count
    for row in range(len(indptr) - 1):
        total = 0.0
        for at in range(indptr[row], indptr[row + 1]):
            column = indices[at]
            other = room[column, 2] if room[column, 1] == row + 1.0 else room[column, 0]
            total += min(counts[at], other)
        matched[row] = total
    for at in range(indptr[len(indptr) - 1]):
        room[indices[at], :] = 0.0


@njit(cache=True, nogil=True)
def gram(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    values: NDArray[np.float64],
    room: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """Products of all pairs of rows, added to `out` (rows, rows). `room`: a number per column, all 0; left as it came."""
    for row in range(len(indptr) - 1):
        for at in range(indptr[row], indptr[row + 1]):
            room[indices[at]] = values[at]
        for other in range(row + 1):
            total = 0.0
            for at in range(indptr[other], indptr[other + 1]):
                total += room[indices[at]] * values[at]
            out[row, other] += total
            if other < row:
                out[other, row] += total
        for at in range(indptr[row], indptr[row + 1]):
            room[indices[at]] = 0.0


@njit(cache=True, nogil=True)
def frames(
    words: NDArray[np.uint64],
    fixed: NDArray[np.bool_],
    borders: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    kept: NDArray[np.int64],
    slots: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Per sentence, the hash of its frame: its fixed words, with one slot for each run of others; how many of both."""
    for s in range(len(borders) - 1):
        h = np.uint64(1)
        inside = False
        kept[s], slots[s] = 0, 0
        for i in range(borders[s], borders[s + 1]):
            if fixed[i]:
                h = mix(h, words[i])
                kept[s] += 1
                inside = False
            elif not inside:
                h = mix(h, np.uint64(0))
                slots[s] += 1
                inside = True
        hashes[s] = h


@njit(cache=True, nogil=True)
def nearest_mean(
    points: NDArray[np.float64],
    others: NDArray[np.float64],
    own: NDArray[np.int64],
    least: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """The mean distance of each point to its nearest `others`, as many as there is room in `least`; `own` is passed over."""
    k = len(least)
    for i in range(len(points)):
        least[:] = np.inf
        for j in range(len(others)):
            if j == own[i]:
                continue
            gap = 0.0
            for d in range(points.shape[1]):
                step = points[i, d] - others[j, d]
                gap += step * step
            if gap < least[k - 1]:
                at = k - 1
                while at > 0 and least[at - 1] > gap:
                    least[at] = least[at - 1]
                    at -= 1
                least[at] = gap
        total = 0.0
        for at in range(k):
            total += np.sqrt(least[at])
        out[i] = total / k


@njit(cache=True, nogil=True)
def distinct_in_sets(
    codes: NDArray[np.int32],
    size: int,
    seen: NDArray[np.int64],
    distinct: NDArray[np.int64],
    total: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Of each `size` codes in a row, how many different ones, and how many at all; those below 0 are passed over.

    `seen`: room for a number per code, all 0; `distinct` and `total` have as many places as there are sets.
    """
    for s in range(len(distinct)):
        distinct[s], total[s] = 0, 0
        for i in range(s * size, (s + 1) * size):
            code = codes[i]
            if code >= 0:
                total[s] += 1
                if seen[code] != s + 1:
                    seen[code] = s + 1
                    distinct[s] += 1


@njit(cache=True, nogil=True)
def moving_ratios(
    codes: NDArray[np.int32],
    offsets: NDArray[np.int64],
    window: int,
    counts: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """The mean share of different words over all windows of each document, 0 without words. `counts`: room per code, all 0."""
    for d in range(len(offsets) - 1):
        first, end = offsets[d], offsets[d + 1]
        size = min(window, end - first)
        types, total = 0, 0
        for i in range(first, end):
            counts[codes[i]] += 1
            if counts[codes[i]] == 1:
                types += 1
            if i - first >= size:
                counts[codes[i - size]] -= 1
                if counts[codes[i - size]] == 0:
                    types -= 1
            if i - first >= size - 1:
                total += types
        for i in range(max(first, end - size), end):
            counts[codes[i]] = 0
        out[d] = total / (size * (end - first - size + 1)) if end > first else 0.0
