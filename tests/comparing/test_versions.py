"""What became of each document from one version to the next: sums that hold, by id, by text, as near copies."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual.comparing.changes import Changes
from dataqual.comparing.versions import By, Versions
from dataqual.corpus import Corpus
from dataqual.engine import Local

LONG = "The river ran for miles and the men went on along it without a word until night came down"
HAN = "我们今天去公园散步，天气很好，大家都很高兴，晚上一起吃饭，然后回家。"


def told(before: pl.DataFrame, after: pl.DataFrame, by: By = "auto", near_copies: bool = True) -> Changes:
    corpora = [Corpus.of(frame) for frame in (before, after)]
    return Versions(by, near_copies)(*corpora, Local(workers=1))


def frame(**columns: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def test_every_change_has_its_name_and_the_sums_hold() -> None:
    before = frame(
        id=["a", "b", "c", "d", "e", "f"],
        text=["one", "two", LONG, "four", "五", "six"],
        label=["x", "x", "y", "y", "x", "x"],
    )
    after = frame(
        id=["b", "a", "c", "d", "new", "g"],
        text=["two", "one", "other", "four", "五", "nine"],
        label=["x", "x", "y", "x", "x", "x"],
    )
    changes = told(before, after)
    assert changes.by == "id"
    assert dict(changes.counts) == {
        "unchanged": 2,
        "relabelled": 1,
        "renamed": 1,
        "edited": 1,
        "dropped": 1,
        "added": 1,
    }
    assert changes.moved == 1
    assert changes.labels == [{"before": "y", "after": "x", "documents": 1}]
    rows = changes.table().collect()
    assert rows.filter(pl.col("change") == "dropped").select("before_record", "after_record").rows() == [(6, None)]
    assert rows.filter(pl.col("change") == "added").select("before_path", "after_record").rows() == [(None, 6)]
    named = rows.select("change", "before_id", "after_id", "before_label", "after_label").rows()
    assert ("dropped", "f", None, "x", None) in named
    assert ("added", None, "g", None, "x") in named
    assert ("relabelled", "d", "d", "y", "x") in named
    assert ("renamed", "e", "new", "x", "x") in named
    assert rows.filter("moved")["change"].to_list() == ["unchanged"]
    assert len(rows) == 6  # all but the one that is the same in its place


def test_without_ids_near_copies_tell_edits_in_english_and_chinese() -> None:
    before = frame(text=["same", LONG, HAN, "gone for good"])
    after = frame(text=[HAN.replace("高兴", "开心"), "same", LONG + " again", "brand new"])
    changes = told(before, after)
    assert (changes.by, changes.counts["edited"], changes.counts["dropped"], changes.counts["added"]) == (
        "text",
        2,
        1,
        1,
    )
    rows = changes.table().collect().filter(pl.col("change") == "edited")
    assert rows.select("before_record", "after_record").rows() == [(2, 3), (3, 1)]
    assert all(0.6 < similarity < 1 for similarity in rows["similarity"])
    assert told(before, after, near_copies=False).counts["edited"] == 0


def test_a_near_copy_under_another_id_is_another_document() -> None:
    before, after = (
        frame(id=ids, text=[text, "same"]) for ids, text in ((["a", "s"], LONG), (["b", "s"], LONG + " x"))
    )
    assert dict(told(before, after).counts) == dict.fromkeys(("relabelled", "renamed", "edited"), 0) | dict.fromkeys(
        ("unchanged", "dropped", "added"), 1
    )


def test_ids_that_were_given_anew_are_not_believed() -> None:
    texts = [f"text number {n}" for n in range(20)]
    before, after = (frame(id=[str(n) for n in range(len(some))], text=some) for some in (texts, texts[5:]))
    changes = told(before, after)
    assert (changes.by, changes.counts["unchanged"], changes.counts["dropped"]) == ("text", 15, 5)
    assert changes.notes == [
        "15 texts are in both, 0 of them under the same id: ids do not name the same documents, so texts do"
    ]
    assert told(before, after, by="id").counts["edited"] == 15


@pytest.mark.parametrize("texts", [[], ["", "", "a"]])
def test_a_corpus_is_unchanged_beside_itself_even_if_empty_and_doubled(texts: list[str | None]) -> None:
    changes = told(frame(text=texts), frame(text=texts))
    assert dict(changes.counts) == dict.fromkeys(changes.counts, 0) | {"unchanged": len(texts)}
    assert (changes.moved, len(changes.table().collect())) == (0, 0)


DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", None]),
        st.sampled_from(["", "one two", HAN, LONG, LONG + " x"]),
        st.sampled_from(["p", "n"]),
    ),
    max_size=8,
)


@given(DOCUMENTS, DOCUMENTS)
def test_the_sums_hold_whatever_came(before: list[tuple[str, str, str]], after: list[tuple[str, str, str]]) -> None:
    frames = [
        pl.DataFrame(rows, schema={"id": pl.String, "text": pl.String, "label": pl.String}, orient="row")
        for rows in (before, after)
    ]
    changes = told(*frames)
    counts = dict(changes.counts)
    added, dropped = counts.pop("added"), counts.pop("dropped")
    assert sum(counts.values()) + dropped == len(before)
    assert sum(counts.values()) + added == len(after)
    addresses = [*changes.pairs["after"].tolist(), *changes.added.tolist()]
    assert len(set(addresses)) == len(after)
