"""How fast back-translation through Apertium is, beside piping the same text through the same programs by hand.

    python benchmarks/apertium.py --corpus polarity.csv [--documents 4000] [--repeats 3] [-o benchmarks/results/apertium.md]

CPU-seconds of all processes, children included, best of the repeats, in turn; by hand is `apertium -u eng-spa | apertium -u spa-eng`
with each document on a line and a blank one between.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])  # or numba's `import coverage` would find benchmarks/coverage.py

from dataqual.translation import apertium  # noqa: E402
from dataqual.translation.routes import route_of  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    csv.field_size_limit(1 << 30)
    with options.corpus.open(encoding="utf-8", newline="") as file:
        texts = [" ".join(row["text"].split()) for row in csv.DictReader(file)][: options.documents]
    size = sum(len(text.encode()) for text in texts)
    best = {"ours": (1e9, 1e9), "by hand": (1e9, 1e9)}
    for _ in range(options.repeats):
        for name, run in (("ours", ours), ("by hand", by_hand)):
            best[name] = min(best[name], measured(run, texts))
    lines = [
        "# Back-translation through Apertium, beside piping by hand",
        "",
        f"`{options.corpus.name}`, {len(texts):,} documents, {size / 1e6:.2f} MB, best of {options.repeats}; made by `benchmarks/apertium.py`, which says how.",
        "",
        "| | CPU-seconds | seconds | kB a CPU-second |",
        "|---|---|---|---|",
        *(f"| {name} | {cpu:.2f} | {wall:.2f} | {size / cpu / 1e3:.0f} |" for name, (cpu, wall) in best.items()),
        "",
        f"Ours has {best['by hand'][0] / best['ours'][0]:.0%} of the speed by hand, per CPU-second (promised: 90 %).",
    ]
    print("\n".join(lines))
    if options.output:
        options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


def ours(texts: Sequence[str]) -> None:
    """As the step does it, in new processes, which are ended, so that their time is counted."""
    apertium._pipe.cache_clear()
    route = route_of("apertium:eng-spa", "route")
    assert len(route(list(texts))) == len(texts)
    for pair in ("eng-spa", "spa-eng"):
        apertium._pipe(pair, 60.0).finish()


def by_hand(texts: Sequence[str]) -> None:
    done = subprocess.run(
        ["sh", "-c", "apertium -u eng-spa | apertium -u spa-eng"],
        input="\n\n".join(texts).encode(),
        capture_output=True,
    )
    assert done.returncode == 0


def measured(run: Callable[[Sequence[str]], None], texts: Sequence[str]) -> tuple[float, float]:
    """CPU-seconds of this process and of those that ended, and seconds."""

    def used() -> float:
        each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in each)

    cpu, wall = used(), time.perf_counter()
    run(texts)
    return used() - cpu, time.perf_counter() - wall


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
