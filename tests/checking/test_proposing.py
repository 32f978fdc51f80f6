"""A proposed suite: at least 99 % of the fresh samples of the same source pass all of its checks together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dataqual import sample
from dataqual.checking import check
from dataqual.checking.proposing import propose
from dataqual.intervals import clopper_pearson
from dataqual.suites.suite import Suite

WORDS = "the of and a to in is was for on with as by at from this that it be are 我们 今天 天气 很好 公园".split()


def fresh(
    rng: np.random.Generator, n: int, short: float = 0.05, copies: float = 0.03, faults: float = 0.01
) -> list[str]:
    """n documents of one source: log-normal lengths, some short, copies in clusters, some mis-decoded."""
    lengths = np.where(rng.random(n) < short, 1, rng.lognormal(3, 0.7, n).astype(int) + 2)
    texts = [" ".join(rng.choice(WORDS, size)) + f" {rng.integers(10**9)}." for size in lengths.tolist()]
    for at in np.flatnonzero(rng.random(n) < faults).tolist():
        texts[at] += " caf\u00c3\u00a9 donâ€™t"
    popular = [f"The same page as everywhere number {i} of the terms and conditions of this site." for i in range(5)]
    for at in np.flatnonzero(rng.random(n) < copies).tolist():
        texts[at] = popular[int(rng.integers(5))]
    return texts


def passes(rng: np.random.Generator, runs: int, n: int, sizes: list[int]) -> tuple[int, list[str]]:
    """How many of so many fresh samples pass the suite proposed from another one, and which checks failed."""
    passed, failed = 0, []
    for run in range(runs):
        suite = propose(fresh(rng, n)).suite
        checked = check(fresh(rng, sizes[run % len(sizes)]), suite)
        passed += checked.ok
        failed += [outcome.check.name for outcome in checked.failures]
    return passed, failed


def test_fresh_samples_of_the_same_source_pass() -> None:
    passed, failed = passes(np.random.default_rng(1), 8, 250, [250, 100, 200])
    assert (passed, failed) == (8, [])


@pytest.mark.slow
def test_of_many_fresh_samples_nearly_all_pass() -> None:
    """With 99 % or more, 300 runs have 8 failures or more in fewer than 1 of 80 cases."""
    passed, failed = passes(np.random.default_rng(2), 300, 400, [400, 100, 250])
    assert passed >= 293, failed


def test_a_worse_sample_does_not_pass() -> None:
    """The promise is not kept by bounds that anything meets."""
    rng = np.random.default_rng(3)
    suite = propose(fresh(rng, 400)).suite
    worse: dict[str, dict[str, float]] = {"mojibake": {"faults": 0.2}, "exact_copies": {"copies": 0.6}}
    for name, how in worse.items():
        assert name in [outcome.check.name for outcome in check(fresh(rng, 400, **how), suite).failures]
    short = [text[:20] for text in fresh(rng, 400)]
    assert any("word_count" in outcome.check.name for outcome in check(short, suite).failures)


def test_its_own_corpus_passes_and_the_yaml_is_the_suite() -> None:
    proposal = propose(sample.path())
    assert check(sample.path(), proposal.suite).ok
    assert Suite.of(proposal.content).checks == proposal.suite.checks
    names = [one.name for one in proposal.suite.checks]
    assert {"near_copies", "mojibake", "median word_count", "label nulls"} <= set(names)
    assert "id unique" not in names  # ids of the sample are used twice
    assert "gopher@dolma" not in names  # drops most of it


def test_one_document_is_enough_and_none_is_not() -> None:
    assert check(["another one"], propose(["one document"]).suite).ok


@pytest.mark.parametrize(("hits", "n"), [(0, 50), (3, 50), (25, 50), (50, 50), (1, 2000)])
def test_the_interval_of_a_share_misses_as_seldom_as_it_says(hits: int, n: int) -> None:
    """The ends are where the binomial tails are half of what may be missed, summed up here term by term."""
    from math import comb

    confidence = 0.99
    low, high = clopper_pearson(hits, n, confidence) or (0.0, 0.0)

    def at_most(k: int, p: float) -> float:
        return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))

    if hits:
        assert 1 - at_most(hits - 1, low) == pytest.approx((1 - confidence) / 2, rel=1e-6)
    if hits < n:
        assert at_most(hits, high) == pytest.approx((1 - confidence) / 2, rel=1e-6)


def test_quantiles_keep_their_interval_whatever_the_distribution() -> None:
    """Of 300 samples with many ties and a heavy tail, the 95 % interval of the median misses it in 25 at most."""
    rng = np.random.default_rng(4)
    truth = np.floor(np.exp(1.5)) + 1  # of 1 + floor(lognormal(1.5, 1)): the median of a step function of a median
    content: dict[str, Any] = {"signal": "word_count", "quantile": 0.5, "min": 0, "sampled": True}
    missed = 0
    for _ in range(300):
        texts = ["w " * (1 + int(x)) for x in rng.lognormal(1.5, 1, 60)]
        [outcome] = check(texts, [content]).outcomes
        low, high = outcome.interval or (0.0, 0.0)
        missed += not low <= truth <= high
    assert missed <= 25
