"""A page in another language: what is ours is translated, what is theirs is untouched, tags stay whole."""

from __future__ import annotations

import re

import pytest

from dataqual.translating import Translation
from reports.translated import translated
from tests.reports.pages import KINDS, Tree, page

SAY = Translation(
    {
        "{n} found": "找到 {n}",
        "none": "无",
        "<1>{n}</1> fail: see <2/>.": "见 <2/>：<1>{n}</1> 未通过。",
        "Copy<1> command</1>": "复制<1>命令</1>",
        "Mind:": "注意：",
    }
)


def body(html: str) -> str:
    return translated(html, "zh", SAY)


def test_text_and_attributes_are_translated() -> None:
    assert body('<p title="3 found">4 found</p>') == '<p title="找到 3">找到 4</p>'


def test_what_others_wrote_is_never_looked_up() -> None:
    for tag in ("bdi", "code", "pre", "blockquote"):
        assert body(f"<p><{tag}>none</{tag}></p>") == f"<p><{tag}>none</{tag}></p>"
    assert body('<p translate="no">none <b>none</b></p>') == '<p translate="no">none <b>none</b></p>'
    assert body('<p><bdi translate="yes">none</bdi></p>') == '<p><bdi translate="yes">无</bdi></p>'


def test_a_sentence_may_put_its_tags_in_another_order() -> None:
    html = '<p><b class="x">12</b> fail: see <code>a &lt; b</code>.</p>'
    assert body(html) == '<p>见 <code>a &lt; b</code>：<b class="x">12</b> 未通过。</p>'


def test_a_part_that_is_not_known_stays_beside_one_that_is() -> None:
    assert (
        body("<p><strong>Mind:</strong> Strange &amp; new.</p>") == "<p><strong>注意：</strong>Strange &amp; new.</p>"
    )


def test_scripts_and_styles_are_left_alone_and_the_language_is_said() -> None:
    html = '<html lang="en"><style>none{}</style><script>"none"</script><p>none</p></html>'
    assert body(html) == '<html lang="zh"><style>none{}</style><script>"none"</script><p>无</p></html>'


FOREIGN = re.compile(r"<(bdi|code|pre|blockquote)\b(?![^>]*translate=\"yes\")[^>]*>.*?</\1>", re.DOTALL)


@pytest.mark.parametrize(("kind", "case"), [(kind, case) for kind in KINDS for case in ("likely", "hostile")])
def test_a_page_in_chinese_has_the_tags_and_the_foreign_text_of_the_english_one(kind: str, case: str) -> None:
    english = page(kind, case)
    chinese = KINDS[kind].draw(KINDS[kind].facts(case), language="zh")
    assert sorted(found.group() for found in FOREIGN.finditer(chinese)) == sorted(
        found.group() for found in FOREIGN.finditer(english)
    )
    first, second = Tree(english), Tree(chinese)
    assert sorted(tag for tag, _ in first.tags) == sorted(tag for tag, _ in second.tags)
    assert second.all("html") == [{"lang": "zh"}]
    assert re.search("[\u4e00-\u9fff]{4}", second.text)


def test_stops_beside_tags_are_those_of_the_other_language() -> None:
    html = "<p>none: <code>x</code>. none <b>3 found</b>.</p>"
    assert body(html) == "<p>无：<code>x</code>。无 <b>找到 3</b>。</p>"
