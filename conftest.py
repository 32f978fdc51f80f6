"""How the tests are run: a whole run on every core, a few files in one process, whose start is the quicker."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads of torch on a busy core wait for each other


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No worker where only files or single tests are named; else as many as there are cores."""
    named = [Path(str(argument).partition("::")[0]) for argument in config.args]
    return 0 if all(path.is_file() for path in named) else None
