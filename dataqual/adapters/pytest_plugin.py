"""The pytest plugin: the fixture `assert_corpus`, which fails a test with what is wrong with a corpus.

    def test_the_release_is_sound(assert_corpus):
        assert_corpus("release.jsonl", "suite.yaml")

It is found by its entry point, `pytest11`, and loads nothing before a test asks for the fixture. `--dataqual-baseline FILE`
compares every corpus that is asserted with a baseline; paths start from pytest's root folder.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option of our own."""
    group = parser.getgroup("dataqual")
    group.addoption("--dataqual-baseline", metavar="FILE", help="A corpus must not be surely worse than this baseline.")


@pytest.fixture
def assert_corpus(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """`dataqual.checks.assert_corpus`, with paths from pytest's root folder and the baseline of the command line."""
    from dataqual import checks

    root = Path(request.config.rootpath)
    given = request.config.getoption("--dataqual-baseline")

    def check(source: Any, suite: Any = None, **asked: Any) -> Any:
        __tracebackhide__ = True
        if given is not None:
            asked.setdefault("baseline", root / given)
        return checks.assert_corpus(_from(root, source), _from(root, suite), **asked)

    return check


def _from(root: Path, given: Any) -> Any:
    """A relative path from the root folder, where that is there; anything else as it is."""
    if isinstance(given, str | Path) and not Path(given).exists() and (root / given).exists():
        return root / given
    return given
