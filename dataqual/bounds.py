"""An interval of acceptable values: on a signal it is a filter, on a metric it is a check."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Bounds:
    """Acceptable values: `min` and `max` belong to the interval, `above` and `below` do not.

    Published rules differ in whether the threshold itself passes, so both kinds of end exist.

    >>> Bounds(min=3, max=10).accept([2, 3, 10, 11]).tolist()
    [False, True, True, False]
    >>> Bounds(above=0.12).accept([0.12, 0.13]).tolist()
    [False, True]
    >>> str(Bounds(min=50, below=100000))
    '>= 50 and < 100000'
    """

    min: float | None = None
    max: float | None = None
    above: float | None = None
    below: float | None = None

    def accept(self, values: object) -> NDArray[np.bool_]:
        """Which `values` (any array-like of numbers) lie within; same shape as `values`."""
        array = np.asarray(values)
        ok = np.ones(array.shape, dtype=bool)
        if self.min is not None:
            ok &= array >= self.min
        if self.max is not None:
            ok &= array <= self.max
        if self.above is not None:
            ok &= array > self.above
        if self.below is not None:
            ok &= array < self.below
        return ok

    @property
    def outside(self) -> Bounds:
        """What these bounds exclude, as bounds; ValueError where that is no interval (two ends, or none).

        >>> str(Bounds(min=1).outside), str(Bounds(above=200).outside)
        ('< 1', '<= 200')
        """
        opposite = {"min": "below", "max": "above", "above": "max", "below": "min"}
        ends = [name for name in opposite if getattr(self, name) is not None]
        if len(ends) != 1:
            raise ValueError(f"what lies outside of {self} is not one interval")
        return Bounds(**{opposite[ends[0]]: getattr(self, ends[0])})

    def __str__(self) -> str:
        ends = ((">=", self.min), (">", self.above), ("<=", self.max), ("<", self.below))
        return (
            " and ".join(
                f"{sign} {end:g}" if abs(end) < 1e5 else f"{sign} {end:.0f}" for sign, end in ends if end is not None
            )
            or "any"
        )
