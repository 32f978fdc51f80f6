from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.readers.helpers import column, documents, faults, opened, raws, texts, written

CASES = json.loads((Path(__file__).parent.parent / "cases" / "jsonl_lines.json").read_text(encoding="utf-8"))


def line_of(case: dict[str, Any]) -> bytes:
    return bytes.fromhex(case["hex"]) if "hex" in case else case["line"].encode() * case.get("repeat", 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_a_line_is_a_document_or_says_why_not(case: dict[str, Any], tmp_path: Path) -> None:
    line = line_of(case)
    corpus = opened(written(tmp_path, "x.jsonl", b'{"text": "before"}\n' + line + b'\n{"text": "after"}'), text="text")
    [batch] = corpus.batches()
    if "document" in case:
        assert texts(corpus) == ["before", case["document"], "after"]
        assert list(batch.unreadable) == []
        assert batch.raw[1] == line
    else:
        assert documents(corpus) == [(0, 1, "before"), (0, 3, "after")]
        [bad] = batch.unreadable
        assert (bad.record, bad.line, bad.kind, bad.raw) == (2, 2, case["kind"], line)
        assert bad.reason == case.get("reason", bad.reason)


def test_blank_lines_are_no_records_but_count_as_lines(tmp_path: Path) -> None:
    corpus = opened(written(tmp_path, "x.jsonl", b'\n{"text": "a"}\n \t\r\n\n{"text": "b"}\n\n'))
    assert documents(corpus) == [(0, 2, "a"), (0, 5, "b")]
    assert faults(corpus) == []


def test_a_byte_order_mark_is_no_part_of_the_first_record(tmp_path: Path) -> None:
    corpus = opened(written(tmp_path, "x.jsonl", b'\xef\xbb\xbf{"text": "a"}\n'), chunk=1)
    assert raws(corpus) == [b'{"text": "a"}']


def test_a_file_in_utf16_is_one_unreadable_that_says_how_to_convert_it(tmp_path: Path) -> None:
    written(tmp_path, "a.jsonl", '{"text": "a"}\n{"text": "b"}\n'.encode("utf-16"))
    written(tmp_path, "b.jsonl", b'{"text": "c"}\n')
    [batch] = opened(tmp_path).batches()
    [bad] = batch.unreadable
    assert (bad.kind, bad.record) == ("UTF-16", 1)
    assert bad.reason.endswith("convert it: iconv -f UTF-16 -t UTF-8 IN > OUT")
    assert batch.text[0] == "c"


def test_raw_records_are_the_bytes_of_the_file(tmp_path: Path) -> None:
    lines = [b'{ "text":"a" , "x":1.50}', b'{"text":"\\u00e9"}\r', b'\t{"text": ""}']
    assert raws(opened(written(tmp_path, "x.jsonl", b"\n".join(lines)))) == lines


@pytest.mark.parametrize("chunk", [1, 10, 64, 1000])
def test_a_record_too_long_to_hold_is_counted_and_passed_over(chunk: int, tmp_path: Path) -> None:
    long = b'{"text": "' + b"x" * 88 + b'"}'
    just = b'{"text": "' + b"y" * 38 + b'"}'
    data = b"\n".join([b'{"text": "a"}', long, just, b'{"text": "b"}', long])
    corpus = opened(written(tmp_path, "x.jsonl", data), chunk=chunk, record=50)
    assert len(just) == 50
    assert documents(corpus) == [(0, 1, "a"), (0, 3, "y" * 38), (0, 4, "b")]
    assert faults(corpus) == [(2, 2, "too long"), (5, 5, "too long")]
    reasons = {bad.reason for batch in corpus.batches() for bad in batch.unreadable}
    assert reasons == {"100 bytes in one record; at most 50 are read"}


def test_ids_labels_and_groups_become_strings_and_null_stays_null(tmp_path: Path) -> None:
    data = b"\n".join(
        [
            b'{"text": "a", "id": 1, "label": true, "source": "x"}',
            b'{"text": "b", "id": 123456789012345678901234567890, "label": null, "source": 1.5}',
            b'{"text": "c", "label": ["p", "q"], "source": ""}',
        ]
    )
    corpus = opened(written(tmp_path, "x.jsonl", data))
    assert column(corpus, "id") == ["1", "123456789012345678901234567890", None]
    assert column(corpus, "label") == ["true", None, '["p","q"]']
    assert column(corpus, "group") == ["x", "1.5", ""]


def test_a_dotted_name_leads_into_nested_objects(tmp_path: Path) -> None:
    data = b'{"m": {"t": "a", "k": 1}}\n{"m": {"k": 2}}\n{"m": 3}\n{"m.t": "b", "m": {"k": 4}}'
    corpus = opened(written(tmp_path, "x.jsonl", data), text="m.t", id="m.k")
    assert documents(corpus) == [(0, 1, "a"), (0, 4, "b")]
    assert column(corpus, "id") == ["1", "4"]
    assert faults(corpus) == [(2, 2, "missing text"), (3, 3, "missing text")]
