"""What counts as a near copy, and how signatures are cut into bands so that such pairs meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import SpecError, did_you_mean
from dataqual.kernels.minhash import LANES
from dataqual.lazy import lazy
from dataqual.mixing import splitmix64
from dataqual.near_duplicates.shingling import CUT, CUTS, SHINGLE

MET = 0.995
"""Least chance that two documents exactly at the threshold share a bucket; see `NearDuplicates.rows`."""

RETAINED = 0.995
"""Least chance that such a pair's estimate is not below `NearDuplicates.least_matches`; together 99 % are found."""


MOST = 1008
"""Permutations at most: the number that agree is kept in ten bits."""


@dataclass(frozen=True)
class NearDuplicates:
    """Near copies: documents whose sets of word shingles have a Jaccard similarity of at least `threshold`.

    `shingle` consecutive words make a shingle, `permutations` 16-bit minima a signature (Broder 1997; Li and
    König 2010). A signature is cut into `bands` of `rows`; documents that agree in a band are compared
    (Indyk and Motwani 1998), so a pair of similarity s meets with the chance 1 - (1 - s**rows)**bands.

    >>> NearDuplicates().bands, NearDuplicates().rows, NearDuplicates().least_matches
    (21, 6, 90)
    >>> [round(NearDuplicates().found(s), 4) for s in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)]
    [0.0, 0.0097, 0.5032, 0.898, 0.9953, 0.9999, 1.0]
    """

    threshold: float = 0.8
    shingle: int = SHINGLE
    permutations: int = 128
    seed: int = 0
    cut: str = CUT
    """What a word is, one of `CUTS`."""

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise SpecError(f"near_duplicates.threshold: {self.threshold:g} is not above 0 and at most 1 (80 % is 0.8)")
        if self.shingle < 1:
            raise SpecError(f"near_duplicates.shingle: {self.shingle} words; at least 1, 5 is usual")
        if not LANES <= self.permutations <= MOST or self.permutations % LANES:
            raise SpecError(
                f"near_duplicates.permutations: {self.permutations} is not a multiple of {LANES} from {LANES} to {MOST}"
            )
        if self.cut not in CUTS:
            raise SpecError(f"near_duplicates.cut: no cut {self.cut!r}; {did_you_mean(self.cut, CUTS)}")

    @lazy
    def rows(self) -> int:
        """Rows of a band: as many as leave a pair at the threshold a chance of `MET` to share a bucket, at least 1.

        More rows mean fewer pairs to compare that are no near copies. For 0.8 and 128 permutations the choice is
        21 bands of 6: .9983 of the pairs at .8 meet, .63 of those at .6, .28 of those at .5. With 18 bands of 7 only
        .9855 at .8 would; with 25 of 5 .99996, but .87 and .55 of the others too.
        """
        rows = range(self.permutations, 0, -1)
        return next((r for r in rows if self._meet(self.threshold, r) >= MET), 1)

    @lazy
    def bands(self) -> int:
        """How many bands of `rows` the permutations give."""
        return self.permutations // self.rows

    @lazy
    def least_matches(self) -> int:
        """In how many permutations a pair must agree to be worth a look: `RETAINED` of those at the threshold do.

        An estimate from 128 permutations has a standard deviation of .035 at a similarity of .8: whoever compares it
        with the threshold itself loses half of the pairs that are just above.
        """
        below = np.cumsum(_binomial(self.permutations, self.threshold))
        return int(np.searchsorted(below, 1 - RETAINED))

    @lazy
    def threshold_matches(self) -> int:
        """In how many permutations a pair must agree for its estimate to reach the threshold."""
        return int(np.ceil(self.threshold * self.permutations - 1e-9))

    @lazy
    def multipliers(self) -> NDArray[np.uint32]:
        """The permutations: one odd 32-bit multiplier each, from `seed` by splitmix64, the same with every numpy."""
        numbers = np.arange(self.permutations, dtype=np.uint64) + np.uint64(1)
        mixed = splitmix64(numbers * np.uint64(0x9E3779B97F4A7C15) + splitmix64(np.array([self.seed], np.uint64)))
        return (mixed >> np.uint64(32)).astype(np.uint32) | np.uint32(1)

    def found(self, similarity: float) -> float:
        """The chance that a pair of this Jaccard similarity is found: it shares a band and agrees in `least_matches`.

        Exact for independent permutations; the sum runs over the number of rows that agree while no band does.
        """
        row = np.array([1 - similarity, similarity])
        band = _power(row, self.rows)
        band[-1] = 0.0  # a band that does not agree as a whole
        unmet = np.convolve(_power(band, self.bands), _power(row, self.permutations - self.bands * self.rows))
        either = _binomial(self.permutations, similarity)
        return float(np.clip((either - unmet)[self.least_matches :].sum(), 0.0, 1.0))

    def similarity(self, matches: NDArray[np.uint16]) -> NDArray[np.float32]:
        """Estimated similarity of pairs that agree in `matches` permutations, less what 16 bits agree by chance."""
        chance = np.float32(2.0**-16)
        share = matches.astype(np.float32) / np.float32(self.permutations)
        return np.maximum((share - chance) / (1 - chance), np.float32(0))

    def _meet(self, similarity: float, rows: int) -> float:
        return 1 - (1 - similarity**rows) ** (self.permutations // rows)


def _power(polynomial: NDArray[np.float64], exponent: int) -> NDArray[np.float64]:
    result = np.ones(1)
    for _ in range(exponent):
        result = np.convolve(result, polynomial)
    return result


def _binomial(n: int, p: float) -> NDArray[np.float64]:
    """The chances of 0 … n hits in n tries."""
    return _power(np.array([1 - p, p]), n)
