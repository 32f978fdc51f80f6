"""Is augmentation worth it? With few labelled documents, the held-out accuracy of a classifier with and without children.

    python benchmarks/augment_worth.py --corpus polarity.csv --corpus-zh reviews.csv [--thesaurus FILE]
                                       [--seeds 40] [-o benchmarks/results/augment-worth.md]

For every seed 200 documents are drawn, half of each label; the classifier (softmax regression on TF-IDF,
`dataqual.vectors.TextClassifier`) learns from them, or from them and their children, and is asked about 2,000 others, the same for
all. Children are made by one method, each document having at most `factor` - 1; the gate knows the 200 documents alone. A difference
is of the same seed; its interval is Student's, 95 %. The classifier is told nothing of the test set, nor is any parameter chosen by it.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path[0] = str(Path(__file__).resolve().parents[1])  # or numba's `import coverage` would find benchmarks/coverage.py

import numpy as np  # noqa: E402

from dataqual.children import Augmenter, Chance, Child  # noqa: E402
from dataqual.corpus import Corpus  # noqa: E402
from dataqual.errors import DataqualError  # noqa: E402
from dataqual.gating import Gate  # noqa: E402
from dataqual.gating.label_agreement import LEAST_RIGHT, LabelModels, share_right  # noqa: E402
from dataqual.noise import Noise  # noqa: E402
from dataqual.steps.augment_back_translation import BackTranslation  # noqa: E402
from dataqual.synonyms import Synonyms, sources_of  # noqa: E402
from dataqual.text import Text  # noqa: E402
from dataqual.translation.routes import route_of  # noqa: E402
from dataqual.vectors.text_classifier import TextClassifier  # noqa: E402

LABELLED, TEST = 200, 2000
T = {19: 2.093, 39: 2.023}
"""The 97.5 % quantile of Student's t at n - 1 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2)."""


COPIES = "exact copies, as a control"


class Copies(Augmenter):
    """Each document once more: what comes of weight alone, and of words that one document has having two."""

    def children_of(
        self, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]
    ) -> list[list[Child]]:
        return [[Child(text, ())] * wanted for text, wanted in zip(texts, how_many, strict=True)]


@dataclass(frozen=True)
class Documents:
    texts: list[str]
    labels: list[str]

    def take(self, rows: Sequence[int]) -> Documents:
        return Documents([self.texts[row] for row in rows], [self.labels[row] for row in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--corpus-zh", type=Path)
    parser.add_argument("--thesaurus")
    parser.add_argument("--seeds", type=int, choices=[number + 1 for number in T], default=40)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    lines = ["# Is augmentation worth it?", "", "Made by `benchmarks/augment_worth.py`, which says how.", ""]
    for language, path in (("English", options.corpus), ("Chinese", options.corpus_zh)):
        if path:
            lines += measured(language, load(path), options.seeds, options.thesaurus)
    print("\n".join(lines))
    if options.output:
        options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


def load(path: Path) -> Documents:
    """The rows with a text, in an order that a seed fixes."""
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["text"].strip()]
    random.Random(0).shuffle(rows)
    return Documents([row["text"] for row in rows], [row["label"] for row in rows])


def measured(language: str, documents: Documents, seeds: int, thesaurus: str | None) -> list[str]:
    """The table of a language."""
    test = documents.take(range(TEST))
    pool = range(TEST, len(documents.texts))
    draws = [drawn(documents, pool, seed) for seed in range(seeds)]
    alone = np.array([accuracy(draw, test) for draw in draws])
    lines = [
        f"## {language}: {LABELLED} labelled documents, {seeds} seeds, {TEST:,} held out",
        "",
        f"Without children: {100 * alone.mean():.1f} % right (standard deviation between seeds {100 * alone.std(ddof=1):.1f}).",
        "",
        "| method | factor | gate | children | right, % | difference, points |",
        "|---|---|---|---|---|---|",
    ]
    for name, factor, make in methods(language, documents, thesaurus):
        try:
            augmenter = make()
        except DataqualError as error:
            lines.append(f"| {name} | {factor} | – | – | – | not measured: {error} |")
            continue
        made = [children(augmenter, draw, factor, seed) for seed, draw in enumerate(draws)]
        for gate in ("none", "default") if name != COPIES else ("none",):
            both = [grown(draw, own, gate) for draw, own in zip(draws, made, strict=True)]
            found = np.array([accuracy(one, test) for one in both])
            mean_children = np.mean([len(one.texts) - LABELLED for one in both])
            lines.append(
                f"| {name} | {factor} | {gate} | {mean_children:.0f} | {100 * found.mean():.1f} | {difference(found - alone)} |"
            )
    return [*lines, ""]


def methods(
    language: str, documents: Documents, thesaurus: str | None
) -> list[tuple[str, int, Callable[[], Augmenter]]]:
    """Name, factor, and how to open what makes children."""

    def synonyms(rate: float) -> Callable[[], Augmenter]:
        some = Corpus.of(documents.texts[:2000])
        return lambda: Synonyms(sources_of(some, None, thesaurus, (), "wordfreq", "jieba"), rate)

    found: list[tuple[str, int, Callable[[], Augmenter]]] = [
        (COPIES, 2, Copies),
        ("synonyms, rate 0.1", 2, synonyms(0.1)),
        ("synonyms, rate 0.3", 4, synonyms(0.3)),
        ("noise, rate 0.05", 2, lambda: Noise(("keyboard", "pinyin", "ocr", "spelling", "slips"), 0.05, 3, "[MASK]")),
    ]
    if language == "English":
        found.insert(
            0,
            (
                "back-translation, Apertium eng-spa",
                2,
                lambda: BackTranslation((route_of("apertium:eng-spa", "route"),)),
            ),
        )
    return found


def drawn(documents: Documents, pool: Sequence[int], seed: int) -> Documents:
    """`LABELLED` documents, as many of each label."""
    order = random.Random(seed).sample(list(pool), len(pool))
    kinds = sorted(set(documents.labels))
    rows = [
        row for kind in kinds for row in [at for at in order if documents.labels[at] == kind][: LABELLED // len(kinds)]
    ]
    return documents.take(rows)


def children(augmenter: Augmenter, draw: Documents, factor: int, seed: int) -> list[tuple[int, str]]:
    """The parent of each child, and the child."""
    chances = [Chance((seed << 20) + at) for at in range(len(draw.texts))]
    found = augmenter.children_of(draw.texts, chances, [factor - 1] * len(draw.texts))
    same = isinstance(augmenter, Copies)
    return [(at, child.text) for at, own in enumerate(found) for child in own if same or child.text != draw.texts[at]]


def grown(draw: Documents, made: Sequence[tuple[int, str]], kind: str) -> Documents:
    """The documents, and the children that the gate lets through."""
    gate = Gate.of(())
    if kind == "default":
        models = LabelModels.fit(Text.of(draw.texts), draw.labels)
        sure = models is not None and share_right(models, Text.of(draw.texts), draw.labels) >= LEAST_RIGHT
        gate = Gate.default().prepared(labels=models if sure else None)
    labels = [draw.labels[at] for at, _ in made]
    verdicts = gate.judge([draw.texts[at] for at, _ in made], [child for _, child in made], labels)
    through = [at for at, verdict in enumerate(verdicts) if verdict.accepted]
    return Documents([*draw.texts, *(made[at][1] for at in through)], [*draw.labels, *(labels[at] for at in through)])


def accuracy(train: Documents, test: Documents) -> float:
    """The share of the test set that a classifier of `train` tells right."""
    model = TextClassifier.fit(Text.of(train.texts), train.labels)
    found = np.array(model.classes)[model.probabilities(Text.of(test.texts)).argmax(1)]
    return float(np.mean(found == np.array(test.labels)))


def difference(values: np.ndarray) -> str:
    """Mean of paired differences with its interval, in points."""
    half = T[len(values) - 1] * values.std(ddof=1) / np.sqrt(len(values))
    return f"{100 * values.mean():+.2f} ({100 * (values.mean() - half):+.2f} to {100 * (values.mean() + half):+.2f})"


if __name__ == "__main__":
    main()
