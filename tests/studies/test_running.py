"""Trials in real worker processes: the same file whoever is killed when, and one line where it cannot go on."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from dataqual import sample
from dataqual.errors import DataqualError, InputError
from studies import learners
from studies.data.windows import Order, TokenFile
from studies.design.trial import Setting, Trial
from studies.folders import made
from studies.results import VERSION, Line, read
from studies.running.dispatching import TrialFailed
from studies.running.run import alone, run, run_trials
from studies.watching import Silent

ROOT = Path(__file__).parent.parent.parent
WINDOW = 16
HEADER: Line = {"kind": "study", "version": VERSION, "study": {}, "data": {}, "versions": {}, "trials": []}

pytestmark = pytest.mark.usefixtures("toy_package")


def plan(folder: Path, **toy: object) -> list[Trial]:
    """Two sizes, two grades, repeats: five trials, written out and in order of cost."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tokens.bin"
    path.write_bytes(bytes(2 * (100 * 80 + 1)))
    train = TokenFile(path, 100 * 80 + 1, 100 * 80, "ab" * 32)
    other = TokenFile(path, 100 * 80 + 1, 100 * 80, "cd" * 32)
    setting = Setting("cpu", "float32", False, WINDOW, 257, {"raw": other, "neutral": train})
    learner = learners.learner("toy", **toy)
    stops = (800, 1600, 3200)

    def trial(size: int, grade: str, file: TokenFile) -> Trial:
        return Trial("toy", learner, size, grade, "main", file, Order(0), 0, stops, WINDOW, setting)

    return [
        trial(1000, "clean", train),
        trial(1000, "typos", other),
        trial(3000, "clean", train),
        trial(3000, "typos", other),
        Trial("toy", learner, 3000, "clean", "repeats", train, Order(0, 800), 0, (1600, 3200, 6400), WINDOW, setting),
    ]


def results(folder: Path, *, workers: int = 2, **toy: object) -> bytes:
    """The results file of that plan."""
    run_trials(plan(folder.parent / "data", **toy), folder, HEADER, workers=workers, watch=Silent())
    return (folder / "results.jsonl").read_bytes()


def test_results_stand_in_the_order_of_the_plan_however_many_workers_there_are(tmp_path: Path) -> None:
    alone = results(tmp_path / "a", workers=1)
    assert alone == results(tmp_path / "b", workers=3)
    lines = [json.loads(line) for line in alone.splitlines()]
    assert [line["kind"] for line in lines] == ["study"] + 5 * [*6 * ["point"], "trial"]
    assert [line["trial"] for line in lines if line["kind"] == "trial"] == [t.key for t in plan(tmp_path / "data")]
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"results.jsonl", "costs.jsonl"}


def test_what_a_model_made_and_measured_is_kept_with_its_points_and_survives_a_kill(tmp_path: Path) -> None:
    wreck = tmp_path / "wreck"
    wreck.write_text("")
    undisturbed = results(tmp_path / "a", makes=True, fault="kill once", wreck=str(wreck))
    found = read(tmp_path / "a" / "results.jsonl")
    texts, sheets = found.made_of("texts"), found.made_of("picture")
    assert [line["tokens"] for line in sheets] == [3200] * 4 + [6400] and {line["picture"] for line in sheets} == {
        "UE5H"
    }
    assert [line["tokens"] for line in texts] == [800] * 4 + [1600] and texts[-1]["unique"] == 800
    assert texts[0]["texts"] == [[1, 2], []] and texts[0]["nats"] == [found.points[0]["loss"], 1.0]
    assert found.points[0]["measures"]["kid"]["value"] == found.points[0]["loss"] / 2
    wreck.unlink()
    assert results(tmp_path / "b", makes=True, fault="kill once", wreck=str(wreck)) == undisturbed


def test_a_finished_study_starts_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = results(tmp_path / "a")
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a worker was started"))
    assert results(tmp_path / "a") == before


def test_a_worker_that_dies_once_is_replaced_and_leaves_no_trace_in_the_results(tmp_path: Path) -> None:
    wreck = str(tmp_path / "wreck")
    Path(wreck).write_text("")
    undisturbed = results(tmp_path / "a", fault="kill once", wreck=wreck)
    Path(wreck).unlink()
    assert results(tmp_path / "b", fault="kill once", wreck=wreck) == undisturbed
    assert Path(wreck).exists()


def test_a_worker_that_dies_twice_ends_the_run_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(TrialFailed) as failed:
        results(tmp_path / "a", fault="kill", workers=1)
    key = plan(tmp_path / "data", fault="kill")[0].key
    assert str(failed.value) == (
        f"trial {key} (clean, size 1,000, seed 0, main): its worker died 2 times "
        "(killed by SIGKILL, perhaps for want of memory | a learner may print | no room left)"
    )


def test_both_deaths_of_a_trial_are_told_and_stay_in_the_log(tmp_path: Path) -> None:
    with pytest.raises(TrialFailed) as failed:
        results(tmp_path / "a", fault="kill, then crash", wreck=str(tmp_path / "wreck"), workers=1)
    first, then = str(failed.value).split("; then: ")
    assert first.endswith(
        "died 2 times (killed by SIGKILL, perhaps for want of memory | a learner may print | no room left"
    )
    assert then.startswith("exit code 1 | ")
    assert then.endswith(" | RuntimeError: the toy broke)")
    log = (tmp_path / "a" / "trials" / "worker-0.log").read_text()
    assert log.index("no room left") < log.index("RuntimeError: the toy broke")


def test_a_dead_worker_is_waited_for_and_its_pipes_are_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, start = [], subprocess.Popen

    def noted(*args: Any, **options: Any) -> Any:
        started.append(start(*args, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    results(tmp_path / "a", fault="kill once", wreck=str(tmp_path / "wreck"), workers=1)
    dead, alive = started
    assert dead.returncode is not None
    assert dead.stdin.closed and dead.stdout.closed
    assert alive.stdin.closed and alive.stdout.closed


def test_an_exception_of_a_learner_is_told_with_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(TrialFailed, match=r"exit code 1 \| .* \| RuntimeError: the toy broke\)$"):
        results(tmp_path / "a", fault="crash", workers=1)


def test_what_a_user_can_mend_is_told_at_once_in_the_learners_own_words(tmp_path: Path) -> None:
    with pytest.raises(DataqualError, match=r"^toy: it will not$"):
        results(tmp_path / "a", fault="refuse")


def test_a_trial_that_diverges_is_closed_without_points_and_the_others_go_on(tmp_path: Path) -> None:
    before = results(tmp_path / "a", fault="diverge")
    lines = [json.loads(line) for line in before.splitlines()]
    assert [line["kind"] for line in lines] == ["study", "diverged", "diverged"] + 3 * [*6 * ["point"], "trial"]
    key = plan(tmp_path / "data", fault="diverge")[0].key
    assert lines[1] == {
        "kind": "diverged", "trial": key, "learner": "toy", "grade": "clean", "arm": "main", "seed": 0, "size": 1000,
        "reason": "toy: the loss is nan",
    }  # fmt: skip
    costs = [json.loads(line) for line in (tmp_path / "a" / "costs.jsonl").read_text().splitlines()]
    assert [cost["tokens"] for cost in costs][:2] == [None, None]
    assert results(tmp_path / "a", fault="diverge") == before


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A study in the current folder whose results stand in `a`, and what they are, byte for byte."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(sample.path(), "corpus.jsonl")
    Path("a", "trials").mkdir(parents=True)
    for name in ("results.jsonl", "costs.jsonl", "study.json", "trials/0123.snapshot"):
        Path("a", name).write_text(name)
    study = {"corpus": "corpus.jsonl", "learner": "oracle", "sizes": ["10k"], "tokens": ["12800"], "device": "cpu"}
    return study, left(Path("a"))


def left(folder: Path) -> dict[str, bytes]:
    """Every file of ours in a folder but for the lock and the data."""
    files = (path for path in folder.rglob("*") if path.is_file() and "data" not in path.parts)
    return {str(path): path.read_bytes() for path in files if path.name not in (".lock", "removed.parquet")}


def test_nothing_is_deleted_in_a_folder_where_another_run_is_at_work(
    ended: tuple[dict[str, Any], dict[str, bytes]],
) -> None:
    study, before = ended
    with (
        alone(Path("a")),
        pytest.raises(
            InputError, match=r"^a: another run is at work here; wait for it, or choose another folder with -o$"
        ),
    ):
        run(study, "a", restart=True)
    assert left(Path("a")) == before


@pytest.mark.parametrize("wrong", [{"corpus": "none.jsonl"}, {"tokens": ["900M"]}])
def test_nothing_is_deleted_for_a_study_that_cannot_begin(
    ended: tuple[dict[str, Any], dict[str, bytes]], wrong: dict[str, Any]
) -> None:
    study, before = ended
    with pytest.raises(DataqualError):
        run(study | wrong, "a", restart=True)
    assert left(Path("a")) == before


@pytest.mark.parametrize("wrong", [{"corpus": "none.jsonl"}, {"held_out": {"neutral": "none.jsonl"}}])
def test_a_start_that_fails_leaves_no_folder_where_there_was_none(
    ended: tuple[dict[str, Any], dict[str, bytes]], wrong: dict[str, Any]
) -> None:
    study, _ = ended
    Path("mine").mkdir()
    for folder in ("new", "far/off/new", "mine"):
        with pytest.raises(InputError, match=r"none\.jsonl"):
            run(study | wrong, folder)
    assert {path.name for path in Path().iterdir()} == {"corpus.jsonl", "a", "mine"}


def test_a_start_that_fails_leaves_what_it_has_found(tmp_path: Path) -> None:
    """What was read stays, such as removed.parquet, which says why a grade is none: it alone is no reason to be gone."""
    with pytest.raises(ValueError, match="broken"), made(tmp_path / "new"):
        (tmp_path / "new" / "removed.parquet").write_text("why")
        (tmp_path / "new" / "data").mkdir()
        raise ValueError("broken")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["removed.parquet"]


SCRIPT = """
import sys
import threading
from pathlib import Path
from tests.studies.test_running import results
results(Path(sys.argv[1]), pause=float(sys.argv[2]))
"""


class Begun(Silent):
    """What a watch hears when trials begin."""

    def begin(self, plan: Sequence[Trial], finished: set[str], begun: Mapping[str, int | None]) -> None:
        self.finished, self.begun = finished, begun


def test_a_start_behind_a_kill_hears_from_where_a_trial_goes_on(tmp_path: Path) -> None:
    heard, folder = Begun(), tmp_path / "a"
    trials = plan(tmp_path / "data", fault="kill")
    for _ in range(2):
        with pytest.raises(TrialFailed):
            run_trials(trials, folder, HEADER, workers=1, watch=heard)
    # it dies in the third of ten steps to its second stop, 1,600 tokens: behind its second step it kept a snapshot
    assert (heard.finished, heard.begun) == (set(), {trials[0].key: 320})


def killed(folder: Path, toy_package: Path, after: float, pause: float) -> None:
    """Run the plan in a process of its own and kill it with its workers (or without) after some seconds."""
    line = [sys.executable, "-c", SCRIPT, str(folder), str(pause)]
    env = {"PYTHONPATH": f"{ROOT}:{toy_package}", "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(line, env=env, cwd=ROOT)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def compare_after_kills(tmp_path: Path, toy_package: Path, moments: Sequence[float], pause: float) -> None:
    undisturbed = results(tmp_path / "undisturbed", pause=pause)
    for after in moments:
        killed(tmp_path / "killed", toy_package, after, pause)
    assert results(tmp_path / "killed", pause=pause) == undisturbed


def test_killed_at_three_moments_and_started_again_the_file_is_the_same(tmp_path: Path, toy_package: Path) -> None:
    compare_after_kills(tmp_path, toy_package, (0.5, 0.8, 1.1), 0.02)


def test_a_trial_that_has_not_seen_the_planned_windows_is_not_accepted(tmp_path: Path) -> None:
    with pytest.raises(
        TrialFailed, match=rf"(main|again|repeats)\): order of the windows seen: {'0' * 64}, planned: \w+$"
    ):
        results(tmp_path / "a", fault="unshuffled")
    assert (tmp_path / "a" / "results.jsonl").read_bytes().count(b"\n") == 1


IMPORTED = """
import sys, json
from pathlib import Path
from studies.running import trial_worker
from studies.design.trial import Trial
trial = Trial.of_json(json.load(sys.stdin))
trial_worker.train(trial, Path(sys.argv[1]), lambda event, **facts: None)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def small(folder: Path) -> Trial:
    """A real trial of a small GPT-2, fifty steps long."""
    path = folder / "tokens.bin"
    path.write_bytes(bytes(byte for token in range(200) for byte in (token, 0)) * 10)
    file = TokenFile(path, 2_000, 2_000, "ab" * 32)
    setting = Setting("cpu", "float32", False, WINDOW, 257, {"raw": file})
    gpt2 = learners.learner("gpt2")
    return Trial("gpt2", gpt2, 30_000, "clean", "main", file, Order(0), 0, (50 * WINDOW,), WINDOW, setting)


def test_a_worker_loads_torch_and_numpy_and_nothing_of_a_corpus(tmp_path: Path) -> None:
    line = [sys.executable, "-c", IMPORTED, str(tmp_path)]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    trial = json.dumps(small(tmp_path).as_json())
    done = subprocess.run(line, cwd=ROOT, env=env, input=trial, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines()[-1].split())
    assert {"torch", "numpy"} <= loaded
    assert loaded & {"polars", "numba", "pandas", "pyarrow", "seaborn", "jinja2", "zstandard", "click"} == set()


@pytest.mark.slow
def test_killed_at_twenty_random_moments_and_started_again_the_file_is_the_same(
    tmp_path: Path, toy_package: Path
) -> None:
    chance = random.Random(7)
    moments = [chance.uniform(0.4, 1.6) for _ in range(20)]
    compare_after_kills(tmp_path, toy_package, moments, 0.2)


@pytest.mark.slow
def test_workers_that_are_killed_at_random_leave_no_trace_in_the_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = results(tmp_path / "undisturbed", pause=0.05)
    chance, started, start = random.Random(7), [], subprocess.Popen

    def noted(*args: object, **options: object) -> object:
        started.append(start(*args, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    over = threading.Event()

    def kill() -> None:
        while not over.wait(chance.uniform(0.5, 1.5)):
            started[chance.randrange(max(0, len(started) - 2), len(started))].kill()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    while True:
        try:
            killed_often = results(tmp_path / "killed", pause=0.05)
            break
        except TrialFailed:  # twice in one trial: a person would start it again
            continue
    over.set()
    assert len(started) > 4
    assert killed_often == undisturbed
