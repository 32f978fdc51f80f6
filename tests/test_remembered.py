"""What a survey saw stay is not judged again, and all that is told is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import polars as pl
import pytest

from dataqual.corpus import Batch, Corpus
from dataqual.engine import Local
from dataqual.ledger import Dropped
from dataqual.operators import Engine, Step
from dataqual.recipe import applied, prepared
from dataqual.remembered import Passed, Remembered
from dataqual.steps.dedup import Dedup
from dataqual.steps.normalize import Normalize
from dataqual.steps.spoil_duplicates import SpoilDuplicates


@dataclass(frozen=True)
class Watched(Step):
    """Drops the texts that hold `without`, and notes all that it looks at."""

    only_drops: ClassVar[bool] = True

    without: str
    seen: list[str] = field(default_factory=list, compare=False)

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        texts = [batch.text[row] for row in range(len(batch))]
        self.seen.extend(texts)
        gone = np.array([self.without in text for text in texts], bool)
        return batch.where(~gone), [Dropped(batch.where(gone), "watched", "watched")] if gone.any() else []


@dataclass(frozen=True)
class Surveying(Step):
    """Reads the corpus, and changes nothing."""

    def prepare(self, corpus: Corpus, engine: Engine) -> Step:
        for _ in corpus.batches():
            pass
        return self

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Dropped]]:
        return batch, []


TEXTS = ["a b c", "a x", "", "甲 乙", "a y", "a b c", "丙 x"]


def told(steps: Sequence[Step], batch: Batch) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """What is left, and what was dropped under which rule."""
    left, changes = applied(steps, batch)
    dropped = [(part.rule, [part.batch.text[row] for row in range(len(part))]) for part in changes]
    return [left.text[row] for row in range(len(left))], dropped


def test_only_what_was_dropped_is_judged_again() -> None:
    corpus, first, second = Corpus.of(TEXTS), Watched("x"), Watched("y")
    steps = prepared((first, second, Dedup()), corpus, Local(workers=1))
    first.seen.clear()
    second.seen.clear()
    [batch] = corpus.batches()
    assert told(steps, batch) == (
        ["a b c", "", "甲 乙"],
        [("watched", ["a x", "丙 x"]), ("watched", ["a y"]), ("exact_copies", ["a b c"])],
    )
    assert first.seen == ["a x", "a y", "丙 x"]
    assert second.seen == ["a y"]


@pytest.mark.parametrize("workers", [1, 2])
def test_texts_that_were_rewritten_before_are_remembered_too(workers: int) -> None:
    corpus, watched = Corpus.of(["ａ\r\nｂ", "ｘ", "a\nb"]), Watched("x")
    steps = prepared((Normalize(form="NFKC"), watched, Dedup()), corpus, Local(workers=workers))
    watched.seen.clear()
    [batch] = corpus.batches()
    left, dropped = told(steps, batch)
    assert left == ["a\nb"]
    assert [texts for rule, texts in dropped if rule == "watched"] == [["x"]]
    assert watched.seen == ["x"]


def test_a_batch_with_added_documents_is_judged_whole() -> None:
    corpus, watched = Corpus.of(["a", "x"]), Watched("x")
    steps = prepared((SpoilDuplicates(dose=1.0), watched, Surveying()), corpus, Local(workers=1))
    watched.seen.clear()
    [batch] = corpus.batches()
    assert told(steps, batch)[0] == ["a", "a"]
    assert sorted(watched.seen) == ["a", "a", "x", "x"]


def test_a_batch_of_many_files_is_remembered() -> None:
    frame = Corpus.of(pl.DataFrame({"text": ["a", "b", "c"]}))
    [batch] = frame.batches()
    spread = Batch(7, batch.text, np.array([0, 1, 5], np.int32), np.array([9, 1, 1]), (), batch.columns)
    passed = Passed()
    passed.add(spread.take(np.array([0, 2])))
    assert passed.of(spread).tolist() == [True, False, True]
    assert passed.of(batch).tolist() == [False] * 3


def test_a_survey_that_reads_nothing_leaves_steps_as_they_are() -> None:
    watched = Watched("x")
    assert Remembered.of(watched, Passed()) is watched
