"""Which word n-grams of a document are repeated, for n from 1 to 10 at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit

LEVELS = 10

COUNTED = 1024
_WEIGHTS = np.arange(COUNTED + 1) * np.log2(np.maximum(np.arange(COUNTED + 1), 1))
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


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
    slots: NDArray[np.uint32],
    keys: NDArray[np.uint64],
    place: NDArray[np.uint32],
    number: NDArray[np.uint32],
    known: NDArray[np.uint64],
    first: NDArray[np.uint32],
    count: NDArray[np.int32],
    prefix: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Fill the statistics (n, documents) of every document; see `dataqual.text.NgramTable`.

    An n-gram can only be repeated where both its (n-1)-grams are, so each level looks only at what the level
    below left: real text costs about twice the first level, not ten times. No loop over words has a branch that
    depends on them: guessing wrong would cost more than the work saved. The arrays from `slots` on are `room`.
    """
    for doc in range(len(borders) - 1):
        m = borders[doc + 1] - borders[doc]
        if m == 0:
            continue
        _sum_all(chars[borders[doc] : borders[doc + 1]], prefix, doc, all_chars, top_count, top_chars, distinct)
        different = _tell_apart(hashes[borders[doc] : borders[doc + 1]], slots, number, known, first, count)
        best = _most_frequent(count, different)
        top_count[1, doc] = count[best]
        top_chars[1, doc] = prefix[first[best] + 1] - prefix[first[best]]
        distinct[1, doc] = different
        word_entropy[doc] = _entropy(count, different, m)
        repeated_chars[1, doc], later_chars[1, doc] = _sum_words(prefix, first, count, different)
        covered_chars[1, doc] = repeated_chars[1, doc]  # a word overlaps with no other
        candidates = _pair_words(number, count, m, keys, place)
        for n in range(2, LEVELS + 1):
            different = _tell_apart(keys[:candidates], slots, number, known, first, count)
            if different == candidates:
                break
            best = _most_frequent(count, different)
            at = place[first[best]]
            top_count[n, doc] = count[best]
            top_chars[n, doc] = prefix[at + n] - prefix[at]
            distinct[n, doc] -= candidates - different
            live = _keep_repeated(count, candidates, place, number)
            sums = _sum_repeated(n, prefix, place, number, live, first)
            repeated_chars[n, doc], covered_chars[n, doc], later_chars[n, doc] = sums
            candidates = _pair(number, live, keys, place)


def room(longest: int) -> dict[str, NDArray[Any]]:
    """What `count_repeats` works in, where no document has more words than `longest`."""
    kinds: dict[str, tuple[int, type[np.generic]]] = {
        "slots": (1 << max(4, (2 * longest - 1).bit_length()), np.uint32),
        "keys": (longest, np.uint64),  # of each candidate, an n-gram that may be repeated
        "place": (longest + 1, np.uint32),  # of each candidate, then of each repeated n-gram: its first word
        "number": (longest + 1, np.uint32),  # of each candidate, then of each repeated n-gram
        "known": (longest + 2, np.uint64),  # by number: the key,
        "first": (longest + 2, np.uint32),  # the candidate that came first,
        "count": (longest + 2, np.int32),  # and how many there are
        "prefix": (longest + 1, np.int64),  # characters before each word
    }
    return {name: np.empty(size, kind) for name, (size, kind) in kinds.items()}


@njit(cache=True, nogil=True)
def _slots(candidates: int) -> int:  # pragma: no cover - compiled
    """Slots for so many candidates: a power of two, at least twice as many."""
    size = 16
    while size < 2 * candidates:
        size *= 2
    return size


@njit(cache=True, nogil=True)
def _sum_all(
    chars: NDArray[np.int32],
    prefix: NDArray[np.int64],
    doc: int,
    all_chars: NDArray[np.int64],
    top_count: NDArray[np.int64],
    top_chars: NDArray[np.int64],
    distinct: NDArray[np.int64],
) -> None:  # pragma: no cover - compiled
    """Fill `prefix`, and one document's statistics as they are where nothing is repeated."""
    m = len(chars)
    prefix[0] = 0
    upto = np.int64(0)
    for i in range(m):
        upto += chars[i]
        prefix[i + 1] = upto
    head = np.int64(0)  # sum of prefix[0..n-1]
    tail = np.int64(0)  # sum of prefix[m-n+1..m]
    for n in range(1, min(m, LEVELS) + 1):
        head += prefix[n - 1]
        tail += prefix[m - n + 1]
        all_chars[n, doc] = tail - head
        top_count[n, doc] = 1
        top_chars[n, doc] = prefix[n]
        distinct[n, doc] = m - n + 1


@njit(cache=True, nogil=True)
def _tell_apart(
    keys: NDArray[np.uint64],
    slots: NDArray[np.uint32],
    number: NDArray[np.uint32],
    known: NDArray[np.uint64],
    first: NDArray[np.uint32],
    count: NDArray[np.int32],
) -> int:  # pragma: no cover - compiled
    """Number the keys from 1 on in order of first appearance; return how many are different.

    By number: the key is `known`, `first` where it stands first, and its `count`.
    """
    size = _slots(len(keys))
    mask = np.uint64(size - 1)
    slots[:size] = 0  # free
    fresh = np.uint32(1)
    for c in range(len(keys)):
        key = keys[c]
        slot = ((key * _SPREAD) >> _HALF) & mask
        known[0] = key  # so that one comparison ends the search at a free slot too
        found = slots[slot]
        while known[found] != key:
            slot = (slot + np.uint64(1)) & mask
            found = slots[slot]
        known[fresh], first[fresh], count[fresh] = key, c, 0
        new = found == 0
        found = fresh if new else found
        slots[slot] = found
        number[c] = found
        count[found] += 1
        fresh += np.uint32(new)
    return np.int64(fresh) - 1


@njit(cache=True, nogil=True)
def _most_frequent(count: NDArray[np.int32], different: int) -> int:  # pragma: no cover - compiled
    """The number with the largest count, the first of several."""
    most = np.int32(0)
    best = 1
    for k in range(1, different + 1):
        best = k if count[k] > most else best
        most = max(most, count[k])
    return best


@njit(cache=True, nogil=True)
def _entropy(count: NDArray[np.int32], different: int, m: int) -> float:  # pragma: no cover - compiled
    """Entropy in bits of `m` words by the counts of the different ones; exactly 0 if all are the same."""
    if different == 1:
        return 0.0
    surprise = 0.0  # sum of count * log2(count)
    most = np.int32(0)
    for k in range(1, different + 1):
        most = max(most, count[k])
        surprise += _WEIGHTS[min(count[k], COUNTED)]
    if most >= COUNTED:  # beyond the weights at hand: count again with logarithms
        surprise = 0.0
        for k in range(1, different + 1):
            surprise += count[k] * np.log2(count[k])
    entropy: float = max(0.0, np.log2(m) - surprise / m)
    return entropy


@njit(cache=True, nogil=True)
def _sum_words(
    prefix: NDArray[np.int64], first: NDArray[np.uint32], count: NDArray[np.int32], different: int
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Characters of all occurrences of repeated words, and of those after the first."""
    repeated = np.int64(0)
    later = np.int64(0)
    for k in range(1, different + 1):
        size = prefix[first[k] + np.uint32(1)] - prefix[first[k]]
        times = np.int64(count[k])
        repeated += (times if times > 1 else 0) * size
        later += (times - 1) * size
    return repeated, later


@njit(cache=True, nogil=True)
def _pair_words(
    number: NDArray[np.uint32], count: NDArray[np.int32], m: int, keys: NDArray[np.uint64], place: NDArray[np.uint32]
) -> int:  # pragma: no cover - compiled
    """The candidates of level 2, two repeated words in a row; return how many."""
    candidates = np.uint64(0)
    again = count[number[0]] > 1
    for i in range(1, m):
        before = again
        again = count[number[i]] > 1
        keys[candidates] = (np.uint64(number[i - 1]) << _HALF) | np.uint64(number[i])
        place[candidates] = i - 1
        candidates += np.uint64(before & again)
    return np.int64(candidates)


@njit(cache=True, nogil=True)
def _keep_repeated(
    count: NDArray[np.int32], candidates: int, place: NDArray[np.uint32], number: NDArray[np.uint32]
) -> int:  # pragma: no cover - compiled
    """Keep of the candidates those that occur more than once; return how many."""
    live = np.uint64(0)
    for c in range(candidates):
        own = number[c]
        place[live], number[live] = place[c], own
        live += np.uint64(count[own] > 1)
    return np.int64(live)


@njit(cache=True, nogil=True)
def _sum_repeated(
    n: int,
    prefix: NDArray[np.int64],
    place: NDArray[np.uint32],
    number: NDArray[np.uint32],
    live: int,
    first: NDArray[np.uint32],
) -> tuple[int, int, int]:  # pragma: no cover - compiled
    """Characters of all repeated n-grams, of the words they cover, and of those the walk of `later_chars` finds.

    `first` has served and becomes, by number, whether the walk has seen the n-gram.
    """
    for k in range(live):
        first[number[k]] = 0
    repeated = np.int64(0)
    covered = np.int64(0)
    later = np.int64(0)
    upto = np.int64(0)  # words below this one are covered already
    step = np.int64(0)  # the walk has come to this word
    for k in range(live):
        at = np.int64(place[k])
        end = prefix[np.uint64(at + n)]
        size = end - prefix[np.uint64(at)]
        repeated += size
        covered += end - prefix[np.uint64(max(at, upto))]
        upto = at + n
        here = np.uint32(at >= step)
        hit = here & first[number[k]]
        first[number[k]] |= here
        later += size if hit else 0
        step = upto if hit else step
    return repeated, covered, later


@njit(cache=True, nogil=True)
def _pair(
    number: NDArray[np.uint32], live: int, keys: NDArray[np.uint64], place: NDArray[np.uint32]
) -> int:  # pragma: no cover - compiled
    """The candidates of the next level, two repeated n-grams in a row one word apart; return how many."""
    candidates = np.uint64(0)
    for k in range(1, live):
        keys[candidates] = (np.uint64(number[k - 1]) << _HALF) | np.uint64(number[k])
        follows = place[k] == place[k - 1] + np.uint32(1)
        place[candidates] = place[k - 1]
        candidates += np.uint64(follows)
    return np.int64(candidates)
