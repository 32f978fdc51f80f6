"""How sure a fit is: bootstrap by trunk, profiles of what is hard to tell, and 95 % intervals of anything computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from studies.fitting.minimising import DELTA, Problem, minimise
from studies.fitting.robust import Fit
from studies.fitting.runs import Floats
from studies.fitting.tails import t_quantile

DRAWS = 4_000
MANY = 40
"""Trunks from which resampling whole trunks is sound; with fewer some size is missing from many draws."""
WEBB = np.sqrt([0.5, 1.0, 1.5])
"""Six points instead of two signs: with few trunks two signs give few different draws (Webb 2014)."""
ROBUST = 1.25
"""What wild draws of the robust fit are stretched by: it passes exactly through about as many runs as it has free
parameters, so its residuals are too small near 0. Measured (docs/laws.md): draws were 1.16 to 1.29 times too narrow."""
STILL = 10.0
"""Draws that move the law's values so many times less than noise would are stuck."""
NO_NOISE = 1e-6
"""Residuals, in log loss, that are no noise but rounding: five digits of a loss leave more."""
LEAST_SPARE = 3
"""Degrees of freedom that intervals are given at least: t with fewer has tails so long that nothing is said."""
TELLING = 4.0
"""A parameter whose 95 % profile spans more than this factor is called weakly identified."""


@dataclass(frozen=True)
class Draws:
    """The fit again on redrawn noise; `widening` makes up for the few trunks the noise was estimated from."""

    fit: Fit
    theta: Floats
    """(draws, p)."""
    how: str
    widening: float
    stuck: bool = False
    """Whether the robust fit would not move, and the draws are those of least squares."""

    @property
    def noiseless(self) -> bool:
        """Whether the runs lie on the law, as those of a formula, or of as many cells as it has parameters, do."""
        return noise(self.fit) <= NO_NOISE

    def interval(
        self, of: Callable[[Floats], Floats], *, positive: bool = True, most: int | None = None
    ) -> tuple[float, float, float]:
        """Value and 95 % interval of a function of coordinates (batch, p) -> (batch,); widened in logs if positive.

        `most` draws at most are used, for functions that take long.

        Infinite values pass through: the interval of an unbounded quantity is unbounded. So is that of anything where
        the law passes through the runs: without noise to redraw, all draws are alike and say nothing.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            value = float(of(self.fit.theta[None])[0])
            if self.noiseless:
                return value, -np.inf, np.inf
            low, high = between(value, of(self.theta[:most]), self.widening, positive=positive)
        return value, low, high


def between(value: float, draws: Floats, widening: float, *, positive: bool) -> tuple[float, float]:
    """The 2.5 and 97.5 % points of the draws, their distance from the value stretched by `widening`.

    A draw that is NaN might lie anywhere: it counts as the least and as the largest.
    """
    ends = ((draws, -np.inf, 0.025), (draws, np.inf, 0.975))
    low, high = (
        float(np.quantile(np.where(np.isnan(x), unknown, x), at, method="closest_observation"))
        for x, unknown, at in ends
    )
    if positive and value > 0 and np.isfinite(value):
        return (
            float(value * np.exp(widening * np.log(max(low, 1e-300) / value))) if np.isfinite(low) else low,
            float(value * np.exp(widening * np.log(max(high, 1e-300) / value))) if np.isfinite(high) else high,
        )
    if not np.isfinite(value):
        return low, high
    return value + widening * (low - value), value + widening * (high - value)


def draw(fit: Fit, draws: int = DRAWS, seed: int = 0) -> Draws:
    """Bootstrap the robust fit: whole trunks resampled within their grade if there are many, else a wild bootstrap.

    The wild one keeps the design and turns the sign of each trunk's residuals at random, enlarged by its leverage
    (CR3; Cameron, Gelbach & Miller 2008; MacKinnon & Webb 2018). Where runs contradict one another the robust fit
    may pass through some and stay there whatever becomes of the others; then the draws are those of least squares.
    Same fit, same seed, same draws.
    """
    rng = np.random.default_rng(seed)
    trunks, df = fit.runs.trunks, max(LEAST_SPARE, fit.runs.trunks - fit.free)
    widening = t_quantile(0.975, df) / t_quantile(0.975, 1e9)
    if trunks >= MANY and trunks >= 4 * fit.free:
        target, weight = np.log(fit.runs.loss), _resampled(fit, draws, rng)
        how, wider = "trunks resampled within their grade", 1.0
    else:
        target, weight = _turned(fit, draws, rng), None
        how, wider = "wild bootstrap by trunk, CR3", ROBUST
    theta = _again(fit, fit.problem(target, weight), draws)
    if stuck := _stuck(fit, theta):
        theta = _again(fit, fit.problem(_turned(fit, draws, rng), delta=None), draws)
        how, wider = "wild bootstrap by trunk, CR3, of least squares", 1.0
    if fit.seeds is not None:
        how += f", what runs of a seed share ({fit.seeds.share:.0%}) taken off"
    return Draws(fit, theta, f"{how}, t with {df} degrees of freedom", widening * wider, stuck)


def _again(fit: Fit, problem: Problem, draws: int) -> Floats:
    return minimise(problem, np.repeat(fit.theta[None], draws, axis=0), steps=60, tolerance=1e-5).theta


def _stuck(fit: Fit, theta: Floats) -> bool:
    """Whether the draws stay nearer to the fit than its residuals allow.

    Noise of size s moves p free parameters so that the law's values move by s sqrt(p / n). Runs without any are not stuck.
    """
    size = noise(fit)
    moves = np.sqrt(((fit.model.values(theta) - fit.predicted()) ** 2).mean(axis=1))
    expected = size * np.sqrt(fit.free / len(fit.runs))
    return bool(size > NO_NOISE and np.median(moves) < expected / STILL)


def noise(fit: Fit) -> float:
    """The size of a residual, in log loss, without as many of the least as there are free parameters.

    The robust fit passes through that many runs whatever the noise.
    """
    size = np.sort(np.abs(fit.residuals()))
    return float(np.median(size[min(fit.free, len(size) - 1) :]))


def _resampled(fit: Fit, draws: int, rng: np.random.Generator) -> Floats:
    """How often each row counts, (draws, n): its trunk's number among as many drawn from the trunks of its grade."""
    first, code = np.unique(fit.runs.trunk, return_index=True, return_inverse=True)[1:]
    counts = np.zeros((draws, len(first)))
    for grade in np.unique(fit.runs.grade):
        members = np.flatnonzero(fit.runs.grade[first] == grade)
        counts[:, members] = rng.multinomial(len(members), np.full(len(members), 1 / len(members)), size=draws)
    weight: Floats = counts[:, code.reshape(-1)]
    return weight


def _turned(fit: Fit, draws: int, rng: np.random.Generator) -> Floats:
    """Log losses (draws, n) with each trunk's enlarged residuals turned and stretched by one random factor."""
    code = np.unique(fit.runs.trunk, return_inverse=True)[1].reshape(-1)
    factor = rng.choice(np.concatenate([-WEBB, WEBB]), size=(draws, fit.runs.trunks))
    turned = fit.enlarged() * factor[:, code]
    return fit.predicted() + (turned if fit.seeds is None else fit.seeds.on(turned))


@dataclass(frozen=True)
class Profile:
    """The best objective for each value one parameter might have, and the values that the runs do not rule out."""

    name: str
    values: Floats
    objective: Floats
    low: float
    high: float

    @property
    def weak(self) -> bool:
        """Whether the interval spans more than a factor of four."""
        return not self.high <= TELLING * self.low


def profile(fit: Fit, name: str, points: int = 41) -> Profile:
    """The profile of one parameter over its whole box, all values fitted at once; 95 % interval by likelihood ratio.

    An end of the box counts as the end of the interval: `R_D*` up to 10^4 reads "no upper bound".
    """
    place = fit.names().index(name)
    coordinate = fit.law.coordinates[place]
    high = min(coordinate.high, np.log(fit.runs.loss.min())) if name == "E" else coordinate.high
    middle = float(np.clip(fit.theta[place], coordinate.low, high))
    t = np.linspace(-1, 1, points)
    reach = np.where(t < 0, middle - coordinate.low, high - middle)
    grid = middle + reach * np.sinh(7 * t) / np.sinh(7)
    held = fit.held.copy()
    held[place] = True
    problem = replace(fit.problem(np.log(fit.runs.loss)), held=held)
    theta = np.repeat(fit.theta[None], points, axis=0)
    theta[:, place] = grid
    found = minimise(problem, theta, steps=80, tolerance=1e-7)
    for side in (1, -1):  # from each neighbour's optimum: far out, the optimum itself is a poor start
        start = np.roll(found.theta, side, axis=0)
        start[:, place] = grid
        again = minimise(problem, start, steps=80, tolerance=1e-7)
        better = again.objective < found.objective
        found.theta[better], found.objective[better] = again.theta[better], again.objective[better]
    limit = min(fit.objective, float(found.objective.min())) + rise(fit)
    low, top = _crossings(grid, found.objective, limit, points // 2)
    ends = np.exp([low, top]) if coordinate.logarithm else np.array([low, top])
    values = np.exp(grid) if coordinate.logarithm else grid
    return Profile(name, values, found.objective, float(ends[0]), float(ends[1]))


def cautious(draws: Draws, found: Profile) -> tuple[float, float]:
    """The interval of an asymptote: from the lower of the low ends of bootstrap and profile to the higher high end.

    Where the runs hardly tell a parameter, the estimate sits at one end of a flat valley and the draws stay near it;
    where they do, the two are alike.
    """
    place = draws.fit.names().index(found.name)
    _, low, high = draws.interval(lambda theta: draws.fit.natural(theta)[:, place])
    return min(low, found.low), max(high, found.high)


def rise(fit: Fit) -> float:
    """By how much the objective may rise within 95 %: half of t^2 times E psi^2 / E psi' (Ronchetti's ratio test).

    The density of residuals at 0, in E psi', is a kernel estimate; residuals that go together within a trunk enlarge
    the first expectation by what their sums vary more than if they were independent.
    """
    residual = fit.apart()
    n, psi = len(residual), np.clip(residual, -DELTA, DELTA)
    width = 1.06 * min(residual.std(), 1.4826 * float(np.median(np.abs(residual)))) * n**-0.2
    density = float(np.exp(-0.5 * (residual / max(width, 1e-12)) ** 2).mean() / max(width, 1e-12) / np.sqrt(2 * np.pi))
    sums = np.bincount(np.unique(fit.runs.trunk, return_inverse=True)[1].reshape(-1), psi)
    design = max(1.0, float((sums**2).sum() / max((psi**2).sum(), 1e-300)))
    df = max(LEAST_SPARE, n - fit.free)
    scale = design * float((psi**2).sum()) / df / min(1.0, 2 * DELTA * density)
    return 0.5 * t_quantile(0.975, max(LEAST_SPARE, fit.runs.trunks - fit.free)) ** 2 * scale


def _crossings(grid: Floats, objective: Floats, limit: float, middle: int) -> tuple[float, float]:
    """Where the profile first leaves the limit on either side of the middle; the grid's end where it never does."""
    ends = []
    for order in (range(middle, -1, -1), range(middle, len(grid))):
        end = grid[order[-1]]
        for here, there in pairwise(order):
            if objective[there] > limit:
                share = (limit - objective[here]) / max(objective[there] - objective[here], 1e-300)
                end = grid[here] + np.clip(share, 0, 1) * (grid[there] - grid[here])
                break
        ends.append(float(end))
    return ends[0], ends[1]
