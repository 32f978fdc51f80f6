"""The page in a real headless Chromium: silent, alone, quick, readable at phone and desktop width, harmless."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import reports
from tests.reports import facts as made

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.browser
playwright = pytest.importorskip(
    "playwright.sync_api", reason="needs playwright to drive a browser: pip install playwright"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no browser found under the names {', '.join(NAMES)}: nobody has looked at the page")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for make in (made.likely, made.bare, made.hostile, made.immense):
        (folder / f"{make.__name__}.html").write_text(reports.profile(make()), encoding="utf-8")
    return folder


class Visit:
    """A page opened in a fresh context, with everything it said, asked for and popped up."""

    def __init__(self, browser: Any, file: Path, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


every = pytest.mark.parametrize("case", ["likely", "bare", "hostile", "immense"])
schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


@every
def test_a_page_says_nothing_and_asks_for_nothing_but_itself(browser: Any, folder: Path, case: str) -> None:
    file = folder / f"{case}.html"
    with Visit(browser, file) as visit:
        visit.page.wait_for_timeout(200)
        for summary in visit.page.query_selector_all("summary")[:40]:
            summary.click()
        visit.page.hover("h1")
        assert visit.said == []
        assert visit.asked == [file.as_uri()]


@pytest.mark.parametrize("case", ["likely", "immense"])
def test_a_page_is_ready_in_under_a_second(browser: Any, folder: Path, case: str) -> None:
    took = []
    for _ in range(3):
        with Visit(browser, folder / f"{case}.html") as visit:
            took.append(visit.page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))
    assert min(took) < 1000


@pytest.mark.parametrize("case", ["likely", "bare", "hostile"])
def test_nothing_hangs_over_the_side(browser: Any, folder: Path, case: str) -> None:
    with Visit(browser, folder / f"{case}.html") as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        for width in (360, 390, 800, 1280):
            visit.page.set_viewport_size({"width": width, "height": 800})
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = (v) => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = paint(getComputedStyle(node).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const weak = new Set();
  let seen = 0;
  for (const node of document.querySelectorAll("main *, header *, nav *, footer")) {
    const style = getComputedStyle(node);
    const text = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!text || !node.getClientRects().length || style.visibility === "hidden") continue;
    const ink = light(paint(node instanceof SVGElement ? style.fill : style.color)), paper = light(behind(node));
    const ratio = (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05);
    const size = parseFloat(style.fontSize);
    seen += 1;
    if (ratio < (size >= 24 ? 3 : 4.5)) weak.add(`${node.tagName} ${ratio.toFixed(2)} ${node.textContent.slice(0, 30)}`);
  }
  return { seen, weak: [...weak] };
}"""


@schemes
def test_every_letter_stands_out_from_what_is_behind_it(browser: Any, folder: Path, scheme: str) -> None:
    with Visit(browser, folder / "likely.html", color_scheme=scheme) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = visit.page.evaluate(CONTRAST)
    assert found["seen"] > 300
    assert found["weak"] == []


def test_the_theme_is_changed_by_its_button_and_figures_follow(browser: Any, folder: Path) -> None:
    ink = "getComputedStyle(document.querySelector('.figure text')).fill"
    with Visit(browser, folder / "likely.html", color_scheme="light") as visit:
        light = visit.page.evaluate(ink)
        visit.page.click("#theme")
        assert visit.page.inner_text("#theme") == "Theme: light"
        visit.page.click("#theme")
        assert visit.page.inner_text("#theme") == "Theme: dark"
        dark = visit.page.evaluate(ink)
        assert dark != light
    with Visit(browser, folder / "likely.html", color_scheme="dark") as visit:
        assert visit.page.evaluate(ink) == dark


def test_the_copy_button_copies_the_command(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "likely.html", permissions=["clipboard-read", "clipboard-write"]) as visit:
        visit.page.click("button.copy >> nth=0")
        visit.page.wait_for_function("document.getElementById('say').textContent === 'Command copied'")
        copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied == "dataqual clean corpus.jsonl --near-copies 0.8 -o clean.jsonl"


def test_without_javascript_all_is_there_but_the_extras(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "likely.html", java_script_enabled=False) as visit:
        assert not visit.page.is_visible("#theme")
        assert not visit.page.is_visible("button.copy >> nth=0")
        assert visit.page.is_visible("#method table >> nth=0")
        assert not visit.page.is_visible("details table >> nth=0")
        visit.page.click(".panel summary >> nth=0")
        assert visit.page.is_visible("details table >> nth=0")


def test_the_first_tab_stop_skips_to_the_content_and_focus_is_seen(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "likely.html") as visit:
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.textContent") == "Skip to the content"
        assert visit.page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        assert visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate("document.activeElement.id") == "main"


def test_on_paper_every_detail_is_open_and_the_controls_are_gone(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "likely.html") as visit:
        visit.page.emulate_media(media="print")
        assert not visit.page.is_visible("#theme")
        assert not visit.page.is_visible("nav.contents")
        assert not visit.page.evaluate("[...document.querySelectorAll('details')].some(d => d.open)")
        seen = (
            "[...document.querySelectorAll('details table')].map(t => t.checkVisibility({contentVisibilityAuto: true}))"
        )
        assert set(visit.page.evaluate(seen)) == {True}


def test_paper_is_white_whatever_the_theme_and_wide_enough_for_every_table(browser: Any, folder: Path) -> None:
    a4 = {"width": 718, "height": 1000}  # pixels between margins of a centimetre
    with Visit(browser, folder / "likely.html", color_scheme="dark", viewport=a4) as visit:
        visit.page.click("#theme")
        visit.page.click("#theme")
        assert visit.page.inner_text("#theme") == "Theme: dark"
        visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        visit.page.emulate_media(media="print")
        assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert visit.page.evaluate("getComputedStyle(document.querySelector('.figure text')).fill") == "rgb(68, 68, 68)"
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= a4["width"]


def test_two_copies_stand_side_by_side_on_a_desktop_and_one_above_the_other_on_a_phone(
    browser: Any, folder: Path
) -> None:
    place = "e => [e.getBoundingClientRect().left, e.getBoundingClientRect().top]"
    sides = f"[...document.querySelector('.sides').children].map({place})"
    with Visit(browser, folder / "likely.html", viewport={"width": 1280, "height": 800}) as visit:
        (left, top), (right, other) = visit.page.evaluate(sides)
        assert left < right
        assert top == other
    with Visit(browser, folder / "likely.html", viewport={"width": 390, "height": 800}) as visit:
        (left, top), (right, below) = visit.page.evaluate(sides)
        assert left == right
        assert top < below
