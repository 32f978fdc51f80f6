"""How often the intervals of `dataqual.people` hold the truth, a thousand corpora of known make each, at nominal 95 %.

    python benchmarks/people_intervals.py [--simulations 1000] [--out FILE.md]

Words come in documents: how many a document has, and of whom, differs from one to the next more than chance would have it,
so an interval that takes words for draws is too short. `CASES` gives for each name what draws one corpus, and tells
the truth and the interval; benchmarks/interval_coverage.py has them too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from math import log
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from dataqual.clustered import ShareSums  # noqa: E402
from dataqual.intervals import quotient  # noqa: E402
from dataqual.people.association import npmi_between, significant  # noqa: E402
from dataqual.people.fighting_words import Usage, log_odds  # noqa: E402
from dataqual.people.representation import odds  # noqa: E402
from dataqual.reading import Interval, wilson  # noqa: E402
from dataqual.text import Text  # noqa: E402

Rng = np.random.Generator
Seen = tuple[float, Interval | None]
"""The truth and the interval."""


def words(rng: Rng, documents: int, p: float, alike: float) -> ShareSums:
    """Documents that name people one to many times; `alike` is how much those of one document agree, 0 to 1."""
    whole = 1 + rng.geometric(0.25, documents)
    own = rng.beta(p * (1 / alike - 1), (1 - p) * (1 / alike - 1), documents)
    return ShareSums.of(rng.binomial(whole, own), whole)


def share(rng: Rng, documents: int, p: float, alike: float) -> Seen:
    """A share of mentions."""
    return p, words(rng, documents, p, alike).interval()


def by_words(rng: Rng, documents: int, p: float, alike: float) -> Seen:
    """The same by Wilson's interval of the words, which takes each for a draw: what is not done."""
    sums = words(rng, documents, p, alike)
    return p, wilson(sums.part, sums.whole)


def gender_ratio(rng: Rng, documents: int, p: float, alike: float) -> Seen:
    """Women for each man."""
    sums = words(rng, documents, p, alike)
    _, around = odds(sums.value, sums.interval())
    return p / (1 - p), around


def beside_corpus(rng: Rng, documents: int, p: float, q: float) -> Seen:
    """A share divided by that of another corpus."""
    one, other = words(rng, documents, p, 0.3), words(rng, documents, q, 0.3)
    if not one.value or not other.value:
        return p / q, None
    return p / q, quotient(one.value, one.interval() or (0, 1), other.value, other.interval() or (0, 1))


SAID = ("she nurse. ", "she. ", "nurse. ", "rain. ")


def npmi(rng: Rng, documents: int, p: tuple[float, ...]) -> Seen:
    """nPMI of two words, over sentences of four kinds whose mix differs from document to document."""
    counts = np.array([rng.multinomial(n, rng.dirichlet(np.array(p) * 8)) for n in 1 + rng.poisson(9, documents)])
    text = Text.of(["".join(s * int(k) for s, k in zip(SAID, row, strict=True)) for row in counts])
    kinds = np.concatenate([np.repeat(np.arange(4), row) for row in counts])
    truth = log(p[0] / ((p[0] + p[1]) * (p[0] + p[2]))) / -log(p[0])
    return truth, npmi_between(np.flatnonzero(kinds < 2), np.flatnonzero(kinds % 2 == 0), text).interval


def texts(rng: Rng, documents: int, first: np.ndarray, second: np.ndarray, alike: float) -> tuple[Usage, Usage]:
    """Two texts over the same documents, whose words are drawn from shares that differ by document."""
    tables = []
    for p in (first, second):
        sizes = rng.geometric(1 / 60, documents)
        tables.append(np.array([rng.multinomial(n, rng.dirichlet(p / alike)) for n in sizes]))
    return Usage.of(tables[0]), Usage.of(tables[1])


def odds_of(rng: Rng, documents: int, factor: float) -> Seen:
    """The log-odds of a word that the first text has `factor` times as often, with a prior worth a tenth of both."""
    p = np.array([0.01, 0.02, 0.05, 0.92])
    q = p * np.array([factor, 1, 1, 1])
    q /= q.sum()
    one, other = texts(rng, documents, q, p, 0.02)
    background = np.bincount(np.r_[one.word, other.word], np.r_[one.often, other.often], minlength=4)
    found = log_odds(one, other, background, prior=min(1000.0, background.sum() / 10))
    return log(q[0] / (1 - q[0])) - log(p[0] / (1 - p[0])), found.interval(0)


def nothing_found(rng: Rng, documents: int, vocabulary: int) -> Seen:
    """How many words are called significant where none is said more of anybody: the truth is none."""
    p = rng.dirichlet(np.full(vocabulary, 0.5)) + 1e-6
    one, other = texts(rng, documents, p / p.sum(), p / p.sum(), 0.01)
    often = np.bincount(np.r_[one.word, other.word], np.r_[one.often, other.often], minlength=vocabulary)
    found = log_odds(one, other, often, prior=min(1000.0, often.sum() / 10))
    tested = (often >= 10) & (found.documents >= 5)
    called = float((significant(found.p[tested].tolist()) <= 0.05).sum())
    return 0.0, (called, called)


CASES: dict[str, Callable[[Rng], Seen]] = {
    "representation, 30 documents, 1/2": partial(share, documents=30, p=0.5, alike=0.3),
    "representation, 300 documents, 1/2": partial(share, documents=300, p=0.5, alike=0.3),
    "representation, 300 documents, 1/50": partial(share, documents=300, p=0.02, alike=0.3),
    "representation, 300 documents, all or nothing": partial(share, documents=300, p=0.2, alike=0.9),
    "gender_ratio, 100 documents, 1 to 4": partial(gender_ratio, documents=100, p=0.2, alike=0.3),
    "ratio to another corpus, 200 documents": partial(beside_corpus, documents=200, p=0.4, q=0.2),
    "npmi, 50 documents, together": partial(npmi, documents=50, p=(0.1, 0.1, 0.1, 0.7)),
    "npmi, 300 documents, by chance": partial(npmi, documents=300, p=(0.04, 0.16, 0.16, 0.64)),
    "npmi, 300 documents, apart": partial(npmi, documents=300, p=(0.02, 0.18, 0.18, 0.62)),
    "log-odds, 100 documents, equal": partial(odds_of, documents=100, factor=1.0),
    "log-odds, 100 documents, half again": partial(odds_of, documents=100, factor=1.5),
    "log-odds, 300 documents, three times": partial(odds_of, documents=300, factor=3.0),
    "association, 100 documents: no false one": partial(nothing_found, documents=100, vocabulary=200),
}
"""What is claimed."""

BESIDE: dict[str, Callable[[Rng], Seen]] = {
    "words taken for draws (not done), 300 documents, 1/2": partial(by_words, documents=300, p=0.5, alike=0.3),
}
"""What would be if documents were forgotten."""


def held(case: Callable[[Rng], Seen], simulations: int) -> float:
    """Share of corpora whose interval holds the truth."""
    seen = [case(np.random.default_rng(seed)) for seed in range(simulations)]
    return float(np.mean([around is not None and around[0] <= truth <= around[1] for truth, around in seen]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    lines = ["| interval | holds the truth | 95 % |", "|---|---|---|"]
    for name, case in {**CASES, **BESIDE}.items():
        value = held(case, asked.simulations)
        low, high = wilson(round(value * asked.simulations), asked.simulations) or (0, 1)
        lines.append(f"| {name} | {value:.1%} | {low:.1%} to {high:.1%} |")
        print(lines[-1], flush=True)
    if asked.out:
        title = f"# Intervals of dataqual.people\n\n{asked.simulations:,} simulated corpora each, nominal 95 %; written by `python benchmarks/people_intervals.py`.\n\n"
        asked.out.write_text(title + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
