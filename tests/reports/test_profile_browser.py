"""What only the page of a profile does in a real headless Chromium; what every page does is in tests/contracts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.reports.browsing import Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def likely(page_file: Callable[[str, str], Path]) -> Path:
    return page_file("profile", "likely")


def test_the_copy_button_copies_the_command(browser: Any, likely: Path) -> None:
    with Visit(browser, likely, permissions=["clipboard-read", "clipboard-write"]) as visit:
        visit.page.click("button.copy >> nth=0")
        visit.page.wait_for_function("document.getElementById('say').textContent === 'Command copied'")
        copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied == "dataqual clean corpus.jsonl --near-copies 0.8 -o clean.jsonl"


def test_without_javascript_all_is_there_but_the_extras(browser: Any, likely: Path) -> None:
    with Visit(browser, likely, java_script_enabled=False) as visit:
        assert not visit.page.is_visible("#theme")
        assert not visit.page.is_visible("button.copy >> nth=0")
        assert visit.page.is_visible("#method table >> nth=0")
        assert not visit.page.is_visible("details table >> nth=0")
        visit.page.click(".panel summary >> nth=0")
        assert visit.page.is_visible("details table >> nth=0")


def test_two_copies_stand_side_by_side_on_a_desktop_and_one_above_the_other_on_a_phone(
    browser: Any, likely: Path
) -> None:
    place = "e => [e.getBoundingClientRect().left, e.getBoundingClientRect().top]"
    sides = f"[...document.querySelector('.sides').children].map({place})"
    with Visit(browser, likely, viewport={"width": 1280, "height": 800}) as visit:
        (left, top), (right, other) = visit.page.evaluate(sides)
        assert left < right
        assert top == other
    with Visit(browser, likely, viewport={"width": 390, "height": 800}) as visit:
        (left, top), (right, below) = visit.page.evaluate(sides)
        assert left == right
        assert top < below
