"""Whether the classifiers of the gate are asked is told by all labels alike, not by the frequent one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from dataqual.gating.label_agreement import LabelModels, share_right
from dataqual.text import Text


class Stub:
    """Models that are right wherever the text says so, and know nothing of a label that is None."""

    def agreement(self, text: Text, labels: Sequence[str | None], fold: NDArray[np.int64]) -> NDArray[np.float64]:
        """2 where the text is "right", 0.5 where it is not, NaN without a label."""
        says = [2.0 if word == "right" else 0.5 for word in (text[at] for at in range(len(text)))]
        return np.where([label is None for label in labels], np.nan, says)


def shared(words: str, labels: list[str | None]) -> float:
    return share_right(cast(LabelModels, cast(Any, Stub())), Text.of(words.split()), labels)


def test_a_rare_label_that_is_told_badly_counts_as_much_as_a_frequent_one() -> None:
    frequent, rare = "right " * 8, "wrong right"
    assert shared(frequent + rare, ["a"] * 8 + ["b"] * 2) == pytest.approx((1 + 0.5) / 2)  # 9 of 10 documents are right


def test_documents_without_a_label_do_not_count_and_none_at_all_is_0() -> None:
    assert shared("right wrong wrong", ["a", None, "b"]) == pytest.approx(0.5)
    assert shared("right", [None]) == 0.0
