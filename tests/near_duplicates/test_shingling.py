"""The exact definition, against sets of tuples of words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dataqual.near_duplicates import jaccard, shingles

SENTENCES = st.lists(st.sampled_from(["a", "B", "ça", "ДА", "x1"]), max_size=12)


def tuples(words: list[str], size: int) -> set[tuple[str, ...]]:
    words = [word.lower() for word in words]
    if len(words) < size:
        return {tuple(words)} if words else set()
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


@given(SENTENCES, SENTENCES, st.integers(1, 5))
def test_jaccard_is_that_of_the_sets_of_tuples_of_words(a: list[str], b: list[str], size: int) -> None:
    first, second = tuples(a, size), tuples(b, size)
    expected = len(first & second) / len(first | second) if first | second else 0.0
    assert jaccard(" ".join(a), "; ".join(b).upper(), size) == expected
    assert len(shingles(" ".join(a), size)) == len(first)


def test_every_character_of_a_script_without_spaces_is_a_word() -> None:
    assert len(shingles("我们今天去公园")) == 3
    assert jaccard("กขคงจฉ", "กขคงจช") == 1 / 3


def test_few_words_make_one_shingle_and_none_make_none() -> None:
    assert jaccard("Thank you!", "thank you") == 1.0
    assert jaccard("thank you", "thank you very much indeed") == 0.0
    assert jaccard("…", "…") == 0.0
