"""Runs made by a known law, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np

from studies.fitting import law as laws
from studies.fitting.law import Inputs
from studies.fitting.runs import Runs

CHINCHILLA = {"A": 60.0, "B": 80.0, "E": 0.5, "alpha": 0.35, "beta": 0.3}
CONSTRAINED = {**CHINCHILLA, "R_D*": 6.0, "R_N*": 4.0}
POWER = {"K": 30.0, "E": 0.5, "gamma": 0.12}
TRUTH = {"chinchilla": CHINCHILLA, "data_constrained": CONSTRAINED, "power": POWER}


def runs(
    law: str = "chinchilla",
    *,
    truth: Mapping[str, float] | None = None,
    quality: Mapping[str, float] | None = None,
    sizes: tuple[float, ...] = (3e4, 1e5, 3e5, 1e6),
    unique: tuple[float, ...] = (1.28e5, 2.56e5, 5.12e5, 1.024e6),
    epochs: tuple[float, ...] = (1.0,),
    seeds: int = 1,
    noise: float = 0.0,
    shared: float = 0.0,
    luck: float = 0.0,
    seed: int = 0,
) -> Runs:
    """A full grid of sizes, unique tokens, epochs and grades; `shared` noise is common to a size, grade and seed, `luck` to a size and seed."""
    rng = np.random.default_rng(seed)
    lucky = {
        at: luck * float(e)
        for at, e in zip(
            product(sizes, range(seeds)),
            np.random.default_rng(seed + 10**6).standard_normal(len(sizes) * seeds),
            strict=True,
        )
    }
    rows = []
    for grade, size, again in product(quality or {"reference": 1.0}, sizes, range(seeds)):
        common = shared * rng.standard_normal() + lucky[size, again]
        for u, e in product(unique, epochs):
            rows.append((size, u * e, u, grade, (grade, size, again), common + noise * rng.standard_normal()))
    n, d, u, grade, trunk, error = zip(*rows, strict=True)
    q = np.array([(quality or {}).get(name, 1.0) for name in grade])
    at = Inputs.at(n, d, u).better(np.log(q))
    loss = laws.find(law).loss(dict(truth or TRUTH[law]), at) * np.exp(error)
    began = [again for _, _, again in trunk] if luck else None
    return Runs.of(n, d, loss, unique=u, grade=grade, trunk=trunk if shared else None, seed=began)
