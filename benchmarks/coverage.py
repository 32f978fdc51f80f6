"""How often the 95 % intervals hold the truth: studies of the oracle, fitted as any other, a thousand times.

    python benchmarks/coverage.py [--simulations 1000] [--draws 300] [--workers 2] [--design repeats,ladder:300,crossing,paired] [--out FILE.md] [--rows FOLDER]

A number behind a design is how many simulations of it are made, where that is not the number for all. With `--rows` each simulation is kept as a line of FOLDER/DESIGN.jsonl, and the same command with more simulations goes on from there.

Each simulation is a study small enough for two CPU cores: three sizes, four stops, two grades, two seeds, and for all
but `ladder` two more trunks a size that go over 64 or 128 thousand tokens 2, 4 and 8 times. Noise is half as large again
in the smallest model as in the middle one, as seen in real runs, with a part that a trunk's stops share. In `paired` half of
that part's variance belongs to the seed, whatever the grade, as in the embedded study of text (0.4 to 0.7 of the variance of
four trunks and five seeds, raw text); the same runs are fitted once more as if nobody knew their seeds.
Fewer draws than the 4,000 of a study make an interval's ends a little rougher, not shorter.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from math import log
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from dataqual.intervals import clopper_pearson  # noqa: E402
from studies.data.windows import Order, TokenFile  # noqa: E402
from studies.fitting.intervals import Draws, cautious, draw, profile  # noqa: E402
from studies.fitting.law import Inputs  # noqa: E402
from studies.fitting.robust import Fit, fit  # noqa: E402
from studies.fitting.runs import Runs  # noqa: E402
from studies.judging.exchange import Exchange, OperatingPoint  # noqa: E402
from studies.learner import Point, Task  # noqa: E402
from studies.learners.oracle import TRUTH, Oracle  # noqa: E402

SIZES, STOPS = (30_000, 100_000, 300_000), (128_000, 256_000, 512_000, 1_024_000)
UNIQUE, EPOCHS = (64_000, 128_000), (2, 4, 8)
QUALITY = {"repeats": 0.5, "ladder": 0.5, "crossing": 2.0, "paired": 0.5}
YIELD = {"repeats": 0.7, "ladder": 0.7, "crossing": 0.3, "paired": 0.7}
"""Of the second grade, by design: in `crossing` it is twice as good and a third as much, so that it pays until its tokens run short."""
POINT = OperatingPoint(100_000.0, 1_024_000.0, 128_000.0, 6.0 * 100_000 * 1_024_000)
"""Where unique data binds (8 epochs), so that the compute multiplier is not simply q."""
BARS = {"q": 0.93, "q, seeds unknown": 0.93, "compute multiplier": 0.93, "crossover": 0.90}
"""Share of the intervals that must hold the truth."""
BY_SEED = {"paired": 0.5}
"""By design, the share of a trunk's variance that is its seed's; 0 in the others."""
LAWS = {
    "repeats": "data_constrained",
    "ladder": "chinchilla",
    "crossing": "data_constrained",
    "paired": "data_constrained",
}
"""By design, the law that makes the runs and is fitted to them."""


@dataclass(frozen=True)
class Trunk:
    """One run of a design."""

    size: int
    grade: str
    seed: int
    stops: tuple[int, ...]
    unique: int | None = None


def design(name: str) -> Iterator[Trunk]:
    """`ladder`: fresh tokens only; the others with trunks over few tokens."""
    for grade in ("clean", "typos"):
        for size in SIZES:
            for seed in (0, 1):
                yield Trunk(size, grade, seed, STOPS)
    if name != "ladder":
        for size in SIZES:
            for unique in UNIQUE:
                yield Trunk(size, "clean", 0, tuple(unique * epochs for epochs in EPOCHS), unique)


def simulate(name: str, number: int) -> Runs:
    """One study, its noise its own."""
    oracle = Oracle(LAWS[name], quality={"typos": QUALITY[name]}, stop_noise=0.003)
    rows: list[tuple[int, float, float, float, str, int, int]] = []
    share = BY_SEED.get(name, 0.0)
    for trunk, run in enumerate(design(name)):
        noise = 0.008 * (100_000 / run.size) ** 0.35
        noisy = replace(oracle, trunk_noise=noise * (1 - share) ** 0.5, seed_noise=noise * share**0.5)
        file = TokenFile(Path(f"{run.grade}.bin"), 10**7, 10**7, run.grade)
        order = Order(number * 100 + run.seed, run.unique)
        task = Task(run.size, 256, 128, 128, file, order, run.stops, {"raw": file}, number * 100 + run.seed)
        events = islice(noisy.run(task), 3 * len(run.stops))  # without the ledger, which takes most of the time
        points = [event for event in events if isinstance(event, Point)]
        rows += [(p.parameters, p.tokens, p.unique, p.losses["raw"], run.grade, trunk, run.seed) for p in points]
    n, d, u, loss, grade, trunks, seeds = zip(*rows, strict=True)
    return Runs.of(n, d, loss, unique=u, grade=grade, trunk=trunks, seed=seeds)


def truth(name: str, found: Fit) -> np.ndarray:
    """The oracle's coordinates."""
    law = {name: TRUTH[name] for name in found.law.names()}
    return np.append(found.law.coordinates_of(law), log(QUALITY[name]))


def questions(name: str, draws: Draws) -> dict[str, tuple[tuple[float, float, float], float]]:
    """(value, low, high) and the true value of everything that is counted.

    `double_data, difference` is the interval behind that verdict: of the loss with twice the compute less that with twice the data.
    """
    exchange = Exchange(draws, POINT, {"clean": 1.0, "typos": YIELD[name]})
    true = truth(name, draws.fit)[None]
    asked: dict[str, Any] = {"q": lambda theta: exchange.quality(theta, 1)}
    if name == "repeats":
        asked["compute multiplier"] = lambda theta: exchange.compute_multiplier(theta, 1)
        asked["ceiling"] = lambda theta: np.exp(draws.fit.law.log_loss(theta[:, :7], _far()))[:, 0]
    found = {key: (draws.interval(of), float(of(true)[0])) for key, of in asked.items()}
    if name == "repeats":
        readings = exchange.readings(2 * POINT.unique, None)
        hull = readings[-1][0], min(low for _, low, _ in readings), max(high for _, _, high in readings)
        found["double_data, difference"] = (hull, float(exchange.difference(true, 2 * POINT.unique, None)[0]))
    if name == "crossing":
        said = exchange.crossover(1)
        turned = Exchange(replace(draws, fit=replace(draws.fit, theta=true[0])), POINT, exchange.yields).crossover(1)
        low, high = said["interval"] or (None, None)
        found["crossover"] = ((said["value"] or np.inf, low or 0.0, high or np.inf), turned["value"])
    if name == "ladder":  # profiles of all seven parameters of the other law would take most of the time
        own = draws.fit.parameters()
        for parameter in draws.fit.law.asymptotes:
            low, high = cautious(draws, profile(draws.fit, parameter))
            found[parameter] = ((own[parameter], low, high), TRUTH[parameter])
    return found


def _far() -> Any:
    return Inputs(*(np.atleast_1d(x) for x in Inputs.at(1e40, 1e40, POINT.unique, 1e80)))


Asked = dict[str, tuple[bool, float, float]]
"""By question: whether the interval holds the truth, its high over its low end, and the value over the truth."""


def one(name: str, draws: int, number: int) -> Asked:
    """One study: made, fitted, asked."""
    runs = simulate(name, number)
    asked = questions(name, draw(fit(LAWS[name], runs), draws, number))
    if name in BY_SEED:
        blind = draw(fit(LAWS[name], replace(runs, seed=None)), draws, number)
        asked["q, seeds unknown"] = questions(name, blind)["q"]
    answers = {}
    for key, ((value, low, high), true) in asked.items():
        ratio = high / low if low > 0 and np.isfinite(high) else np.inf
        answers[key] = (bool(low <= true <= high), ratio, value / true)
    return answers


def count(name: str, simulations: int, draws: int, workers: int, kept: Path | None) -> dict[str, Any]:
    """Coverage, mean width and error of every question in one design; `kept` holds the simulations that are done."""
    held: dict[str, list[tuple[bool, float, float]]] = {}
    lines = kept.read_text(encoding="utf-8").splitlines()[:simulations] if kept and kept.exists() else []
    before: Iterator[Asked] = map(json.loads, lines)
    with Pool(workers) as pool:
        new = pool.imap(partial(one, name, draws), range(len(lines), simulations))
        for number, answers in enumerate(chain(before, _keeping(new, kept)), start=1):
            for key, answer in answers.items():
                held.setdefault(key, []).append(answer)
            if number % 50 == 0 and number > len(lines):
                shares = {key: f"{np.mean([row[0] for row in rows]):.3f}" for key, rows in held.items()}
                print(name, number, shares, file=sys.stderr, flush=True)
    runs = simulate(name, 0)
    table = {key: _row(rows) for key, rows in held.items()}
    return {
        "design": name,
        "runs": len(runs),
        "trunks": runs.trunks,
        "simulations": simulations,
        "draws": draws,
        "table": table,
    }


def _keeping(answers: Iterator[Asked], kept: Path | None) -> Iterator[Asked]:
    """The answers, each written down before it is counted."""
    for one in answers:
        if kept is not None:
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(one) + "\n")
        yield one


def _row(rows: list[tuple[bool, float, float]]) -> dict[str, Any]:
    hits, ratios, errors = (np.array(column) for column in zip(*rows, strict=True))
    interval = clopper_pearson(int(hits.sum()), len(hits))
    return {"covered": float(hits.mean()), "interval": interval, "median high/low": float(np.median(ratios)),
            "median value/truth": float(np.median(errors))}  # fmt: skip


def main() -> None:
    """Run the designs, print JSON, and the table as Markdown where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--design", default="repeats,ladder,crossing,paired")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--rows", type=Path)
    asked = parser.parse_args()
    results = []
    for named in asked.design.split(","):
        name, _, own = named.partition(":")
        kept = asked.rows and asked.rows / f"{name}.jsonl"
        results.append(count(name, int(own or asked.simulations), asked.draws, asked.workers, kept))
    print(json.dumps(results, indent=1))
    if asked.out:
        asked.out.write_text(page(results), encoding="utf-8")


def page(results: list[dict[str, Any]]) -> str:
    """The results as a page."""
    lines = [
        "# Do the intervals hold the truth?",
        "",
        "Made by `python benchmarks/coverage.py`; what is simulated stands there.",
        "",
    ]
    for result in results:
        lines += [f"## {result['design']}: {result['runs']} runs in {result['trunks']} trunks", ""]
        lines += [
            f"{result['simulations']:,} simulated studies, {result['draws']} draws each. Brackets: Clopper and Pearson's 95 % interval.",
            "",
        ]
        lines += [
            "| what | in the 95 % interval | at least | median high / low | median value / truth |",
            "|---|---|---|---|---|",
        ]
        lines += [_line(key, row) for key, row in result["table"].items()]
        lines.append("")
    return "\n".join(lines)


def _line(key: str, row: dict[str, Any]) -> str:
    low, high = row["interval"]
    ratio = f"{row['median high/low']:.3g}" if np.isfinite(row["median high/low"]) else "contains 0"
    bar = f"{BARS[key]:.0%}" if key in BARS else ""
    return (
        f"| {key} | {row['covered']:.1%} [{low:.1%}, {high:.1%}] | {bar} | {ratio} | {row['median value/truth']:.3f} |"
    )


if __name__ == "__main__":
    main()
