"""Is augmentation worth it? With few labelled documents, the held-out accuracy of a classifier with and without children.

    python benchmarks/augment_worth.py --corpus polarity.csv --corpus-zh reviews.csv [--thesaurus FILE]
                                       [--model FOLDER] [--seeds 20] [-o benchmarks/results/augment-worth.md]

For every seed 200 documents are drawn, half of each label; a classifier learns from them, or from them and their children, and is
asked about 2,000 others, the same for all. Classifiers are softmax regressions: on TF-IDF of the terms that two documents have
(`dataqual.vectors.text_classifier`), of all terms, and with --model on the sentence embeddings of the English. Children are made by one
method, each document having at most `factor` - 1; method and gate know the 200 documents alone. A difference is of the same seed; its interval
is Student's, 95 %. The classifier is told nothing of the test set, nor is any parameter chosen by it.
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
from numpy.typing import NDArray  # noqa: E402

from dataqual.children import Augmenter, Chance, Child  # noqa: E402
from dataqual.corpus import Corpus  # noqa: E402
from dataqual.embeddings import Model, open_model  # noqa: E402
from dataqual.errors import DataqualError  # noqa: E402
from dataqual.gating import Gate  # noqa: E402
from dataqual.gating.label_agreement import LEAST_RIGHT, LabelModels, share_right  # noqa: E402
from dataqual.noise import Noise, SentenceShuffle  # noqa: E402
from dataqual.steps.augment_back_translation import BackTranslation  # noqa: E402
from dataqual.synonyms import Synonyms, sources_of  # noqa: E402
from dataqual.text import Text  # noqa: E402
from dataqual.translation.routes import route_of  # noqa: E402
from dataqual.vectors.logistic import Logistic  # noqa: E402
from dataqual.vectors.sparse import Sparse  # noqa: E402
from dataqual.vectors.text_classifier import ALONE, WORDS, coded  # noqa: E402
from dataqual.vectors.tfidf import count, inverse_frequency, tfidf  # noqa: E402

LABELLED, TEST = 200, 2000
T = {19: 2.093, 39: 2.023}
"""The 97.5 % quantile of Student's t at n - 1 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2)."""


COPIES = "exact copies, as a control"
ROUTES = ("eng-spa", "eng-cat", "en-eo")
"""Pairs of Apertium that Debian packages for English, there and back."""


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
    parser.add_argument("--model", help="folder of a sentence model for English")
    parser.add_argument("--seeds", type=int, choices=[number + 1 for number in T], default=20)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    lines = ["# Is augmentation worth it?", "", "Made by `benchmarks/augment_worth.py`, which says how.", ""]
    for language, path in (("English", options.corpus), ("Chinese", options.corpus_zh)):
        if path:
            model = open_model(options.model) if options.model and language == "English" else None
            lines += measured(language, load(path), options.seeds, options.thesaurus, classifiers(model))
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


Classifier = Callable[[Documents, Documents], float]
"""The share of the second that it tells right once it has learnt from the first."""


def measured(
    language: str, documents: Documents, seeds: int, thesaurus: str | None, kinds: dict[str, Classifier]
) -> list[str]:
    """The table of a language."""
    test = documents.take(range(TEST))
    pool = range(TEST, len(documents.texts))
    draws = [drawn(documents, pool, seed) for seed in range(seeds)]
    alone = {kind: np.array([right(draw, test) for draw in draws]) for kind, right in kinds.items()}
    told = "; ".join(f"{kind} {100 * own.mean():.1f} ± {100 * own.std(ddof=1):.1f}" for kind, own in alone.items())
    lines = [
        f"## {language}: {LABELLED} labelled documents, {seeds} seeds, {TEST:,} held out",
        "",
        f"Right without children, % (± standard deviation between seeds): {told}. The columns are differences in points.",
        "",
        f"| method | factor | gate | children | {' | '.join(kinds)} |",
        "|---|---|---|---" + "|---" * len(kinds) + "|",
    ]
    for name, factor, make in methods(language, thesaurus):
        try:
            made = [children(make(draw), draw, factor, seed) for seed, draw in enumerate(draws)]
        except DataqualError as error:
            lines.append(f"| {name} | {factor} | not measured: {error} |")
            continue
        for gate in ("none", "default") if name != COPIES else ("none",):
            both = [grown(draw, own, gate) for draw, own in zip(draws, made, strict=True)]
            cells = [
                difference(np.array([right(one, test) for one in both]) - alone[kind]) for kind, right in kinds.items()
            ]
            more = np.mean([len(one.texts) - LABELLED for one in both])
            lines.append(f"| {name} | {factor} | {gate} | {more:.0f} | {' | '.join(cells)} |")
    return [*lines, ""]


def methods(language: str, thesaurus: str | None) -> list[tuple[str, int, Callable[[Documents], Augmenter]]]:
    """Name, factor, and how to open what makes children of some documents."""

    def synonyms(rate: float) -> Callable[[Documents], Augmenter]:
        return lambda draw: Synonyms(sources_of(Corpus.of(draw.texts), None, thesaurus, (), "wordfreq", "jieba"), rate)

    def routes(*pairs: str) -> Callable[[Documents], Augmenter]:
        return lambda _: BackTranslation(tuple(route_of(f"apertium:{pair}", "route") for pair in pairs))

    kinds = ("keyboard", "pinyin", "ocr", "spelling", "slips")
    through = [
        ("back-translation, Apertium eng-spa", 2, routes(ROUTES[0])),
        ("back-translation, three routes of Apertium", 4, routes(*ROUTES)),
    ]
    return [
        (COPIES, 2, lambda _: Copies()),
        (COPIES, 4, lambda _: Copies()),
        *(through if language == "English" else []),
        ("synonyms, rate 0.1", 2, synonyms(0.1)),
        ("synonyms, rate 0.3", 4, synonyms(0.3)),
        ("noise, rate 0.05", 2, lambda _: Noise(kinds, 0.05, 3, "[MASK]")),
        ("shuffled sentences, rate 0.5", 2, lambda _: SentenceShuffle(0.5)),
    ]


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
    made = ((at, child) for at, own in enumerate(found) for child in own if isinstance(child, Child))
    return [(at, child.text) for at, child in made if same or child.text != draw.texts[at]]


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


def classifiers(model: Model | None) -> dict[str, Classifier]:
    """By name."""
    found: dict[str, Classifier] = {"TF-IDF": by_terms(2), "TF-IDF, all terms": by_terms(1)}
    return found if model is None else found | {Path(model.path).resolve().parent.name: by_embedding(model)}


def by_terms(least: int) -> Classifier:
    """On terms that `least` documents have."""

    def right(train: Documents, test: Documents) -> float:
        terms = count(Text.of(train.texts), words=WORDS, alone=ALONE, min_documents=least)
        idf = inverse_frequency(terms.counts)
        return score(tfidf(terms.counts, idf), train, tfidf(terms.of(Text.of(test.texts)), idf), test)

    return right


def by_embedding(model: Model) -> Classifier:
    """On sentence embeddings, each computed once."""
    known: dict[str, NDArray[np.float32]] = {}

    def vectors(texts: Sequence[str]) -> Sparse:
        new = sorted({text for text in texts if text not in known})
        known.update(zip(new, model(new), strict=True)) if new else None
        return Sparse.of(np.array([known[text] for text in texts], np.float64))

    return lambda train, test: score(vectors(train.texts), train, vectors(test.texts), test)


def score(features: Sparse, train: Documents, others: Sparse, test: Documents) -> float:
    """The share of the test set that is told right."""
    classes, codes = coded(train.labels)
    found = Logistic.fit(features, codes, len(classes)).probabilities(others).argmax(1)
    return float(np.mean(np.array(classes)[found] == np.array(test.labels)))


def difference(values: np.ndarray) -> str:
    """Mean of paired differences with its interval, in points."""
    half = T[len(values) - 1] * values.std(ddof=1) / np.sqrt(len(values))
    return f"{100 * values.mean():+.2f} ({100 * (values.mean() - half):+.2f} to {100 * (values.mean() + half):+.2f})"


if __name__ == "__main__":
    main()
