"""Copies among pictures: exact ones by their pixels, near ones proposed by hashes and verified; a survey of a whole corpus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.errors import SpecError
from dataqual.images.hamming import Hashes
from dataqual.images.hashes import TURNS, dhash, phash, shrunk, thumbnails, turned
from dataqual.images.hashing import picture_digests
from dataqual.images.image import Images
from dataqual.images.verification import DIMMED, PLAIN, Card, Verified, cards, detail, structure, verify
from dataqual.kernels import joining, minhash
from dataqual.kernels import likeness as kernel
from dataqual.lazy import lazy
from dataqual.near_duplicates.candidates import exact_copies
from dataqual.near_duplicates.clusters import Counterparts
from dataqual.near_duplicates.ranking import Before, Ranking
from dataqual.near_duplicates.spilling import Pairs, Spill, read_array, write_array
from dataqual.near_duplicates.verification import Fetch
from dataqual.reading import Reading

Variants = Literal["none", "flips", "rotations", "all"]

COARSE = 16
"""Pixels on a side of what pairs are compared by before they are verified."""

LEAST = round(0.82 * kernel.SCALE)
"""Correlation of these from which a pair is verified: copies at half the size have 0.86, brightened ones 0.83."""

EARLIEST, ALIKE = 6, 10
"""Of what may be the original of a picture, so many are verified: the first, and those that are most alike."""

SMALLEST = 8
"""Pixels on a side: smaller pictures are copies of the same pixels alone."""

QUERIES = 8192
"""Pictures whose pairs are looked for at once."""

MEMORY = 48 << 20


@dataclass(frozen=True)
class Perceptual:
    """Pictures are copies whose pHash or dHash differ in at most `radius` of 64 bits and whose pixels, verified, have a
    similarity of `threshold`; turned in the ways that `variants` names, too.

    Plain pictures, such as a clear sky, are copies of the same pixels only: see `dataqual.images.verification`.
    """

    radius: int = 10
    """Of squares of photographs saved as JPEG 60 0.990 are found within 8 bits and 0.991 within 10, which calls no pair more a copy
    wrongly (benchmarks/results/image_copies.md)."""
    threshold: float = 0.985
    variants: Variants = "none"

    def __post_init__(self) -> None:
        if not 0 <= self.radius <= 32:
            raise SpecError(f"perceptual.radius: {self.radius} of 64 bits; from 0 to 32, 10 is usual")
        if not 0 < self.threshold <= 1:
            raise SpecError(
                f"perceptual.threshold: {self.threshold:g} is no similarity above 0 and at most 1 (0.985 is usual)"
            )
        if self.variants not in get_args(Variants):
            raise SpecError(f"perceptual.variants: {self.variants!r}; one of {', '.join(get_args(Variants))}")

    @property
    def turns(self) -> tuple[int, ...]:
        """Ways to turn a picture, as numbers of `turned`."""
        return TURNS[self.variants]

    @property
    def told(self) -> str:
        """In a few words, for a ledger."""
        turned_too = "" if self.variants == "none" else f", {self.variants} too"
        return f"similarity >= {self.threshold:g}, hashes within {self.radius} bits{turned_too}"


@dataclass(frozen=True, eq=False)
class PicturePart:
    """What the survey keeps of a batch; row i is its picture i."""

    exact: NDArray[np.uint64]
    """(pictures, 2): of the pixels and their shape."""
    hashes: NDArray[np.uint64]
    """(pictures, ways, 2): pHash and dHash, of the picture turned in each way."""
    coarse: NDArray[np.int8]
    """(pictures, 256): what is compared first."""
    usable: NDArray[np.bool_]
    """(pictures,): which are neither plain nor tiny."""
    cards: tuple[Card, ...]

    def __len__(self) -> int:
        return len(self.exact)


@dataclass(frozen=True)
class PictureSigning:
    """What a survey measures of a batch of pictures: pure, in any thread. `near` None: exact copies alone."""

    near: Perceptual | None

    def of_batch(self, batch: Batch) -> PicturePart:
        """Of its pictures."""
        assert batch.images is not None
        return self(batch.images)

    def __call__(self, images: Images) -> PicturePart:
        n, turns = len(images), self.near.turns if self.near else ()
        hashes = np.zeros((n, len(turns), 2), np.uint64)
        coarse = np.zeros((n, COARSE * COARSE if self.near else 0), np.int8)
        usable = np.zeros(n, bool)
        if self.near is None:
            return PicturePart(picture_digests(images), hashes, coarse, usable, ())
        made = cards(images)
        for rows, luma in _by_shape(made):
            if min(luma.shape[1:]) < SMALLEST:
                continue
            thumbs = thumbnails(luma)
            coarse[rows] = _coarse(thumbs)
            usable[rows] = (structure(luma) >= PLAIN * DIMMED) & (coarse[rows] != 0).any(axis=1)
            for at, turn in enumerate(turns):
                seen = turned(thumbs, turn)
                hashes[rows, at, 0], hashes[rows, at, 1] = phash(seen), dhash(seen)
        return PicturePart(picture_digests(images), hashes, coarse, usable, tuple(made))


@dataclass(frozen=True, eq=False)
class PictureCopies:
    """Exact and near copies; the names are those of `NearCopies`."""

    exact_copy_of: NDArray[np.int64]
    near_copy_of: NDArray[np.int64]
    verified_pairs: NDArray[np.int64]
    """(copies, 2): each near copy and what is kept for it."""
    verified_similarity: NDArray[np.float64]
    """(copies,)."""
    distance: NDArray[np.float64]
    """(pictures,): in how many bits the nearer hash of a near copy differs from that of what is kept; NaN for others."""

    @property
    def exact_share(self) -> Reading:
        """Share of exact copies among all pictures."""
        return share_of("exact_copies", self.exact_copy_of)

    @property
    def share(self) -> Reading:
        """Share of near copies among all pictures; every one was verified."""
        return share_of("near_copies", self.near_copy_of)

    @lazy
    def similarity(self) -> NDArray[np.float64]:
        """(pictures,): with what is kept for it; NaN where it is no near copy."""
        found = np.full(len(self.near_copy_of), np.nan)
        found[self.verified_pairs[:, 0]] = self.verified_similarity
        return found


def share_of(name: str, copy_of: NDArray[np.int64]) -> Reading:
    """The share of pictures that are copies of another one."""
    found, n = int((copy_of >= 0).sum()), len(copy_of)
    return Reading(name, found / n if n else None, n, detail={"documents": found})


class PictureSurvey:
    """Exact and near copies of a corpus of pictures that does not fit into memory; used as `Survey` is.

    On disk 9 KB per picture of 96 pixels on a side or more (fewer for smaller ones), and 8 bytes per pair; in memory 300
    bytes per picture with near copies, 16 for each way to turn it, and the `memory` it is given.
    """

    def __init__(self, near: Perceptual | None, *, memory: int = MEMORY, directory: str | None = None) -> None:
        self.signing = PictureSigning(near)
        self._near = near or Perceptual()
        self._memory, self._directory = memory, directory
        self._cards = _Cards(directory)
        self._parts: list[PicturePart] = []

    def add(self, part: PicturePart) -> None:
        """Take the next batch, in corpus order."""
        self._cards.add(part.cards)
        self._parts.append(PicturePart(part.exact, part.hashes, part.coarse, part.usable, ()))

    def finish(
        self,
        fetch: Fetch | None = None,
        *,
        verify: int | None = None,
        values: NDArray[np.float64] | None = None,
        before: Before | None = None,
    ) -> PictureCopies:
        """Who is a copy of whom: settled in order, or the highest of `values` first; those `before` stay what they are.

        Nothing is transitive: of A ~ B ~ C without A ~ C both A and C are kept.
        """
        ranking = Ranking.of(values, before or Before.kept(0))
        exact = exact_copies(self._exact, ranking)
        with self._verified(ranking, exact) as pairs:
            copy_of, matches = np.full(len(exact), -1, np.int64), np.zeros(len(exact), np.uint16)
            for block, agreement in pairs.blocks():
                minhash.choose(block, agreement, 1, copy_of, copy_of, matches)
        near = ranking.by_document(copy_of)
        earlier = ranking.before
        near[: len(earlier)] = earlier.copy_of
        gone = np.flatnonzero(near >= 0)
        found = self._compared(gone, near[gone])
        distance = np.full(len(exact), np.nan)
        distance[gone] = self._distances(gone, near[gone])
        similarity = np.array([one.similarity for one in found])
        known = gone < len(earlier)
        similarity[known] = earlier.similarity[gone[known]]
        return PictureCopies(exact, near, np.stack([gone, near[gone]], axis=1), similarity, distance)

    def clusters(self, fetch: Fetch | None = None) -> NDArray[np.int64]:
        """For each picture the first of its cluster, itself where it is alone; transitive, every link verified."""
        ranking = Ranking.of(None, Before.kept(0))
        exact = exact_copies(self._exact, ranking)
        parent = np.arange(len(exact))
        copies = np.flatnonzero(exact >= 0)
        joining.join(parent, copies, exact[copies])
        with self._verified(ranking, exact) as pairs:
            for block, _ in pairs.blocks():
                joining.join(parent, *_split(block))
        joining.flatten(parent)
        return parent

    def across(self, fetch: Fetch | None, border: int) -> Counterparts:
        """What the pictures from number `border` on are copies of among those before: the most similar one."""
        exact = exact_copies(self._exact, Ranking.of(None, Before.kept(0)))
        copy_of = np.where(exact < border, exact, -1)
        same = copy_of >= 0
        similarity = np.where(same, 1.0, np.nan)
        with self._verified(Ranking.of(None, Before.kept(0)), exact, border) as pairs:
            for block, agreement in pairs.blocks():
                later, earlier = _split(block)
                best = np.lexsort((-earlier, agreement))  # the most similar is written last
                later, earlier = later[best], earlier[best]
                copy_of[later] = np.where(same[later], copy_of[later], earlier)
        near = np.flatnonzero((copy_of >= 0) & ~same)
        similarity[near] = [one.similarity for one in self._compared(near, copy_of[near])]
        inherited = np.where(exact >= border, exact, np.arange(len(exact)))[border:]
        return Counterparts(copy_of[inherited], same[inherited], similarity[inherited])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._cards.close()

    @property
    def _exact(self) -> NDArray[np.uint64]:
        return np.concatenate([np.zeros((0, 2), np.uint64), *(part.exact for part in self._parts)])

    def _verified(self, ranking: Ranking, exact: NDArray[np.int64], border: int = 0) -> Pairs:
        """The pairs of ranks whose pixels agree, with their similarity in thousandths (of 1023).

        With a `border` only pairs of one picture from there on with one before it.
        """
        found = Pairs(len(exact), self._directory)
        if self.signing.near is None:
            return found
        usable = np.concatenate([np.zeros(0, bool), *(part.usable for part in self._parts)])
        usable &= exact < 0
        ranks = np.flatnonzero(usable if ranking.order is None else usable[ranking.order])
        for block in self._proposed(ranking, ranks, border) if len(ranks) else ():
            found.add(*self._sound(ranking, block))
        return found

    def _proposed(self, ranking: Ranking, ranks: NDArray[np.int64], border: int) -> Iterator[NDArray[np.uint64]]:
        """Pairs of ranks, sorted, whose hashes are near and whose coarse pixels correlate; block by block."""
        documents = ranking.documents(ranks)
        hashes = np.concatenate([part.hashes for part in self._parts])[documents]
        coarse = np.concatenate([part.coarse for part in self._parts])[documents]
        permutations = _permutations(self._near.turns)
        first = int(np.searchsorted(ranks, max(len(ranking.before), border)))
        filed = [Hashes.of(np.ascontiguousarray(hashes[:, 0, kind])) for kind in range(2)]
        for start in range(first, len(ranks), QUERIES):
            stop = min(start + QUERIES, len(ranks))
            limits = (
                np.minimum(np.arange(start, stop), np.searchsorted(ranks, border)) if border else np.arange(start, stop)
            )
            parts = [np.zeros(0, np.uint64)]
            for kind in range(2):
                for way in range(hashes.shape[1]):
                    queries = np.ascontiguousarray(hashes[start:stop, way, kind])
                    for pairs in filed[kind].near(queries, limits, self._near.radius):
                        parts.append(_alike(pairs, start, coarse, permutations))
            proposed = np.unique(np.concatenate(parts))
            matches = np.empty(len(proposed), np.uint16)
            kernel.correlate(coarse, permutations, proposed, matches)
            later, earlier = _split(proposed[_few(proposed, matches)])
            yield _join(ranks[later], ranks[earlier])

    def _sound(self, ranking: Ranking, pairs: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint16]]:
        """Those of the pairs of ranks that the pixels confirm, and how similar they are, 1 to 1023."""
        later, earlier = map(ranking.documents, _split(pairs))
        verified = self._compared(later, earlier)
        holds = np.array([one.holds(self._near.threshold) for one in verified], bool)
        similarity = np.array([one.similarity for one in verified])
        return pairs[holds], np.rint(similarity[holds] * kernel.SCALE).astype(np.uint16)

    def _compared(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> list[Verified]:
        """Pairs of pictures by their pixels."""
        found: list[Verified] = []
        at_once = max(self._memory // 2 // self._cards.largest, 16)
        for start in range(0, len(first), at_once):
            one, other = first[start : start + at_once], second[start : start + at_once]
            numbers = np.union1d(one, other)
            held = dict(zip(numbers.tolist(), self._cards.of(numbers), strict=True))
            found += [
                verify(held[a], held[b], self._near.turns) for a, b in zip(one.tolist(), other.tolist(), strict=True)
            ]
        return found

    def _distances(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
        """In how many bits the nearer of both hashes differs, in the way to turn it that brings it nearest."""
        if self.signing.near is None or not len(first):
            return np.zeros(len(first), np.int64)
        hashes = np.concatenate([part.hashes for part in self._parts])
        apart = np.bitwise_count(hashes[first] ^ hashes[second][:, :1])
        return apart.min(axis=(1, 2)).astype(np.int64)


class _Cards(Spill):
    """The cards of all pictures in a file."""

    def __init__(self, directory: str | None) -> None:
        super().__init__(directory)
        self._shapes: list[tuple[int, int, bool]] = []
        self._starts = [0]

    @property
    def largest(self) -> int:
        """Bytes of the largest card."""
        return max((b - a for a, b in zip(self._starts, self._starts[1:], strict=False)), default=1) or 1

    def add(self, made: tuple[Card, ...]) -> None:
        """Append some."""
        parts = []
        for card in made:
            parts.append(card.luma.ravel())
            if card.tints is not None:
                parts.append(card.tints.ravel())
            self._shapes.append((*card.luma.shape, card.tints is not None))
            self._starts.append(self._starts[-1] + card.luma.size + (card.tints.size if card.tints is not None else 0))
        if parts:
            write_array(self._file, np.concatenate(parts))

    def of(self, numbers: NDArray[np.int64]) -> Iterator[Card]:
        """Those of some pictures, ascending."""
        for number in numbers.tolist():
            height, width, coloured = self._shapes[number]
            data = np.empty(self._starts[number + 1] - self._starts[number], np.uint8)
            self._file.seek(self._starts[number])
            read_array(self._file, data)
            luma = data[: height * width].reshape(height, width)
            yield Card(luma, data[height * width :].reshape(2, 4, 4) if coloured else None)


def _by_shape(made: list[Card]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
    shapes: dict[tuple[int, ...], list[int]] = {}
    for row, card in enumerate(made):
        shapes.setdefault(card.luma.shape, []).append(row)
    for rows in shapes.values():
        yield np.array(rows, np.int64), np.stack([made[row].luma for row in rows])


def _coarse(thumbs: NDArray[np.uint8]) -> NDArray[np.int8]:
    """What is left of thumbnails at 16 × 16 without their lowest frequencies, the largest 127: (n, 256)."""
    left = detail(shrunk(thumbs, COARSE, COARSE).astype(np.float64)).reshape(len(thumbs), COARSE * COARSE)
    largest = np.abs(left).max(axis=1, keepdims=True, initial=0)
    return np.rint(127 * left / np.maximum(largest, 1e-6)).astype(np.int8)


def _permutations(turns: tuple[int, ...]) -> NDArray[np.int64]:
    """(ways, 256): which pixel comes where when a coarse picture is turned."""
    square = np.arange(COARSE * COARSE, dtype=np.int64).reshape(1, COARSE, COARSE)
    return np.stack([np.ascontiguousarray(turned(square, turn)).ravel() for turn in turns]).astype(np.int64)


def _alike(
    pairs: NDArray[np.int64], start: int, coarse: NDArray[np.int8], permutations: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Those of the pairs, of a query from `start` on, whose coarse pixels correlate well enough to be verified."""
    joined = _join(pairs[:, 0] + start, pairs[:, 1])
    matches = np.empty(len(joined), np.uint16)
    kernel.correlate(coarse, permutations, joined, matches)
    return joined[matches >= LEAST]


def _few(pairs: NDArray[np.uint64], matches: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Of the sorted pairs of each picture the first, and those that are most alike."""
    later = (pairs >> np.uint64(32)).astype(np.int64)
    firsts = np.searchsorted(later, later)
    chosen = np.arange(len(pairs)) - firsts < EARLIEST
    order = np.lexsort((-matches.astype(np.int64), later))
    rank = np.empty(len(pairs), np.int64)
    rank[order] = np.arange(len(pairs)) - np.searchsorted(later[order], later[order])
    found: NDArray[np.bool_] = chosen | (rank < ALIKE)
    return found


def _join(later: NDArray[np.int64], earlier: NDArray[np.int64]) -> NDArray[np.uint64]:
    return (later.astype(np.uint64) << np.uint64(32)) | earlier.astype(np.uint64)


def _split(pairs: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & kernel.NUMBER).astype(np.int64)
