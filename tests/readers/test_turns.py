"""Chats and instructions: found, told, read as one text, and edited in the right turn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dataqual
from dataqual.corpus import Batch, Corpus
from dataqual.errors import InputError, UnknownColumn
from dataqual.ledger import Change, edited
from dataqual.operators import Step
from dataqual.recipe import Recipe
from dataqual.turns import PROMPT, Turn, joined, put_back
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


def test_an_edit_across_turns_is_refused_with_the_record(tmp_path: Path) -> None:
    path = written(tmp_path, "x.jsonl", lines(SHAREGPT, {"conversations": [*SHAREGPT["conversations"]] * 2}))
    with pytest.raises(InputError, match=r"x\.jsonl:1: what was edited cannot be put back"):
        dataqual.clean(path, tmp_path / "out.jsonl", recipe=Recipe("x", (Replaced("Hi\n\n你", "Hello, "),)))
    assert not (tmp_path / "out.jsonl").exists()


def test_a_turn_of_which_nothing_is_left_is_empty() -> None:
    turns = [Turn((n,), PROMPT, text) for n, text in enumerate(["Hello", "same words here", "Bye"])]
    assert put_back(turns, "Hello\n\nBye") == {(1,): ""}


SAID = st.lists(st.text(alphabet=["a", "b", " ", "\n", "你", "."], max_size=12), min_size=1, max_size=5)


@given(SAID, st.sampled_from([(" ", ""), ("a", "xyz"), ("\n\n\n", "\n\n"), ("b", ""), ("你", "您")]))
def test_what_is_put_back_reads_as_what_was_edited_or_is_refused(said: list[str], change: tuple[str, str]) -> None:
    turns = [Turn((n,), PROMPT, text) for n, text in enumerate(said)]
    after = joined(turns).replace(*change)
    try:
        changed = put_back(turns, after)
    except InputError:
        return
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
