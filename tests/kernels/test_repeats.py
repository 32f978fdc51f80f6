"""Repeated n-grams of every length at once, against counting each length by itself."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual.text import NgramTable, Text
from tests import reference

few_words = st.lists(st.sampled_from(["a", "b", "cc", "漢", "déf"]), max_size=40)
two_words = st.lists(st.sampled_from(["x", "yy"]), max_size=60)
repeated_phrases = st.builds(
    lambda phrase, times, rest: (phrase * times + rest) * 2,
    few_words,
    st.integers(0, 4),
    st.lists(st.sampled_from("pqr")),
)
corpora = st.lists(st.one_of(few_words, two_words, repeated_phrases), max_size=5)


@given(corpora)
def test_every_statistic_is_that_of_counting_tuples(documents: list[list[str]]) -> None:
    table = Text.of([" ".join(words) for words in documents]).ngrams("whitespace")
    for doc, words in enumerate(documents):
        for n in range(1, 11):
            found = {
                field.name: int(getattr(table, field.name)[doc, n])
                for field in fields(NgramTable)
                if field.name != "word_entropy"
            }
            assert found == reference.ngram_statistics(words, n), (words, n)


@given(corpora)
def test_entropy_is_that_of_the_frequencies_and_never_negative(documents: list[list[str]]) -> None:
    entropy = Text.of([" ".join(words) for words in documents]).ngrams("whitespace").word_entropy
    assert entropy == pytest.approx([reference.entropy(words) for words in documents], abs=1e-9)
    assert (entropy >= 0).all()


def test_one_word_over_and_over_has_no_entropy_not_even_a_rounding_error() -> None:
    assert Text.of(["no " * times for times in range(200)]).ngrams("whitespace").word_entropy.tolist() == [0.0] * 200


def test_the_first_of_equally_frequent_ngrams_is_the_top_one() -> None:
    table = Text.of(["b b ccc ccc a a"]).ngrams("whitespace")
    assert (table.top_count[0, 1], table.top_chars[0, 1]) == (2, 1)
    table = Text.of(["ccc ccc b b"]).ngrams("whitespace")
    assert (table.top_count[0, 1], table.top_chars[0, 1]) == (2, 3)


def test_the_walk_of_later_chars_steps_over_what_it_found() -> None:
    # a b | b a | ... : at 2 "a b" was seen, so the walk goes on at 4, and "b a" at 3 is never looked at
    table = Text.of(["a b a b a"]).ngrams("whitespace")
    assert table.later_chars[0, 2] == 2
    assert table.repeated_chars[0, 2] == 8
    assert table.covered_chars[0, 2] == 5


def test_words_and_not_their_joined_letters_are_compared() -> None:
    table = Text.of(["ab c a bc"]).ngrams("whitespace")
    assert table.top_count[0, 2] == 1
    assert table.distinct[0, 2] == 3


def test_documents_do_not_lend_each_other_words() -> None:
    table = Text.of(["a b", "", "a b", "b a b a"]).ngrams("whitespace")
    assert table.top_count[:, 2].tolist() == [1, 0, 1, 2]
    assert table.all_chars[:, 1].tolist() == [2, 0, 2, 4]


def test_a_document_longer_than_all_before_it_fits() -> None:
    table = Text.of(["a", "w " * 70_000, "a"]).ngrams("whitespace")
    assert table.top_count[:, 1].tolist() == [1, 70_000, 1]
    assert table.top_count[1, 10] == 70_000 - 9
    assert not np.any(table.top_count[0, 2:])
