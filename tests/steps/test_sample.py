"""The step `sample`: how many, which, and always the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual import specs
from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import SpecError, UnknownColumn
from dataqual.ledger import Dropped
from dataqual.steps.sample import Sample, proportional

SIZE = 20_000
GROUPS = [None if n % 50 == 0 else "rare" if n % 100 == 1 else "usual" for n in range(SIZE)]
FRAME = pl.DataFrame({"text": [f"text {n}" for n in range(SIZE)], "source": GROUPS})


def run(step: Sample, frame: pl.DataFrame = FRAME, workers: int = 1) -> tuple[list[str], list[Dropped]]:
    """The documents that stay, and what is told of the others; the corpus falls into three batches."""
    corpus = Corpus.of(frame, group="source")
    ready = step.prepare(corpus, Local(workers=workers))
    kept: list[str] = []
    dropped: list[Dropped] = []
    for batch in corpus.batches():
        left, more = ready(batch)
        kept += [left.text[i] for i in range(len(left))]
        dropped += more  # type: ignore[arg-type]
    return kept, dropped


def groups_of(texts: Sequence[str]) -> Counter[str | None]:
    return Counter(GROUPS[int(text.split()[1])] for text in texts)


def test_a_share_is_of_the_documents() -> None:
    kept, dropped = run(Sample(share=0.1))
    assert 1_870 < len(kept) < 2_130  # three standard deviations
    assert len(kept) + sum(map(len, dropped)) == SIZE
    assert {part.threshold for part in dropped} == {"share 0.1"}
    assert {part.rule for part in dropped} == {part.step for part in dropped} == {"sample"}


@pytest.mark.parametrize("by", [None, "group"])
@pytest.mark.parametrize("number", [1, 2, 777, 8_500, SIZE - 1])
def test_a_number_is_that_number(number: int, by: str | None) -> None:
    kept, dropped = run(Sample(documents=number, by=by))  # type: ignore[arg-type]
    assert len(kept) == number
    assert sum(map(len, dropped)) == SIZE - number


def test_more_than_there_are_is_all() -> None:
    assert [len(part) for part in run(Sample(documents=10 * SIZE))] == [SIZE, 0]
    assert [len(part) for part in run(Sample(documents=10 * SIZE, by="group"))] == [SIZE, 0]
    assert [len(part) for part in run(Sample(share=1.0))] == [SIZE, 0]
    assert len(run(Sample(share=0.0))[0]) == 0


SMALLER = [(Sample(share=0.1), Sample(share=0.3)), (Sample(documents=500), Sample(documents=900)),
           (Sample(documents=501, by="group"), Sample(documents=502, by="group"))]  # fmt: skip


@pytest.mark.parametrize(("small", "large"), SMALLER)
def test_a_larger_take_has_all_of_a_smaller(small: Sample, large: Sample) -> None:
    assert set(run(small)[0]) < set(run(large)[0])


@pytest.mark.parametrize("step", [Sample(documents=1_000), Sample(documents=1_000, by="group"), Sample(share=0.05)])
def test_another_seed_takes_others_and_workers_change_nothing(step: Sample) -> None:
    kept, _ = run(step)
    assert run(step, workers=3)[0] == kept
    other, _ = run(Sample(step.share, step.documents, step.by, seed=1))
    assert len(other) == step.documents or step.documents is None
    assert len(set(kept) & set(other)) < 100  # a twentieth of 1,000, and five standard deviations


def test_a_number_by_group_is_spread_as_the_groups_are() -> None:
    kept, dropped = run(Sample(documents=1_000, by="group"))
    assert groups_of(kept) == {"usual": 970, "rare": 10, None: 20}
    assert {part.threshold for part in dropped} == {
        "group 'usual': 970 of 19,400", "group 'rare': 10 of 200", "no group: 20 of 400",
    }  # fmt: skip


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.integers(0, 60))
def test_documents_are_spread_as_when_each_is_dealt_out_singly(counts: list[int], n: int) -> None:
    """Webster: the k-th document of a value comes at (k - 1/2) / count."""
    turns = sorted(((k + 0.5) / count, value) for value, count in enumerate(counts) for k in range(count))
    dealt = Counter(value for _, value in turns[:n])
    spread = proportional({str(value): count for value, count in enumerate(counts)}, n)
    assert spread == {str(value): dealt[value] for value in range(len(counts))}


def test_a_corpus_without_groups_is_told() -> None:
    with pytest.raises(UnknownColumn) as error:
        Sample(documents=3, by="group").prepare(Corpus.of(["one"]), Local(workers=1))
    assert str(error.value) == "sample: by is group, but the corpus has no group; name its column with --group"


def test_a_number_that_saw_nothing_says_so() -> None:
    [batch] = Corpus.of(["one"]).batches()
    with pytest.raises(TypeError, match="call prepare"):
        Sample(documents=1)(batch)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "w.sample: needs a share or a number of documents, and not both"),
        ({"share": 0.1, "documents": 3}, "w.sample: needs a share or a number of documents, and not both"),
        ({"share": 1.5}, "w.sample: share is 1.5, not from 0 to 1"),
        ({"documents": 0}, "w.sample: documents is 0; it is at least 1"),
        ({"documents": 2.5}, "w.sample: documents is 2.5, not a whole number or null"),
        ({"share": 0.1, "by": "group"}, "w.sample: by goes with a number of documents; a share is the same of every value as it is"),
        ({"documents": 3, "by": "source"}, "w.sample: by is 'source', not one of group, label or null"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_told_in_one_line(content: object, message: str) -> None:
    with pytest.raises(SpecError) as error:
        specs.step({"sample": content}, "w")
    assert str(error.value) == message
