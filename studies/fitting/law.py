"""What a law is: log loss as a function of parameters, tokens, unique tokens and compute, with its derivatives.

A file `chinchilla.py` in `studies/laws` holds the class `Chinchilla`; nothing else has to know of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np

from dataqual.errors import SpecError, did_you_mean
from studies.fitting.runs import FLOPS_PER_PARAMETER_AND_TOKEN, Floats, Runs


class Inputs(NamedTuple):
    """What a law is a function of, at the points at which it is asked: natural logarithms that broadcast together."""

    n: Floats
    """ln N."""
    d: Floats
    """ln D."""
    u: Floats
    """ln U, at most ln D."""
    c: Floats
    """ln C."""

    @classmethod
    def of(cls, runs: Runs) -> Inputs:
        """The points of runs."""
        return cls(np.log(runs.parameters), np.log(runs.tokens), np.log(runs.unique), np.log(runs.flops))

    @classmethod
    def at(cls, parameters: object, tokens: object, unique: object = None, flops: object = None) -> Inputs:
        """Points from plain numbers; U = D and C = 6 N D where not given. U above D counts as D."""
        n, d = np.log(np.asarray(parameters, np.float64)), np.log(np.asarray(tokens, np.float64))
        u = d if unique is None else np.minimum(np.log(np.asarray(unique, np.float64)), d)
        six = np.log(FLOPS_PER_PARAMETER_AND_TOKEN)
        return cls(n, d, u, n + d + six if flops is None else np.log(np.asarray(flops, np.float64)))

    def better(self, shift: Floats | float) -> Inputs:
        """The same points with tokens worth exp(shift) as much: D, U and C all count exp(shift) times."""
        return Inputs(self.n, self.d + shift, self.u + shift, self.c + shift)


class Slopes(NamedTuple):
    """Log loss and its derivatives."""

    value: Floats
    by: list[Floats]
    """By each coordinate of the law, in order."""
    shift: Floats
    """By the logarithm of the quality multiplier."""


@dataclass(frozen=True)
class Coordinate:
    """One fitted number: its name, whether it is fitted as a logarithm, and the box it stays in (as fitted)."""

    name: str
    logarithm: bool
    low: float
    high: float


class Law(ABC):
    """A formula with free numbers. Coordinates are what the fitter moves: logarithms of A, B, E, R*, exponents as such."""

    name: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str]
    coordinates: ClassVar[tuple[Coordinate, ...]]
    asymptotes: ClassVar[tuple[str, ...]]
    """Parameters whose profile is taken: those a few runs leave open."""

    @abstractmethod
    def slopes(self, theta: Floats, at: Inputs) -> Slopes:
        """Log loss and derivatives at coordinates `theta` (batch, p) or (p,), for points (n,) or (batch, n)."""

    @abstractmethod
    def centring(self, at: Inputs) -> Floats:
        """(p, p): coordinates from centred ones (amplitudes at the middle of the runs), which hardly correlate."""

    @abstractmethod
    def starts(self, runs: Runs) -> Floats:
        """(starts, p) coordinates, spread over all that a law of this kind has been seen to be."""

    def log_loss(self, theta: Floats, at: Inputs) -> Floats:
        """Log loss alone."""
        return self.slopes(theta, at).value

    def column(self, theta: Floats, name: str) -> Floats:
        """One coordinate with an axis for points at its end."""
        return theta[..., [self.names().index(name)]]

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The parameters' names in order."""
        return tuple(coordinate.name for coordinate in cls.coordinates)

    @classmethod
    def natural(cls, theta: Floats) -> Floats:
        """Parameters from coordinates."""
        logarithm = np.array([coordinate.logarithm for coordinate in cls.coordinates])
        return np.where(logarithm, np.exp(np.where(logarithm, theta, 0.0)), theta)

    @classmethod
    def coordinates_of(cls, parameters: dict[str, float]) -> Floats:
        """Coordinates from parameters by name; SpecError if one is missing or unknown."""
        if unknown := sorted(parameters.keys() - set(cls.names())):
            raise SpecError(f"law {cls.name}: no parameter {unknown[0]!r}; {did_you_mean(unknown[0], cls.names())}")
        if missing := [name for name in cls.names() if name not in parameters]:
            raise SpecError(f"law {cls.name}: needs the parameter {missing[0]!r}")
        pairs = ((parameters[c.name], c.logarithm) for c in cls.coordinates)
        return np.array([np.log(value) if logarithm else value for value, logarithm in pairs], np.float64)

    def loss(self, parameters: dict[str, float], at: Inputs) -> Floats:
        """Loss at points for parameters by name."""
        return np.exp(self.log_loss(self.coordinates_of(parameters), at))


def names() -> list[str]:
    """The names of all laws."""
    return sorted(file.stem for file in (Path(__file__).parent.parent / "laws").glob("*.py") if file.stem != "__init__")


def find(name: str) -> Law:
    """The law of that name; SpecError with the nearest name if there is none.

    >>> find("chinchilla").formula
    'E + A / N^alpha + B / (q D)^beta'
    """
    if name not in names():
        raise SpecError(f"no law {name!r}; {did_you_mean(name, names())}")
    kind = "".join(part.capitalize() for part in name.split("_"))
    law: Law = getattr(import_module(f"studies.laws.{name}"), kind)()
    return law
