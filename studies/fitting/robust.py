"""A law fitted to runs: Huber's loss on the log loss and weighted least squares side by side, from many starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from dataqual.errors import SpecError, did_you_mean
from studies.fitting import law as laws
from studies.fitting.law import Inputs, Law
from studies.fitting.leverage import enlarged
from studies.fitting.minimising import DELTA, Minimum, Problem, minimise, objective
from studies.fitting.model import Mask, Model, Own
from studies.fitting.replicates import weights
from studies.fitting.runs import Codes, Floats, Runs
from studies.fitting.seed_effect import SeedEffect, seed_effect

FINALISTS = 12
"""Starts of the first, rough round that go on to the second."""


@dataclass(frozen=True)
class Fit:
    """Where both objectives have their minimum. `theta` are coordinates: the law's, then ln q of the other grades."""

    model: Model
    runs: Runs
    theta: Floats
    """By Huber's loss with delta 1e-3: the estimate that everything else uses, blind to a diverged run."""
    objective: float
    """Sum over runs, as Hoffmann, Epoch and Muennighoff state it."""
    squares_theta: Floats
    squares: float
    """Half the weighted sum of squares."""
    weight: Floats | None
    """Of least squares, mean 1."""
    frozen: tuple[str, ...] = ()
    seeds: SeedEffect | None = None
    """What runs of one seed have in common, taken off of the distances; None where that is nothing, or unknown."""
    own: Own = ()
    """What grades have for themselves beside their q."""

    @property
    def law(self) -> Law:
        """The law that was fitted."""
        return self.model.law

    @property
    def held(self) -> Mask:
        """Coordinates that were not fitted."""
        return np.array([name in self.frozen for name in self.names()])

    @property
    def free(self) -> int:
        """How many coordinates were fitted."""
        return int((~self.held).sum())

    def names(self) -> tuple[str, ...]:
        """Names of all parameters; q of a grade as `q[grade]`, its own exponent as `beta[grade]`."""
        return names(self.law, self.runs, self.own)

    def natural(self, theta: Floats) -> Floats:
        """Parameters, q included, from coordinates (batch, p) or (p,)."""
        many, end = len(self.law.coordinates), self.model.size - len(self.own)
        own = [
            self.law.natural(self.model.law_of(theta, self.runs.grades.index(grade)))[
                ..., [self.law.names().index(name)]
            ]
            for name, grade in self.own
        ]
        return np.concatenate([self.law.natural(theta[..., :many]), np.exp(theta[..., many:end]), *own], axis=-1)

    def parameters(self, squares: bool = False) -> dict[str, float]:
        """Parameters by name; those of least squares if asked."""
        values = self.natural(self.squares_theta if squares else self.theta)
        return dict(zip(self.names(), values.tolist(), strict=True))

    def predicted(self) -> Floats:
        """Log loss of every run by the law."""
        return self.model.values(self.theta[None])[0]

    def log_losses(self, theta: Floats, at: Inputs, codes: Codes) -> Floats:
        """Log loss (batch, rows) of runs at any points, of these grades."""
        return self.model.elsewhere(at, codes).values(theta)

    def residuals(self) -> Floats:
        """Log of observed over predicted loss."""
        residuals: Floats = np.log(self.runs.loss) - self.predicted()
        return residuals

    def problem(self, target: Floats, weight: Floats | None = None, delta: float | None = DELTA) -> Problem:
        """The fit's own problem for other log losses, (n,) or (batch, n)."""
        return Problem(self.model, target, weight, delta, self.held, self.seeds)

    def apart(self) -> Floats:
        """The residuals as they count: without what their seeds have in common."""
        return self.problem(np.log(self.runs.loss)).apart(self.residuals())

    def enlarged(self) -> Floats:
        """The same as if each trunk had been predicted from the others."""
        by = self.model.slopes(self.theta[None])[1][0]
        centred = (self.problem(np.log(self.runs.loss)).apart(by).T @ self.model.centring())[:, ~self.held]
        return enlarged(centred, self.apart(), self.runs.trunk)

    def rmse(self) -> float:
        """Root mean square of the residuals in log loss, free parameters taken off."""
        residuals = self.residuals()
        return float(np.sqrt((residuals**2).sum() / max(1, len(residuals) - self.free)))


def fit(law: Law | str, runs: Runs, *, frozen: Mapping[str, float] | None = None, own: Own = ()) -> Fit:
    """Fit a law to runs; `frozen` parameters stay as given, of those in `own` a grade has its own.

    SpecError if the runs are too few or alike for it.

    >>> runs = Runs.of([1e6, 1e6, 3e6, 3e6, 9e6, 9e6], [2e7, 8e7, 2e7, 8e7, 2e7, 8e7], [4.1, 3.6, 3.7, 3.2, 3.5, 3.0])
    >>> fit("chinchilla", runs).rmse() < 0.01
    True
    """
    law = laws.find(law) if isinstance(law, str) else law
    model = Model.of(law, runs, own)
    known = names(law, runs)
    given = dict(frozen or {})
    if unknown := sorted(given.keys() - set(known)):
        raise SpecError(f"law {law.name}: no parameter {unknown[0]!r}; {did_you_mean(unknown[0], known)}")
    held = np.array([name in given for name in names(law, runs, own)])
    if trouble := too_little(law, runs, int((~held).sum())):
        raise SpecError(trouble)
    starts = _hold(_starts(law, runs, model), known, given, law)
    weight, target = weights(runs), np.log(runs.loss)
    robust, square = Problem(model, target, None, DELTA, held), Problem(model, target, weight, None, held)
    rough = minimise(square, starts, steps=30, tolerance=1e-4)
    squares = _best(minimise(square, _first(rough, 3), steps=300, tolerance=1e-13))
    entries = starts if given else _first(rough, FINALISTS)
    found = minimise(robust, np.concatenate([squares[0][None], entries]), steps=120, tolerance=1e-7)
    theta, least = _best(minimise(robust, _first(found, 4), steps=3000, tolerance=1e-14))
    return _by_seed(Fit(model, runs, theta, least, squares[0], squares[1], weight, tuple(given), None, own))


def names(law: Law, runs: Runs, own: Own = ()) -> tuple[str, ...]:
    """The names of all parameters of a law on these runs, in order."""
    pairs = (*(("q", grade) for grade in runs.grades[1:]), *own)
    return (*law.names(), *(f"{name}[{grade}]" for name, grade in pairs))


def _by_seed(found: Fit) -> Fit:
    """The fit again without what the runs of a seed have in common, if that can be seen in what this one leaves over."""
    seeds = seed_effect(found.runs, found.enlarged())
    if seeds is None:
        return found
    found = replace(found, seeds=seeds)
    target, starts = np.log(found.runs.loss), np.stack([found.theta, found.squares_theta])
    squares = _best(minimise(found.problem(target, found.weight, None), starts, steps=300, tolerance=1e-13))
    theta, least = _best(minimise(found.problem(target), np.stack([*starts, squares[0]]), steps=3000, tolerance=1e-14))
    return replace(found, theta=theta, objective=least, squares_theta=squares[0], squares=squares[1])


def too_little(law: Law, runs: Runs, free: int | None = None) -> str | None:
    """Why these runs cannot carry the law, in words; None if they can."""
    needed = (len(law.coordinates) + len(runs.grades) - 1 if free is None else free) + 1
    if len(runs) < needed:
        return f"law {law.name}: needs {needed} runs or more to fit {needed - 1} parameters, there are {len(runs)}"
    if runs.loss.max() < runs.loss.min() * (1 + 1e-6):
        return f"law {law.name}: all runs have the same loss: nothing can be said of what it depends on"
    varies = {"tokens (D)": runs.tokens, "parameters (N)": runs.parameters}
    if law.name == "power":
        return None if len(np.unique(runs.flops)) > 2 else "law power: needs 3 different amounts of compute"
    for name, column in varies.items():
        if column.max() < column.min() * 1.001:
            return f"law {law.name}: all runs have the same {name}: nothing can be said of how loss depends on it"
    if law.name == "data_constrained" and not runs.repeats:
        return "law data_constrained: no run saw its tokens twice (D > U): R_D* and R_N* cannot be told"
    return None


def evaluate(law: Law | str, runs: Runs, parameters: Mapping[str, float], *, seeds: SeedEffect | None = None) -> float:
    """The robust objective of given parameters on runs: to compare a published fit with ours, of which `seeds` are then taken, too."""
    law = laws.find(law) if isinstance(law, str) else law
    quality = [np.log(parameters.get(f"q[{grade}]", 1.0)) for grade in runs.grades[1:]]
    own = {name: value for name, value in parameters.items() if not name.startswith("q[")}
    theta = np.concatenate([law.coordinates_of(own), quality])
    return float(objective(Problem(Model.of(law, runs), np.log(runs.loss), seeds=seeds), theta[None])[0])


def _starts(law: Law, runs: Runs, model: Model) -> Floats:
    starts = law.starts(runs)
    return np.concatenate([starts, np.zeros((len(starts), model.size - starts.shape[1]))], axis=1)


def _hold(starts: Floats, names: tuple[str, ...], given: Mapping[str, float], law: Law) -> Floats:
    """The starts with the frozen coordinates as given, each once."""
    linear = {coordinate.name for coordinate in law.coordinates if not coordinate.logarithm}
    for name, value in given.items():
        if not value > 0:
            raise SpecError(f"law {law.name}: {name} is {value}; it must be above 0")
        starts[:, names.index(name)] = value if name in linear else np.log(value)
    return np.unique(starts, axis=0) if given else starts


def _first(minimum: Minimum, many: int) -> Floats:
    return minimum.theta[np.argsort(minimum.objective, kind="stable")[:many]]


def _best(minimum: Minimum) -> tuple[Floats, float]:
    place = int(np.argmin(minimum.objective))
    return minimum.theta[place], float(minimum.objective[place])
