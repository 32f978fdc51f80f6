"""The lowest keys: whatever comes first, however it is split, and bounded."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studies.preparing.choosing import LowestDocuments, LowestKeys
from studies.preparing.holding_out import Document

PAIRS = st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(1, 50)), max_size=60, unique_by=lambda pair: pair[0])


@given(PAIRS, st.integers(1, 400), st.integers(1, 7))
def test_the_limit_is_that_of_all_keys_sorted(pairs: list[tuple[int, int]], wanted: int, size: int) -> None:
    lowest = LowestKeys(wanted)
    for at in range(0, len(pairs), size):
        part = pairs[at : at + size]
        lowest.add(np.array([key for key, _ in part], np.uint64), np.array([n for _, n in part], np.int64))
    limit = lowest.settle()
    total, expected = 0, 2**64 - 1
    for key, n in sorted(pairs):
        total += n
        if total >= wanted and sum(n for _, n in pairs) > wanted:
            expected = key
            break
    assert limit == expected


def test_copies_share_a_key_and_stay_together() -> None:
    lowest = LowestKeys(5)
    lowest.add(np.array([3, 1, 1, 1, 2], np.uint64), np.array([9, 3, 3, 3, 9], np.int64))
    assert lowest.settle() == 1


def test_documents_come_by_key_and_the_last_is_cut_at_a_character() -> None:
    lowest = LowestDocuments(12)
    lowest.add((key, Document("raw", "x", key, text)) for key, text in ((9, "far"), (2, "我们今天"), (1, "abc")))
    assert [document.text for document in lowest.documents()] == ["abc", "我们"]  # 3 + 1, 6 + 1: a third does not fit


def test_candidates_that_are_too_high_are_forgotten() -> None:
    lowest = LowestDocuments(100)
    for key in range(1000, 0, -1):
        lowest.add([(key, Document("raw", "x", key, "0123456789"))])
    assert [document.record for document in lowest.documents()] == list(
        range(1, 10)
    )  # eleven each: a tenth fits no more
    assert len(lowest._held) <= 50
