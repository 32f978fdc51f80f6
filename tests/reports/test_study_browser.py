"""What only the page of a study does in a real headless Chromium; what every page does is in tests/contracts."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from tests.reports.browsing import Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def likely(page_file: Callable[[str, str], Path]) -> Path:
    return page_file("study", "likely")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_table_wider_than_a_phone_is_shaded_at_the_edge_behind_which_it_goes_on(
    browser: Any, likely: Path, scheme: str
) -> None:
    with Visit(browser, likely, viewport={"width": 390, "height": 900}, color_scheme=scheme) as visit:
        region = visit.page.locator("#grades .scroll").first
        shaded = []
        for left in (0, 60, 9_999):
            region.evaluate("(region, left) => { region.scrollLeft = left; }", left)
            shaded.append(shaded_edges(region.screenshot()))
        assert shaded == [(False, True), (True, True), (True, False)]
        assert region.evaluate(ARROWS) > 10
        visit.page.set_viewport_size({"width": 1280, "height": 900})
        assert shaded_edges(region.screenshot()) == (False, False)
    with Visit(browser, likely, viewport={"width": 1280, "height": 900}, color_scheme=scheme) as visit:
        assert visit.page.locator("#grades .scroll").first.evaluate(ARROWS) == 0


ARROWS = """region => new Promise(told => requestAnimationFrame(() => requestAnimationFrame(() =>
    told(parseFloat(getComputedStyle(region, '::before').height) || 0))))"""
"""How high the line with the arrows is above a table, once a frame has been drawn, in which it learns that there is more."""


def shaded_edges(png: bytes) -> tuple[bool, bool]:
    """Whether most of the outermost column of pixels, on either side, differs from the commonest colour of the picture."""
    pixels = (imread(io.BytesIO(png), format="png")[:, :, :3] * 255).round().astype(int)
    colours, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    paper = colours[counts.argmax()]
    left, right = ((np.abs(pixels[:, at] - paper).max(axis=1) > 12).mean() > 0.5 for at in (0, -1))
    return bool(left), bool(right)


def test_the_main_figure_has_letters_of_a_readable_size_on_a_phone_a_desktop_and_paper(
    browser: Any, likely: Path
) -> None:
    heights = """[...document.querySelectorAll('.main .figure text, .money .figure text')].filter(t => t.getClientRects().length)
        .map(t => { const box = t.ownerSVGElement; return parseFloat(getComputedStyle(t).fontSize)
        * box.getBoundingClientRect().width / box.viewBox.baseVal.width; })"""
    for width, media in ((390, "screen"), (1280, "screen"), (718, "print")):
        with Visit(browser, likely, viewport={"width": width, "height": 900}) as visit:
            visit.page.emulate_media(media=media)
            found = visit.page.evaluate(heights)
            assert len(found) > 20
            assert min(found) >= (8.5 if media == "print" else 10.5)
            assert max(found) <= 16


def test_the_size_and_exchange_labels_lie_within_the_figure(browser: Any, likely: Path) -> None:
    outside = """[...document.querySelectorAll('.main .figure text, .money .figure text')].filter(t => t.getClientRects().length).filter(t => {
        const inner = t.getBoundingClientRect(), outer = t.ownerSVGElement.getBoundingClientRect();
        return inner.left < outer.left - 1 || inner.right > outer.right + 1; }).map(t => t.textContent)"""
    for width in (360, 390, 1280):
        with Visit(browser, likely, viewport={"width": width, "height": 900}) as visit:
            assert visit.page.evaluate(outside) == []


def test_the_table_of_points_is_downloaded_without_a_network(browser: Any, likely: Path, tmp_path: Path) -> None:
    with Visit(browser, likely, accept_downloads=True, offline=True) as visit:
        with visit.page.expect_download() as waiting:
            visit.page.click("a[download]")
        waiting.value.save_as(tmp_path / "points.csv")
        assert waiting.value.suggested_filename == "points.csv"
    lines = (tmp_path / "points.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 241
    assert lines[0].startswith("trial,trunk,grade,arm,size,")


def test_without_javascript_all_is_there_but_the_extras(browser: Any, likely: Path) -> None:
    with Visit(browser, likely, java_script_enabled=False) as visit:
        assert not visit.page.is_visible("#theme")
        assert visit.page.locator(".main .figure:visible").count() == 3
        visit.page.click("#points summary")
        assert visit.page.is_visible("#points table")


def test_on_paper_all_figures_are_seen_and_no_verdict_is_cut(browser: Any, likely: Path) -> None:
    with Visit(browser, likely, viewport={"width": 718, "height": 1000}, color_scheme="dark") as visit:
        visit.page.emulate_media(media="print")
        assert visit.page.locator(".main .figure:visible").count() == 3
        cut = "[...document.querySelectorAll('.badge')].filter(b => b.scrollWidth > b.clientWidth + 1).map(b => b.textContent)"
        assert visit.page.evaluate(cut) == []


def test_verdicts_are_told_apart_without_colour(browser: Any, likely: Path) -> None:
    style = "b => [getComputedStyle(b).borderTopStyle, getComputedStyle(b).borderTopWidth]"
    with Visit(browser, likely) as visit:
        looks = {
            word: tuple(visit.page.locator(f".words .{word} .badge").evaluate(style))
            for word in ("supported", "refuted", "undecided")
        }
    assert len(set(looks.values())) == 3
