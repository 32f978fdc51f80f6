from __future__ import annotations

from typing import Any

import pytest

from dataqual.columns import Columns, find_columns
from dataqual.errors import UnknownColumn

GUESSED = "guessed: it is the longest; --text names another"


@pytest.mark.parametrize(
    ("record", "columns"),
    [
        ({"content": "a", "url": "u", "category": "c", "domain": "d"}, Columns("content", "url", "category", "domain")),
        ({"Review": "a", "ID": 1, "Sentiment": 0}, Columns("Review", "ID", "Sentiment")),
        ({"text": 5, "body": "a"}, Columns("body")),
        ({"text": None, "message": "a"}, Columns("message")),
        ({"a": "a long enough piece of text", "b": "short"}, Columns("a")),
        ({"only": "x", "n": 1}, Columns("only")),
        ({"meta": {"caption": "a long text", "k": "x"}}, Columns("meta.caption")),
        ({"text": "a", "source": {"name": "x"}, "label": None, "labels": ["p"]}, Columns("text", label="labels")),
        ({"text": "a", "source": "x", "domain": "y", "id": "1", "url": "u"}, Columns("text", "id", None, "source")),
    ],
)
def test_columns_are_found_by_name_or_by_length(record: dict[str, Any], columns: Columns) -> None:
    found, notes = find_columns([record] * 3)
    assert found == columns
    how = "found" if set(record) & {"content", "Review", "body", "message", "text"} else GUESSED
    named = {"text": (found.text, how), **{role: (name, "found") for role, name in found.extras().items()}}
    assert notes == [f"{role} column: {name!r} ({how})" for role, (name, how) in named.items()]


def test_what_was_named_is_not_said_and_not_looked_for() -> None:
    found, notes = find_columns([{"text": "a", "body": "b", "n": 1, "id": 2}], Columns(id="n"), text="body")
    assert (found, notes) == (Columns("body", id="n"), [])


def test_a_column_has_one_role() -> None:
    found, _ = find_columns([{"text": "a", "id": 1, "label": 2, "source": 3}], Columns(group="label"))
    assert found == Columns("text", "id", None, "label")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"text": "txt"}, "--text: no column 'txt'; did you mean 'text'? there are: meta, meta.k, text"),
        ({"asked": Columns(label="x.y")}, "--label: no column 'x.y'; there are: meta, meta.k, text"),
    ],
)
def test_a_name_that_no_record_has_is_a_letter(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UnknownColumn) as caught:
        find_columns([{"text": "a", "meta": {"k": 1}}], **options)
    assert str(caught.value) == message


def test_text_that_cannot_be_told_is_a_letter() -> None:
    with pytest.raises(UnknownColumn) as caught:
        find_columns([{"question": "as long as", "answer": "the other"}])
    assert str(caught.value) == (
        "cannot tell which column is the text; name it with --text (text=…); there are: answer, question"
    )


def test_an_empty_sample_believes_what_it_is_told() -> None:
    assert find_columns([], Columns(id="k"), text="t") == (Columns("t", id="k"), [])


def test_chinese_names_of_columns_are_known() -> None:
    found, _ = find_columns([{"编号": 1, "来源": "新闻", "标签": "好", "正文": "今天天气很好"}] * 3)
    assert found == Columns("正文", id="编号", label="标签", group="来源")
    found, _ = find_columns([{"編號": 1, "來源": "新聞", "類別": "好", "內容": "今天"}] * 3)
    assert found == Columns("內容", id="編號", label="類別", group="來源")
