"""The least loss a budget can buy: best parameters and epochs for given compute and unique tokens, by a law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from studies.fitting.law import Inputs, Law
from studies.fitting.runs import FLOPS_PER_PARAMETER_AND_TOKEN, Floats

GOLDEN = (np.sqrt(5) - 1) / 2
GRID, STEPS = 25, 24
"""Sizes looked at first; then golden sections of the bracket: 24 leave 10^-5 of it, and of the loss the square of that."""
ROOT, CLOSE = 40, 1e-8
"""Steps at most when a budget is sought, and the error in loss, or in ln of the budget, that ends the search."""


@dataclass(frozen=True)
class Budgets:
    """A law asked for budgets: `theta` (batch, p) its coordinates, `sizes` the least and largest N that are tried.

    C = `per` N D. A quality multiplier q counts each token q times, unique or not: L(N, q D, q U). Hence
    L_opt(C, U; q) = L_opt(q C, q U; 1), and without limit on U the theorem L_opt(C; q) = L_opt(q C; 1).
    """

    law: Law
    theta: Floats
    sizes: tuple[float, float]
    per: float = FLOPS_PER_PARAMETER_AND_TOKEN
    epochs: float = np.inf
    """At most; compute beyond them is left unspent. 1 is the pessimist's reading of a law that knows no repeats."""

    def loss(
        self, parameters: Floats, tokens: Floats, unique: Floats | float = np.inf, quality: Floats | float = 1.0
    ) -> Floats:
        """Loss (batch, k) of N, D, U and q that broadcast to it."""
        with np.errstate(over="ignore"):
            n, d, u, q = np.broadcast_arrays(parameters, tokens, unique, quality)
        d = np.minimum(d, self.epochs * u)
        at = Inputs(np.log(n), np.log(d), np.log(np.minimum(u, d)), np.log(self.per * n * d)).better(np.log(q))
        return np.exp(self.law.log_loss(self.theta, at))

    def best(
        self, compute: Floats | float, unique: Floats | float = np.inf, quality: Floats | float = 1.0
    ) -> tuple[Floats, Floats]:
        """Least loss (batch,) and the N (batch,) that has it; compute, U and q are numbers or (batch,).

        More epochs than compute pays for cannot be had; a budget below one epoch leaves tokens unseen.
        """
        rows = len(self.theta)
        c, u, q = (np.broadcast_to(np.asarray(x, np.float64), rows)[:, None] for x in (compute, unique, quality))

        def of(n: Floats) -> Floats:
            size = np.exp(n)
            return self.loss(size, c / (self.per * size), u, q)

        grid = np.broadcast_to(np.linspace(np.log(self.sizes[0]), np.log(self.sizes[1]), GRID), (rows, GRID))
        place = np.argmin(of(grid), axis=1)[:, None]
        low = np.take_along_axis(grid, np.maximum(place - 1, 0), 1)
        high = np.take_along_axis(grid, np.minimum(place + 1, GRID - 1), 1)
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        at_left, at_right = of(left), of(right)
        for _ in range(STEPS):
            lower = at_left <= at_right
            low, high = np.where(lower, low, left), np.where(lower, right, high)
            fresh = np.where(lower, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
            value = of(fresh)
            left, right = np.where(lower, fresh, right), np.where(lower, left, fresh)
            at_left, at_right = np.where(lower, value, at_right), np.where(lower, at_left, value)
        ends = np.concatenate([low, left, right, high], axis=1)
        losses = of(ends)
        pick = np.argmin(losses, axis=1)[:, None]
        return np.take_along_axis(losses, pick, 1)[:, 0], np.exp(np.take_along_axis(ends, pick, 1)[:, 0])

    def compute_for(self, loss: Floats, around: float, unique: Floats | float, span: float = 1024.0) -> Floats:
        """Compute (batch,) with which `loss` is reached; inf if `span` times `around` does not, NaN if `around` / span still does."""
        return self._solve(lambda x: self.best(around * np.exp(x), unique)[0], loss, span) * around

    def unique_for(self, loss: Floats, compute: float, around: float, span: float = 1024.0) -> Floats:
        """Unique tokens (batch,) with which `loss` is reached at `compute`; inf if no number of them does, NaN if any does."""
        return self._solve(lambda x: self.best(compute, around * np.exp(x))[0], loss, span) * around

    @staticmethod
    def _solve(falling: Callable[[Floats], Floats], loss: Floats, span: float) -> Floats:
        """exp(x) with falling(x) = loss, by false position with halving (Illinois); falling must not rise with x.

        inf and NaN where it lies above `span` and below 1 / `span`.
        """
        low, high = np.full(len(loss), -np.log(span)), np.full(len(loss), np.log(span))
        zero = np.zeros(len(loss))
        at_low, at_zero, at_high = (falling(x) - loss for x in (low, zero, high))
        out_high, out_low = at_high > 1e-12, at_low <= 0
        under = at_zero <= 0
        low, at_low = np.where(under, low, zero), np.where(under, at_low, at_zero)
        high, at_high = np.where(under, zero, high), np.where(under, at_zero, at_high)
        x = zero
        for _ in range(ROOT):
            with np.errstate(divide="ignore", invalid="ignore"):
                x = np.where(at_low > at_high, (low * at_high - high * at_low) / (at_high - at_low), high)
            x = np.clip(x, low, high)  # nothing lies between where the loss is out of reach
            value = falling(x) - loss
            up = value > 0
            at_high = np.where(up, at_high / 2, value)
            at_low = np.where(up, value, at_low / 2)
            low, high = np.where(up, x, low), np.where(up, high, x)
            if np.max(np.minimum(np.abs(value), high - low)) < CLOSE:
                break
        x = np.where(np.abs(at_zero) < 1e-12, 0.0, x)
        return np.where(out_high, np.inf, np.where(out_low, np.nan, np.exp(x)))
