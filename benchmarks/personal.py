"""What counting personal data costs: the pass that finds suspicious digits, all of it, and looking at whole documents instead.

    python benchmarks/personal.py FILE... > benchmarks/results/personal.md

CPU time of one core, the best of three, in nanoseconds a byte of text; whole documents are timed on the first 4 MB. What is looked at closer
are the stretches around suspicious digits. The accounts are those on messengers, in how many documents.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path[0] = str(Path(__file__).resolve().parents[1])  # or numba's `import coverage` would find benchmarks/coverage.py

import numpy as np  # noqa: E402

import dataqual  # noqa: E402
from dataqual.kernels import suspecting  # noqa: E402
from dataqual.personal import finding  # noqa: E402
from dataqual.text import Text  # noqa: E402

MOST = 40_000_000
WHOLE = 4_000_000
REPEATS = 3


def texts_of(path: str) -> Iterator[Text]:
    """The text of a corpus batch by batch, `MOST` bytes of it and a little more."""
    read = 0
    for batch in dataqual.read(path).batches():
        yield batch.text
        read += len(batch.text.data)
        if read >= MOST:
            return


def nanoseconds(work: Callable[[Text], object], texts: list[Text]) -> float:
    """A byte, the best of the repeats."""
    taken = []
    for _ in range(REPEATS):
        start = time.process_time()
        for text in texts:
            work(Text(text.data, text.offsets))  # nothing that was cut or counted is kept
        taken.append(time.process_time() - start)
    return 1e9 * min(taken) / sum(len(text.data) for text in texts)


def suspected(text: Text) -> None:
    """The compiled pass alone."""
    sorts = np.zeros(len(text), np.uint8)
    suspecting.suspect(text.data, text.offsets, suspecting.SORTED, np.empty(4, np.int64), sorts)


def whole(text: Text) -> None:
    """Every document, with every rule."""
    for row in range(len(text)):
        finding.places(text[row])


def row(path: str) -> str:
    """A row of the table."""
    texts = list(texts_of(path))
    size, documents = sum(len(text.data) for text in texts), sum(len(text) for text in texts)
    closer = sum(end - start for text in texts for start, end, *_ in finding._windows(text))
    accounts = sum(int((finding.tally(text)["account"] > 0).sum()) for text in texts)
    some, left = [], WHOLE
    for text in texts:
        rows = min(len(text), max(int(np.searchsorted(text.offsets, left)), 1))
        some.append(Text(text.data[: text.offsets[rows]], text.offsets[: rows + 1]))
        left -= len(some[-1].data)
        if left <= 0:
            break
    times = [nanoseconds(suspected, texts), nanoseconds(finding.tally, texts), nanoseconds(whole, some)]
    cells = [f"{one:.2f}" if one < 1 else f"{one:.1f}" for one in times]
    return f"| {Path(path).name} | {documents:,} | {size / 1e6:.1f} | {closer / size:.1%} | {' | '.join(cells)} | {accounts} |"


def main() -> None:
    """Measure, and print a page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    files = parser.parse_args().files
    finding.tally(Text.of(["a@b.cn 13812345678"]))  # what is compiled is compiled
    print(
        "# What counting personal data costs\n\nMade by `python benchmarks/personal.py`; what is counted stands there."
    )
    print(f"One core of a machine that others work on, Python {platform.python_version()}; nanoseconds a byte.\n")
    print("| corpus | documents | MB | looked at closer | pass | all | whole documents | with accounts |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for path in files:
        print(row(path), flush=True)


if __name__ == "__main__":
    main()
