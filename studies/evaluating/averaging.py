"""The loss of averaged predictions: mean probabilities of every few of some models, on the same held-out tokens.

A linear pool (Lakshminarayanan et al. 2017 for networks that differ by their seed): the probability of a token is the mean of
those that the models give it, so its loss is never above the mean of theirs. Intervals are over which seeds were drawn. For
fewer models than there are, the loss is a mean over all ways to choose them, a U-statistic, and its error that of the jackknife over
seeds, which is too large rather than too small (Efron & Stein 1981). Of all of them there is one ensemble; its error is that of the
infinitesimal jackknife (Efron 1982, chapter 6), by how far the loss changes as one seed counts a little more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dataqual.intervals import t_of

MOST = 8
"""Models at most: 255 ways to choose some of eight are half a minute for a million tokens, and more seeds are seldom trained."""
AT_ONCE = 16_384
"""Tokens: with eight models all sums of them are 34 MB, however long the held-out set is."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Averaged:
    """So many models averaged."""

    models: int
    loss: float
    """Nats of the whole set, the mean over the draws."""
    interval: tuple[float, float]
    """95 %, over which seeds are drawn."""
    seeds: int
    draws: int
    """Ways to choose the models, all of them tried."""


def averaged(files: Sequence[Path], most: int = MOST) -> list[Averaged]:
    """Ensembles of 2, 3, … `most` of the models whose nats lie in these files (little-endian float32, one a token, equally many).

    Two files at least. The tokens are read a few at a time.
    """
    many = len(files)
    nats, pulls = _sums(files, min(most, many))
    return [
        Averaged(size, *_estimate(nats, pulls, size, many), many, math.comb(many, size))
        for size in range(2, min(most, many) + 1)
    ]


def _sums(files: Sequence[Path], most: int) -> tuple[dict[int, float], Floats]:
    """Nats of every few models (a bit each) that are no more than `most`, and how far each pulls the loss of all of them."""
    many, every = len(files), 2 ** len(files) - 1
    nats = {chosen: 0.0 for chosen in range(1, every + 1) if chosen.bit_count() <= most}
    pulls = np.zeros(many)
    for log in _chunks(files):
        sums: dict[int, Floats] = {}
        for chosen in nats:
            last = chosen.bit_length() - 1
            rest = chosen ^ (1 << last)
            sums[chosen] = np.logaddexp(sums[rest], log[last]) if rest else log[last]
            nats[chosen] += float((math.log(chosen.bit_count()) - sums[chosen]).sum())
        if most == many:
            pulls -= (np.exp(log - (sums[every] - math.log(many))) - 1).sum(axis=1)
    return nats, pulls


def _chunks(files: Sequence[Path]) -> Iterator[Floats]:
    """Log-probabilities (models, tokens), some tokens at a time."""
    models = [np.memmap(file, "<f4", "r") for file in files]
    for at in range(0, len(models[0]), AT_ONCE):
        yield -np.stack([model[at : at + AT_ONCE] for model in models]).astype(np.float64)


def _estimate(nats: dict[int, float], pulls: Floats, size: int, many: int) -> tuple[float, tuple[float, float]]:
    """The mean loss of so many models and its interval, by Student with one degree of freedom fewer than there are seeds."""
    chosen = [one for one in nats if one.bit_count() == size]
    loss = math.fsum(nats[one] for one in chosen) / len(chosen)
    if size == many:
        variance = float((pulls**2).sum()) / (many * (many - 1))
    else:
        without = np.array([np.mean([nats[one] for one in chosen if not one >> i & 1]) for i in range(many)])
        variance = (many - 1) / many * float(((without - without.mean()) ** 2).sum())
    spread = t_of(0.95, many - 1) * math.sqrt(variance)
    return loss, (loss - spread, loss + spread)
