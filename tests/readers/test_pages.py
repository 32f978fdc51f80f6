"""A page is a document, and so is what an archive of the web holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import dataqual
from dataqual import html_text
from dataqual.errors import MissingExtra
from dataqual.readers import open_corpus, warc
from dataqual.readers.cutting import Sizes
from tests.contracts.test_readers import warc_record
from tests.readers.helpers import documents, faults, opened, pack, texts, written

PAGE = (
    "<!doctype html><html><head><title> 题 </title>{}</head><body><nav><a href=x>Menu</a></nav>"
    "<main><p>你好，世界。</p><p>Second &amp; last.</p></main></body></html>"
)
TEXT = "你好，世界。\n\nSecond & last."


def test_a_folder_of_pages_and_notes(tmp_path: Path) -> None:
    written(tmp_path, "a.html", PAGE.format("").encode())
    written(tmp_path, "b/c.htm.gz", PAGE.format("").encode())
    written(tmp_path, "n.md", b"# Notes\n\nas they are\n")
    corpus = opened(tmp_path)
    assert texts(corpus) == [TEXT, TEXT, "# Notes\n\nas they are\n"]
    [batch] = corpus.batches()
    assert batch.columns["id"].to_list() == [file.path for file in corpus.files]
    dataqual.clean(tmp_path, tmp_path / "out.jsonl", drop=["empty"])
    first, *_, last = map(json.loads, (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert first == {"text": TEXT, "path": str(tmp_path / "a.html"), "title": "题"}
    assert last == {"text": "# Notes\n\nas they are\n", "path": str(tmp_path / "n.md")}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (PAGE.format('<meta charset="gb2312">').encode("gbk"), None),
        (PAGE.format('<meta http-equiv="Content-Type" content="text/html; charset=big5">').encode("utf-8"), "utf-8"),
        (PAGE.format("").encode("gb18030"), "GBK"),
        (b"\xff\xfe" + PAGE.format("<meta charset=gbk>").encode("utf-16-le"), None),
        (b"\xef\xbb\xbf" + PAGE.format("<meta charset=gbk>").encode(), None),
        (PAGE.format("<meta charset=shift_jis>").encode(), None),  # it says so, and is not
        (PAGE.format("<meta charset=no-such>").encode(), None),
        *(
            (PAGE.format(f"<meta charset={name}>").encode(), "utf\0")
            for name in ("hex", "undefined", "utf-7", "punycode")
        ),
    ],
)
def test_the_encoding_of_a_page(data: bytes, said: str | None) -> None:
    assert html_text.shown_text(html_text.decoded(data, said)) == TEXT


def test_bytes_that_mean_nothing_in_the_encoding_are_seen_to_be_none() -> None:
    assert html_text.decoded(b"<meta charset=utf-8>a\xffb") == "<meta charset=utf-8>a\ufffdb"


def answer(body: bytes, kind: str, more: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{more}\r\n".encode() + body


HTTP = "application/http; msgtype=response"
ARCHIVE = [
    warc_record("warcinfo", "", b"software: x", "application/warc-fields"),
    warc_record("request", "https://www.example.cn/a", b"GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request"),
    warc_record("response", "https://www.example.cn/a", answer(PAGE.format("").encode("gbk"), "text/html; charset=gbk"), HTTP),
    warc_record("response", "http://b.org/t", answer(b"plain \xe2\x82\xac", "text/plain"), HTTP),
    warc_record("response", "http://b.org/p", answer(b"%PDF", "application/pdf"), HTTP),
    warc_record("conversion", "http://b.org/c", "一段文字".encode(), "text/plain"),
    warc_record("response", "http://b.org/z", answer(pack(b"<html>packed</html>", ".gz"), "text/html", "Content-Encoding: gzip\r\n"), HTTP),
]  # fmt: skip


@pytest.mark.parametrize("chunk", [10, 300, 4 << 20])
def test_an_archive_of_the_web(chunk: int, tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"".join(pack(record, ".gz") for record in ARCHIVE))  # a member for each, as crawlers write them
    corpus = opened(path, chunk=chunk)
    assert documents(corpus) == [
        (0, 3, TEXT), (0, 4, "plain €"), (0, 6, "一段文字"), (0, 7, "packed"),
    ]  # fmt: skip
    assert [(record, kind) for record, _, kind in faults(corpus)] == [(5, "not text")]
    assert (corpus.columns.id, corpus.columns.group) == ("url", "domain")
    ids = [name for batch in corpus.batches() for name in batch.columns["group"].to_list()]
    assert ids == ["example.cn", "b.org", "b.org", "b.org"]


def test_an_archive_becomes_lines_with_where_each_page_is_from(tmp_path: Path) -> None:
    path = written(tmp_path, "x.warc", b"".join(ARCHIVE[2:4]))
    dataqual.clean(path, tmp_path / "out.jsonl", drop=["empty"])
    first = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()[0])
    url = "https://www.example.cn/a"
    assert first == {"text": TEXT, "url": url, "domain": "example.cn", "date": "2024-05-01T00:00:00Z"}


def test_damage_in_an_archive_costs_one_record(tmp_path: Path) -> None:
    broken = ARCHIVE[3].replace(b"Content-Length: ", b"Content-Size: ")
    path = written(tmp_path, "x.warc", ARCHIVE[5] + broken + ARCHIVE[5] + b"garbage\r\n" + ARCHIVE[5][:-8])
    corpus = opened(path)
    assert documents(corpus) == [(0, 1, "一段文字"), (0, 3, "一段文字")]
    assert [(record, kind) for record, _, kind in faults(corpus)] == [
        (2, "damaged WARC"), (4, "damaged WARC"), (5, "truncated archive"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "more", "kind"),
    [
        (b"zz\r\nno chunk\r\n", "Transfer-Encoding: chunked\r\n", "damaged WARC"),
        (b"not packed", "Content-Encoding: gzip\r\n", "damaged WARC"),
        (
            pack(b"a" * 5000, ".gz"),
            "Content-Encoding: gzip\r\n",
            "too long",
        ),  # it would unpack to more than a record may be
    ],
)
def test_an_answer_that_cannot_be_unwrapped_costs_one_record(body: bytes, more: str, kind: str, tmp_path: Path) -> None:
    bad = warc_record("response", "http://b.org/t", answer(body, "text/plain", more), HTTP)
    [batch] = open_corpus(
        written(tmp_path, "x.warc", bad + ARCHIVE[5]), sizes=Sizes(record=4000), max_unreadable=1
    ).batches()
    assert [batch.text[0], len(batch)] == ["一段文字", 1]
    assert [(one.record, one.kind) for one in batch.unreadable] == [(1, kind)]


def test_what_is_missing_is_told_before_work_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a.html", b"<p>x")
    archive = written(tmp_path, "x.warc", ARCHIVE[2])
    monkeypatch.setitem(sys.modules, "resiliparse.extract.html2text", None)
    monkeypatch.setitem(sys.modules, "fastwarc.warc", None)
    html_text._resiliparse.cache_clear()
    warc._fastwarc.cache_clear()
    for source, need in ((path, "the text of HTML: resiliparse"), (archive, "WARC archives: fastwarc")):
        with pytest.raises(MissingExtra, match=f"^{need} is not installed; it comes with: "):
            texts(opened(source))
