"""What every test may count on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.reports.browsing import NAMES, QUIET
from tests.reports.pages import page

# The first call of a kernel compiles it, so a test's own time says nothing; the same examples on every run.
settings.register_profile("quick", deadline=None, derandomize=True, max_examples=30)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=100)


def pytest_configure(config: pytest.Config) -> None:
    """Where slow tests are run too (-m ''), three times the examples are tried."""
    settings.load_profile("quick" if config.option.markexpr else "thorough")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium; the test is skipped, and says so, where there is none."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright to drive a browser: pip install playwright"
    )
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no browser found under the names {', '.join(NAMES)}: nobody has looked at the page")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without histograms, half the time of a command on a small corpus; tests/reports and tests/contracts draw them."""
    monkeypatch.setattr("reports.figures.histogram", lambda *_: None)


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """The file with the page of a kind over the facts of a case."""
    folder = tmp_path_factory.mktemp("pages")

    def file(kind: str, case: str) -> Path:
        path = folder / f"{kind}-{case}.html"
        if not path.exists():
            path.write_text(page(kind, case), encoding="utf-8")
        return path

    return file
