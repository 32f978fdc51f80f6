"""Known answers of the small metrics."""

from __future__ import annotations

import pytest

from dataqual.bounds import Bounds
from dataqual.corpus import Corpus
from dataqual.metric_reading import read
from dataqual.metrics.distribution import Distribution
from dataqual.metrics.documents import Documents
from dataqual.metrics.script_mix import ScriptMix
from dataqual.metrics.share import Share
from dataqual.signals.word_count import WordCount

TEXTS = ["", "one", "one two", "one two three four", "…"]


def test_empty_documents_are_documents() -> None:
    assert read(Documents(), Corpus.of(TEXTS)).value == 5


def test_a_share_counts_documents_within_bounds_and_adds_up_their_signal() -> None:
    reading = read(Share(WordCount(), Bounds(min=1)), Corpus.of(TEXTS))
    assert (reading.value, reading.detail) == (3 / 5, {"documents": 3, "total": 7})
    assert read(Share(WordCount(), Bounds(above=4)), Corpus.of(TEXTS)).value == 0


def test_a_distribution_has_exact_ends_mean_and_total() -> None:
    reading = read(Distribution(WordCount()), Corpus.of(TEXTS))
    assert reading.value == pytest.approx(1, rel=0.01)
    assert [reading.detail[name] for name in ("min", "max", "mean", "total")] == [0, 4, 1.4, 7]
    assert reading.detail["histogram"]["counts"] == [2, 1, 1, 0, 1]
    assert reading.interval == pytest.approx((0.99, 1.01), rel=0.011)
    assert reading.unit == "words"


def test_scripts_are_counted_by_character_and_by_main_script() -> None:
    reading = read(ScriptMix(), Corpus.of(["abc 123 д", "你好呀 ok", "…", "สวัสดี", "你好吗"]))
    rows = {row["script"]: (row["characters"], row["documents"]) for row in reading.detail["scripts"]}
    assert rows == {"Latin": (5, 1), "Cyrillic": (1, 0), "Han": (6, 2), "Thai": (6, 1)}
    assert (reading.n, reading.of) == (18, "characters")
    assert reading.value == 6 / 18
