"""A power of compute above a floor: all that runs of one size, or of one number of tokens, can tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studies.fitting.law import Coordinate, Inputs, Law, Slopes
from studies.fitting.runs import Floats, Runs
from studies.laws.chinchilla import AMPLITUDE, EXPONENT, FLOOR


@dataclass(frozen=True)
class Power(Law):
    """A floor and a term that more compute lowers; a better grade counts as more compute."""

    name = "power"
    formula = "E + K / (q C)^gamma"
    source = "Henighan et al. 2020, arXiv:2010.14701, equation 1.1"
    coordinates = (Coordinate("K", True, *AMPLITUDE), Coordinate("E", True, *FLOOR),
                   Coordinate("gamma", False, *EXPONENT))  # fmt: skip
    asymptotes = ("E", "gamma")

    def slopes(self, theta: Floats, at: Inputs) -> Slopes:
        k, e, gamma = (theta[..., [place]] for place in range(3))
        term, floor = np.exp(k - gamma * at.c), np.exp(e)
        total = term + floor
        term = term / total
        return Slopes(np.log(total), [term, floor / total, -at.c * term], -gamma * term)

    def centring(self, at: Inputs) -> Floats:
        centring = np.eye(3)
        centring[0, 2] = at.c.mean()
        return centring

    def starts(self, runs: Runs) -> Floats:
        """Exponents on a grid times the floor's share of the lowest loss; K fits the mean."""
        compute, starts = np.log(runs.flops), []
        for gamma in (0.03, 0.1, 0.2, 0.4, 0.8):
            for share in (0.01, 0.3, 0.6, 0.9):
                floor = share * runs.loss.min()
                k = float(np.mean(np.log(runs.loss - floor) + gamma * compute))
                starts.append([k, np.log(floor), gamma])
        return np.array(starts)
