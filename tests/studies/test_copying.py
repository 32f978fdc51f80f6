"""Copied runs: as every pair of places, followed token by token, has them; in a time that repetition does not change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.evaluating import copying
from studies.evaluating.copying import covered, longest


def plainly(text: list[int], trained: list[int]) -> list[int]:
    """The longest run from each place on."""
    found = []
    for i in range(len(text)):
        best = 0
        for j in range(len(trained)):
            k = 0
            while i + k < len(text) and j + k < len(trained) and text[i + k] == trained[j + k] >= 0:
                k += 1
            best = max(best, k)
        found.append(best)
    return found


@given(
    texts=st.lists(st.lists(st.integers(0, 2), max_size=25), max_size=3),
    trained=st.lists(st.integers(-1, 2), max_size=60),
    least=st.integers(1, 6),
)
@settings(max_examples=100, deadline=None)
def test_runs_are_those_of_a_plain_search(texts: list[list[int]], trained: list[int], least: int) -> None:
    given_texts, there = [np.array(text, np.int64) for text in texts], np.array(trained, np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copying, "SEED", 3)
        patch.setattr(copying, "CHUNK", 7)
        patch.setattr(copying, "SIEVE", 4)
        found, shares = longest(given_texts, there), covered(given_texts, there, least)
    for text, (start, length), share in zip(texts, found, shares, strict=True):
        expected = plainly(text, trained)
        most = max(expected, default=0)
        assert length == (most if most >= 3 else 0)
        assert not length or expected.index(most) == start
        inside = {i + k for i, n in enumerate(expected) if n >= least for k in range(n)}
        assert share == len(inside)


def test_endless_repetition_is_no_endless_work() -> None:
    same = np.zeros(300_000, np.uint16)
    assert longest([np.zeros(3_000, np.int64)], same) == [(0, 3_000)]
    assert covered([np.zeros(3_000, np.int64)], same, 200) == [3_000]
