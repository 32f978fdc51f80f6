"""How often the 95 % intervals of readings hold the value of the corpus they were drawn from, a thousand samples each.

    python benchmarks/interval_coverage.py [--simulations 1000] [--only NAME,...] [--out benchmarks/results/interval-coverage.md]

A study is a function under `@study`: given the number of a simulation it draws a sample and yields, for each estimator,
its name, the true value and the interval. What costs much (a corpus, its true values) it makes once, under `@cache`.
An estimator passes where the interval holds the truth in 93 % of the simulations or more. To add one, write a study here;
nothing else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks import label_intervals, people_intervals  # noqa: E402
from dataqual import catalog  # noqa: E402
from dataqual.diversity import sets  # noqa: E402
from dataqual.diversity.topics import effective  # noqa: E402
from dataqual.document_sample import DocumentSample, priorities  # noqa: E402
from dataqual.drift.classifier import DomainClassifier, domain_classifier  # noqa: E402
from dataqual.drift.divergence import divergences  # noqa: E402
from dataqual.drift.shares import share_change  # noqa: E402
from dataqual.drift.two_samples import shift  # noqa: E402
from dataqual.drift.words import Runs, word_divergence  # noqa: E402
from dataqual.operators import SampleMetric  # noqa: E402
from dataqual.reading import Interval, wilson  # noqa: E402
from dataqual.sketch import Sketch  # noqa: E402
from dataqual.text import Text  # noqa: E402

Seen = Iterator[tuple[str, float, Interval | None]]
"""Name of the estimator, true value, interval."""
STUDIES: dict[str, Callable[[int], Seen]] = {}
ENOUGH = 0.93


def study(function: Callable[[int], Seen]) -> Callable[[int], Seen]:
    """Enter a study under its name."""
    STUDIES[function.__name__] = function
    return function


# A corpus whose values are known

DOCUMENTS, DRAWN = 12_000, 400


@cache
def corpus() -> Text:
    """12,000 documents of lognormal length whose words follow Zipf's law, half of them those of the document's topic.

    Words come again soon within a document, and one document in ten holds a sentence from one of eight templates.
    """
    rng = np.random.default_rng(20)
    ranks = np.arange(1, 20_001)
    common = (1 / ranks) / (1 / ranks).sum()
    texts = []
    for _ in range(DOCUMENTS):
        length, topic = max(1, int(rng.lognormal(3.6, 0.7))), int(rng.integers(12))
        words = rng.choice(20_000, length, p=common)
        own = rng.random(length) < 0.5
        words[own] = 20_000 + topic * 500 + (rng.pareto(1.0, int(own.sum())) * 10).astype(np.int64) % 500
        for at in np.flatnonzero(rng.random(length) < 0.1):
            words[at] = words[rng.integers(at + 1)]
        text = " ".join(f"w{word}" for word in words)
        if rng.random() < 0.1:
            text += f". please write me a short {'abcdefgh'[rng.integers(8)]}note about w{rng.integers(20_000)}."
        texts.append(text)
    return Text.of(texts)


def drawn(seed: int, size: int = DRAWN) -> DocumentSample:
    """A sample of the corpus."""
    text = corpus()
    file, record = np.zeros(len(text), np.int32), np.arange(1, len(text) + 1)
    return DocumentSample.draw(text, file, record, priorities(file, record, seed), {}, size, 1 << 40, seed=seed)


DIVERSITY: dict[str, dict[str, Any]] = {
    "mattr": {"window": 25},
    "mtld": {},
    "hd_d": {"draws": 20},
    "homogenization": {"pairs": 200},
    "distinct": {"n": 2, "among": 1_000},
    "ngram_diversity": {"among": 1_000},
    "vocabulary": {"among": 1_000},
    "vocabulary_growth": {"among": 1_000},
    "word_entropy": {"among": 1_000},
    "yules_k": {"among": 1_000},
    "compression_ratio": {"among": 5_000},
    "self_repetition": {"n": 2, "among": 20},
    "self_bleu": {"among": 20},
    "vendi": {"among": 20},
    "templates": {"among": 20},
}
"""Metrics with the parameters that give a sample of 400 documents sets enough."""


@cache
def diversity_truths() -> dict[str, float]:
    """What each metric is of the corpus: over documents exactly, over sets or pairs the mean of all in up to three orders."""
    truths = {}
    usual = sets.sets
    sets.sets = lambda *given, most=0: usual(*given, most=10**9)  # type: ignore[assignment]  # all there are
    for name, parameters in DIVERSITY.items():
        metric = catalog.metric(name, **parameters)
        assert isinstance(metric, SampleMetric)
        orders = 1 if name in ("mattr", "mtld", "hd_d", "self_bleu") else 3
        metric = replace(metric, pairs=DOCUMENTS // 2) if name == "homogenization" else metric  # all documents in pairs
        values = [metric.estimate(drawn(1_000_000 + order, DOCUMENTS)).value for order in range(orders)]
        truths[name] = float(np.mean([value for value in values if value is not None]))
    sets.sets = usual
    return truths


@study
def diversity(simulation: int) -> Seen:
    """Metrics of diversity on 400 of 12,000 documents."""
    truths, sample = diversity_truths(), drawn(simulation)
    for name, parameters in DIVERSITY.items():
        metric = catalog.metric(name, **parameters)
        assert isinstance(metric, SampleMetric)
        yield f"metric {catalog.label(metric)}", truths[name], metric.estimate(sample).interval


@study
def topics(simulation: int) -> Seen:
    """Effective number of topics from the shares of 400 documents in ten topics."""
    shares = np.array([0.3, 0.2, 0.12, 0.1, 0.08, 0.07, 0.05, 0.04, 0.03, 0.01])
    truth = float(np.exp(-(shares * np.log(shares)).sum()))
    value, error = effective(np.random.default_rng(simulation).multinomial(400, shares))
    yield "metric topic_spread, topics given", truth, (value - 1.96 * error, value + 1.96 * error)


@study
def shares(simulation: int) -> Seen:
    """Wilson's interval, that of every share of documents."""
    rng = np.random.default_rng(simulation)
    for share in (0.005, 0.05, 0.4):
        yield f"share of documents, {share:g} of 2,000", share, wilson(int(rng.binomial(2_000, share)), 2_000)


@study
def people(simulation: int) -> Seen:
    """Shares, ratios, nPMI and log-odds over documents that name people, and false associations; see people_intervals.py."""
    for name, case in people_intervals.CASES.items():
        yield name, *case(np.random.default_rng(simulation))


# Two corpora beside each other


@cache
def two_distributions() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of twelve values in two corpora that differ a little."""
    rng = np.random.default_rng(5)
    one = rng.dirichlet(np.full(12, 4.0))
    two = one * np.exp(0.3 * rng.normal(size=12))
    return one, two / two.sum()


@study
def drift_of_values(simulation: int) -> Seen:
    """PSI, JS and KL of 600 and 400 documents with twelve values, and where both corpora are the same."""
    rng = np.random.default_rng(simulation)
    one, two = two_distributions()
    for name, other in (("", two), (", no difference", one)):
        mean, log = (one + other) / 2, np.log(one / other)
        truths = {
            "psi": float(((one - other) * log).sum()),
            "kl": float(-(other * log).sum()) / np.log(2),
            "js": float(one @ np.log2(one / mean) + other @ np.log2(other / mean)) / 2,
        }
        found = divergences(rng.multinomial(600, one), rng.multinomial(400, other))
        for kind, truth in truths.items():
            yield f"comparison {kind}{name}", max(truth, 0.0) + 0.0, getattr(found, kind).interval


@study
def drift_of_signals(simulation: int) -> Seen:
    """Cliff's delta of 80 and 120 lognormal numbers in the bins of a sketch."""
    rng = np.random.default_rng(simulation)
    one, two = np.exp(rng.normal(4, 1, 80)), np.exp(rng.normal(4.5, 1.5, 120))
    truth = 2 * NormalDist().cdf(0.5 / np.hypot(1, 1.5)) - 1
    yield "comparison delta", truth, shift(Sketch.of(one).counts, Sketch.of(two).counts).interval


@study
def drift_of_shares(simulation: int) -> Seen:
    """The difference of two shares, 4 % of 150 documents and 9 % of 200."""
    rng = np.random.default_rng(simulation)
    found = share_change(int(rng.binomial(150, 0.04)), 150, int(rng.binomial(200, 0.09)), 200)
    yield "comparison share", 0.05, found.interval


@cache
def word_shares() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of sixty words in two corpora."""
    one = 1 / np.arange(2, 62.0)
    one /= one.sum()
    return one, 0.6 * one + 0.4 * np.roll(one, 5)


@study
def drift_of_words(simulation: int) -> Seen:
    """JS and KL of words of 150 documents each, which repeat a favourite word of theirs."""
    rng = np.random.default_rng(simulation)
    shares = word_shares()
    texts = []
    for side in shares:
        made = []
        for _ in range(150):
            words = rng.choice(60, 1 + rng.integers(20), p=side).tolist() + [
                int(rng.choice(60, p=side))
            ] * rng.integers(8)
            made.append(" ".join(f"w{word}" for word in words))
        texts.append(Text.of(made))
    mean = (shares[0] + shares[1]) / 2
    js = sum(float(side @ np.log2(side / mean)) for side in shares) / 2
    kl = float(shares[1] @ np.log2(shares[1] / shares[0]))
    found = word_divergence(Runs.of(*texts), permutations=49, seed=simulation)
    assert found is not None
    yield "comparison words, js", js, found.js.interval
    yield "comparison words, kl", kl, found.kl.interval


def _told(simulation: int) -> DomainClassifier:
    rng = np.random.default_rng(simulation)
    texts = []
    for side in word_shares():
        made = [
            " ".join(f"w{word}" for word in rng.choice(60, 12, p=side)) + f" n{rng.integers(10**9)}" for _ in range(60)
        ]
        texts.append(Text.of(made))
    found = domain_classifier(*texts, shown=0)
    assert found is not None
    return found


@cache
def told_apart() -> float:
    """The mean AUC over 300 pairs of samples."""
    return float(np.mean([_told(10_000 + at).auc for at in range(300)]))


@study
def drift_of_domains(simulation: int) -> Seen:
    """AUC of the classifier on 60 documents each, beside the mean over other samples of that size."""
    yield "comparison auc", told_apart(), _told(simulation).interval


@study
def labels(simulation: int) -> Seen:
    """Wrong labels of clouds that touch or do not, evenness, and agreement of three annotators; see label_intervals.py."""
    for name, case in label_intervals.CASES.items():
        yield name, *case(np.random.default_rng(simulation))


# Counting


@dataclass
class Tally:
    """How an estimator has done."""

    truth: float
    held: int = 0
    n: int = 0
    below: int = 0
    """Times the whole interval lay below the truth."""
    widths: list[float] = field(default_factory=list)

    def add(self, truth: float, interval: Interval | None) -> None:
        """One more simulation; no interval holds nothing."""
        self.n += 1
        if interval is not None:
            self.held += interval[0] <= truth <= interval[1]
            self.below += interval[1] < truth
            self.widths.append(interval[1] - interval[0])


def run(names: list[str], simulations: int) -> dict[str, Tally]:
    """All simulations of these studies."""
    tallies: dict[str, Tally] = {}
    for name in names:
        for simulation in range(simulations):
            for estimator, truth, interval in STUDIES[name](simulation):
                tallies.setdefault(estimator, Tally(truth)).add(truth, interval)
    return tallies


def table(tallies: dict[str, Tally]) -> Iterator[str]:
    """Rows of Markdown."""
    yield "| estimator | truth | simulations | held | 95 % | missed below : above | mean width |"
    yield "|---|---|---|---|---|---|---|"
    for name, tally in tallies.items():
        low, high = wilson(tally.held, tally.n) or (0.0, 0.0)
        above = tally.n - tally.held - tally.below
        width = float(np.mean(tally.widths)) if tally.widths else 0.0
        share = tally.held / tally.n
        mark = "" if share >= ENOUGH else " **too few**"
        yield (
            f"| `{name}` | {tally.truth:.4g} | {tally.n:,} | {share:.1%}{mark} | {low:.1%} – {high:.1%} "
            f"| {tally.below} : {above} | {width:.3g} |"
        )


def others(out: Path | None, tallies: dict[str, Tally]) -> Iterator[str]:
    """Rows of an earlier run in that file, of estimators that were not tried now."""
    lines = out.read_text(encoding="utf-8").splitlines() if out is not None and out.exists() else []
    for line in lines:
        if line.startswith("| `") and line.split("`")[1] not in tallies:
            yield line


def main() -> None:
    """Run and print, and write where told; there rows of studies that were not run stay."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--only", default=",".join(STUDIES))
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    tallies = run(asked.only.split(","), asked.simulations)
    page = [
        "# How often intervals hold the truth",
        "",
        f"`python benchmarks/interval_coverage.py --simulations {asked.simulations}`: samples from populations whose values are known;",
        "nominal 95 %. What each study draws from stands in its docstring there.",
        "",
        *table(tallies),
        *others(asked.out, tallies),
        "",
    ]
    print("\n".join(page))
    if asked.out:
        asked.out.write_text("\n".join(page), encoding="utf-8")
    sys.exit(any(tally.held / tally.n < ENOUGH for tally in tallies.values()))


if __name__ == "__main__":
    main()
