"""The law of Hoffmann et al. 2022 (arXiv:2203.15556, §3.3), with a quality multiplier on the tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studies.fitting.law import Coordinate, Inputs, Law, Slopes
from studies.fitting.runs import Floats, Runs

AMPLITUDE = (-50.0, 150.0)
"""Of ln A and ln B: with exponents up to 3 and 10^12 tokens a term of one nat has ln B = 83."""
FLOOR = (-12.0, 7.0)
"""Of ln E: below the first the floor is nothing, above the second no loss has been seen."""
EXPONENT = (0.01, 3.0)


@dataclass(frozen=True)
class Chinchilla(Law):
    """A floor, a term that more parameters lower and one that more tokens lower; blind to repeats."""

    name = "chinchilla"
    formula = "E + A / N^alpha + B / (q D)^beta"
    source = "Hoffmann et al. 2022, arXiv:2203.15556, equation 2"
    coordinates = (
        Coordinate("A", True, *AMPLITUDE),
        Coordinate("B", True, *AMPLITUDE),
        Coordinate("E", True, *FLOOR),
        Coordinate("alpha", False, *EXPONENT),
        Coordinate("beta", False, *EXPONENT),
    )
    asymptotes = ("E", "alpha", "beta")

    def slopes(self, theta: Floats, at: Inputs) -> Slopes:
        a, b, e, alpha, beta = (theta[..., [place]] for place in range(5))
        size, data, floor = np.exp(a - alpha * at.n), np.exp(b - beta * at.d), np.exp(e)
        total = size + data + floor
        size, data = size / total, data / total
        by = [size, data, floor / total, -at.n * size, -at.d * data]
        return Slopes(np.log(total), by, -beta * data)

    def log_loss(self, theta: Floats, at: Inputs) -> Floats:
        a, b, e, alpha, beta = (theta[..., [place]] for place in range(5))
        value: Floats = np.log(np.exp(a - alpha * at.n) + np.exp(b - beta * at.d) + np.exp(e))
        return value

    def centring(self, at: Inputs) -> Floats:
        centring = np.eye(5)
        centring[0, 3], centring[1, 4] = at.n.mean(), at.d.mean()
        return centring

    def starts(self, runs: Runs) -> Floats:
        """Exponents on a grid; A, B and E by least squares given the exponents, none below a thousandth of the loss."""
        exponents = [0.1, 0.2, 0.35, 0.6, 1.0]
        return np.array([_given(runs, alpha, beta, floor)
                         for alpha in exponents for beta in exponents for floor in (None, 0.05, 0.7)])  # fmt: skip


def _given(runs: Runs, alpha: float, beta: float, floor: float | None) -> list[float]:
    """Coordinates for these exponents; the floor a share of the lowest loss, or free if None."""
    least = runs.loss.min()
    size, data = runs.parameters**-alpha, runs.tokens**-beta
    scale = np.array([size.mean(), data.mean(), 1.0])
    terms = np.stack([size, data, np.ones_like(size)], axis=1) / scale
    if floor is None:
        found = np.linalg.lstsq(terms, runs.loss, rcond=None)[0]
    else:
        found = np.append(np.linalg.lstsq(terms[:, :2], runs.loss - floor * least, rcond=None)[0], floor * least)
    a, b, e = np.log(np.maximum(found, 1e-3 * least) / scale)
    return [a, b, e, alpha, beta]
