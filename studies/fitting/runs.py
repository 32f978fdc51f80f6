"""`Runs`: the table a law is fitted on, one row a trained model at one of its stops, on one held-out set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dataqual.errors import SpecError

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

FLOPS_PER_PARAMETER_AND_TOKEN = 6.0
"""Of a training step, forward and backward, where no count is given (Kaplan et al. 2020, §2.1)."""


@dataclass(frozen=True)
class Runs:
    """What was trained and the loss it came to: columns of one length n; every number positive and finite.

    `grade` and `trunk` are codes: grade 0 is the reference, rows of one trunk share their noise.
    """

    parameters: Floats
    """N."""
    tokens: Floats
    """D, seen in training."""
    unique: Floats
    """U, of them different ones."""
    flops: Floats
    """C."""
    loss: Floats
    grade: Codes
    grades: tuple[str, ...]
    trunk: Codes
    weights: Floats | None = None
    """For least squares: 1 / variance of the log loss, up to a factor; None: alike."""
    seed: Codes | None = None
    """Rows of one code have one size and seed, and so began with the same weights; None: unknown."""

    @classmethod
    def of(
        cls,
        parameters: npt.ArrayLike,
        tokens: npt.ArrayLike,
        loss: npt.ArrayLike,
        *,
        unique: npt.ArrayLike | None = None,
        flops: npt.ArrayLike | None = None,
        grade: Sequence[str] | None = None,
        reference: str | None = None,
        trunk: Sequence[object] | None = None,
        weights: npt.ArrayLike | None = None,
        seed: Sequence[object] | None = None,
    ) -> Runs:
        """Runs from plain columns; what is absent is taken as: U = D, C = 6 N D, one grade, every row its own trunk, seeds unknown.

        The reference is the grade of the first row unless named. U never exceeds D: what was not seen does not count.

        >>> Runs.of([1e6, 1e6], [2e7, 4e7], [3.1, 2.9], grade=["raw", "clean"]).grades
        ('raw', 'clean')
        """
        n, d, y = (np.atleast_1d(np.asarray(column, np.float64)) for column in (parameters, tokens, loss))
        u = d.copy() if unique is None else np.minimum(np.atleast_1d(np.asarray(unique, np.float64)), d)
        c = FLOPS_PER_PARAMETER_AND_TOKEN * n * d if flops is None else np.atleast_1d(np.asarray(flops, np.float64))
        names = list(dict.fromkeys(grade)) if grade is not None else ["all"]
        if reference is not None:
            if reference not in names:
                raise SpecError(f"no run has the reference grade {reference!r}; there are: {', '.join(names)}")
            names = [reference, *(name for name in names if name != reference)]
        code = {name: place for place, name in enumerate(names)}
        grades = np.zeros(len(y), np.int64) if grade is None else np.array([code[name] for name in grade], np.int64)
        trunks = np.arange(len(y)) if trunk is None else _codes(trunk)
        w = None if weights is None else np.atleast_1d(np.asarray(weights, np.float64))
        seeds = None if seed is None else _codes(list(zip(n.tolist(), seed, strict=True)))
        return cls(n, d, u, c, y, grades, tuple(names), trunks.astype(np.int64), w, seeds)

    def __post_init__(self) -> None:
        columns = {"parameters": self.parameters, "tokens": self.tokens, "unique": self.unique, "flops": self.flops}
        columns |= {"loss": self.loss} | ({} if self.weights is None else {"weights": self.weights})
        for name, column in columns.items():
            if column.shape != self.loss.shape:
                raise SpecError(f"runs: {name} has {len(column)} rows, loss has {len(self.loss)}")
            if not (np.isfinite(column).all() and (column > 0).all()):
                row = int(np.flatnonzero(~(np.isfinite(column) & (column > 0)))[0])
                raise SpecError(f"runs: {name} of row {row} is {column[row]}; it must be finite and above 0")
        for name, codes in (("grade", self.grade), ("trunk", self.trunk), ("seed", self.seed)):
            if codes is not None and codes.shape != self.loss.shape:
                raise SpecError(f"runs: {name} has {len(codes)} rows, loss has {len(self.loss)}")

    def __len__(self) -> int:
        return len(self.loss)

    @property
    def repeats(self) -> bool:
        """Whether some run saw tokens more than once (by more than a thousandth, for rounded figures)."""
        return bool((self.tokens > self.unique * 1.001).any())

    @property
    def trunks(self) -> int:
        """How many trunks there are: what the intervals rest on."""
        return len(np.unique(self.trunk))

    def facts(self) -> dict[str, Any]:
        """How many, and from where to where, as plain values."""
        columns = {"parameters": self.parameters, "tokens": self.tokens, "unique": self.unique, "loss": self.loss}
        spans = {name: [float(column.min()), float(column.max())] for name, column in columns.items()}
        return {"n": len(self), "trunks": self.trunks, "grades": list(self.grades), "repeats": self.repeats} | spans

    def where(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Runs:
        """The runs of some rows, with the same grades and trunks."""
        weights = None if self.weights is None else self.weights[rows]
        seed = None if self.seed is None else self.seed[rows]
        columns = (self.parameters, self.tokens, self.unique, self.flops, self.loss)
        n, d, u, c, y = (column[rows] for column in columns)
        return Runs(n, d, u, c, y, self.grade[rows], self.grades, self.trunk[rows], weights, seed)

    def again(self) -> Runs:
        """The same runs with only the grades that they have; the reference stays, where it has runs."""
        names = [self.grades[code] for code in np.unique(self.grade)]
        seed = None if self.seed is None else self.seed.tolist()
        return Runs.of(
            self.parameters, self.tokens, self.loss, unique=self.unique, flops=self.flops,
            grade=[self.grades[code] for code in self.grade], reference=names[0] if names else None,
            trunk=self.trunk.tolist(), weights=self.weights, seed=seed,
        )  # fmt: skip

    def lowest(self, keep: int) -> Runs:
        """The `keep` runs of lowest loss, in their old order (Epoch keeps 240 of Hoffmann's 245 so)."""
        return self.where(np.sort(np.argsort(self.loss, kind="stable")[:keep]))

    def cells(self) -> Codes:
        """A code per row: rows alike in N, D, U and grade are replicates of one cell."""
        key = np.stack([self.parameters, self.tokens, self.unique, self.grade.astype(np.float64)])
        return np.unique(key, axis=1, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _codes(values: Sequence[object]) -> Codes:
    names = {value: place for place, value in enumerate(dict.fromkeys(values))}
    return np.array([names[value] for value in values], np.int64)
