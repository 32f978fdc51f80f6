"""Which word n-grams of a document are repeated, for n from 1 to 10 at once."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

LEVELS = 10


@njit(cache=True, nogil=True)
def count_repeats(
    hashes: NDArray[np.uint64],
    chars: NDArray[np.int32],
    borders: NDArray[np.int64],
    top_count: NDArray[np.int64],
    top_chars: NDArray[np.int64],
    later_chars: NDArray[np.int64],
    repeated_chars: NDArray[np.int64],
    all_chars: NDArray[np.int64],
    covered_chars: NDArray[np.int64],
    distinct: NDArray[np.int64],
    word_entropy: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """Fill the statistics (documents, n) of every document; see `dataqual.text.NgramTable`.

    An n-gram can only be repeated where both its (n-1)-grams are, so each level looks only at what the level
    below left: real text costs about twice the first level, not ten times.
    """
    longest = 1
    for doc in range(len(borders) - 1):
        longest = max(longest, borders[doc + 1] - borders[doc])
    capacity = 16
    while capacity < 2 * longest:
        capacity *= 2
    keys = np.empty(capacity, np.uint64)
    slots = np.full(capacity, -1, np.int32)  # slot -> position of the first occurrence
    ids = np.empty(longest, np.int32)  # position -> dense id of a repeated n-gram, -1 where unique
    at = np.empty(longest, np.int32)  # position -> slot
    count = np.empty(longest, np.int32)  # by first position
    dense = np.empty(longest, np.int32)  # by first position
    seen = np.empty(longest, np.uint8)
    prefix = np.empty(longest + 1, np.int64)
    for doc in range(len(borders) - 1):
        base = borders[doc]
        m = np.int64(borders[doc + 1] - base)
        if m == 0:
            continue
        size = 16
        while size < 2 * m:
            size *= 2
        mask = np.uint64(size - 1)
        prefix[0] = 0
        for i in range(m):
            prefix[i + 1] = prefix[i] + chars[base + i]
            ids[i] = 0
        live = m  # positions whose (n-1)-gram is repeated, at the most
        for n in range(1, LEVELS + 1):
            places = m - n + 1
            if places <= 0:
                break
            total = np.int64(0)
            for i in range(places):
                total += prefix[i + n] - prefix[i]
            all_chars[doc, n] = total
            top_count[doc, n] = 1
            top_chars[doc, n] = prefix[n]
            distinct[doc, n] = places
            if live == 0:
                continue
            while size > 16 and size >= 4 * live:
                size //= 2
                mask = np.uint64(size - 1)
            # find equal n-grams among the candidates
            slots[:size] = -1
            for i in range(places):
                if n > 1 and (ids[i] < 0 or ids[i + 1] < 0):
                    at[i] = -1
                    continue
                if n == 1:
                    key = hashes[base + i]
                else:
                    key = (np.uint64(ids[i]) << np.uint64(32)) | np.uint64(ids[i + 1])
                h = key * np.uint64(0x9E3779B97F4A7C15)
                slot = (h >> np.uint64(32)) & mask
                while slots[slot] >= 0 and keys[slot] != key:
                    slot = (slot + np.uint64(1)) & mask
                if slots[slot] < 0:
                    slots[slot] = i
                    keys[slot] = key
                    count[i] = 0
                first = slots[slot]
                at[i] = first
                count[first] += 1
            # number the repeated ones, take the statistics
            live = 0
            best = np.int64(1)
            best_at = 0
            fresh = 0
            repeated = np.int64(0)
            covered = np.int64(0)
            upto = 0  # words below this position are covered already
            entropy = 0.0
            for i in range(places):
                first = at[i]
                if first < 0:
                    ids[i] = -1
                    continue
                times = count[first]
                if first == i:
                    if n == 1:
                        p = times / m
                        entropy -= p * np.log2(p)
                    if times > best:
                        best = times
                        best_at = i
                if times == 1:
                    ids[i] = -1
                    continue
                if first == i:
                    dense[i] = fresh
                    seen[fresh] = 0
                    fresh += 1
                else:
                    distinct[doc, n] -= 1
                ids[i] = dense[first]
                live += 1
                repeated += prefix[i + n] - prefix[i]
                covered += prefix[i + n] - prefix[max(i, upto)]
                upto = i + n
            if n == 1:
                word_entropy[doc] = entropy
            for i in range(places, m):
                ids[i] = -1
            top_count[doc, n] = best
            top_chars[doc, n] = prefix[best_at + n] - prefix[best_at]
            repeated_chars[doc, n] = repeated
            covered_chars[doc, n] = covered
            if live:
                i = 0
                later = np.int64(0)
                while i < places:
                    gram = ids[i]
                    if gram >= 0:
                        if seen[gram]:
                            later += prefix[i + n] - prefix[i]
                            i += n
                            continue
                        seen[gram] = 1
                    i += 1
                later_chars[doc, n] = later
