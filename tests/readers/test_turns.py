"""Chats and instructions: found, told, read as one text, and edited in the right turn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dataqual
from dataqual.corpus import Batch, Corpus
from dataqual.errors import UnknownColumn
from dataqual.ledger import Change, edited
from dataqual.operators import Step
from dataqual.recipe import Recipe
from dataqual.turns import PROMPT, Turn, divided, joined, parts_of, put_back, shape_of
from tests.readers.helpers import faults, opened, texts, written

MESSAGES = {"id": 7, "messages": [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": [{"type": "text", "text": "My mail is ann@example.org."}, {"type": "image_url", "image_url": "x"},
                                 {"type": "text", "text": "两个词？"}]},
    {"role": "assistant", "content": None, "tool_calls": [1]},
    {"role": "assistant", "content": "Thanks,\n\nann@example.org is noted."},
], "n": 1.50}  # fmt: skip
SHAREGPT = {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "你好"}]}
ALPACA = {"instruction": "Add.", "input": "", "output": "3"}
PAIR = {"prompt": "Why?", "completion": "Because."}
TRL = {
    "prompt": [{"role": "user", "content": "Why?"}],
    "completion": [{"role": "assistant", "content": "Because."}],
}


@dataclass(frozen=True)
class Replaced(Step):
    """Put one string in the place of another."""

    rewrites: ClassVar[bool] = True
    old: str = ""
    new: str = ""

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Change]]:
        rows = [row for row in range(len(batch)) if self.old in batch.text[row]]
        after = {row: batch.text[row].replace(self.old, self.new).encode() for row in rows}
        return edited(batch, after, "replaced", "replaced", np.ones(len(rows)))


def lines(*records: Any) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


@pytest.mark.parametrize(
    ("record", "name", "text"),
    [
        (
            MESSAGES,
            "messages",
            "Be kind.\n\nMy mail is ann@example.org.\n\n两个词？\n\nThanks,\n\nann@example.org is noted.",
        ),
        (SHAREGPT, "conversations", "Hi\n\n你好"),
        (ALPACA, "instruction+input+output", "Add.\n\n3"),
        (PAIR, "prompt+completion", "Why?\n\nBecause."),
        (TRL, "prompt+completion", "Why?\n\nBecause."),
    ],
)
def test_a_chat_is_found_and_said(record: Any, name: str, text: str, tmp_path: Path) -> None:
    path = written(tmp_path, "x.jsonl", lines(record, record))
    corpus = opened(path)
    assert texts(corpus) == [text, text]
    assert f"text: the turns of {name!r}, joined by a blank line (found; --text names another)" in corpus.notes
    if record is MESSAGES:  # a content that is now a string and now a list is none for a table
        return
    pl.read_ndjson(path).write_parquet(tmp_path / "x.parquet")
    assert texts(opened(tmp_path / "x.parquet")) == [text, text]


def test_a_column_of_a_known_name_goes_before_turns(tmp_path: Path) -> None:
    corpus = opened(written(tmp_path, "x.jsonl", lines({"text": "whole", **ALPACA})))
    assert (corpus.columns.text, texts(corpus)) == ("text", ["whole"])
    corpus = opened(written(tmp_path, "x.jsonl", lines({"text": "whole", **ALPACA})), text="instruction+output")
    assert texts(corpus) == ["Add.\n\n3"]
    with pytest.raises(UnknownColumn, match="--text: no column 'outputs'; did you mean 'output'"):
        opened(tmp_path / "x.jsonl", text="instruction+outputs")


def test_a_bad_chat_costs_only_itself(tmp_path: Path) -> None:
    bad: list[tuple[Any, str]] = [
        ({"messages": "no list", "x": 1}, ""),
        ({"messages": [5]}, "text is not a string"),
        ({"messages": [{"role": "user"}]}, "missing text"),
        ({"messages": None}, "null text"),
        ({"other": 1}, "missing text"),
        ([1], "not an object"),
    ]
    path = written(tmp_path, "x.jsonl", lines(MESSAGES, *(record for record, _ in bad), SHAREGPT | MESSAGES))
    corpus = opened(path, text="messages")
    assert faults(corpus) == [(n, n, kind) for n, (_, kind) in enumerate(bad, 2) if kind]
    assert len(texts(corpus)) == 3


def test_an_edit_goes_into_its_turn_and_nothing_else_changes(tmp_path: Path) -> None:
    raw = json.dumps(MESSAGES, ensure_ascii=False).replace("1.5", "1.50").encode()
    path = written(tmp_path, "x.jsonl", raw + b"\n")
    recipe = Recipe("x", (Replaced("ann@example.org", "<EMAIL>"),))
    dataqual.clean(path, tmp_path / "out.jsonl", recipe=recipe)
    assert (tmp_path / "out.jsonl").read_bytes() == raw.replace(b"ann@example.org", b"<EMAIL>") + b"\n"
    pl.DataFrame([MESSAGES | {"messages": MESSAGES["messages"][3:]}]).write_parquet(tmp_path / "x.parquet")  # type: ignore[index]
    dataqual.clean(tmp_path / "x.parquet", tmp_path / "out.parquet", recipe=recipe)
    [row] = pl.read_parquet(tmp_path / "out.parquet").to_dicts()
    assert row["messages"][0]["content"] == "Thanks,\n\n<EMAIL> is noted."
    assert row["n"] == 1.5


TORN = [
    {"id": "en", "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello, Ann"}]},
    {"id": "same", "messages": [{"role": "user", "content": "Bye"}, {"role": "assistant", "content": "Goodbye"}]},
    {"id": "zh", "messages": [{"role": "user", "content": "你好"}, {"role": "assistant", "content": "您好，安"}]},
    {"id": "one turn", "messages": [{"role": "user", "content": "Say Hello or 您好"}]},
]  # fmt: skip
JOINING = Recipe("x", (Replaced("\n\nHello", ", hello"), Replaced("\n\n您好", "，您好"), Replaced("Hello", "Welcome")))
"""Which puts two turns on one line in two of them, and then changes a word in another, as it may."""


@pytest.mark.parametrize("kind", ["jsonl", "json", "parquet", "arrow"])
def test_a_chat_whose_edit_nobody_can_divide_costs_only_itself(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"in.{kind}"
    if kind in ("parquet", "arrow"):
        frame = pl.DataFrame(TORN)
        frame.write_parquet(path) if kind == "parquet" else frame.write_ipc(path)
    else:
        path.write_bytes(lines(*TORN) if kind == "jsonl" else json.dumps(TORN).encode())
    done = dataqual.clean(path, tmp_path / f"out.{kind}", recipe=JOINING)
    assert (done.read, done.kept, done.dropped, done.unreadable, done.edited) == (4, 2, 2, 0, 1)
    left = list(dataqual.read(tmp_path / f"out.{kind}").batches())
    assert [(batch.columns["id"].to_list(), batch.parts(1)) for batch in left] == [
        (["same", "one turn"], ["Say Welcome or 您好"])
    ]
    ledger = pl.read_parquet(tmp_path / f"out.{kind}.ledger.parquet")
    assert ledger.select("id", "action", "step", "rule").rows() == [
        ("en", "edited", "replaced", "replaced"),
        ("en", "dropped", "replaced", "torn_turns"),
        ("zh", "edited", "replaced", "replaced"),
        ("zh", "dropped", "replaced", "torn_turns"),
        ("one turn", "edited", "replaced", "replaced"),
    ]
    [story] = dataqual.explain(tmp_path / f"out.{kind}", "zh")
    assert "nobody could tell any more which part of it is whose turn" in str(story)
    again = dataqual.clean(tmp_path / f"out.{kind}", tmp_path / f"again.{kind}", recipe=JOINING)
    assert (again.read, again.kept, again.edited) == (2, 2, 0)


def test_what_is_torn_is_no_longer_there_for_the_steps_behind(tmp_path: Path) -> None:
    chats = [{"messages": [{"content": "Hi"}, {"content": "Hello"}]}, {"messages": [{"content": "Hi, hello"}]}]
    path = written(tmp_path, "in.jsonl", lines(*chats))
    recipe = Recipe("x", (*JOINING.steps[:1], *Recipe.of(["dedup"]).steps))
    done = dataqual.clean(path, tmp_path / "out.jsonl", recipe=recipe)
    assert done.rules == {"replaced": 1, "exact_copies": 0, "torn_turns": 1}
    assert (tmp_path / "out.jsonl").read_bytes() == lines(chats[1])


@dataclass(frozen=True)
class Silent(Replaced):
    """The same, and tells nothing of it, as a step from elsewhere may."""

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Change]]:
        return super().__call__(batch)[0], []


def test_a_step_that_tears_a_chat_and_tells_nothing_of_it_is_named_all_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, "in.jsonl", lines(*TORN))
    done = dataqual.clean(path, tmp_path / "out.jsonl", recipe=Recipe("x", (Silent("\n\nHello", ", hello"),)))
    assert (done.read, done.kept, done.dropped, done.rules) == (4, 3, 1, {"silent": 0, "torn_turns": 1})
    ledger = pl.read_parquet(tmp_path / "out.jsonl.ledger.parquet")
    assert ledger.select("id", "action", "step", "rule").rows() == [("en", "dropped", "silent", "torn_turns")]


def test_torn_chats_give_the_same_bytes_whatever_the_workers_and_the_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dataqual.corpus.CHUNK_RECORDS", 3)
    path = written(tmp_path, "in.jsonl", lines(*TORN * 5))
    names = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for workers, name in enumerate(names, 1):
        dataqual.clean(path, name, recipe=JOINING, workers=workers)
    for ending in ("", ".ledger.parquet"):
        [one, other] = [Path(f"{name}{ending}").read_bytes() for name in names]
        assert one == other
    assert len(names[0].read_bytes().splitlines()) == 10


def test_edits_of_several_steps_end_in_their_turns(tmp_path: Path) -> None:
    path = written(tmp_path, "in.jsonl", lines(MESSAGES))
    steps = (
        Replaced("Be kind.\n\n", ""),
        Replaced("My mail", "The mail"),
        Replaced("two", "2"),
        Replaced("词？", "词。"),
    )
    dataqual.clean(path, tmp_path / "out.jsonl", recipe=Recipe("x", steps))
    after = json.loads((tmp_path / "out.jsonl").read_bytes())["messages"]
    assert [message["content"] for message in after[:1]] == [""]
    assert [part.get("text") for part in after[1]["content"]] == ["The mail is ann@example.org.", None, "两个词。"]
    assert after[2:] == MESSAGES["messages"][2:]  # type: ignore[index]


def test_a_table_of_prompts_and_completions_is_read_and_written(tmp_path: Path) -> None:
    path = written(tmp_path, "in.csv", "n,prompt,completion\n1,Why old?,老\n2,为何 old,\n3,x,y\n".encode())
    assert texts(opened(path)) == ["Why old?\n\n老", "为何 old", "x\n\ny"]
    done = dataqual.clean(path, tmp_path / "out.csv", recipe=Recipe("x", (Replaced("old", "new"),)))
    assert (done.kept, done.edited) == (3, 2)
    assert (tmp_path / "out.csv").read_text(
        encoding="utf-8"
    ) == "n,prompt,completion\n1,Why new?,老\n2,为何 new,\n3,x,y\n"


def test_a_frame_of_chats_is_read(tmp_path: Path) -> None:
    for frame in (pd.DataFrame([PAIR]), pl.DataFrame([PAIR]), pd.DataFrame([SHAREGPT])):
        [batch] = Corpus.of(frame).batches()
        assert batch.parts(0) in (["Why?", "Because."], ["Hi", "你好"])


def test_a_turn_of_which_nothing_is_left_is_empty() -> None:
    assert divided(["Hello", "same words here", "Bye"], "Hello\n\nBye") == (5, 0, 3)
    assert divided(["Hello", "", "Bye"], "Bye") == (0, 0, 3)


SAID = st.lists(st.text(alphabet=["a", "b", " ", "\n", "你", "."], max_size=12), min_size=1, max_size=5)


@given(SAID, st.sampled_from([(" ", ""), ("a", "xyz"), ("\n\n\n", "\n\n"), ("b", ""), ("你", "您")]))
def test_what_is_put_back_reads_as_what_was_edited_or_is_refused(said: list[str], change: tuple[str, str]) -> None:
    turns = [Turn((n,), PROMPT, text) for n, text in enumerate(said)]
    before, sizes = joined(turns), shape_of(turns).sizes
    after = before.replace(*change)
    new = divided(parts_of(before, sizes), after)
    if new is not None:
        changed = put_back(turns, parts_of(after, new))
        assert joined([Turn(turn.path, "", changed.get(turn.path, turn.text)) for turn in turns]) == after


def test_text_may_lie_deep_in_a_record(tmp_path: Path) -> None:
    line = b'{"data": {"parts": [{"body": 1}, {"body": "an old one"}]}, "n": 1.50}\n'
    path = written(tmp_path, "x.jsonl", line)
    corpus = opened(path, text="data.parts.1.body", label="data.parts.0.body")
    assert texts(corpus) == ["an old one"]
    assert [batch.columns["label"].to_list() for batch in corpus.batches()] == [["1"]]
    recipe = Recipe("x", (Replaced("old", "new"),))
    dataqual.clean(path, tmp_path / "out.jsonl", recipe=recipe, text="data.parts.1.body")
    assert (tmp_path / "out.jsonl").read_bytes() == line.replace(b"old", b"new")
    frame = pl.DataFrame({"data": [[{"body": "kept"}, {"body": "an old one"}]], "n": [1]})
    frame.write_parquet(tmp_path / "x.parquet")
    dataqual.clean(tmp_path / "x.parquet", tmp_path / "out.parquet", recipe=recipe, text="data.1.body")
    assert pl.read_parquet(tmp_path / "out.parquet")["data"].to_list() == [[{"body": "kept"}, {"body": "an new one"}]]


def test_signals_of_chats_are_in_the_profile_of_a_chat_and_in_no_other(tmp_path: Path) -> None:
    chats = [PAIR, {"prompt": "Why?", "completion": ""}, {"prompt": "你好", "completion": None}]
    path = written(tmp_path, "x.jsonl", lines(*chats))
    profile = dataqual.profile(path)
    told = {"turn_count", "response_ratio", "empty_responses"}
    assert told <= set(profile.facts["signals"])
    kept = dataqual.clean(
        path, tmp_path / "out.jsonl", recipe=Recipe.of([{"keep": {"signal": "empty_responses", "max": 0}}])
    )
    assert (kept.kept, kept.dropped) == (1, 2)
    assert (tmp_path / "out.jsonl").read_bytes() == lines(PAIR)
    assert not told & set(dataqual.profile(Corpus.of(["no chat"])).facts["signals"])
