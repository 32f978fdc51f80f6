"""Documents drawn evenly: the same ones whatever the splits, the order and the limits."""

from __future__ import annotations

from collections import Counter
from functools import reduce
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dataqual
from dataqual.corpus import Corpus
from dataqual.document_sample import LONGEST, DocumentSample, priorities
from dataqual.errors import SpecError
from dataqual.measured import Measured


def sample_of(texts: list[str], size: int = 4, byte_limit: int = 40, likely: float = 1.0) -> DocumentSample:
    batches = Corpus.of(texts).batches() if texts else iter(())
    drawn = [Measured(batch).sample(size, 0, byte_limit, likely) for batch in batches]
    return reduce(DocumentSample.merge, drawn, DocumentSample.of_texts([], size=size))


def simply(texts: list[str], size: int, byte_limit: int) -> list[str]:
    """The longest beginning in order of priority that fits."""
    order = np.argsort(priorities(np.zeros(len(texts), np.int32), np.arange(1, len(texts) + 1)))
    found: list[str] = []
    for row in order.tolist():
        if len(found) == size or len("".join([*found, texts[row]]).encode()) > byte_limit:
            break
        found.append(texts[row])
    return found


@given(st.lists(st.text("a好 ", max_size=12), min_size=1, max_size=20), st.lists(st.integers(0, 20), max_size=4))
def test_any_split_merges_to_the_longest_beginning_that_fits(texts: list[str], borders: list[int]) -> None:
    [batch] = Corpus.of(texts).batches()
    ends = [0, *sorted(min(border, len(texts)) for border in borders), len(texts)]
    row = np.arange(len(texts))
    parts = [batch.where((row >= a) & (row < b)) for a, b in pairwise(ends)]
    merged = reduce(DocumentSample.merge, [Measured(part).sample(4, 0, 40) for part in parts])
    assert merged.texts == simply(texts, 4, 40) == sample_of(texts).texts
    assert merged.of == len(texts)


def test_texts_left_out_as_unlikely_are_fetched_and_the_sample_is_the_same() -> None:
    texts = [f"document {i}" for i in range(50)]
    lean = sample_of(texts, 20, 10_000, likely=0.01)
    assert any(part is None for part in lean.parts)
    fetched = lean.fetched(lambda addresses: [texts[record - 1] for _, record in addresses])
    assert fetched.texts == sample_of(texts, 20, 10_000).texts


def test_a_long_document_is_cut_between_characters_and_the_sample_is_then_not_complete() -> None:
    sample = DocumentSample.of_texts(["好" * LONGEST, "short"])
    [long] = [text for text in sample.texts if text != "short"]
    assert set(long) == {"好"}
    assert len(long.encode()) <= LONGEST < len(long.encode()) + 3
    assert (len(sample), sample.of, sample.complete) == (2, 2, False)


def test_every_document_is_drawn_equally_often_over_seeds() -> None:
    drawn = Counter(
        text for seed in range(400) for text in DocumentSample.of_texts(list("abcdefghij"), size=3, seed=seed).texts
    )
    assert sum(drawn.values()) == 1200
    assert all(abs(count - 120) < 45 for count in drawn.values())  # five standard errors of 9.2


def test_columns_go_with_their_documents_and_parts_are_taken_by_them() -> None:
    frame = pl.DataFrame({"text": [f"t{i}" for i in range(60)], "label": ["x", "y", None] * 20})
    [batch] = Corpus.of(frame, label="label").batches()
    sample = Measured(batch).sample(60)
    assert all(
        label == ("x", "y", None)[int(text[1:]) % 3]
        for text, label in zip(sample.texts, sample.values("label"), strict=True)
    )
    assert [(value, len(part), part.of) for value, part in sample.by("label")] == [
        ("x", 20, 20),
        ("y", 20, 20),
        (None, 20, 20),
    ]
    assert sample.values("group") == [None] * 60


@pytest.mark.parametrize("workers", [1, 3])
def test_a_profile_reads_the_same_sample_whatever_the_workers(workers: int) -> None:
    texts = [f"word{i % 97} and {i}" for i in range(20_000)]
    profile = dataqual.profile(Corpus.of(texts), rules=(), near_copies=False, workers=workers)
    sample = DocumentSample.of_texts(texts)
    assert profile.facts["diversity"]["sample"] == {"documents": 2000, "of": 20_000, "complete": False}
    assert profile["mattr"].facts() == dataqual.catalog.metric("mattr").estimate(sample).facts()  # type: ignore[attr-defined]


def test_a_section_that_is_skipped_is_not_there_and_an_unknown_one_is_an_error_that_names_the_nearest() -> None:
    skipped = dataqual.profile(["a b"], skip="diversity")
    assert "diversity" not in skipped.facts
    assert "diversity" in dataqual.profile(["a b"]).facts
    with pytest.raises(SpecError, match="skip: no section is called 'diversty'; did you mean 'diversity'"):
        dataqual.profile(["a b"], skip=["diversty"])
