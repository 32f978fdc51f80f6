"""Grades: shares that lie within each other, and steps in their order."""

from __future__ import annotations

import numpy as np

from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.recipe import applied
from dataqual.steps.spoil_duplicates import SpoilDuplicates
from studies.design.study import Study
from studies.preparing.grades import Share, ready, unique_bytes
from studies.preparing.yields import token_yields


def test_a_share_lies_within_every_larger_one() -> None:
    [batch] = Corpus.of([str(i) for i in range(2000)]).batches()
    quarter, half, whole = (set(Share(share)(batch)[0].record.tolist()) for share in (0.25, 0.5, 1.0))
    assert quarter < half < whole == set(range(1, 2001))
    assert 420 < len(quarter) < 580
    assert 900 < len(half) < 1100


def test_a_step_that_surveys_sees_what_the_share_and_the_steps_before_leave() -> None:
    """The original that is told is in the share too: a copy is never dropped for one that is not there."""
    corpus = Corpus.of(["one two three"] * 40 + ["short"] * 40)
    content = {"share": 0.5, "steps": [{"keep": {"signal": "word_count", "min": 2}}, "dedup"]}
    study = Study.of({"sizes": 1, "tokens": 1, "grades": {"g": content}}, "s")
    steps = ready(study.grades[0], corpus, (), Local(workers=1))
    [batch] = corpus.batches()
    after, changes = applied(steps, batch)
    inside = Share(0.5)(batch)[0].record.tolist()
    assert after.record.tolist() == [min(inside)]
    assert len(after) + sum(len(change) for change in changes) == 80
    assert [change.step for change in changes] == ["share", "keep", "dedup"]


def test_copies_are_no_unique_text_and_other_documents_that_read_alike_are() -> None:
    """Whether the corpus repeats itself is a matter of the corpus: the reference has those documents too."""
    [batch] = Corpus.of(["one", "one", "二二"]).batches()
    copies = SpoilDuplicates(dose=1.0, copies=3)(batch)[0]
    assert (len(copies.text.data), unique_bytes(copies), unique_bytes(batch)) == (4 * 12, 12, 12)
    assert unique_bytes(batch.where(np.zeros(3, bool))) == 0


def test_copies_are_no_tokens_gained() -> None:
    clean = {"yield": 0.8, "tokens": 25, "bytes": 100}
    copies = {"yield": 1.6, "tokens": 25, "bytes": 100, "unique": 0.5}
    assert token_yields({"clean": clean, "copies": copies}, "clean") == {"clean": 0.8, "copies": 0.8}
    assert token_yields({"clean": clean, "copies": copies}, "copies") == {"clean": 0.8, "copies": 0.8}
