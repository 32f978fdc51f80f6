"""A law fitted without the largest models, and asked for them: whether it can be trusted beyond what it has seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from dataqual.errors import SpecError
from studies.fitting import Fit, fit, too_little
from studies.intervals import draw, noise
from studies.law import Inputs

DRAWS = 500
NORMAL = 1.959964


def largest_left_out(found: Fit, seed: int = 0) -> dict[str, Any]:
    """How well the law, fitted to all but the runs with most parameters, tells those; as plain values.

    `bias` and `error` are the mean and the mean size of ln observed - ln predicted; `inside` of `n` runs lie in their 95 %
    prediction interval (the fit's own uncertainty and the noise of a run, together). None, with what `says` why, where too
    few runs are left.
    """
    runs = found.runs
    largest = runs.parameters.max()
    held = runs.parameters > largest / 1.001
    facts: dict[str, Any] = {
        "parameters": float(largest),
        "n": int(held.sum()),
        "bias": None,
        "error": None,
        "inside": None,
    }
    rest = runs.where(~held)
    missing = set(runs.grade[held].tolist()) - set(rest.grade.tolist())
    if missing:
        return facts | {"says": "a grade ran at the largest size alone"}
    rest = type(rest).of(
        rest.parameters, rest.tokens, rest.loss, unique=rest.unique, flops=rest.flops,
        grade=[runs.grades[code] for code in rest.grade], reference=runs.grades[0] if 0 in rest.grade else None,
        trunk=rest.trunk.tolist(), weights=rest.weights,
    )  # fmt: skip
    why = too_little(found.law, rest, len(found.law.coordinates) + len(rest.grades) - 1 - len(found.frozen))
    if why:
        return facts | {"says": why}
    try:
        fitted = fit(found.law, rest, frozen={name: found.parameters()[name] for name in found.frozen})
    except SpecError as error:
        return facts | {"says": str(error)}
    draws = draw(fitted, DRAWS, seed)
    asked = Inputs.of(runs.where(held))
    codes = [rest.grades.index(runs.grades[code]) for code in runs.grade[held]]
    own = _log_losses(fitted, fitted.theta[None], asked, codes)[0]
    cloud = _log_losses(fitted, draws.theta, asked, codes)
    low, high = np.quantile(cloud, [0.025, 0.975], axis=0)
    chance = NORMAL * noise(fitted) / 0.6745
    missed = np.log(runs.loss[held]) - own
    lower = np.hypot(draws.widening * (own - low), chance)
    upper = np.hypot(draws.widening * (high - own), chance)
    inside = (missed >= -lower) & (missed <= upper)
    return facts | {
        "bias": float(missed.mean()),
        "error": float(np.abs(missed).mean()),
        "inside": int(inside.sum()),
    }


def _log_losses(fitted: Fit, theta: Any, asked: Inputs, codes: list[int]) -> Any:
    """ln L (batch, rows) of runs of these grades."""
    many = len(fitted.law.coordinates)
    shift = np.stack([theta[:, many + code - 1] if code else np.zeros(len(theta)) for code in codes], axis=1)
    return fitted.law.log_loss(theta[:, :many], asked.better(shift))
