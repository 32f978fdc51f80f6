"""What is said while trials run: a line that is overwritten on a terminal, a line per trial elsewhere."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from studies import learners
from studies.data.windows import Order, TokenFile
from studies.design.trial import Setting, Trial
from studies.running.progress import Display

pytestmark = pytest.mark.usefixtures("toy_package")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def trials() -> list[Trial]:
    """Two trials, the second twice as dear: 6,000 and 12,000 FLOPs a token, 1,000 tokens each."""
    file = TokenFile(Path("x"), 2001, 2001, "aa")
    setting = Setting("cpu", "float32", False, 16, 257, {"raw": file})
    first = Trial("toy", learners.learner("toy"), 1000, "clean", "main", file, Order(0), 0, (1000,), 16, setting)
    return [first, replace(first, size=2000)]


def test_time_left_follows_from_the_flops_left(trials: list[Trial]) -> None:
    now = [0.0]
    stream = Terminal()
    display = Display(stream=stream, clock=lambda: now[0])
    display.begin(trials, set(), {})
    display.progress(trials[0], 0, 3.0)
    now[0] = 10.0
    display.progress(trials[0], 500, 2.5)
    # 3 million FLOPs in 10 s; left are 3 + 12 million: 50 s
    assert display.seconds_left() == pytest.approx(50.0)
    assert stream.getvalue().endswith("\r\x1b[K0/2 trials, 0 points, loss 2.500, 50 tokens/s, 50 s left")


def test_behind_the_last_trial_no_time_is_left(trials: list[Trial]) -> None:
    now = [0.0]
    stream = io.StringIO()
    display = Display(stream=stream, clock=lambda: now[0])
    display.begin(trials, set(), {})
    for one in trials:
        display.progress(one, 0, 2.5)
        now[0] += 10.0
        display.finish(one, [{"tokens": 1000, "held_out": "raw", "loss": 2.0}])
    # 6 million FLOPs in 10 s, and 12 million are left
    assert [line.partition("raw 2.0000")[2] for line in stream.getvalue().splitlines()] == [", 20 s left", ""]


def test_a_study_that_runs_after_another_is_told_by_itself(trials: list[Trial]) -> None:
    stream = io.StringIO()
    display = Display(stream=stream, clock=lambda: 0.0)
    for one in trials:
        display.begin([one], set(), {})
        display.progress(one, 500, 2.5)
        display.finish(one, [{"tokens": 1000, "held_out": "raw", "loss": 2.0}])
    assert [line[:3] for line in stream.getvalue().splitlines()] == ["1/1", "1/1"]


def test_without_a_terminal_there_is_a_line_per_finished_trial_and_nothing_else(trials: list[Trial]) -> None:
    stream = io.StringIO()
    display = Display(stream=stream, clock=lambda: 0.0)
    display.begin(trials, {trials[0].key}, {})
    display.progress(trials[1], 500, 2.5)
    display.finish(trials[1], [{"tokens": 1000, "held_out": "raw", "loss": 2.0}])
    assert stream.getvalue() == ("going on: 1 of 2 trials are done\n2/2: clean, 2,000 parameters, seed 0: raw 2.0000\n")


def test_a_trial_that_goes_on_says_from_which_step(trials: list[Trial]) -> None:
    stream = io.StringIO()
    display = Display(stream=stream, clock=lambda: 0.0)
    # 1,000 tokens in steps of 16: 62; at its snapshot it had seen 320, which are 20
    display.begin(trials, set(), {trials[0].key: 320, trials[1].key: None})
    assert stream.getvalue().splitlines() == [
        "going on: clean, 1,000 parameters, seed 0, from step 20 of 62",
        "going on: clean, 2,000 parameters, seed 0, from its last snapshot",
    ]


def test_preparing_is_a_line_that_is_overwritten_and_in_a_log_one_now_and_then(trials: list[Trial]) -> None:
    for stream, said in (
        (Terminal(), ["1/2: holding out, 10%", "1/2: holding out, 40%, 6 s left", "2/2: grading"]),
        (io.StringIO(), ["1/2: holding out, 90%, 4 s left"]),
    ):
        now = [0.0]
        display = Display(stream=stream, clock=lambda now=now: now[0])  # type: ignore[misc]
        display.passes(["holding out", "grading"])
        now[0] = 1.0
        display.prepare("holding out", 10, 100)
        now[0] = 5.0
        display.prepare("holding out", 40, 100)
        now[0] = 35.0
        if said[-1].startswith("1/2"):
            display.prepare("holding out", 90, 100)
        else:
            display.prepare("grading", 0, 0)
        lines = stream.getvalue().replace("\r\x1b[K", "\n").strip().split("\n")
        assert lines == [f"preparing {line}" for line in said]


def test_quiet_is_quiet(trials: list[Trial]) -> None:
    stream = Terminal()
    display = Display(quiet=True, stream=stream, clock=lambda: 0.0)
    display.begin(trials, {trials[0].key}, {})
    display.progress(trials[1], 500, 2.5)
    display.finish(trials[1], [{"tokens": 1000, "held_out": "raw", "loss": 2.0}])
    assert stream.getvalue() == ""
