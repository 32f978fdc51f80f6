"""Prompts: where held-out text is broken off, for a model to write on; the same for every model of a study."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.data.windows import TokenFile

BYTES = 257
"""The vocabulary of bytes, in which a token may be a part of a character."""


@dataclass(frozen=True)
class Writing:
    """What a study asks to be written by each of its final models."""

    samples: int = 24
    """Texts per model, each on a prompt of its own."""
    tokens: int = 256
    """Of each text at most."""
    temperature: float = 0.8
    """Below 1 a model keeps to what it is surer of: at 1 those of a few hundred thousand parameters hardly spell."""
    seed: int = 0


@dataclass(frozen=True)
class Prompts:
    """Half windows of held-out text, with what really follows them: prompt i is `size` tokens from `starts[i]` on."""

    file: TokenFile
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    """Where the text that really follows ends, behind each prompt: after `writing.tokens`, or with its document."""
    size: int
    writing: Writing

    @classmethod
    def of(cls, file: TokenFile, window: int, vocabulary: int, writing: Writing) -> Prompts:
        """Of the documents that are long enough, drawn by `writing.seed`; fewer than asked for, or none, if they are few.

        A prompt ends between two characters, whatever the script; it may begin within one, as a window of training does.
        """
        size = window // 2
        places = list(_places(file.read(), size, writing.tokens, vocabulary))
        draws = np.random.PCG64(np.random.SeedSequence([writing.seed, len(places)])).random_raw(len(places))
        chosen = sorted(np.argsort(draws, kind="stable")[: writing.samples].tolist())
        return cls(file, tuple(places[i][0] for i in chosen), tuple(places[i][1] for i in chosen), size, writing)

    def __len__(self) -> int:
        return len(self.starts)

    def tokens(self) -> NDArray[np.int64]:
        """The prompts, (prompts, size)."""
        there = np.array(self.starts, np.int64).reshape(-1, 1) + np.arange(self.size)
        return self.file.read()[there].astype(np.int64)

    def references(self) -> list[NDArray[np.int64]]:
        """What really follows each."""
        text = self.file.read()
        return [
            text[start + self.size : end].astype(np.int64) for start, end in zip(self.starts, self.ends, strict=True)
        ]

    def description(self) -> dict[str, Any]:
        """All that decides what is written on them, for the key of a trial."""
        return {"file": self.file.sha256, "starts": list(self.starts), "size": self.size, **vars(self.writing)}


def _places(tokens: NDArray[np.uint16], size: int, length: int, vocabulary: int) -> Iterator[tuple[int, int]]:
    """Start of a prompt and end of what follows it, side by side through every document that has room for one.

    What follows is at least a quarter of `length`: less could hardly be compared.
    """
    borders = np.flatnonzero(tokens == vocabulary - 1)
    for first, end in pairwise([-1, *borders.tolist(), *([len(tokens)] if len(borders) == 0 else [])]):
        at = first + 1
        while at + size + max(1, length // 4) <= end:
            start = at
            while vocabulary == BYTES and start + size < end and 0x80 <= tokens[start + size] < 0xC0:
                start += 1
            if start + size + max(1, length // 4) <= end:
                yield start, min(start + size + length, end)
            at = start + size + length
