"""Who is whom in two versions, counted a second, slower way."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dataqual.drift.pairing import EDITED, RELABELLED, RENAMED, ROW, UNCHANGED, by_id, by_text, displaced

DOCUMENTS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2)), max_size=12)


def rows(documents: list[tuple[int, int, int]]) -> np.ndarray:
    return np.array([(*document, at) for at, document in enumerate(documents, 1)], ROW)


@given(DOCUMENTS, DOCUMENTS)
def test_each_document_is_paired_once_or_left(
    before: list[tuple[int, int, int]], after: list[tuple[int, int, int]]
) -> None:
    for found in (by_id(rows(before), rows(after)), by_text(rows(before), rows(after), ids=True)):
        for name, side in (("before", before), ("after", after)):
            addresses = [*found.pairs[name].tolist(), *getattr(found, name)["address"].tolist()]
            assert sorted(addresses) == list(range(1, len(side) + 1))
        for one, two, kind in found.pairs.tolist():
            (id_, text, label), (id_2, text_2, label_2) = before[one - 1], after[two - 1]
            if kind == EDITED:
                assert id_ == id_2
                assert text != text_2
            else:
                assert text == text_2
                assert {UNCHANGED: (True, True), RELABELLED: (None, False), RENAMED: (False, True)}[kind] in (
                    (id_ == id_2, label == label_2),
                    (None, label == label_2),
                )


@given(DOCUMENTS, DOCUMENTS)
def test_as_many_pair_as_both_have(before: list[tuple[int, int, int]], after: list[tuple[int, int, int]]) -> None:
    for found, at in ((by_id(rows(before), rows(after)), 0), (by_text(rows(before), rows(after), ids=True), 1)):
        both = Counter(d[at] for d in before) & Counter(d[at] for d in after)
        assert len(found.pairs) == both.total()


@given(st.permutations(range(9)))
def test_as_few_are_displaced_as_can_be(order: list[int]) -> None:
    longest = [1] * len(order)
    for at, value in enumerate(order):
        longest[at] += max((longest[i] for i in range(at) if order[i] < value), default=0)
    gone = displaced(np.array(order, np.uint64))
    assert int((~gone).sum()) == max(longest)
    stay = np.array(order)[~gone]
    assert (np.diff(stay) > 0).all()
