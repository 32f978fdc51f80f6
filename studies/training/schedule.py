"""Warm-up, stable, decay: the learning rate of a trunk and of the branches that cool down from it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dataqual.errors import SpecError

COOLDOWN = 5
"""A branch cools down over the last fifth of its length: from 20 % on, longer cooldowns gain nothing (Hägele 2024)."""

WARM_UP_STEPS = 20
"""AdamW's second moment averages over 1/(1-.95) = 20 steps; until it has, steps are too long for what they know.
Counted from the start and never from the stop, so that every branch has the same trunk; a fifth of the shortest run we
allow. Warm-up in proportion to the longest run is what bent the exponents of Kaplan 2020 (Porian 2024)."""

SHORTEST = 50
"""Steps a stop must have: warm-up is then at most half of its stable part."""


SMALLEST_TUNED = 3_700_000
"""Parameters of the smallest model of DataDecide's table."""


def peak_rate(parameters: int) -> float:
    """The learning rate of DataDecide's 14 models (4M to 1.2B parameters; Magnusson 2025): .0047 (N / 108M)^(-1/3).

    Halved, as OLMo-core does for warm-up–stable–decay: the table is for a cosine, whose mean is half its peak, and a
    trunk stays at its peak. Below the table it is that of its smallest model: going on along the line would give
    0.033 at 38 thousand, four times the best one measured there (n = 1 per cell; docs/decisions.md).

    >>> f"{2 * peak_rate(3_700_000):.2g}, {2 * peak_rate(1_176_800_000):.2g}, {peak_rate(38_000):.2g}"
    '0.014, 0.0021, 0.0072'
    """
    return 0.5 * 0.0047 * (max(parameters, SMALLEST_TUNED) / 108e6) ** (-1 / 3)


def factor(step: int, stop: int | None) -> float:
    """What the peak rate is multiplied by at a step, counted from 0; `stop` None for the trunk.

    Up in a straight line, then 1, then 1 - sqrt(share of the cooldown done) (Hägele 2024).

    >>> [factor(step, stop=100) for step in (0, 9, 19, 79, 80, 85, 99)]
    [0.05, 0.5, 1.0, 1.0, 1.0, 0.5, 0.025320...]
    """
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    if stop is None or step < (start := stop - stop // COOLDOWN):
        return warm
    return 1 - math.sqrt((step - start) / (stop - start))


def whole_stop(tokens: int, batch: int) -> int:
    """The nearest number of tokens that can be a stop: whole steps, a whole fifth of them, at least 50.

    >>> whole_stop(128_000, batch=2048), whole_stop(1_000_000, batch=2048), whole_stop(1, batch=2048)
    (133120, 1003520, 102400)
    """
    return max(SHORTEST * batch, nearest_stop(tokens, batch))


def nearest_stop(tokens: int, batch: int) -> int:
    """The same without a least number of steps: what `whole_stop` makes longer is less than it.

    >>> nearest_stop(60_000, batch=2048), whole_stop(60_000, batch=2048)
    (61440, 102400)
    """
    unit = COOLDOWN * batch
    return unit * max(1, (2 * tokens + unit) // (2 * unit))


def check_stops(stops: Sequence[int], batch: int, window: int) -> None:
    """SpecError for stops no trunk can have, with the nearest it can."""
    if batch % window:
        raise SpecError(f"a batch of {batch:,} tokens is not a whole number of windows of {window}")
    if not stops or list(stops) != sorted(set(stops)):
        raise SpecError(f"stops must be ascending and different, not {list(stops)}")
    for stop in stops:
        if stop != (nearest := whole_stop(stop, batch)):
            raise SpecError(
                f"a stop at {stop:,} tokens is not possible with {batch:,} tokens per step: it takes "
                f"{SHORTEST} steps or more, a multiple of {COOLDOWN}; the nearest is {nearest:,}"
            )


@dataclass(frozen=True)
class Leg:
    """A stretch of steps at one go: of the trunk (`stop` None) or of the branch that ends at `stop`."""

    start: int
    end: int
    stop: int | None


def legs(stops: Sequence[int]) -> Iterator[Leg]:
    """Trunk to the first fork, branch to the first stop, back, trunk to the second fork, … all in steps.

    >>> [(leg.start, leg.end) for leg in legs([100, 200])]
    [(0, 80), (80, 100), (80, 160), (160, 200)]
    """
    here = 0
    for stop in stops:
        fork = stop - stop // COOLDOWN
        yield Leg(here, fork, None)
        yield Leg(fork, stop, stop)
        here = fork


def tokens_spent(stops: Sequence[int]) -> float:
    """Tokens trained in one trunk with a branch to every stop (or steps, in steps).

    >>> ladder = [2**k for k in range(6)]
    >>> round(1 - tokens_spent(ladder) / tokens_apart(ladder), 3)
    0.394
    """
    return max(stops) * (1 - 1 / COOLDOWN) + sum(stops) / COOLDOWN


def tokens_apart(stops: Sequence[int]) -> float:
    """Tokens trained if every stop were a run of its own."""
    return float(sum(stops))
