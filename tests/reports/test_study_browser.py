"""The page of a study in a real headless Chromium: silent, alone, readable on a phone, a desktop and paper."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

import reports
from tests.reports import study_facts as made
from tests.reports.test_browser import CONTRAST, Visit
from tests.reports.test_browser import browser as browser

pytestmark = pytest.mark.browser
MAKERS = (made.likely, made.bare, made.unsure, made.hostile)
every = pytest.mark.parametrize("case", [make.__name__ for make in MAKERS])
OPEN = "document.querySelectorAll('details').forEach(d => d.open = true)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("studies")
    for make in MAKERS:
        (folder / f"{make.__name__}.html").write_text(reports.study(make()), encoding="utf-8")
    return folder


@every
def test_a_page_says_nothing_and_asks_for_nothing_but_itself(browser: Any, folder: Path, case: str) -> None:
    file = folder / f"{case}.html"
    with Visit(browser, file) as visit:
        visit.page.wait_for_timeout(200)
        for summary in visit.page.query_selector_all("summary")[:20]:
            summary.click()
        visit.page.hover("h1")
        assert visit.said == []
        assert visit.asked == [file.as_uri()]


@every
def test_nothing_hangs_over_the_side(browser: Any, folder: Path, case: str) -> None:
    with Visit(browser, folder / f"{case}.html") as visit:
        visit.page.evaluate(OPEN)
        for width in (360, 390, 800, 1280):
            visit.page.set_viewport_size({"width": width, "height": 800})
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_table_wider_than_a_phone_is_shaded_at_the_edge_behind_which_it_goes_on(
    browser: Any, folder: Path, scheme: str
) -> None:
    with Visit(browser, folder / "likely.html", viewport={"width": 390, "height": 900}, color_scheme=scheme) as visit:
        region = visit.page.locator("#grades .scroll").first
        shaded = []
        for left in (0, 60, 9_999):
            region.evaluate("(region, left) => { region.scrollLeft = left; }", left)
            shaded.append(shaded_edges(region.screenshot()))
        assert shaded == [(False, True), (True, True), (True, False)]
        visit.page.set_viewport_size({"width": 1280, "height": 900})
        assert shaded_edges(region.screenshot()) == (False, False)


def shaded_edges(png: bytes) -> tuple[bool, bool]:
    """Whether most of the outermost column of pixels, on either side, differs from the commonest colour of the picture."""
    pixels = (imread(io.BytesIO(png), format="png")[:, :, :3] * 255).round().astype(int)
    colours, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    paper = colours[counts.argmax()]
    left, right = ((np.abs(pixels[:, at] - paper).max(axis=1) > 12).mean() > 0.5 for at in (0, -1))
    return bool(left), bool(right)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_letter_stands_out_from_what_is_behind_it(browser: Any, folder: Path, scheme: str) -> None:
    with Visit(browser, folder / "unsure.html", color_scheme=scheme) as visit:
        visit.page.evaluate(OPEN)
        found = visit.page.evaluate(CONTRAST)
    assert found["seen"] > 300
    assert found["weak"] == []


def test_the_main_figure_has_letters_of_a_readable_size_on_a_phone_a_desktop_and_paper(
    browser: Any, folder: Path
) -> None:
    heights = """[...document.querySelectorAll('.main .figure text')].filter(t => t.getClientRects().length)
        .map(t => { const box = t.ownerSVGElement; return parseFloat(getComputedStyle(t).fontSize)
        * box.getBoundingClientRect().width / box.viewBox.baseVal.width; })"""
    for width, media in ((390, "screen"), (1280, "screen"), (718, "print")):
        with Visit(browser, folder / "likely.html", viewport={"width": width, "height": 900}) as visit:
            visit.page.emulate_media(media=media)
            found = visit.page.evaluate(heights)
            assert len(found) > 20
            assert min(found) >= (8.5 if media == "print" else 10.5)
            assert max(found) <= 16


def test_the_size_and_exchange_labels_lie_within_the_figure(browser: Any, folder: Path) -> None:
    outside = """[...document.querySelectorAll('.main .figure text')].filter(t => t.getClientRects().length).filter(t => {
        const inner = t.getBoundingClientRect(), outer = t.ownerSVGElement.getBoundingClientRect();
        return inner.left < outer.left - 1 || inner.right > outer.right + 1; }).map(t => t.textContent)"""
    for width in (360, 390, 1280):
        with Visit(browser, folder / "likely.html", viewport={"width": width, "height": 900}) as visit:
            assert visit.page.evaluate(outside) == []


def test_the_table_of_points_is_downloaded_without_a_network(browser: Any, folder: Path, tmp_path: Path) -> None:
    with Visit(browser, folder / "likely.html", accept_downloads=True, offline=True) as visit:
        with visit.page.expect_download() as waiting:
            visit.page.click("a[download]")
        waiting.value.save_as(tmp_path / "points.csv")
        assert waiting.value.suggested_filename == "points.csv"
    lines = (tmp_path / "points.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 241
    assert lines[0].startswith("trial,trunk,grade,arm,size,")


def test_without_javascript_all_is_there_but_the_extras(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "likely.html", java_script_enabled=False) as visit:
        assert not visit.page.is_visible("#theme")
        assert visit.page.locator(".main .figure:visible").count() == 2
        visit.page.click("#points summary")
        assert visit.page.is_visible("#points table")


def test_on_paper_every_detail_is_open_and_the_controls_are_gone(browser: Any, folder: Path) -> None:
    with Visit(browser, folder / "likely.html", viewport={"width": 718, "height": 1000}, color_scheme="dark") as visit:
        visit.page.emulate_media(media="print")
        assert not visit.page.is_visible("#theme")
        assert not visit.page.is_visible("a.button")
        assert visit.page.locator(".main .figure:visible").count() == 2
        assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        cut = "[...document.querySelectorAll('.badge')].filter(b => b.scrollWidth > b.clientWidth + 1).map(b => b.textContent)"
        assert visit.page.evaluate(cut) == []
        seen = (
            "[...document.querySelectorAll('details table')].map(t => t.checkVisibility({contentVisibilityAuto: true}))"
        )
        assert set(visit.page.evaluate(seen)) == {True}
        visit.page.evaluate(OPEN)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 718


def test_verdicts_are_told_apart_without_colour(browser: Any, folder: Path) -> None:
    style = "b => [getComputedStyle(b).borderTopStyle, getComputedStyle(b).borderTopWidth]"
    with Visit(browser, folder / "likely.html") as visit:
        looks = {
            word: tuple(visit.page.locator(f".words .{word} .badge").evaluate(style))
            for word in ("supported", "refuted", "undecided")
        }
    assert len(set(looks.values())) == 3
