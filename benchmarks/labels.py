"""Label errors on planted flips, beside cleanlab's in the same run.

    python benchmarks/labels.py [--corpus FILE ...] [--text COLUMN] [--label COLUMN] [--rate 0.05] [--seeds 3]
                                [--out benchmarks/results/labels.md]

A share of the labels is flipped to another one; what is flipped should stand first in the ranked list. Three judges: ours
(`judge`), cleanlab's `rank` and `filter` on our probabilities, and cleanlab on its usual ones, scikit-learn's TF-IDF (words, or
characters where there are no spaces) and logistic regression in five folds. Precision at k is a lower bound where a set has wrong
labels of its own: those are no hits. Seconds are of the processor. Without --corpus: the sample that ships.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

import dataqual  # noqa: E402
from dataqual import sample  # noqa: E402
from dataqual.labels.confident_learning import Codes, Floats  # noqa: E402
from dataqual.labels.judging import Classes, judge  # noqa: E402
from dataqual.labels.surveying import labels_of  # noqa: E402
from dataqual.text import Text  # noqa: E402

AT = (10, 50, 100, 500)


def read(path: Path, text: str | None, label: str | None) -> tuple[list[str], list[str]]:
    """Documents with a label that is not rare, and the labels."""
    corpus = dataqual.read(path, text=text, label=label)
    texts, labels = [], []
    for batch in corpus.batches():
        found = labels_of(batch)
        texts += [batch.text[row] for row, name in enumerate(found) if name is not None]
        labels += [name for name in found if name is not None]
    names = Classes.of({name: labels.count(name) for name in set(labels)}).names
    kept = [row for row, name in enumerate(labels) if name in names]
    return [texts[row] for row in kept], [labels[row] for row in kept]


def flip(labels: Sequence[str], rate: float, seed: int) -> tuple[list[str], NDArray[np.bool_]]:
    """Labels of which a share is another one, evenly drawn, and which."""
    random = np.random.default_rng(seed)
    names = sorted(set(labels))
    wrong = random.random(len(labels)) < rate
    step = random.integers(1, len(names), len(labels))
    given = [
        names[(names.index(x) + int(s)) % len(names)] if w else x for x, w, s in zip(labels, wrong, step, strict=True)
    ]
    return given, wrong


def ours(texts: Sequence[str], labels: Sequence[str]) -> tuple[Codes, Codes, Floats, Codes]:
    """The ranked list, the suspects, and probabilities and labels for cleanlab."""
    found = judge(Text.of(list(texts)), list(labels))
    assert found is not None
    return found.ranked(), np.flatnonzero(found.suspects), found.probabilities, found.labels


def cleanlabs(codes: Codes, probabilities: Floats) -> tuple[Codes, Codes]:
    """Its list, found issues first, and the issues."""
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    issues = find_label_issues(codes, probabilities, n_jobs=1)
    scores = get_label_quality_scores(codes, probabilities)
    return np.lexsort((scores, ~issues)), np.flatnonzero(issues)


def sklearns(texts: Sequence[str], codes: Codes, seed: int) -> Floats:
    """Probabilities as cleanlab's guides come by them; folds are shuffled, for order tells of some sets which text a sentence is from."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    spaced = sum(text.count(" ") for text in texts) > sum(map(len, texts)) / 20
    kind = {"ngram_range": (1, 2)} if spaced else {"analyzer": "char", "ngram_range": (1, 3)}
    model = make_pipeline(TfidfVectorizer(min_df=2, sublinear_tf=True, **kind), LogisticRegression(C=10, max_iter=1000))
    parts = StratifiedKFold(5, shuffle=True, random_state=seed)
    chances: Floats = cross_val_predict(model, list(texts), codes, cv=parts, method="predict_proba")
    return chances


def once(
    texts: Sequence[str], labels: Sequence[str], rate: float, seed: int
) -> Iterator[tuple[str, NDArray[np.bool_], Codes, Codes, float]]:
    """Of each judge: its name, which labels are wrong, its list, what it flags, and its seconds of the processor."""
    given, wrong = flip(labels, rate, seed)
    clock = [time.process_time()]

    def took() -> float:
        clock.append(time.process_time())
        return clock[-1] - clock[-2]

    ranked, suspects, chances, codes = ours(texts, given)
    own = took()
    yield "dataqual", wrong, ranked, suspects, own
    took()
    theirs = cleanlabs(codes, chances)
    yield "cleanlab, our probabilities", wrong, *theirs, own + took()
    took()
    usual = cleanlabs(codes, sklearns(texts, codes, seed))
    yield "cleanlab, scikit-learn's", wrong, *usual, took()


def rows(path: Path, text: str | None, label: str | None, rate: float, seeds: int) -> Iterator[str]:
    """Rows of Markdown: one for each judge, means over the seeds."""
    texts, labels = read(path, text, label)
    found: dict[str, list[list[float]]] = {}
    for seed in range(seeds):
        for name, wrong, order, flags, seconds in once(texts, labels, rate, seed):
            at = [wrong[order[:k]].mean() if k <= len(order) else np.nan for k in (*AT, int(wrong.sum()))]
            found.setdefault(name, []).append([*at, wrong[flags].mean(), wrong[flags].sum() / wrong.sum(), seconds])
    for name, values in found.items():
        *shares, seconds = np.mean(values, axis=0)
        cells = " | ".join("–" if np.isnan(share) else f"{share:.2f}" for share in shares)
        yield f"| {path.name} ({len(texts):,}, {len(set(labels))} labels) | {name} | {cells} | {seconds:.1f} |"


def main() -> None:
    """Run and print, and write where told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, action="append", default=[])
    parser.add_argument("--text")
    parser.add_argument("--label")
    parser.add_argument("--rate", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    head = " | ".join(f"at {k}" for k in AT)
    page = [
        "# Label errors on planted flips",
        "",
        f"`python benchmarks/labels.py`: {asked.rate:.0%} of the labels flipped, means of {asked.seeds} draws; precision of the",
        "first k of the ranked list (`all`: as many as were flipped), precision and recall of what is flagged, seconds of the processor.",
        "",
        f"| corpus | judge | {head} | all | flagged: precision | recall | seconds |",
        "|---|---|" + "---|" * (len(AT) + 4),
    ]
    for path in asked.corpus or [sample.path()]:
        page += rows(path, asked.text, asked.label, asked.rate, asked.seeds)
        print("\n".join(page), flush=True)
    if asked.out:
        asked.out.write_text("\n".join([*page, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
