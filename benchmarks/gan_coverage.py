"""How often the 95 % interval of a GAN's q holds the truth, and how many seeds make A/A narrow enough: studies of a known law of FID.

    python benchmarks/gan_coverage.py [--simulations 200] [--draws 200] [--seeds 1,4,8] [--workers 2] [--out FILE.md]

Each simulation is the embedded study of pictures: three sizes, three numbers of different pictures, two stops, a grade that is
spoilt and the same grade again at the smallest size, of which the smallest has so many seeds. Log FID has the noise that was
measured there (4 seeds of 56 thousand parameters, docs/decisions.md): what a seed does to all runs of its size and seed alike
(its first weights), what a run has for itself, and what a stop has. Of one seed nobody can see how much seeds differ.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from dataqual.reading import wilson  # noqa: E402
from studies.fitting import law as laws  # noqa: E402
from studies.fitting.intervals import draw  # noqa: E402
from studies.fitting.law import Inputs  # noqa: E402
from studies.fitting.robust import fit  # noqa: E402
from studies.fitting.runs import Runs  # noqa: E402
from studies.judging.controls import NARROW  # noqa: E402

SIZES, UNIQUE, STOPS = (55_902, 86_852, 119_802), (20, 120, 600), (4_000, 8_000)
TRUTH = {"A": 3e4, "B": 2.2e4, "E": 2.0, "alpha": 0.75, "beta": 0.78, "R_D*": 3_000.0, "R_N*": 10_000.0}
"""Like what was fitted to the embedded study, where alpha ended at its wall: FID falls with pictures seen and with size, hardly with different ones."""
QUALITY = {"clean": 1.0, "again": 1.0, "noisy": 0.7}
BY_SEED, BY_RUN, BY_STOP = 0.15, 0.08, 0.05
"""Standard deviations in log FID."""

Row = dict[str, tuple[bool, float, bool]]
"""By grade: whether the interval of q holds the truth, half its width in logarithms, and whether A/A would pass by it."""


def simulate(seeds: int, number: int) -> Runs:
    """One study, its noise its own."""
    random, rows, trunk = np.random.default_rng((seeds, number)), [], 0
    law = laws.find("data_constrained")
    for size in SIZES:
        for first in range(seeds if size == SIZES[0] else 1):
            seed = random.normal(0, BY_SEED)
            for grade in QUALITY if size == SIZES[0] else ("clean",):
                for unique in UNIQUE:
                    run, trunk = seed + random.normal(0, BY_RUN), trunk + 1
                    for seen in STOPS:
                        at = Inputs.at(float(size), float(seen), float(unique)).better(float(np.log(QUALITY[grade])))
                        loss = float(law.loss(TRUTH, Inputs(*map(np.atleast_1d, at)))[0])
                        rows.append(
                            (size, seen, unique, loss * np.exp(run + random.normal(0, BY_STOP)), grade, trunk, first)
                        )
    n, d, u, loss_of, grades, trunks, begun = zip(*rows, strict=True)
    return Runs.of(n, d, loss_of, unique=u, grade=grades, trunk=trunks, reference="clean", seed=begun)


def one(seeds: int, draws: int, number: int) -> Row:
    """One study: made, fitted, asked for the worth of either grade."""
    found = draw(fit("data_constrained", simulate(seeds, number)), draws, number)
    answers = {}
    for name in ("again", "noisy"):
        place = found.fit.names().index(f"q[{name}]")
        _, low, high = found.interval(lambda theta, place=place: np.exp(theta[:, place]))  # type: ignore[misc]
        passes = low <= 1 <= high and high - low <= 2 * NARROW
        answers[name] = (bool(low <= QUALITY[name] <= high), float(np.log(high / low) / 2), bool(passes))
    return answers


def told(seeds: int, rows: Sequence[Row]) -> str:
    """A line of the table."""

    def share(hits: Sequence[bool]) -> str:
        low, high = wilson(sum(hits), len(hits)) or (0.0, 1.0)
        return f"{sum(hits) / len(hits):.1%} [{low:.1%}, {high:.1%}]"

    wide = float(np.median([row["again"][1] for row in rows]))
    cells: list[Any] = [
        seeds,
        len(simulate(seeds, 0)),
        share([row["again"][0] for row in rows]),
        share([row["noisy"][0] for row in rows]),
    ]
    cells += [f"±{np.expm1(wide):.0%}", share([row["again"][2] for row in rows])]
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Simulate each number of seeds, and print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seeds", default="1,4,8")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    head = "| seeds of the smallest size | runs | q of A/A in its interval | q of the spoilt grade in its | typical width of A/A | A/A passes |"
    lines = [head, "|" + "---:|" * 6]
    with Pool(asked.workers) as pool:
        for seeds in map(int, asked.seeds.split(",")):
            rows = pool.map(partial(one, seeds, asked.draws), range(asked.simulations))
            lines.append(told(seeds, rows))
            print(lines[-1], file=sys.stderr, flush=True)
    table = "\n".join(lines)
    print(table)
    if asked.out:
        page = f"{asked.simulations} simulations of each, {asked.draws} draws; brackets hold 95 % intervals of a share.\n\n{table}\n"
        asked.out.write_text(
            f"# Does the interval of a GAN's q hold the truth?\n\nMade by `python benchmarks/gan_coverage.py`. {page}",
            "utf-8",
        )


if __name__ == "__main__":
    main()
