"""Two halves of one corpus: how often every reading of `dataqual compare` is green, and how wide chance is for the classifier.

    python -m benchmarks.compare CORPUS [CORPUS …] [--splits 200] [--documents 400]

Each split draws documents, deals them into two halves at random and compares these with all tests. Written to
benchmarks/results/compare.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import dataqual
from dataqual.comparing.sides import as_profile

RESULTS = Path(__file__).parent / "results" / "compare.md"


def texts_of(path: str, most: int) -> list[str]:
    """Documents of a corpus, drawn evenly, of at most 20,000 characters."""
    kept = as_profile(path, sample=most, near_copies=False, rules=()).kept
    assert kept is not None and kept.sample is not None
    return [text[:20_000] for text in kept.sample.texts]


def study(path: str, splits: int, documents: int) -> str:
    """A row of the table: what came of the splits of one corpus."""
    texts = texts_of(path, 2_000)
    random = np.random.default_rng(0)
    green = sure = 0
    tests: list[int] = []
    score: list[float] = []
    for _ in range(splits):
        drawn = random.permutation(len(texts))[: 2 * min(documents, len(texts) // 2)]
        halves = [[texts[at] for at in drawn[side::2]] for side in (0, 1)]
        found = dataqual.compare(*halves, versions=False, near_copies=False)
        rows = [row for row in found.rows() if row["p"] is not None]
        green += all(row["light"] == "green" for row in rows)
        sure += all(row["adjusted"] > 0.05 for row in rows)
        tests.append(len(rows))
        judge = next(row["detail"] for row in rows if row["kind"] == "classifier")
        score.append((judge["auc"] - 0.5) / ((judge["null"][1] - 0.5) / 1.96))
    return (
        f"| {Path(path).name} | {splits} | {len(halves[0])} | {np.mean(tests):.0f} | {green / splits:.1%} | "
        f"{sure / splits:.1%} | {np.mean(np.abs(score) > 1.96):.1%} |"
    )


def main() -> None:
    """Run the study and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", nargs="+")
    parser.add_argument("--splits", type=int, default=200)
    parser.add_argument("--documents", type=int, default=200)
    asked = parser.parse_args()
    lines = [
        "# Two halves of one corpus",
        "",
        "Documents dealt into two halves at random and compared (`python -m benchmarks.compare`). *all green*: no reading is amber or red;",
        "*none sure*: no adjusted p is at most 0.05, however small the difference; *classifier beyond*: its AUC lies outside the band of chance,",
        "which should be 5 %.",
        "",
        "| corpus | splits | documents a half | tests | all green | none sure | classifier beyond |",
        "|---|---|---|---|---|---|---|",
        *(study(path, asked.splits, asked.documents) for path in asked.corpora),
    ]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
