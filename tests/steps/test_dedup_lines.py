"""`dedup_lines` and `dedup_paragraphs`: what stands in several documents stays in the first of them."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dataqual
from dataqual import specs
from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.ledger import Change, Dropped, Edited
from dataqual.operators import Step
from dataqual.recurring.rows import Rows
from dataqual.steps._known_pieces import DedupPieces
from dataqual.steps.dedup_lines import DedupLines
from dataqual.steps.dedup_paragraphs import DedupParagraphs
from tests.strange import tries

QUICK = "the quick brown fox jumps"
LAZY = "over the lazy dog again"


def run(step: Step, docs: list[str], memory: int | None = None) -> tuple[dict[int, str], list[Change]]:
    """What is left, by record number, and what was told."""
    corpus = Corpus.of(docs)
    ready = step.prepare(corpus, Local(max_memory=memory))
    left: dict[int, str] = {}
    changes: list[Change] = []
    for batch in corpus.batches():
        kept, told = ready(batch)
        left |= {int(record): kept.text[i] for i, record in enumerate(kept.record)}
        changes += told
    return left, changes


def left(step: Step, *docs: str) -> list[str | None]:
    """Every document as it is now; None for one that went."""
    now, _ = run(step, list(docs))
    return [now.get(record) for record in range(1, len(docs) + 1)]


def test_a_line_stays_in_the_first_document_that_has_it() -> None:
    assert left(DedupLines(), f"A\n{QUICK}\nB", f"C\n{QUICK}\nD", f"{QUICK}\nE") == [f"A\n{QUICK}\nB", "C\nD", "E"]


def test_lines_that_differ_in_case_and_white_space_alone_are_the_same() -> None:
    other = "The quick\tbrown  FOX jumps"
    assert left(DedupLines(), QUICK, f"{other}\nend") == [QUICK, "end"]
    assert left(DedupLines(fold=False), QUICK, f"{other}\nend") == [QUICK, f"{other}\nend"]
    assert left(DedupLines(fold=False), QUICK, f"  {QUICK}\r\nend") == [QUICK, "end"]  # what is around it never counts


def test_lines_that_differ_in_a_mark_or_a_letter_are_not_the_same() -> None:
    docs = (f"{QUICK}.", f"{QUICK}!", QUICK.replace("quick", "quack"), QUICK.replace("the quick", "thequick") + " on")
    assert left(DedupLines(), *docs) == list(docs)


def test_short_lines_stay() -> None:
    docs = ("}\nSee also\nfour words are few", "}\nSee also\nfour words are few\nown")
    assert left(DedupLines(), *docs) == list(docs)
    assert left(DedupLines(min_words=4), *docs) == [docs[0], "}\nSee also\nown"]


def test_chinese_lines_are_measured_in_characters() -> None:
    docs = ("版权所有，请勿转载\n甲", "版权所有，请勿转载\n乙", "联系我们\n丙", "联系我们\n丁")
    assert left(DedupLines(), *docs) == [docs[0], "乙", docs[2], docs[3]]


def test_what_repeats_within_one_document_stays() -> None:
    poem = f"{QUICK}\n{LAZY}\n{QUICK}"
    assert left(DedupLines(), poem, f"{QUICK}\nx\n{QUICK}") == [poem, "x"]


def test_copies_says_in_how_many_documents_a_line_must_stand() -> None:
    docs = [f"{QUICK}\n{LAZY}\n1", f"{QUICK}\n{LAZY}\n2", f"{QUICK}\n{QUICK}\n3"]
    assert left(DedupLines(copies=3), *docs) == [docs[0], f"{LAZY}\n2", "3"]


def test_line_ends_and_blank_lines_stay_as_they_were() -> None:
    assert left(DedupLines(), QUICK, f"a\r\n\r\n{QUICK}\r\n\r\nb\r\n") == [QUICK, "a\r\n\r\n\r\nb\r\n"]
    assert left(DedupLines(), QUICK, f"a\n{QUICK}") == [QUICK, "a"]
    assert left(DedupLines(), QUICK, f"a\n{QUICK}\n") == [QUICK, "a\n"]


def test_a_document_that_loses_everything_goes_with_its_value() -> None:
    now, [told] = run(DedupLines(), [f"{QUICK}\n{LAZY}", f"\n{LAZY}\n\n{QUICK}\n"])
    assert now == {1: f"{QUICK}\n{LAZY}"}
    assert isinstance(told, Dropped)
    assert told.values is not None
    assert (told.rule, told.values.tolist(), told.threshold) == ("dedup_lines", [1.0], "< 1")


def test_a_document_that_loses_more_than_max_loss_goes_and_its_other_lines_stay_elsewhere() -> None:
    own = "ten more words stand in this line which is longer"  # 49 of 74 characters
    docs = [QUICK, f"{QUICK}\n{own}", f"{own}\nlast"]
    assert left(DedupLines(max_loss=0.3), *docs) == [QUICK, None, f"{own}\nlast"]
    _, told = run(DedupLines(max_loss=0.3), docs)
    said = [(np.asarray(part.values).tolist(), part.threshold) for part in told if isinstance(part, Dropped)]
    assert said == [([25 / 74], "<= 0.3")]
    assert left(DedupLines(max_loss=25 / 74), *docs) == [QUICK, own, None]


def test_the_ledger_says_how_many_lines_went_and_where_the_first_stays(tmp_path: Path) -> None:
    docs = [LAZY, QUICK, f"a\n{QUICK}\n{LAZY}\nb"]
    _, [told] = run(DedupLines(), docs)
    assert isinstance(told, Edited)
    assert told.originals is not None
    assert told.values is not None
    assert (told.values.tolist(), told.originals.record.tolist()) == ([2], [2])
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("steps: [dedup_lines]\n", encoding="utf-8")
    pl.DataFrame({"text": docs}).write_ndjson(tmp_path / "in.jsonl")
    dataqual.clean(tmp_path / "in.jsonl", tmp_path / "out.jsonl", recipe=str(recipe))
    ledger = pl.read_parquet(tmp_path / "out.jsonl.ledger.parquet")
    [row] = ledger.select("record", "action", "value", "kept_record", "similarity", "evidence").rows()
    assert row == (3, "edited", 2.0, 2, None, f"a\n[{QUICK}\n{LAZY}\n→]b")


def test_paragraphs_go_with_the_blank_lines_after_them() -> None:
    first = f"{QUICK}\n{LAZY}"
    docs = (first, f"one\n\n{first}\n\n  two\n", f"{first}\n\n\n\nthree\n\n{first}\n\n", f"  {first}\nmore\n\nfour")
    assert left(DedupParagraphs(), *docs) == [first, "one\n\n  two\n", "three\n\n", docs[3]]


def test_lines_of_a_paragraph_are_not_looked_at_one_by_one() -> None:
    docs = (QUICK, f"{QUICK}\nmore")
    assert left(DedupParagraphs(), *docs) == list(docs)


lines = st.sampled_from(["a b", "A  b", "a b.", "c d e", "", " ", "x", "我们", "我们\r"])
documents = st.lists(st.lists(lines, max_size=6).map("\n".join), max_size=8)


def _plainly(docs: list[str], copies: int, max_loss: float) -> list[str | None]:
    """The same rule for lines of two words or more, written as plainly as possible."""

    def key(line: str) -> str | None:
        words = len(line.replace("我们", "我 们").split())
        return " ".join(line.lower().split()) if words >= 2 else None

    having: dict[str | None, set[int]] = defaultdict(set)
    for number, doc in enumerate(docs):
        for line in doc.split("\n"):
            having[key(line)].add(number)
    first: dict[str | None, int] = {}
    out: list[str | None] = []
    for number, doc in enumerate(docs):
        split = doc.split("\n")
        often = [key(line) is not None and len(having[key(line)]) >= copies for line in split]
        goes = [many and key(line) in first for many, line in zip(often, split, strict=True)]
        lost = sum(len(line.strip()) for line, go in zip(split, goes, strict=True) if go)
        total = len("".join(line.strip() for line in split))
        if lost and (lost == total or lost / total > max_loss):
            out.append(None)
            continue
        for many, line in zip(often, split, strict=True):
            if many:
                first.setdefault(key(line), number)
        out.append("\n".join(line for line, go in zip(split, goes, strict=True) if not go))
    return out


@settings(max_examples=tries(150), deadline=None)
@given(docs=documents, copies=st.integers(2, 3), max_loss=st.sampled_from([1.0, 0.5, 0.0]))
def test_a_plain_program_takes_out_the_same_lines(docs: list[str], copies: int, max_loss: float) -> None:
    step = DedupLines(min_words=2, copies=copies, max_loss=max_loss)
    once = left(step, *docs)
    assert once == _plainly(docs, copies, max_loss)
    kept = [doc for doc in once if doc is not None]
    assert left(step, *kept) == kept


@settings(max_examples=tries(100), deadline=None)
@given(docs=documents)
def test_paragraphs_are_unique_after_one_run_and_nothing_else_changes(docs: list[str]) -> None:
    step = DedupParagraphs(min_words=1, fold=False)
    kept = [doc for doc in left(step, *docs) if doc is not None]
    of = [set(dataqual.text.Text.of([doc]).paragraphs.strings(0)) for doc in kept]
    assert sum(map(len, of)) == len(set().union(*of))
    everything = set().union(*(dataqual.text.Text.of([doc]).paragraphs.strings(0) for doc in docs))
    assert set().union(*of) == everything
    assert left(step, *kept) == kept


def test_neither_workers_nor_memory_change_what_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = np.random.default_rng(0).integers(0, 400, (600, 5))
    docs = ["\n".join(f"this is line number {n} of them" for n in row) for row in drawn]
    corpus = Corpus.of(docs)
    one = DedupLines().prepare(corpus, Local(workers=1)).found
    monkeypatch.setattr("dataqual.corpus.CHUNK_RECORDS", 7)
    monkeypatch.setattr("dataqual.recurring.rows.LEAST", 1 << 12)
    other = DedupLines().prepare(corpus, Local(workers=3, max_memory=1)).found
    assert len(one.pieces) > 400
    for name in ("place", "kept", "lost", "whole", "borders", "pieces"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_rows_come_back_sorted_in_groups_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataqual.recurring.rows.LEAST", 1 << 10)
    given = np.random.default_rng(1).integers(0, 1 << 62, (5000, 2)).astype(np.uint64)
    given[::3, 0] = given[0, 0]
    with Rows(columns=2, span=1 << 62, memory=0) as rows:
        for part in np.array_split(given, 40):
            rows.add(part)
        groups = list(rows.groups())
    assert len(groups) > 50
    assert np.array_equal(np.concatenate(groups), given[np.argsort(given[:, 0], kind="stable")])
    assert all(a[-1, 0] < b[0, 0] for a, b in pairwise(groups))


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"dedup_lines": {"copies": 1}}, "web.yaml: copies: 1 is too small; it is at least 2"),
        ({"dedup_lines": {"min_words": 0}}, "min_words: 0 is too small; it is at least 1"),
        ({"dedup_paragraphs": {"max_loss": 1.5}}, "max_loss: 1.5 is no share; it lies from 0 to 1"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(step: object, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        specs.step(step, "web.yaml")
    assert str(caught.value).endswith(message.removeprefix("web.yaml: "))


def test_it_must_see_the_corpus_first() -> None:
    [batch] = Corpus.of(["x"]).batches()
    step: DedupPieces = DedupLines()
    with pytest.raises(TypeError, match="dedup_lines must see the corpus first"):
        step(batch)
