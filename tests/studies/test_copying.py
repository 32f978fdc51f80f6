"""Copied runs: as every pair of places, followed token by token, has them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies import copying
from studies.copying import covered, runs


def plainly(text: list[int], trained: list[int], least: int) -> list[int]:
    found = []
    for i in range(len(text)):
        best = 0
        for j in range(len(trained)):
            k = 0
            while i + k < len(text) and j + k < len(trained) and text[i + k] == trained[j + k] >= 0:
                k += 1
            best = max(best, k)
        found.append(best if best >= least else 0)
    return found


@given(
    texts=st.lists(st.lists(st.integers(0, 2), max_size=25), max_size=3),
    trained=st.lists(st.integers(-1, 2), max_size=60),
)
@settings(max_examples=80, deadline=None)
def test_runs_are_those_of_a_plain_search(texts: list[list[int]], trained: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copying, "SEED", 3)
        patch.setattr(copying, "CHUNK", 7)
        patch.setattr(copying, "PAIRS", 5)
        found = runs([np.array(text, np.int64) for text in texts], np.array(trained, np.int64))
    assert [row.tolist() for row in found] == [plainly(text, trained, 3) for text in texts]


@given(longest=st.lists(st.integers(0, 5), max_size=12), least=st.integers(1, 4))
def test_covered_counts_each_token_once(longest: list[int], least: int) -> None:
    longest = [min(length, len(longest) - i) for i, length in enumerate(longest)]
    inside = {i + k for i, length in enumerate(longest) if length >= least for k in range(length)}
    assert covered(np.array(longest, np.int64), least) == len(inside)
