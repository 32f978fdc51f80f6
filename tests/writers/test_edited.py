"""An edited record has its new text, and all else of it stays; its neighbours keep their very bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
import pytest

import dataqual
from dataqual.corpus import Batch
from dataqual.errors import InputError
from dataqual.ledger import Change, edited
from dataqual.operators import Step
from dataqual.recipe import Recipe
from dataqual.writers.jsonl import with_text
from tests.readers.helpers import written


@dataclass(frozen=True)
class Louder(Step):
    """Put `into` in the place of every "old"."""

    rewrites: ClassVar[bool] = True
    into: str = "new é"

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Change]]:
        rows = [row for row in range(len(batch)) if "old" in batch.text[row]]
        texts = {row: batch.text[row].replace("old", self.into).encode() for row in rows}
        return edited(batch, texts, "louder", "louder", np.array([batch.text[row].count("old") for row in rows]))


def louder(source: Any, output: Path, into: str = "new é", **options: Any) -> bytes:
    """What is written of it."""
    result = dataqual.clean(source, output, recipe=Recipe("louder", (Louder(into),)), **options)
    ledger = pl.read_parquet(f"{output}.ledger.parquet")
    assert result.read == result.kept and result.dropped == result.added == 0
    assert ledger["action"].to_list() == ["edited"] * result.edited
    return output.read_bytes()


def test_lines_of_json_change_in_their_text_alone(tmp_path: Path) -> None:
    lines = [
        (b' {"big":123456789012345678901234567890, "text" : "an old one" ,"n": 1.50}\r', "an new é one"),
        (b'{"text": "old", "text": "very old"}', "very new é"),
        (b'{"a": {"text": "old"}, "n": [{"}": 1}], "te\\u0078t": "old"}', "new é"),
    ]
    kept = b'{"text":"kept" , "n": 1.50}'
    path = written(tmp_path, "in.jsonl", b"\n".join([*(line for line, _ in lines), kept]))
    out = louder(str(path), tmp_path / "out.jsonl").split(b"\n")[:-1]
    assert out[-1] == kept
    for (line, text), after in zip(lines, out, strict=False):
        was, now = (json.loads(one, object_pairs_hook=list) for one in (line, after))
        assert json.loads(after)["text"] == text
        assert [pair for pair in was if pair[0] != "text"] == [pair for pair in now if pair[0] != "text"]
    assert out[0] == b' {"big":123456789012345678901234567890, "text" : "an new \\u00e9 one" ,"n": 1.50}\r'


def test_letters_are_written_as_the_line_wrote_them() -> None:
    assert with_text(b'{"text": "a"}', "text", "é") == b'{"text": "\\u00e9"}'
    assert with_text('{"text": "è"}'.encode(), "text", "é") == '{"text": "é"}'.encode()


def test_a_record_however_deep_can_be_edited() -> None:
    deep = b'{"deep": ' + b"[" * 1020 + b'"]"' + b"]" * 1020 + b', "text": "a", "n": [{"text": "x"}, -1.5e3, true]}'
    assert with_text(deep, "text", "b") == deep.replace(b'"text": "a"', b'"text": "b"')


def test_a_text_within_an_object_changes_there(tmp_path: Path) -> None:
    path = written(tmp_path, "in.jsonl", b'{"meta": {"x": 1.0, "text": "old"}, "text": 5}\n')
    out = louder(str(path), tmp_path / "out.jsonl", text="meta.text")
    assert out == b'{"meta": {"x": 1.0, "text": "new \\u00e9"}, "text": 5}\n'


def test_rows_of_csv_change_in_their_text_alone(tmp_path: Path) -> None:
    path = written(tmp_path, "in.csv", b'id,text,n\r\n1," old, ""so""",1.50\r\n2, kept ,"2"\r\n3,"two\nold",\r\n')
    expected = b'id,text,n\r\n1," new, ""so""",1.50\r\n2, kept ,"2"\r\n3,"two\nnew",\r\n'
    assert louder(str(path), tmp_path / "out.csv", "new") == expected
    rows = louder(str(path), tmp_path / "out.jsonl", "new").splitlines()
    assert [json.loads(row)["text"] for row in rows] == [' new, "so"', " kept ", "two\nnew"]


def test_a_cell_with_a_line_end_stays_one_cell_in_the_other_format(tmp_path: Path) -> None:
    path = written(tmp_path, "in.tsv", b'text\tn\n"one\ntwo"\t1\n"a\rb"\t2\n')
    out = louder(str(path), tmp_path / "out.csv")
    assert pl.read_csv(io.BytesIO(out)).rows() == [("one\ntwo", 1), ("a\rb", 2)]


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_rows_of_frames_change_in_their_text_alone(ending: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"meta": [{"t": "old", "k": 1}, {"t": "kept", "k": 2}], "n": [1.5, None]})
    frame.write_parquet(tmp_path / "in.parquet")
    louder(str(tmp_path / "in.parquet"), tmp_path / f"out.{ending}", text="meta.t")
    out = tmp_path / f"out.{ending}"
    after = pl.read_parquet(out) if ending == "parquet" else pl.read_ndjson(out)
    assert after.to_dicts() == [{"meta": {"t": "new é", "k": 1}, "n": 1.5}, {"meta": {"t": "kept", "k": 2}, "n": None}]


@pytest.mark.parametrize(("txt", "into"), [("line", "a\nb"), ("paragraph", "a\n\nb")])
def test_a_line_that_would_become_two_is_refused(txt: str, into: str, tmp_path: Path) -> None:
    path = written(tmp_path, "in.txt", b"one\n\nold\n")
    assert b"new" in louder(str(path), tmp_path / "fine.txt", "new", txt=txt)
    with pytest.raises(InputError, match=f"was edited and would be several {txt}s now; write .jsonl"):
        louder(str(path), tmp_path / "out.txt", into, txt=txt)


def test_the_ledger_quotes_the_change_and_no_address(tmp_path: Path) -> None:
    path = written(tmp_path, "in.jsonl", b'{"id": "a", "text": "to ann.lee@example.com old bob@example.org"}\n')
    louder(str(path), tmp_path / "out.jsonl")
    [row] = pl.read_parquet(tmp_path / "out.jsonl.ledger.parquet").to_dicts()
    assert (row["id"], row["record"], row["step"], row["value"]) == ("a", 1, "louder", 1.0)
    assert row["evidence"] == "a••••••@•••••••.com [old→new é] b••@•••••••.org"


def test_documents_a_step_adds_are_written_and_told(tmp_path: Path) -> None:
    path = written(tmp_path, "in.jsonl", b'{"text": "one"}\n{"text": "two"}\n')
    (tmp_path / "more.yaml").write_text("steps:\n  - spoil_duplicates: {dose: 1.0, copies: 2}\n")
    result = dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=str(tmp_path / "more.yaml"))
    assert (result.read, result.kept, result.added, result.written) == (2, 2, 4, 6)
    assert (tmp_path / "out.jsonl").read_bytes() == b'{"text": "one"}\n' * 3 + b'{"text": "two"}\n' * 3
    assert pl.read_parquet(tmp_path / "out.jsonl.ledger.parquet")["action"].to_list() == ["added"] * 4
