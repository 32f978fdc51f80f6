"""The law of Muennighoff et al. 2023 (arXiv:2305.16264): repeated tokens and excess parameters lose their worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studies.fitting.law import Coordinate, Inputs, Law, Slopes
from studies.fitting.runs import Floats, Runs
from studies.laws.chinchilla import Chinchilla

WORTH = (np.log(0.02), np.log(1e4))
"""Of ln R*: from 'a second epoch is worth a fiftieth' to 'ten thousand repeats are as good as fresh'."""

MOST = 60.0
"""Of ln (N / U_N): beyond it the excess is worth R_N* whatever it is, and its exponential would overflow."""

PUBLISHED = {
    "A": float(np.exp(6.255414)),
    "B": float(np.exp(7.3049974)),
    "E": float(np.exp(0.6254804)),
    "alpha": 0.3526596,
    "beta": 0.3526596,
    "R_D*": 15.387756,
    "R_N*": 5.309743,
}
"""As fitted by the authors on C4: the first five on runs without repeats and then frozen, the last two on 182 runs."""


@dataclass(frozen=True)
class DataConstrained(Law):
    """Chinchilla on effective parameters N' and tokens D', which saturate with N / U_N and with the epochs D / U.

    U_N, the parameters that U tokens can feed, is where Chinchilla's optimum has U tokens.
    """

    name = "data_constrained"
    formula = (
        "E + A / N'^alpha + B / D'^beta; D' = q U (1 + R_D* (1 - exp(-(D/U - 1) / R_D*))), "
        "N' = U_N (1 + R_N* (1 - exp(-(N/U_N - 1) / R_N*))), U_N = min(N, N_opt(q U))"
    )
    source = "Muennighoff et al. 2023, arXiv:2305.16264, equations 5 and 6"
    coordinates = (*Chinchilla.coordinates, Coordinate("R_D*", True, *WORTH), Coordinate("R_N*", True, *WORTH))
    asymptotes = (*Chinchilla.asymptotes, "R_D*", "R_N*")

    def slopes(self, theta: Floats, at: Inputs) -> Slopes:
        a, b, e, alpha, beta, rd, rn = (theta[..., [place]] for place in range(7))
        fed = feeds(theta, at.u)
        excess = at.n > fed
        base = np.minimum(at.n, fed)
        size, by_rn, by_base = saturating(base, at.n, rn)
        data, by_rd, _ = saturating(at.u, at.d, rd)
        size_term, data_term, floor = np.exp(a - alpha * size), np.exp(b - beta * data), np.exp(e)
        total = size_term + data_term + floor
        size_term, data_term = size_term / total, data_term / total
        by_fed = (
            np.where(excess, -alpha * size_term * by_base, 0.0) / alpha
        )  # every derivative of `fed` has a 1 / alpha
        by = [
            size_term + by_fed,
            data_term - by_fed,
            floor / total,
            -size * size_term + by_fed * (1 / alpha - fed),
            -data * data_term + by_fed * (at.u - 1 / beta),
            -beta * data_term * by_rd,
            -alpha * size_term * by_rn,
        ]
        return Slopes(np.log(total), by, -beta * data_term + by_fed * beta)

    def log_loss(self, theta: Floats, at: Inputs) -> Floats:
        a, b, e, alpha, beta, rd, rn = (theta[..., [place]] for place in range(7))
        size = saturated(np.minimum(at.n, feeds(theta, at.u)), at.n, rn)
        data = saturated(at.u, at.d, rd)
        value: Floats = np.log(np.exp(a - alpha * size) + np.exp(b - beta * data) + np.exp(e))
        return value

    def centring(self, at: Inputs) -> Floats:
        centring = np.eye(7)
        centring[:5, :5] = Chinchilla().centring(at)
        return centring

    def starts(self, runs: Runs) -> Floats:
        """Chinchilla's starts in turn, with eight R_D* by six R_N*, from worth little to hardly losing any."""
        pairs = [np.log([rd, rn]) for rd in (1.0, 2.0, 5.0, 10, 20, 50, 100, 300) for rn in (0.5, 1.5, 3.0, 6, 15, 60)]
        first = Chinchilla().starts(runs)
        turns = [
            (pair, first[(7 * turn + shift) % len(first)]) for turn, pair in enumerate(pairs) for shift in (0, 3, 5)
        ]
        return np.array([np.concatenate([five, pair]) for pair, five in turns])


def feeds(theta: Floats, unique: Floats) -> Floats:
    """ln of the parameters for which `unique` (ln) tokens are Chinchilla's optimum: alpha A N^-alpha = beta B D^-beta."""
    a, b, _, alpha, beta = (theta[..., [place]] for place in range(5))
    fed: Floats = (np.log(alpha) + a - np.log(beta) - b + beta * unique) / alpha
    return fed


def saturated(base: Floats, whole: Floats, worth: Floats) -> Floats:
    """ln of base (1 + R* (1 - exp(-(whole / base - 1) / R*))), all as logarithms; `whole` is at least `base`."""
    star = np.exp(worth)
    value: Floats = base + np.log1p(-star * np.expm1(-np.expm1(np.minimum(whole - base, MOST)) / star))
    return value


def saturating(base: Floats, whole: Floats, worth: Floats) -> tuple[Floats, Floats, Floats]:
    """`saturated`, and its derivatives by `worth` and by `base`."""
    star = np.exp(worth)
    repeats = np.expm1(np.minimum(whole - base, MOST))
    left = np.exp(-repeats / star)
    grown = 1 - star * np.expm1(-repeats / star)
    by_worth = star * ((1 - left) - repeats / star * left) / grown
    return base + np.log(grown), by_worth, 1 - left * (repeats + 1) / grown
