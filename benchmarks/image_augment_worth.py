"""Whether augmentation helps: digits told right after learning from 200 labelled ones, with and without their children.

    python -m benchmarks.image_augment_worth MNIST_NPZ [--seeds 24] [--labelled 200] [--factor 5]

For each seed other digits are drawn from the training set. Every arm learns in as many steps, of the same network without its
own random shifts, and is asked 2,000 digits of the test set. Differences are within seeds, their interval is Student's.
Writes benchmarks/results/image_augment_worth.md.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dataqual
from dataqual.engine import Local
from dataqual.images.features import Classifier
from dataqual.images.steps.augment_images import AugmentImages
from dataqual.intervals import t_of

RESULTS = Path(__file__).parent / "results" / "image_augment_worth.md"
STEPS = 250
ARMS: dict[str, dict[str, Any]] = {
    "crop, rotate; digits; gate": {"methods": ("crop", "rotate"), "keeps_label": "digits"},
    "crop, rotate; digits; no gate": {"methods": ("crop", "rotate"), "keeps_label": "digits", "gate": "none"},
    "flip; measured; gate": {"methods": ("flip",)},
    "flip; measured; no gate": {"methods": ("flip",), "gate": "none"},
}


def grown(x: NDArray[np.uint8], y: NDArray[Any], step: AugmentImages, folder: Path) -> tuple[list[Any], list[str]]:
    """The pictures with their children, and all labels."""
    np.savez(folder / "some.npz", x=x, y=y)
    corpus = dataqual.read(str(folder / "some.npz"))
    ready = step.prepare(corpus, Local(workers=1))
    pictures, labels = [], []
    for batch in corpus.batches():
        after, _ = ready(batch)
        assert after.images is not None
        pictures += [after.images[row] for row in range(len(after))]
        labels += after.columns["label"].to_list()
    return pictures, labels


def right(pictures: Any, labels: list[str], test: tuple[Any, Any], seed: int) -> float:
    """The share of test digits told right."""
    model = Classifier.fit(pictures, labels, seed=seed, steps=STEPS, shift=0)
    told = np.array(model.labels)[model.probabilities(test[0]).argmax(1)]
    return float((told == test[1].astype(str)).mean())


def told(values: NDArray[np.float64]) -> str:
    """Mean and 95 % interval, in points of a hundred."""
    reach = t_of(0.95, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{100 * values.mean():+.2f} [{100 * (values.mean() - reach):+.2f}, {100 * (values.mean() + reach):+.2f}]"


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("mnist")
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--labelled", type=int, default=200)
    parser.add_argument("--factor", type=float, default=5.0)
    asked = parser.parse_args()
    data = np.load(asked.mnist)
    test = data["x_test"][:2000], data["y_test"][:2000]
    plain, children = np.zeros(asked.seeds), {name: np.zeros((asked.seeds, 2)) for name in ARMS}
    for seed in range(asked.seeds):
        rows = np.sort(np.random.default_rng(seed).choice(len(data["x_train"]), asked.labelled, replace=False))
        x, y = data["x_train"][rows], data["y_train"][rows]
        plain[seed] = right(x, [str(label) for label in y], test, seed)
        for name, given in ARMS.items():
            with tempfile.TemporaryDirectory() as folder:
                pictures, labels = grown(x, y, AugmentImages(factor=asked.factor, seed=seed, **given), Path(folder))
            children[name][seed] = right(pictures, labels, test, seed), len(pictures) - len(rows)
        print(seed, plain[seed], {name: found[seed].tolist() for name, found in children.items()}, flush=True)
    lines = [
        "# Does augmentation of pictures help?",
        "",
        f"{asked.labelled} labelled MNIST digits, {asked.seeds} draws of them, {STEPS} steps of 32 pictures in every arm, 2,000 test",
        f"digits. Without children {100 * plain.mean():.2f} % are told right (standard deviation over draws {100 * plain.std(ddof=1):.2f}).",
        "",
        "| children | of each draw | told right, % | difference in points, 95 % over draws |",
        "|---|--:|--:|--:|",
    ]
    for name, found in children.items():
        lines.append(
            f"| {name} | {found[:, 1].mean():.0f} | {100 * found[:, 0].mean():.2f} | {told(found[:, 0] - plain)} |"
        )
    lines.append("")
    for gate, none in (
        ("crop, rotate; digits; gate", "crop, rotate; digits; no gate"),
        ("flip; measured; gate", "flip; measured; no gate"),
    ):
        apart = children[gate][:, 0] - children[none][:, 0]
        lines.append(f"The gate against none, {gate.partition(';')[0]}: {told(apart)} points.\n")
    RESULTS.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
