"""What every page promises in a real headless Chromium: silent, alone, readable on a phone, a desktop and paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.reports.browsing import CONTRAST, OPEN, Visit
from tests.reports.pages import KINDS

pytestmark = pytest.mark.browser
File = Callable[[str, str], Path]
SEEN = ("likely", "bare", "unsure", "hostile")
"""Cases that differ to the eye; of `immense` and `priced` only what no other case shows is looked at."""

every_kind = pytest.mark.parametrize("kind", KINDS)
every_page = pytest.mark.parametrize(
    ("kind", "case"), [(name, case) for name, k in KINDS.items() for case in k.cases if case in SEEN]
)


@pytest.mark.parametrize(
    ("kind", "case"), [(name, case) for name, k in KINDS.items() for case in k.cases if case != "priced"]
)
def test_a_page_says_nothing_and_asks_for_nothing_but_itself(
    browser: Any, page_file: File, kind: str, case: str
) -> None:
    file = page_file(kind, case)
    with Visit(browser, file, offline=True) as visit:
        visit.page.wait_for_timeout(200)
        for summary in visit.page.query_selector_all("summary")[:40]:
            summary.click()
        visit.page.hover("h1")
        assert visit.said == []
        assert visit.asked == [file.as_uri()]


LAID_OUT = """() => {
  const every = [...document.querySelectorAll('body *')];
  const depth = e => e ? 1 + depth(e.parentElement) : 0;
  return {elements: every.length, deepest: Math.max(...every.map(depth)), blocking: document.querySelectorAll(
    'link[rel=stylesheet], script[src], iframe, object, embed, img:not([src^="data:"])').length,
    scripts: document.scripts.length, animated: document.getAnimations().length};
}"""


@every_kind
@pytest.mark.parametrize("case", ["likely", "immense"])
def test_a_page_is_little_work_to_lay_out(browser: Any, page_file: File, kind: str, case: str) -> None:
    """What decides how soon a page is ready, counted: the clock of a busy machine says nothing of a page."""
    with Visit(browser, page_file(kind, case)) as visit:
        found = visit.page.evaluate(LAID_OUT)
    assert found["elements"] < 40_000
    assert found["deepest"] < 24
    assert (found["blocking"], found["scripts"], found["animated"]) == (0, 1, 0)


@every_page
def test_nothing_hangs_over_the_side(browser: Any, page_file: File, kind: str, case: str) -> None:
    with Visit(browser, page_file(kind, case)) as visit:
        visit.page.evaluate(OPEN)
        for width in (360, 390, 800, 1280):
            visit.page.set_viewport_size({"width": width, "height": 800})
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("kind", "case"), [("cleaning", "likely"), ("profile", "likely"), ("study", "unsure")])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_letter_stands_out_from_what_is_behind_it(
    browser: Any, page_file: File, kind: str, case: str, scheme: str
) -> None:
    with Visit(browser, page_file(kind, case), color_scheme=scheme) as visit:
        visit.page.evaluate(OPEN)
        found = visit.page.evaluate(CONTRAST)
    assert found["seen"] > 300
    assert found["weak"] == []


@every_kind
def test_the_theme_is_changed_by_its_button_and_figures_follow(browser: Any, page_file: File, kind: str) -> None:
    ink = "getComputedStyle(document.querySelector('.figure text')).fill"
    with Visit(browser, page_file(kind, "likely"), color_scheme="light") as visit:
        light = visit.page.evaluate(ink)
        visit.page.click("#theme")
        assert visit.page.inner_text("#theme") == "Theme: light"
        visit.page.click("#theme")
        assert visit.page.inner_text("#theme") == "Theme: dark"
        dark = visit.page.evaluate(ink)
        assert dark != light
    with Visit(browser, page_file(kind, "likely"), color_scheme="dark") as visit:
        assert visit.page.evaluate(ink) == dark


@every_kind
def test_the_first_tab_stop_skips_to_the_content_and_focus_is_seen(browser: Any, page_file: File, kind: str) -> None:
    with Visit(browser, page_file(kind, "likely")) as visit:
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.textContent") == "Skip to the content"
        assert visit.page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        assert visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate("document.activeElement.id") == "main"


@every_kind
def test_on_paper_every_detail_is_open_and_the_controls_are_gone(browser: Any, page_file: File, kind: str) -> None:
    with Visit(browser, page_file(kind, "likely")) as visit:
        visit.page.emulate_media(media="print")
        assert not visit.page.is_visible("#theme")
        assert not visit.page.is_visible("nav.contents")
        assert not visit.page.is_visible("a.button")
        assert not visit.page.evaluate("[...document.querySelectorAll('details')].some(d => d.open)")
        seen = (
            "[...document.querySelectorAll('details table')].map(t => t.checkVisibility({contentVisibilityAuto: true}))"
        )
        assert set(visit.page.evaluate(seen)) == {True}


@every_kind
def test_paper_is_white_whatever_the_theme_and_wide_enough_for_every_table(
    browser: Any, page_file: File, kind: str
) -> None:
    a4 = {"width": 718, "height": 1000}  # pixels between margins of a centimetre
    with Visit(browser, page_file(kind, "likely"), color_scheme="dark", viewport=a4) as visit:
        visit.page.click("#theme")
        visit.page.click("#theme")
        assert visit.page.inner_text("#theme") == "Theme: dark"
        visit.page.evaluate(OPEN)
        visit.page.emulate_media(media="print")
        assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert visit.page.evaluate("getComputedStyle(document.querySelector('.figure text')).fill") == "rgb(68, 68, 68)"
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= a4["width"]
