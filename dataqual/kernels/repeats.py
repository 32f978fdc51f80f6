"""Which word n-grams of a document are repeated, for n from 1 to 10 at once."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

LEVELS = 10

COUNTED = 1024
_WEIGHTS = np.arange(COUNTED + 1) * np.log2(np.maximum(np.arange(COUNTED + 1), 1))


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
    weights = _WEIGHTS
    longest = 1
    for doc in range(len(borders) - 1):
        longest = max(longest, borders[doc + 1] - borders[doc])
    capacity = 16
    while capacity < 2 * longest:
        capacity *= 2
    slots = np.empty(capacity, np.int32)  # slot -> candidate that came first
    keys = np.empty(longest, np.uint64)  # by candidate
    at = np.empty(longest, np.int32)  # candidate -> the equal one that came first
    count = np.empty(longest, np.int32)  # by first candidate
    dense = np.empty(longest, np.int32)  # by first candidate: number among the repeated ones
    position = np.empty(longest, np.int32)  # of each candidate; then of each repeated n-gram
    gram = np.empty(longest, np.int32)  # number of each repeated n-gram
    seen = np.empty(longest + 1, np.uint8)
    prefix = np.empty(longest + 1, np.int64)
    for doc in range(len(borders) - 1):
        base = borders[doc]
        m = np.int64(borders[doc + 1] - base)
        if m == 0:
            continue
        prefix[0] = 0
        whole = np.int64(0)  # sum of prefix[0..m]
        for i in range(m):
            prefix[i + 1] = prefix[i] + chars[base + i]
            whole += prefix[i + 1]
        head = np.int64(0)  # sum of prefix[0..n-1]
        tail = np.int64(0)  # sum of prefix[places+1..m]
        live = m  # how many (n-1)-grams are repeated
        for n in range(1, LEVELS + 1):
            places = m - n + 1
            if places <= 0:
                break
            head += prefix[n - 1]
            if n > 1:
                tail += prefix[places + 1]
            all_chars[doc, n] = (whole - head) - (whole - tail - prefix[places])
            top_count[doc, n] = 1
            top_chars[doc, n] = prefix[n]
            distinct[doc, n] = places
            if live == 0:
                continue
            # No branch below depends on the words: guessing wrong would cost more than the work saved.
            if n == 1:
                candidates = m
                for i in range(m):
                    keys[i] = hashes[base + i]
                    position[i] = i
            else:
                candidates = 0
                for k in range(live - 1):
                    keys[candidates] = (np.uint64(gram[k]) << np.uint64(32)) | np.uint64(gram[k + 1])
                    position[candidates] = position[k]
                    candidates += np.int64(position[k + 1] == position[k] + 1)
            size = 16
            while size < 2 * candidates:
                size *= 2
            mask = np.uint64(size - 1)
            slots[:size] = -1
            for c in range(candidates):
                key = keys[c]
                slot = ((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & mask
                first = slots[slot]
                while (first >= 0) & (keys[max(first, 0)] != key):
                    slot = (slot + np.uint64(1)) & mask
                    first = slots[slot]
                first = np.int32(c) if first < 0 else first
                slots[slot] = first
                at[c] = first
                count[c] = 0
                count[first] += 1
            live = 0
            fresh = np.int32(0)
            best = np.int64(1)
            best_at = np.int64(0)
            repeated = np.int64(0)
            surprise = 0.0  # sum of count * log2(count)
            for c in range(candidates):
                first = at[c]
                times = count[first]
                i = np.int64(position[c])
                again = np.int64(times > 1)
                new = np.int64(first == c)
                dense[c] = fresh
                seen[fresh] = 0
                fresh += np.int32(again & new)
                if times > best:
                    best = np.int64(times)
                    best_at = i
                surprise += weights[min(times, COUNTED) * new]
                position[live] = i
                gram[live] = dense[first]
                live += again
                repeated += again * (prefix[i + n] - prefix[i])
            covered = np.int64(0)
            later = np.int64(0)
            upto = np.int64(0)  # words below this one are covered already
            step = np.int64(0)  # the walk of `later_chars` has come to this word
            for k in range(live):
                i = np.int64(position[k])
                covered += prefix[i + n] - prefix[max(i, upto)]
                upto = i + n
                here = np.uint8(i >= step)
                hit = here & seen[gram[k]]
                seen[gram[k]] |= here
                later += np.int64(hit) * (prefix[i + n] - prefix[i])
                step = i + n if hit else step
            if n == 1:
                if best >= COUNTED:  # beyond the weights at hand: count again with logarithms
                    surprise = 0.0
                    for c in range(candidates):
                        if at[c] == c:
                            surprise += count[c] * np.log2(count[c])
                alike = fresh == 1 and live == m  # all words the same: zero, without rounding
                word_entropy[doc] = 0.0 if alike else max(0.0, np.log2(m) - surprise / m)
            distinct[doc, n] = places - (live - fresh)
            top_count[doc, n] = best
            top_chars[doc, n] = prefix[best_at + n] - prefix[best_at]
            repeated_chars[doc, n] = repeated
            covered_chars[doc, n] = covered
            later_chars[doc, n] = later
