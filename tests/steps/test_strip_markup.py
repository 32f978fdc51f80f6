"""The step `strip_markup`: HTML becomes text, and what only looks like HTML stays."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual import html_text
from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import MissingExtra
from dataqual.signals.html_residue import HtmlResidue, scan
from dataqual.steps import strip_markup
from dataqual.steps.strip_markup import StripMarkup, escaped, is_html, places
from dataqual.text import Text
from tests.steps.rewriting import after, batch_of, cases, check_cases, parameters

PIECES = [
    "<p>", "</p>", "<b>", "<br/>", "<!--", "-->", "<script>", "</script>", "&lt;", "&gt;", "&amp;", "&nbsp;", "nbsp;", "lt;p>", "<",
    ">", "&", "p", "/a", "`", "```\n", "\n", " ", "a < b", "<td>", "好", "é", "</a ", "<html>", "<!doctype html>", "=", "#60;", "\ue000",
]  # fmt: skip
soup = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@pytest.mark.parametrize("case", parameters("strip_markup"))
def test_a_case_comes_out_as_it_should(case: dict[str, Any]) -> None:
    assert after(StripMarkup(), "plain", case["text"], "a < b") == ["plain", case["stripped"], "a < b"]


def test_the_cases_say_why_and_half_of_them_stay() -> None:
    check_cases("strip_markup", "stripped")


@pytest.mark.parametrize("boilerplate", [True, False])
@given(document=soup)
def test_a_second_run_changes_nothing(boilerplate: bool, document: str) -> None:
    step = StripMarkup(boilerplate)
    [once] = after(step, document)
    assert after(step, once) == [once]


@given(document=soup)
def test_what_is_left_is_no_html(document: str) -> None:
    [left] = after(StripMarkup(), document)
    assert not is_html(left, places(left))


def test_what_the_signal_calls_clean_keeps_its_batch() -> None:
    batch = batch_of(
        [case["text"] for case in cases("html_residue") if not case["finds"] and not case.get("known_failure")]
    )
    assert HtmlResidue()(batch.text).sum() == 0
    assert StripMarkup()(batch) == (batch, [])


def test_a_tag_that_is_one_only_when_another_in_it_is_quoted_is_quoted_too() -> None:
    assert escaped("<b>x</b> </a <p> >") == "&lt;b&gt;x&lt;/b&gt; &lt;/a &lt;p&gt; &gt;"


@given(document=soup)
def test_places_are_those_of_the_signal_that_no_code_holds(document: str) -> None:
    code = {at for span in strip_markup._CODE.finditer(document) for at in range(*span.span())}
    at, ends = scan(Text.of([document]))
    raw = document.encode()
    spans = [(len(raw[:a].decode()), len(raw[:b].decode())) for a, b in zip(at, ends, strict=True) if b > 0]
    assert places(document) == [span for span in spans if span[0] not in code]


def test_each_mark_is_compared_with_few_spans_of_code(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    class Counted(int):
        def __gt__(self, other: int) -> bool:
            compared.append(1)
            return int(self) > int(other)

        def __le__(self, other: int) -> bool:
            compared.append(1)
            return int(self) <= int(other)

    spans = [SimpleNamespace(span=lambda at=at: (Counted(at), Counted(at + 3))) for at in range(9, 13 * 256, 13)]
    monkeypatch.setattr(strip_markup, "_CODE", SimpleNamespace(finditer=lambda document: spans))
    assert len(places("<b>y</b> `x` " * 256)) == 512
    assert len(compared) <= 512 * 10  # 8 to find one of 256 spans, one to see where it ends


@pytest.mark.parametrize(("mark", "name"), [("<!-- a ", None), ("<script> a ", "script"), ("<style> a ", "style")])
def test_an_end_that_is_not_there_is_looked_for_once(
    mark: str, name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Mock(wraps=strip_markup._HIDDEN[name] if name else strip_markup._COMMENT_END)
    monkeypatch.setattr(strip_markup, "_COMMENT_END", counting)
    monkeypatch.setattr(strip_markup, "_HIDDEN", {name: counting})
    assert StripMarkup().text_of("<b>x</b>" + mark * 50).count("a") == 50
    assert counting.search.call_count == 1


def test_boilerplate_stays_where_that_is_asked() -> None:
    [page] = [case["text"] for case in cases("strip_markup") if case["label"] == "page"]
    [whole] = after(StripMarkup(boilerplate=True), page)
    assert "Home About" in whole and "Copyright" in whole and "gulls" in whole
    assert "Home" not in after(StripMarkup(), page)[0]


def test_a_page_of_nothing_but_boilerplate_is_not_emptied() -> None:
    page = "<html><body><nav><ul><li>Home</li></ul></nav><footer>Copyright 2020</footer></body></html>"
    assert "Home" in after(StripMarkup(), page)[0]


def test_without_the_extractor_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resiliparse.extract.html2text", None)
    html_text._resiliparse.cache_clear()
    with pytest.raises(MissingExtra) as error:
        StripMarkup().prepare(Corpus.of(["a"]), Local())
    assert (
        str(error.value)
        == "the text of HTML: resiliparse is not installed; it comes with: pip install '.[clean]' -c constraints.txt"
    )
