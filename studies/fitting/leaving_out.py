"""A law fitted without the largest models, and asked for them: whether it can be trusted beyond what it has seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from dataqual.errors import SpecError
from studies.fitting.intervals import draw, noise, profile
from studies.fitting.law import Inputs
from studies.fitting.robust import Fit, fit, too_little

DRAWS = 500
NORMAL = 1.959964
EXPONENT = "alpha"
"""Of parameters, in the laws that have one."""


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
    rest = rest.again()
    why = too_little(
        found.law, rest, len(found.law.coordinates) + len(rest.grades) - 1 + len(found.own) - len(found.frozen)
    )
    if why:
        return facts | {"says": why}
    try:
        fitted = fit(found.law, rest, frozen={name: found.parameters()[name] for name in found.frozen}, own=found.own)
    except SpecError as error:
        return facts | {"says": str(error)}
    codes = [rest.grades.index(runs.grades[code]) for code in runs.grade[held]]
    own, low, high = foretold(fitted, Inputs.of(runs.where(held)), codes, DRAWS, seed)
    observed = np.log(runs.loss[held])
    missed = observed - own
    inside = (observed >= low) & (observed <= high)
    return facts | {
        "bias": float(missed.mean()),
        "error": float(np.abs(missed).mean()),
        "inside": int(inside.sum()),
    }


def foretold(fitted: Fit, asked: Inputs, codes: list[int], draws: int, seed: int) -> tuple[Any, Any, Any]:
    """ln L of new runs of these grades, (rows,), and the ends of their 95 % prediction intervals.

    The fit's own uncertainty and the noise of a run, together. Draws stay near the fit along what the runs do not tell, and of
    two sizes they hardly tell how loss goes on falling with parameters: so the law is asked, too, with the least and the
    largest exponent that its profile allows, and the intervals reach over all answers.
    """
    own = fitted.log_losses(fitted.theta[None], asked, np.array(codes))[0]
    ends = [_around(one, asked, codes, draws, seed) for one in (fitted, *_at_the_ends(fitted))]
    return own, np.min([low for low, _ in ends], axis=0), np.max([high for _, high in ends], axis=0)


def _around(fitted: Fit, asked: Inputs, codes: list[int], draws: int, seed: int) -> tuple[Any, Any]:
    """The ends of the prediction intervals by one fit."""
    found = draw(fitted, draws, seed)
    own = fitted.log_losses(fitted.theta[None], asked, np.array(codes))[0]
    low, high = np.quantile(fitted.log_losses(found.theta, asked, np.array(codes)), [0.025, 0.975], axis=0)
    chance = NORMAL * noise(fitted) / 0.6745
    return own - np.hypot(found.widening * (own - low), chance), own + np.hypot(found.widening * (high - own), chance)


def _at_the_ends(fitted: Fit) -> list[Fit]:
    """The law fitted anew with its exponent of parameters at either end of its profile; [] of one without, or that is given."""
    if EXPONENT not in fitted.law.asymptotes or EXPONENT in fitted.frozen:
        return []
    found = profile(fitted, EXPONENT)
    given = {name: fitted.parameters()[name] for name in fitted.frozen}
    ends = [{**given, EXPONENT: end} for end in (found.low, found.high)]
    return [fit(fitted.law, fitted.runs, frozen=frozen, own=fitted.own) for frozen in ends]
