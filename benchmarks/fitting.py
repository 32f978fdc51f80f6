"""How fast and how well a Chinchilla law is fitted, beside scipy's L-BFGS-B from the reference's starts, in one run.

    OMP_NUM_THREADS=1 python benchmarks/fitting.py [--starts 225] [--repeats 5] [--out benchmarks/results/fitting.md]

The reference is the notebook of Besiroglu et al. 2024 (arXiv:2404.10102): the Huber objective minimised by L-BFGS-B from
4,500 starts, then 4,000 bootstraps from one start. The data are
made: 240 runs of that paper's design (sizes of 57M to 16B, nine budgets) by its law, with heavy-tailed noise, because
their transcription is not ours to ship. scipy gets every k-th start of the grid and the first bootstraps only, with
the analytic gradient (kinder than the notebook's numeric one); what the whole would take is that times the number.
Ratios travel between machines, seconds do not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from studies.fitting.intervals import DRAWS, draw  # noqa: E402
from studies.fitting.law import Inputs, find  # noqa: E402
from studies.fitting.minimising import DELTA  # noqa: E402
from studies.fitting.robust import fit  # noqa: E402
from studies.fitting.runs import Runs  # noqa: E402

LAW = {"A": 482.01, "B": 2085.43, "E": 1.8172, "alpha": 0.3478, "beta": 0.3658}
GRID = {"a": range(0, 30, 5), "b": range(0, 30, 5), "e": np.arange(-1, 1.5, 0.5), "alpha": np.arange(0, 2.5, 0.5), "beta": np.arange(0, 2.5, 0.5)}  # fmt: skip
"""The 6 x 6 x 5 x 5 x 5 = 4,500 starts of Hoffmann et al. 2022 (§3.3), as the notebook has them."""
BOOTSTRAPS = 40
"""Of scipy's, to time one."""
BAR_FIT, BAR_DRAWS = 1.0, 5.0


def made(seed: int = 0) -> Runs:
    """240 runs: nine budgets of 6e18 to 3e21 FLOP, sizes around each one's best; noise with tails (t, 4 degrees)."""
    rng = np.random.default_rng(seed)
    flops = np.repeat(np.geomspace(6e18, 3e21, 9), 27)[:240]
    middle = 0.1 * np.sqrt(flops)
    size = np.clip(middle * np.exp(rng.uniform(-1.6, 1.6, 240)), 57e6, 16e9)
    tokens = flops / (6 * size)
    loss = find("chinchilla").loss(LAW, Inputs.at(size, tokens)) * np.exp(0.006 * rng.standard_t(4, 240))
    return Runs.of(size, tokens, loss, flops=flops)


def reference(runs: Runs, weight: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, float]:
    """The notebook's objective by L-BFGS-B from one start (a, b, e, alpha, beta), with its analytic gradient."""
    n, d, y = np.log(runs.parameters), np.log(runs.tokens), np.log(runs.loss)

    def of(theta: np.ndarray) -> tuple[float, np.ndarray]:
        a, b, e, alpha, beta = theta
        parts = np.stack([a - alpha * n, b - beta * d, np.full_like(n, e)])
        top = parts.max(axis=0)
        terms = np.exp(parts - top)
        total = terms.sum(axis=0)
        share, residual = terms / total, top + np.log(total) - y
        size = np.abs(residual)
        loss = np.where(size <= DELTA, 0.5 * residual**2, DELTA * (size - 0.5 * DELTA))
        psi = weight * np.clip(residual, -DELTA, DELTA)
        gradient = np.array(
            [psi @ share[0], psi @ share[1], psi @ share[2], -psi @ (n * share[0]), -psi @ (d * share[1])]
        )
        return float(weight @ loss), gradient

    found = minimize(of, start, jac=True, method="L-BFGS-B")
    return found.x, float(found.fun)


def timed(work: Callable[[], Any], repeats: int) -> tuple[list[float], Any]:
    """CPU seconds (one thread) of each repeat and the last result: other work on the machine does not count."""
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        result = work()
        seconds.append(time.process_time() - begin)
    return seconds, result


def measure(starts: int, repeats: int) -> dict[str, Any]:
    """Both sides on the same runs."""
    runs = made()
    ours, found = timed(lambda: fit("chinchilla", runs), repeats)
    draws, cloud = timed(lambda: draw(found, DRAWS), repeats)
    every = [np.array(point, float) for point in product(*GRID.values())]
    some = every[:: max(1, len(every) // starts)]
    theirs, ends = timed(lambda: [reference(runs, np.ones(len(runs)), start) for start in some], 1)
    reached = [objective for _, objective in ends]
    rng = np.random.default_rng(0)
    first = np.array([np.log(406.4), np.log(410.7), np.log(1.69), 0.34, 0.28])
    weights = rng.multinomial(len(runs), np.full(len(runs), 1 / len(runs)), size=BOOTSTRAPS)
    again, _ = timed(lambda: [reference(runs, weight.astype(float), first) for weight in weights], 1)
    best = min(reached)
    return {
        "runs": len(runs),
        "fit": ours,
        "draws": draws,
        "objective": found.objective,
        "parameters": found.parameters(),
        "intervals": {name: np.quantile(found.natural(cloud.theta)[:, at], [0.025, 0.975]).tolist() for at, name in enumerate(found.names())},
        "scipy": {"starts": len(some), "of": len(every), "seconds": theirs[0], "whole": theirs[0] * len(every) / len(some),
                  "objective": best, "within 1 %": float(np.mean(np.array(reached) < 1.01 * min(best, found.objective)))},
        "scipy bootstraps": {"number": BOOTSTRAPS, "seconds": again[0], "whole": again[0] * DRAWS / BOOTSTRAPS},
        "machine": f"{platform.machine()}, Python {platform.python_version()}, numpy {version('numpy')}, scipy {version('scipy')}, 1 thread",
    }  # fmt: skip


def page(result: dict[str, Any]) -> str:
    """The result as Markdown."""
    one, many = statistics.median(result["fit"]), statistics.median(result["draws"])
    scipy, boots = result["scipy"], result["scipy bootstraps"]
    lines = [
        "# Fitting a law", "",
        "Made by `python benchmarks/fitting.py`; what is compared with what stands there. " + result["machine"] + ".", "",
        f"{result['runs']} runs, five parameters. CPU seconds of one thread (the machine did other things too): medians of {len(result['fit'])}, with the least and the largest.", "",
        "| work | ours | bar | scipy L-BFGS-B, reference's way | ratio |", "|---|---|---|---|---|",
        f"| the fit, Huber and least squares, 75 starts | {one:.2f} s ({min(result['fit']):.2f}–{max(result['fit']):.2f}) | < {BAR_FIT:g} s | "
        f"{scipy['whole']:.0f} s for {scipy['of']} starts ({scipy['seconds']:.1f} s for {scipy['starts']} of them) | {scipy['whole'] / one:.0f} |",
        f"| {DRAWS} bootstraps | {many:.2f} s ({min(result['draws']):.2f}–{max(result['draws']):.2f}) | < {BAR_DRAWS:g} s | "
        f"{boots['whole']:.0f} s ({boots['seconds']:.1f} s for {boots['number']}) | {boots['whole'] / many:.0f} |", "",
        f"Objective: ours {result['objective']:.9g}, scipy's best {scipy['objective']:.9g}; {scipy['within 1 %']:.0%} of scipy's starts end within 1 % of the lowest.", "",
        "| parameter | true | fitted | 95 % |", "|---|---|---|---|",
    ]  # fmt: skip
    for name, value in result["parameters"].items():
        low, high = result["intervals"][name]
        lines.append(f"| {name} | {LAW[name]:g} | {value:.5g} | {low:.4g} to {high:.4g} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print JSON, write the page where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=225)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    result = measure(asked.starts, asked.repeats)
    print(json.dumps(result, indent=1))
    if asked.out:
        asked.out.write_text(page(result), encoding="utf-8")


if __name__ == "__main__":
    main()
