"""How fast all signals of pictures are, decoding included, on one core; beside cleanvision on the same files.

    python benchmarks/images.py [--runs 3] [--out benchmarks/results/images.md]

Pictures are crops of the two photographs that scikit-learn ships: 4,000 of 32 × 32 as PNG and as one array, 400 of 256 × 256 as JPEG
of quality 90 and as PNG. Ours are the signals of every profile and those of cleanvision's rule set, the peer's its seven faults of single
pictures (not its duplicates), in one process each way. Figures are CPU-seconds of the process, medians of the runs, which alternate, with the
least and the largest; loops are compiled before.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
if Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
    sys.path[0] = str(ROOT)

import dataqual  # noqa: E402
from dataqual import catalog  # noqa: E402
from dataqual.images.decoding import jpeg_of  # noqa: E402
from dataqual.images.thumbnails import png  # noqa: E402
from dataqual.measured import Measured  # noqa: E402
from dataqual.rules import load  # noqa: E402

ASKED = {32: 2000, 256: 300}
"""Pictures per second and core that were promised, by their side."""
FAULTS = ("dark", "light", "odd_aspect_ratio", "low_information", "blurry", "grayscale", "odd_size")
"""What cleanvision looks for in single pictures."""


def crops(side: int, count: int) -> np.ndarray:
    """(count, side, side, 3), drawn from two photographs."""
    from sklearn.datasets import load_sample_images

    photographs, random = load_sample_images().images, np.random.default_rng(0)
    found = np.empty((count, side, side, 3), np.uint8)
    for at in range(count):
        photograph = photographs[at % len(photographs)]
        y, x = (int(random.integers(0, size - side)) for size in photograph.shape[:2])
        found[at] = photograph[y : y + side, x : x + side]
    return found


def written(folder: Path, pictures: np.ndarray, kind: str) -> Path:
    """The pictures as files of a folder, or as one array."""
    folder.mkdir()
    if kind == "npy":
        np.save(folder / "all.npy", pictures)
        return folder / "all.npy"
    for at, picture in enumerate(pictures):
        data = jpeg_of(picture, 90) if kind == "jpg" else png(picture)
        (folder / f"{at:05}.{kind}").write_bytes(data)
    return folder


def ours(source: Path) -> None:
    """Every signal of every picture."""
    signals = [*catalog.profiled("image").values(), *load("cleanvision@0.3.7").signals]
    for batch in dataqual.read(source).batches():
        measured = Measured(batch)
        for signal in signals:
            measured[signal]


def decoding(source: Path) -> None:
    """Reading and decoding alone."""
    for _ in dataqual.read(source).batches():
        pass


def theirs(source: Path) -> None:
    """What cleanvision looks for in single pictures."""
    from cleanvision import Imagelab

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        Imagelab(data_path=str(source)).find_issues({name: {} for name in FAULTS}, n_jobs=1, verbose=False)


def cpu(work: Callable[[Path], None], source: Path) -> float:
    """CPU-seconds of this process."""
    before = time.process_time()
    work(source)
    return time.process_time() - before


def rate(seconds: list[float], count: int) -> str:
    """Pictures per second: median, and from the slowest to the fastest."""
    middle, slow, fast = (count / s for s in (statistics.median(seconds), max(seconds), min(seconds)))
    return f"{middle:,.0f} ({slow:,.0f} to {fast:,.0f})"


def rows(runs: int) -> list[str]:
    """One line for each kind of file."""
    found = []
    for side, count, kinds in ((32, 4000, ("png", "npy")), (256, 400, ("jpg", "png"))):
        pictures = crops(side, count)
        for kind in kinds:
            with tempfile.TemporaryDirectory() as scratch:
                source = written(Path(scratch) / "pictures", pictures, kind)
                peers = {"all signals": ours, "decoding": decoding}
                if kind != "npy":
                    peers["cleanvision"] = theirs
                for work in peers.values():
                    work(source)
                taken: dict[str, list[float]] = {name: [] for name in peers}
                for _ in range(runs):
                    for name, work in peers.items():
                        taken[name].append(cpu(work, source))
                found.append(_row(side, count, kind, taken))
                print(found[-1], flush=True)
    return found


def _row(side: int, count: int, kind: str, taken: dict[str, list[float]]) -> str:
    mine = statistics.median(taken["all signals"])
    peer = taken.get("cleanvision")
    share = statistics.median(taken["decoding"]) / mine
    beside = [rate(peer, count), f"{statistics.median(peer) / mine:.1f}"] if peer else ["–", "–"]
    cells: list[Any] = [
        f"{side} × {side} {kind}",
        f"{count:,}",
        rate(taken["all signals"], count),
        f"{ASKED[side]:,}",
        f"{share:.0%}",
        *beside,
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    table = rows(asked.runs)
    signals = len({*catalog.profiled("image").values(), *load("cleanvision@0.3.7").signals})
    head = "| pictures | number | all signals, per second and core | asked | of it decoding | cleanvision, per second and core | times as fast |"
    packages = ", ".join(f"{name} {version(name)}" for name in ("cleanvision", "pillow", "numpy", "numba"))
    page = f"""# Signals of pictures

{__doc__.split(chr(10) + chr(10), 2)[2].strip()}

{head}
|---|--:|--:|--:|--:|--:|--:|
{chr(10).join(table)}

{signals} signals; cleanvision measures 7 faults from 11 numbers. {asked.runs} runs. Python {platform.python_version()}, {packages}; {os.cpu_count()} cores, of
which one is used.
"""
    print(page)
    if asked.out:
        asked.out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
