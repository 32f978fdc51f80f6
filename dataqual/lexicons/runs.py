"""Where listed words and phrases stand in a text: from the left, the longest that is known wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import linear
from dataqual.text import Text

MOST = 64
"""Words of an entry."""


@dataclass(frozen=True, eq=False)
class Found:
    """The runs that count: `starts` and `ends` are positions among the tokens, `which` the number of each one's entry."""

    counts: NDArray[np.int64]
    """(documents,) words that lie in such runs."""
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    which: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Runs:
    """A table of words and phrases, some of which count and some are only known, so that they are not taken for others.

    Text is not segmented, and case does not matter.

    >>> runs = Runs.of({"man": True, "old man": True, "man page": False})
    >>> found = runs.find(Text.of(["An old MAN reads a man page."]))
    >>> found.counts.tolist(), found.which.tolist()
    ([2], [1])
    """

    longest: NDArray[np.uint8]
    keys: NDArray[np.uint64]
    counted: NDArray[np.bool_]
    numbers: NDArray[np.int64]

    @classmethod
    def of(cls, entries: Mapping[str, bool]) -> Runs:
        """The table of these entries and whether each counts; a later one takes the place of an equal earlier one."""
        known: dict[int, tuple[bool, int]] = {}
        longest = np.zeros(4096, np.uint8)
        text = Text.of(list(entries))
        tokens = text.cut("tokens")
        for number, counts in enumerate(entries.values()):
            words = tokens.folded[tokens.offsets[number] : tokens.offsets[number + 1]][:MOST]
            if len(words):
                known[linear.hash_of(words.tolist())] = counts, number
                low = int(words[0]) & 4095
                longest[low] = max(int(longest[low]), len(words))
        size = 1 << (4 * len(known) + 1).bit_length()
        keys, counted, numbers = np.zeros(size, np.uint64), np.zeros(size, np.bool_), np.zeros(size, np.int64)
        for h, (counts, number) in known.items():
            at = h & (size - 1)
            while keys[at]:
                at = (at + 1) & (size - 1)
            keys[at], counted[at], numbers[at] = h, counts, number
        return cls(longest, keys, counted, numbers)

    def __bool__(self) -> bool:
        return bool(self.keys.any())

    def find(self, text: Text, room: int | None = None) -> Found:
        """The runs in each document; where they stand is told of `room` of them, None: of all."""
        tokens = text.cut("tokens")
        counts = np.zeros(len(text), np.int64)
        size = len(tokens) // 8 + 64 if room is None else room
        while True:
            counts[:] = 0
            starts, ends, slots = (np.empty(size, np.int64) for _ in range(3))
            n = linear.count_runs(
                tokens.folded, tokens.offsets, self.longest, self.keys, self.counted, counts, starts, ends, slots
            )
            if n <= size or room is not None:
                break
            size = n
        n = min(n, size)
        return Found(counts, starts[:n], ends[:n], self.numbers[slots[:n]])
