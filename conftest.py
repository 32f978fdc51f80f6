"""How the tests are run: a whole run on every core, a few files in one process, and nothing loaded that has no test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).parent / "tests"

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads of torch on a busy core wait for each other


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No worker where only files or single tests are named; else as many as there are cores."""
    named = [Path(str(argument).partition("::")[0]) for argument in config.args]
    return 0 if all(path.is_file() for path in named) else None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A module without an example is not imported to look for one: it takes long to load transformers in every process."""
    if collection_path.suffix != ".py" or collection_path.is_relative_to(TESTS):
        return None
    return True if b">>>" not in collection_path.read_bytes() else None
