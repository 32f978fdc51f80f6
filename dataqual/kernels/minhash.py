"""Exact-copy hashes, shingles and MinHash signatures of documents; buckets, comparisons and choices among them.

Arrays in, arrays out; nothing here knows files or strings. All arithmetic wraps at 64 or 32 bits on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import intrinsic, njit
from dataqual.kernels.loading import eight

if TYPE_CHECKING:
    from llvmlite import ir
    from numba import types

U64 = np.uint64
ROLL = U64(0x9E3779B97F4A7C15)  # odd, so that every word of a shingle keeps all its 64 bits when it is rolled on
SPREAD = np.uint32(0x85EBCA6B)  # odd: lets every bit of a 32-bit minimum reach the 16 bits that are kept
NUMBER = U64(0xFFFFFFFF)  # a pair is (document << 32 | earlier document)


@njit(inline="always")
def _mix(x: Any) -> Any:
    """MurmurHash3's 64-bit finalizer: every input bit flips every output bit about half the time."""
    x ^= x >> U64(33)
    x *= U64(0xFF51AFD7ED558CCD)
    x ^= x >> U64(33)
    x *= U64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> U64(33))


@njit(inline="always")
def _rotate(x: Any, bits: int) -> Any:
    """The bits of `x` turned left."""
    return (x << U64(bits)) | (x >> U64(64 - bits))


LANES = 16
"""Permutations handled by one vector (LLVM makes it two or four of narrower ones); their number is a multiple of it."""


@intrinsic
def _lower(context: Any, minima: Any, multipliers: Any, at: Any, one: Any, two: Any, three: Any, four: Any) -> Any:
    """Lower `LANES` minima from position `at` on by four shingle hashes.

    Spelled as vectors, because the loop that LLVM finds by itself takes 14 ns per word for 128 permutations and this 5.
    """
    vector = ir.VectorType(ir.IntType(32), LANES)

    def spread(builder: Any, value: Any) -> Any:
        first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
        return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), ir.Constant(vector, [0] * LANES))

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointers = []
        for kind, value in zip(signature.args[:2], arguments[:2], strict=True):
            array = context.make_array(kind)(context, builder, value)
            pointers.append(builder.bitcast(builder.gep(array.data, [arguments[2]]), vector.as_pointer()))
        least, multiplier = (builder.load(pointer, align=4) for pointer in pointers)
        for hashed in arguments[3:]:
            low = spread(builder, builder.trunc(hashed, ir.IntType(32)))
            high = spread(builder, builder.trunc(builder.lshr(hashed, ir.Constant(ir.IntType(64), 32)), ir.IntType(32)))
            permuted = builder.add(builder.mul(multiplier, low), high)
            least = builder.select(builder.icmp_unsigned("<", permuted, least), permuted, least)
        builder.store(least, pointers[0], align=4)
        return context.get_dummy_value()

    return types.void(minima, multipliers, at, one, two, three, four), generate


@njit(cache=True, nogil=True)
def exact_hash(data: Any, start: int, end: int) -> Any:
    """MurmurHash3 x64 128 (Appleby 2011, public domain) with seed 0 of data[start:end]."""
    c1 = U64(0x87C37B91114253D5)
    c2 = U64(0x4CF5AD432745937F)
    h1 = U64(0)
    h2 = U64(0)
    at = start
    while at + 16 <= end:
        h1 ^= _rotate(eight(data, at) * c1, 31) * c2
        h1 = (_rotate(h1, 27) + h2) * U64(5) + U64(0x52DCE729)
        h2 ^= _rotate(eight(data, at + 8) * c2, 33) * c1
        h2 = (_rotate(h2, 31) + h1) * U64(5) + U64(0x38495AB5)
        at += 16
    k1 = U64(0)
    k2 = U64(0)
    for i in range(end - at):
        if i < 8:
            k1 |= U64(data[at + i]) << U64(8 * i)
        else:
            k2 |= U64(data[at + i]) << U64(8 * (i - 8))
    h2 ^= _rotate(k2 * c2, 33) * c1  # nothing left over leaves 0, which changes nothing
    h1 ^= _rotate(k1 * c1, 31) * c2
    h1 ^= U64(end - start)
    h2 ^= U64(end - start)
    h1 += h2
    h2 += h1
    h1 = _mix(h1)
    h2 = _mix(h2)
    h1 += h2
    h2 += h1
    return h1, h2


@njit(cache=True, nogil=True)
def shingle_words(words: Any, start: int, end: int, shingle: int, out: Any) -> int:
    """Write the hashes of the shingles of words[start:end] to `out`; how many: one if the words are few, 0 if none."""
    size = min(shingle, end - start)
    if size == 0:
        return 0
    power = U64(1)
    rolled = U64(0)
    for i in range(size):
        rolled = rolled * ROLL + words[start + i]
        if i:
            power *= ROLL
    count = end - start - size + 1
    out[0] = _mix(rolled)
    for i in range(1, count):
        rolled = (rolled - words[start + i - 1] * power) * ROLL + words[start + i + size - 1]
        out[i] = _mix(rolled)
    return count


@njit(cache=True, nogil=True)
def shingle(
    words: NDArray[np.uint64], borders: NDArray[np.int64], size: int, out: NDArray[np.uint64], counts: NDArray[np.int64]
) -> None:
    """Hashes of the shingles of every document, in order and with repeats: `counts[i]` from `out[borders[i]]` on."""
    for i in range(borders.size - 1):
        counts[i] = shingle_words(words, borders[i], borders[i + 1], size, out[borders[i] : borders[i + 1]])


@njit(cache=True, nogil=True)
def lower(minima: Any, multipliers: Any, hashes: Any, count: int) -> None:
    """Lower the minimum of every permutation by the first `count` hashes, at least one; behind them three are free."""
    # Four shingles per trip: the minima are fetched and stored a quarter as often. Repeating the last does no harm.
    hashes[count : count + 3] = hashes[count - 1]
    for at in range(0, count, 4):
        one, two, three, four = hashes[at], hashes[at + 1], hashes[at + 2], hashes[at + 3]
        for p in range(0, minima.size, LANES):
            _lower(minima, multipliers, p, one, two, three, four)


@njit(cache=True, nogil=True)
def sixteen_bits(minima: Any, signature: Any) -> None:
    """What is kept of the minima."""
    for p in range(minima.size):
        signature[p] = np.uint32(minima[p] * SPREAD) >> np.uint32(16)


@njit(cache=True, nogil=True)
def sign(
    data: NDArray[np.uint8],
    borders: NDArray[np.int64],
    words: NDArray[np.uint64],
    word_borders: NDArray[np.int64],
    size: int,
    multipliers: NDArray[np.uint32],
    minima: NDArray[np.uint32],
    hashes: NDArray[np.uint64],
    exact: NDArray[np.uint64],
    signatures: NDArray[np.uint16],
) -> None:
    """The 128-bit hash of every document's bytes, and 16 bits of the minimum of every permutation of its shingles.

    `words` are hashes of words, `words[word_borders[i]:word_borders[i + 1]]` those of document i, any words at all.
    The number of permutations is a multiple of `LANES`; `data` must be contiguous (eight bytes are read at once).
    `minima` (permutations,) and `hashes` (words of the longest document, and three) are room to work in.
    A document without words has a signature of zeros.
    """
    for i in range(borders.size - 1):
        exact[i, 0], exact[i, 1] = exact_hash(data, borders[i], borders[i + 1])
        count = shingle_words(words, word_borders[i], word_borders[i + 1], size, hashes)
        if count == 0:
            signatures[i, :] = 0
            continue
        minima[:] = 0xFFFFFFFF
        lower(minima, multipliers, hashes, count)
        sixteen_bits(minima, signatures[i])


@njit(cache=True, nogil=True)
def earliest_equal(keys: NDArray[np.uint64], bits: int, exact: NDArray[np.uint64], copy_of: NDArray[np.int64]) -> None:
    """Set `copy_of` to the earliest document with the same 128-bit hash; `keys` are sorted (top of hash, document)."""
    mask = (U64(1) << U64(bits)) - U64(1)
    start = 0
    for at in range(1, keys.size):
        if (keys[at] ^ keys[start]) > mask:
            start = at
            continue
        document = keys[at] & mask
        for earlier in range(start, at):  # the first is it, but where the tops of two hashes happen to agree
            other = keys[earlier] & mask
            if exact[other, 0] == exact[document, 0] and exact[other, 1] == exact[document, 1]:
                copy_of[document] = other
                break


@njit(cache=True, nogil=True)
def note_first(
    exact: NDArray[np.uint64], first: int, last: int, slots: NDArray[np.int32], copy_of: NDArray[np.int64]
) -> None:
    """Set `copy_of` of the documents from `first` to `last` to the earliest with the same 128-bit hash, -1 for that one itself.

    `slots`, a power of two of them and more than documents, hold the numbers of first ones, -1 where there is none.
    """
    mask = U64(slots.size - 1)
    for document in range(first, last):
        copy_of[document - first] = -1
        slot = exact[document, 0] & mask
        while slots[slot] >= 0:
            other = slots[slot]
            if exact[other, 0] == exact[document, 0] and exact[other, 1] == exact[document, 1]:
                copy_of[document - first] = other
                break
            slot = (slot + U64(1)) & mask
        if copy_of[document - first] < 0:
            slots[slot] = document


@njit(cache=True, nogil=True)
def band_keys(
    signatures: NDArray[np.uint16],
    usable: NDArray[np.bool_],
    ranks: NDArray[np.int64],
    first_band: int,
    rows: int,
    bits: int,
    keys: NDArray[np.uint64],
    at: int,
) -> int:
    """Append to `keys` (bands, documents) from column `at` on: top bits of a band's hash, then the document's rank.

    `usable` and `ranks` are of these documents; those that are not usable are left out. The next free column.
    """
    mask = (U64(1) << U64(bits)) - U64(1)
    for i in range(signatures.shape[0]):
        if not usable[i]:
            continue
        for band in range(keys.shape[0]):
            hashed = U64(1)
            for row in range((first_band + band) * rows, (first_band + band + 1) * rows):
                hashed = hashed * ROLL + U64(signatures[i, row])
            keys[band, at] = (_mix(hashed) & ~mask) | U64(ranks[i])
        at += 1
    return at


@njit(cache=True, nogil=True)
def bucket_pairs(
    keys: NDArray[np.uint64], bits: int, earliest: int, latest: int, at: int, start: int, out: NDArray[np.uint64]
) -> tuple[int, int, int]:
    """Fill `out` with pairs: every document with the `earliest` first and the `latest` last before it in its bucket.

    Goes on at position `at` of the sorted `keys`, in the bucket that begins at `start`, while there is room for one
    more document's pairs; gives how many were written, and where to go on.
    """
    mask = (U64(1) << U64(bits)) - U64(1)
    written = 0
    while at < keys.size and written + earliest + latest <= out.size:
        if (keys[at] ^ keys[start]) > mask:
            start = at
        document = (keys[at] & mask) << U64(32)
        for other in range(start, min(at, start + earliest)):
            out[written] = document | (keys[other] & mask)
            written += 1
        for other in range(max(start + earliest, at - latest), at):
            out[written] = document | (keys[other] & mask)
            written += 1
        at += 1
    return written, at, start


@njit(cache=True, nogil=True)
def count_matches(
    signatures: NDArray[np.uint16],
    rows: NDArray[np.int32],
    pairs: NDArray[np.uint64],
    out: NDArray[np.uint16],
) -> None:
    """In how many permutations the two documents of every pair agree; document d is row rows[d] of `signatures`."""
    for i in range(pairs.size):
        first = rows[pairs[i] >> U64(32)]
        second = rows[pairs[i] & NUMBER]
        same = np.uint32(0)
        for p in range(signatures.shape[1]):
            same += np.uint32(signatures[first, p] == signatures[second, p])
        out[i] = same


@njit(cache=True, nogil=True)
def choose(
    pairs: NDArray[np.uint64],
    matches: NDArray[np.uint16],
    least: int,
    settled: NDArray[np.int64],
    copy_of: NDArray[np.int64],
    agreement: NDArray[np.uint16],
) -> None:
    """For every document the kept earlier one that agrees with it most, in `copy_of`; the earliest of equals.

    Kept is whatever `settled` has as -1. With `settled` and `copy_of` one array this decides document after
    document, in order: whoever is a copy of a kept document is itself no longer kept, so nothing is
    transitive. With two arrays it only looks who would come next. `pairs` are sorted.
    """
    at = 0
    while at < pairs.size:
        document = pairs[at] >> U64(32)
        undecided = settled[document] < 0
        best = -1
        most = np.uint32(0)
        while at < pairs.size and pairs[at] >> U64(32) == document:
            other = pairs[at] & NUMBER
            if matches[at] >= least and matches[at] > most and settled[other] < 0:
                best = other
                most = matches[at]
            at += 1
        if undecided and best >= 0:
            copy_of[document] = best
            agreement[document] = most
