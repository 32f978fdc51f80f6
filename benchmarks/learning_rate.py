"""Is the learning rate of `gpt2` right? Held-out loss at several times it, on bytes of a text file.

    python -m benchmarks.learning_rate text.txt --sizes 38000 125000 --times 0.5 1 2 --tokens 512000 --seeds 2

The figures in docs/decisions.md were made with this. One thread; a line of JSON per run.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from studies.data.windows import Order, TokenFile
from studies.learner import Point, Task
from studies.learners.gpt2 import Gpt2
from studies.training.schedule import peak_rate, whole_stop


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[38_000, 125_000, 370_000])
    parser.add_argument("--times", type=float, nargs="+", default=[0.25, 0.5, 1, 2, 4])
    parser.add_argument("--tokens", type=int, nargs="+", default=[512_000])
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        train, held_out = files(asked.text.read_bytes(), Path(folder))
        for size in asked.sizes:
            for seed in range(asked.seeds):
                for times in asked.times:
                    run(size, seed, times, asked.tokens, train, held_out)


def files(text: bytes, folder: Path) -> tuple[TokenFile, TokenFile]:
    """The first twentieth held out, the rest to train on."""
    cut = len(text) // 20
    made = []
    for name, part in (("train", text[cut:]), ("held_out", text[:cut])):
        (folder / name).write_bytes(np.frombuffer(part, np.uint8).astype("<u2").tobytes())
        made.append(TokenFile.of(folder / name, bytes=len(part)))
    return made[0], made[1]


def run(size: int, seed: int, times: float, tokens: list[int], train: TokenFile, held_out: TokenFile) -> None:
    learner, started = Gpt2(), time.process_time()
    batch = learner.batch(size, 128)
    stops = tuple(whole_stop(stop, batch) for stop in tokens)
    task = Task(size, 256, 128, batch, train, Order(seed), stops, {"text": held_out}, seed, learning_rate=times)
    points = [event for event in learner.run(task) if isinstance(event, Point)]
    rate = times * peak_rate(points[0].parameters)
    print(
        json.dumps(
            {
                "size": size,
                "parameters": points[0].parameters,
                "seed": seed,
                "times": times,
                "rate": round(rate, 5),
                "loss": {point.tokens: round(point.losses["text"], 4) for point in points},
                "cpu_seconds": round(time.process_time() - started, 1),
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
