"""What rule sets drop, counted again slowly."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from dataqual.corpus import Corpus
from dataqual.measured import Measured
from dataqual.metric_reading import read
from dataqual.metrics.rule_failures import Failures, RuleFailures
from dataqual.rules import load, rule_sets

SETS = tuple(map(load, rule_sets("text")))
SENTENCE = "The cat and the dog have to be with that man of the house.\n"
TEXTS = [
    "",
    "short",
    SENTENCE * 12,
    "".join(f"{word} and the {word}s that have to be with it are of the kind {word}.\n" for word in "abcdefghijklmnop"),
    "我们今天去公园。" * 20,
    "lorem ipsum { x } ...\n" * 9,
    "- one\n- two\n- three and the of\n",
    "### " * 40,
] * 3


@pytest.fixture(scope="module")
def state() -> Failures:
    [batch] = Corpus.of(TEXTS).batches()
    return RuleFailures(SETS).measure(Measured(batch))


def slowly(set_number: int) -> list[set[int]]:
    """Which rules of a set reject each document, one document at a time."""
    rules = SETS[set_number].rules
    return [{i for i, rule in enumerate(rules) if not rule.bounds.accept(rule.signal([text]))[0]} for text in TEXTS]


def test_counts_are_those_of_one_document_at_a_time(state: Failures) -> None:
    start = 0
    for number, rule_set in enumerate(SETS):
        rejected = slowly(number)
        by_rule = [sum(i in rules for rules in rejected) for i in range(len(rule_set.rules))]
        alone = [sum(rules == {i} for rules in rejected) for i in range(len(rule_set.rules))]
        end = start + len(rule_set.rules)
        assert state.by_rule[start:end].tolist() == by_rule
        assert state.alone[start:end].tolist() == alone
        assert state.by_pair[number, number] == sum(map(bool, rejected))
        start = end


def test_pairs_count_what_both_reject_and_dispute_what_one_does(state: Failures) -> None:
    dropped = [[bool(rules) for rules in slowly(number)] for number in range(len(SETS))]
    for (a, b), disputed in zip(combinations(range(len(SETS)), 2), state.disputed, strict=True):
        assert state.by_pair[a, b] == state.by_pair[b, a] == np.logical_and(dropped[a], dropped[b]).sum()
        rows = [example.record - 1 for example in disputed]
        assert all(dropped[a][row] != dropped[b][row] for row in rows)
        assert [bool(example.value) for example in disputed] == [dropped[a][row] for row in rows]
        assert len(rows) == min(3, int(np.not_equal(dropped[a], dropped[b]).sum()))


def test_the_value_is_the_share_that_any_set_drops() -> None:
    three = "One two three four five. Six seven eight nine ten. And this is the third sentence.\n"
    texts = ["A single sentence is too little for the rules of C4.", three * 2, three]
    reading = read(RuleFailures((load("c4@tfds"), load("fineweb@paper"))), Corpus.of(texts))
    assert reading.detail == {"sets": {"c4@tfds": 1 / 3, "fineweb@paper": 1 / 3}}
    assert reading.value == 2 / 3


def test_without_rule_sets_nothing_is_dropped() -> None:
    reading = read(RuleFailures(()), Corpus.of(["a"]))
    assert (reading.value, reading.detail) == (0, {"sets": {}})
