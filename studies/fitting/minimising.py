"""Many small robust fits at once: Levenberg–Marquardt with reweighting, a batch of problems in a few numpy calls.

Every problem has the same points, its own losses and weights if need be, its own start. The coordinates are centred
(`Law.centring`), so that amplitudes and exponents hardly correlate, and stay in a box: one that leans on its wall is
held there until the gradient leads away.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from studies.fitting.model import Mask, Model
from studies.fitting.runs import Codes, Floats
from studies.fitting.seed_effect import SeedEffect

DELTA = 1e-3
"""Of Huber's loss on the log of the loss (Hoffmann et al. 2022, §3.3): beyond it residuals count by size, not square."""
AT_ONCE = 25_000
"""Points times problems in one go: a few arrays of this many doubles stay in a core's cache."""
EASE, STIFFEN, STUCK = 0.2, 6.0, 1e10
"""What the damping is multiplied by after a step down and after a step that was none; and where a problem ends."""
NOTHING = 1e-28
"""An objective below this is a perfect fit: residuals of 1e-14 and less are rounding."""
LEAP = 3.0
"""No coordinate moves further in a step: a term that grows twentyfold has left what its slope knows."""


@dataclass(frozen=True)
class Problem:
    """What is minimised: the model's distance to log losses, Huber's with `delta` or squares without, by weights."""

    model: Model
    target: Floats
    """(n,) or (batch, n) log losses."""
    weight: Floats | None = None
    """(n,) or (batch, n); None: all 1."""
    delta: float | None = DELTA
    held: Mask | None = field(default=None)
    """(p,) coordinates that stay at their start; amplitudes are then not centred."""
    seeds: SeedEffect | None = None
    """What is taken off of every distance before it counts."""

    def apart(self, values: Floats) -> Floats:
        """Distances or derivatives (..., n) as they count."""
        return values if self.seeds is None else self.seeds.off(values)


@dataclass(frozen=True)
class Minimum:
    """Where the batch came to rest."""

    theta: Floats
    """(batch, p)."""
    objective: Floats
    """(batch,): the sum over points, as published fits state it."""


def objective(problem: Problem, theta: Floats) -> Floats:
    """The objective (batch,) at coordinates (batch, p)."""
    return _sum(problem.apart(problem.model.values(theta) - problem.target), problem.weight, problem.delta)


def minimise(problem: Problem, starts: Floats, *, steps: int = 200, tolerance: float = 1e-9) -> Minimum:
    """The minimum reached from each start (batch, p); a problem ends when a step gains less than `tolerance` of it.

    Beside the tolerance there is the number of steps; both are the caller's to set against time.
    """
    many = max(8, AT_ONCE // len(problem.model.grade))
    parts = [_minimise(_part(problem, slice(first, first + many)), starts[first : first + many], steps, tolerance)
             for first in range(0, len(starts), many)]  # fmt: skip
    return Minimum(np.concatenate([p.theta for p in parts]), np.concatenate([p.objective for p in parts]))


def _part(problem: Problem, rows: slice | Codes) -> Problem:
    target = problem.target[rows] if problem.target.ndim == 2 else problem.target
    weight = problem.weight
    if weight is not None and weight.ndim == 2:
        weight = weight[rows]
    return Problem(problem.model, target, weight, problem.delta, problem.held, problem.seeds)


def _sum(residual: Floats, weight: Floats | None, delta: float | None) -> Floats:
    """Sum over points of Huber's loss, or of half the squares."""
    if delta is None:
        loss = 0.5 * residual * residual
    else:
        size = np.abs(residual)
        within = np.minimum(size, delta)
        loss = within * (size - 0.5 * within)
    if weight is not None:
        loss = loss * weight
    total: Floats = loss.sum(axis=1)
    return total


@dataclass
class _State:
    """A batch on its way, in centred coordinates; all arrays have the batch first."""

    phi: Floats
    value: Floats
    gradient: Floats
    curvature: Floats
    damping: Floats
    calm: Floats
    """Steps down in a row that gained next to nothing."""

    def keep(self, rows: Mask) -> None:
        """Only these problems go on."""
        for name, column in vars(self).items():
            setattr(self, name, column[rows])

    def take(self, down: Mask, phi: Floats, bend: tuple[Floats, Floats, Floats], tolerance: float) -> None:
        """Go where the objective fell; where it did not, damp more."""
        value, gradient, curvature = bend
        still = (self.value - value) <= tolerance * value
        self.calm = np.where(down & still, self.calm + 1, np.where(down, 0, self.calm))
        self.phi = np.where(down[:, None], phi, self.phi)
        self.value = np.where(down, value, self.value)
        self.gradient = np.where(down[:, None], gradient, self.gradient)
        self.curvature = np.where(down[:, None, None], curvature, self.curvature)
        self.damping = np.clip(self.damping * np.where(down, EASE, STIFFEN), 1e-12, None)


def _minimise(problem: Problem, starts: Floats, steps: int, tolerance: float) -> Minimum:
    """One batch. A problem leaves it when two steps running gained nothing to speak of, or none can be found."""
    held = np.zeros(problem.model.size, bool) if problem.held is None else problem.held
    centring = problem.model.centring()
    centring[held] = np.eye(len(held))[held]
    low, high = problem.model.box(centring)
    low, high = np.where(held, -np.inf, low), np.where(held, np.inf, high)
    phi = np.clip(np.linalg.solve(centring, starts.T).T, low, high)
    state = _State(phi, *_bend(problem, phi, centring), np.full(len(phi), 1e-2), np.zeros(len(phi)))
    rest, least, live = phi.copy(), state.value.copy(), np.arange(len(phi))
    for _ in range(steps):
        trial = np.clip(state.phi + _step(state, held, low, high), low, high)
        bend = _bend(_part(problem, live), trial, centring)
        state.take(bend[0] <= state.value, trial, bend, tolerance)
        rest[live], least[live] = state.phi, state.value
        go = (state.calm < 2) & (state.damping < STUCK) & (state.value > NOTHING)
        if not go.all():
            live = live[go]
            state.keep(go)
        if not len(live):
            break
    return Minimum(rest @ centring.T, least)


def _bend(problem: Problem, phi: Floats, centring: Floats) -> tuple[Floats, Floats, Floats]:
    """Objective, gradient and Gauss–Newton curvature of the reweighted squares, in centred coordinates."""
    value, by = problem.model.slopes(phi @ centring.T)
    residual, by = problem.apart(value - problem.target), problem.apart(by)
    weight = np.ones_like(residual) if problem.weight is None else np.broadcast_to(problem.weight, residual.shape)
    if problem.delta is not None:
        weight = weight * (problem.delta / np.maximum(np.abs(residual), problem.delta))
    weighed = by * weight[:, None, :]
    gradient = np.matmul(weighed, residual[:, :, None])[:, :, 0]
    curvature = np.matmul(weighed, by.transpose(0, 2, 1))
    total = _sum(residual, problem.weight, problem.delta)
    return total, gradient @ centring, centring.T @ curvature @ centring


def _step(state: _State, held: Mask, low: Floats, high: Floats) -> Floats:
    """A damped Gauss–Newton step; coordinates that are held, or lean on their wall, do not take part."""
    leaning = ((state.phi <= low) & (state.gradient > 0)) | ((state.phi >= high) & (state.gradient < 0))
    out = held | leaning
    system = np.where(out[:, :, None] | out[:, None, :], 0.0, state.curvature)
    diagonal = np.einsum("bii->bi", state.curvature)
    floor = 1e-12 * diagonal.max(axis=1, keepdims=True) + 1e-300
    rows = np.arange(len(held))
    system[:, rows, rows] = np.where(out, 1.0, diagonal * (1 + state.damping[:, None]) + floor)
    move: Floats = np.linalg.solve(system, np.where(out, 0.0, -state.gradient)[:, :, None])[:, :, 0]
    return np.clip(move, -LEAP, LEAP)
