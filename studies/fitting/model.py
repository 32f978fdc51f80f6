"""A law on given points, where grades differ by what a token of them is worth, and may have an exponent or a floor of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from studies.fitting.law import Inputs, Law, Slopes
from studies.fitting.runs import Codes, Floats, Runs

Mask = npt.NDArray[np.bool_]
Own = tuple[tuple[str, str], ...]
"""Coordinates that a grade has for itself: the coordinate's name and the grade's."""

QUALITY = 6.9
"""Of |ln q|: a grade worth a thousandth, or a thousand times, of the reference is outside what runs can tell."""
OWN = 3.0
"""Of how far a coordinate of a grade may be from that of the reference: exponents stay in their box besides."""


@dataclass(frozen=True)
class Model:
    """A law on given points, with a quality multiplier for every grade but the reference.

    Coordinates: the law's; then ln q of grades 1, 2, …; then, for each in `own`, by how much that coordinate of that grade is
    above the reference's. An exponent turns about the middle of the runs.
    """

    law: Law
    at: Inputs
    grade: Codes
    grades: int
    own: tuple[tuple[int, Floats], ...] = ()
    """Of each coordinate that a grade has for itself its grade, and the direction (p,) in which the law's coordinates move."""

    @classmethod
    def of(cls, law: Law, runs: Runs, own: Own = ()) -> Model:
        """The model of a law on runs."""
        at = Inputs.of(runs)
        middle, names = law.centring(at), law.names()
        turns = tuple((runs.grades.index(grade), middle[:, names.index(name)]) for name, grade in own)
        return cls(law, at, runs.grade, len(runs.grades), turns)

    @property
    def size(self) -> int:
        """Coordinates in all."""
        return len(self.law.coordinates) + self.grades - 1 + len(self.own)

    def law_of(self, theta: Floats, code: int) -> Floats:
        """The law's own coordinates (batch, p) for a grade, its quality not counted in."""
        many = len(self.law.coordinates)
        found: Floats = theta[..., :many]
        if mine := self.places(code):
            for place, turn in mine:
                found = found + theta[..., [place]] * turn
            exponents = [not c.logarithm for c in self.law.coordinates]
            low, high = ([getattr(c, end) for c in self.law.coordinates] for end in ("low", "high"))
            found = np.where(exponents, np.clip(found, low, high), found)
        return found

    def places(self, code: int) -> list[tuple[int, Floats]]:
        """Where the coordinates stand that a grade has for itself, and which way they move the law's."""
        first = self.size - len(self.own)
        return [(first + number, turn) for number, (grade, turn) in enumerate(self.own) if grade == code]

    def shift(self, theta: Floats, code: int) -> Floats:
        """ln q (batch, 1) of a grade."""
        place = len(self.law.coordinates) + code - 1
        found: Floats = theta[..., [place]] if code else np.zeros((*theta.shape[:-1], 1))
        return found

    def _inputs(self, theta: Floats) -> Inputs:
        if self.grades == 1:
            return self.at
        quality = theta[:, len(self.law.coordinates) :][:, : self.grades - 1]
        shift = np.concatenate([np.zeros((len(theta), 1)), quality], axis=1)[:, self.grade]
        return self.at.better(shift)

    def values(self, theta: Floats) -> Floats:
        """Log losses (batch, n) at coordinates (batch, p)."""
        at = self._inputs(theta)
        if not self.own:
            return self.law.log_loss(theta, at)
        found = np.empty((len(theta), len(self.grade)))
        for code, rows in self._parts():
            found[:, rows] = self.law.log_loss(self.law_of(theta, code), _rows(at, rows))
        return found

    def slopes(self, theta: Floats) -> tuple[Floats, Floats]:
        """Log losses (batch, n) and their derivatives (batch, p, n)."""
        at, many = self._inputs(theta), len(self.law.coordinates)
        value = np.empty((len(theta), len(self.grade)))
        by = np.zeros((len(theta), self.size, len(self.grade)))
        for code, rows in self._parts() if self.own else [(0, slice(None))]:
            found: Slopes = self.law.slopes(self.law_of(theta, code), _rows(at, rows))
            value[:, rows] = found.value
            for place, column in enumerate(found.by):
                by[:, place, rows] = column
            for other in range(1, self.grades):
                by[:, many + other - 1, rows] = np.where(self.grade[rows] == other, found.shift, 0.0)
            for place, turn in self.places(code):
                by[:, place, rows] = np.einsum("p,bpn->bn", turn, by[:, :many, rows])
        return value, by

    def _parts(self) -> list[tuple[int, Codes | slice]]:
        """Every grade with its rows."""
        return [(int(code), np.flatnonzero(self.grade == code)) for code in np.unique(self.grade)]

    def elsewhere(self, at: Inputs, grade: Codes) -> Model:
        """The same model at other points, of these grades."""
        return replace(self, at=at, grade=grade)

    def centring(self) -> Floats:
        """(p, p) coordinates from centred ones; the qualities and what grades have for themselves are their own."""
        centring, law = np.eye(self.size), self.law.centring(self.at)
        centring[: len(law), : len(law)] = law
        return centring

    def box(self, centring: Floats) -> tuple[Floats, Floats]:
        """Lower and upper walls in centred coordinates: an amplitude's are those of its term at the middle of the runs."""
        others = [QUALITY] * (self.grades - 1) + [OWN] * len(self.own)
        low = [c.low for c in self.law.coordinates] + [-wall for wall in others]
        high = [c.high for c in self.law.coordinates] + others
        moved = (centring != np.eye(self.size)).any(axis=1)
        return np.where(moved, -14.0, low), np.where(moved, 9.0, high)


def _rows(at: Inputs, rows: Codes | slice) -> Inputs:
    """Some of the points."""
    return Inputs(*(column[..., rows] for column in at))
