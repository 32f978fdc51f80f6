"""What a process of ours sets for itself, and what it leaves to whoever started it."""

from __future__ import annotations

import gc
import os

import pytest

from dataqual import starting


def test_a_process_of_ours_looks_for_cycles_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in starting.ENVIRONMENT:
        monkeypatch.setenv(name, "9")
    before = gc.get_threshold()
    try:
        starting.alone()
        assert gc.get_threshold() == (starting.ALLOCATIONS, *before[1:])
    finally:
        gc.set_threshold(*before)


def test_what_the_user_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    before = gc.get_threshold()
    monkeypatch.setenv("OPENBLAS_THREAD_TIMEOUT", "9")
    try:
        starting.alone()
    finally:
        gc.set_threshold(*before)
    assert os.environ["OPENBLAS_THREAD_TIMEOUT"] == "9"
