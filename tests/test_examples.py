"""Examples: the same few documents whatever the batches, and as good as drawn by lot."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

from dataqual.corpus import Batch, Corpus
from dataqual.document_sample import priorities
from dataqual.examples import KEPT, TEXT_BYTES, Examples, choose, merge
from dataqual.measured import Measured


def batch_of(n: int) -> Batch:
    [batch] = Corpus.of([f"document {number}" for number in range(n)]).batches()
    return batch


def chosen(batch: Batch, every: int = 1) -> Examples:
    hit = batch.record % every == 0
    return choose(Measured(batch), hit, batch.record)


@pytest.mark.parametrize("size", [1, 2, 7, 100, 1000])
def test_the_same_examples_come_of_batches_of_any_size_in_any_order(size: int) -> None:
    batch = batch_of(500)
    row = np.arange(500)
    parts = [chosen(batch.where(row // size == part), every=3) for part in range(500 // size + 1)]
    assert reduce(merge, parts) == reduce(merge, parts[::-1]) == chosen(batch, every=3)


@pytest.mark.parametrize("n", range(1, 6))
def test_all_are_kept_while_they_are_few(n: int) -> None:
    examples = chosen(batch_of(n))
    assert len(examples) == min(n, KEPT)
    assert {example.text for example in examples} <= {f"document {number}" for number in range(n)}
    assert all(example.value == example.record for example in examples)


def test_only_documents_that_were_chosen_become_examples() -> None:
    assert {example.record % 7 for example in chosen(batch_of(1000), every=7)} == {0}


def test_every_document_is_as_likely_to_be_an_example() -> None:
    """Over 3,000 files of 20 documents, each position is among the three about equally often."""
    counts = np.zeros(20, int)
    record = np.arange(1, 21)
    for file in range(3000):
        lowest = np.argsort(priorities(np.full(20, file, np.int32), record))[:KEPT]
        counts[lowest] += 1
    expected = 3000 * KEPT / 20
    chi_squared = ((counts - expected) ** 2 / expected).sum()
    assert 5 < chi_squared < 40  # 19 degrees of freedom: either end is passed once in a thousand times


def test_priorities_of_different_documents_or_seeds_differ() -> None:
    record = np.arange(1, 10_001)
    file = np.repeat(np.arange(10, dtype=np.int32), 1000)
    assert len(np.unique(priorities(file, record % 1000))) == 10_000
    assert not np.intersect1d(priorities(file, record), priorities(file, record, seed=1)).size


def test_a_long_text_is_cut_at_a_character_and_says_so() -> None:
    texts = ["我" * TEXT_BYTES, "a" * TEXT_BYTES, "a" * (TEXT_BYTES + 1)]
    [batch] = Corpus.of(texts).batches()
    found = {example.record: example for example in choose(Measured(batch), np.ones(3, bool), np.ones(3))}
    assert found[1].text == "我" * (TEXT_BYTES // 3)
    assert [found[record].text for record in (2, 3)] == [texts[1], texts[1]]
    assert [found[record].cut for record in (1, 2, 3)] == [True, False, True]
