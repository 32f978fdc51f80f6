"""Processes that help: the same results, and nothing of them is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from operator import mul
from pathlib import Path

import pytest

import dataqual
from dataqual import sample
from dataqual.engine import Aside, Local, helper, local, staying
from dataqual.errors import MissingExtra, SpecError, WorkerLost
from tests.profiling.test_running import small

if not Path("/proc/self/stat").exists():
    pytest.skip("looks for processes in /proc", allow_module_level=True)

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _always(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Processes help with the smallest input; none is there before, but for a browser of other tests, or after."""
    monkeypatch.setattr(local, "WORTHWHILE", 1)
    monkeypatch.setitem(OTHERS, os.getpid(), frozenset(children()))
    yield
    assert children() == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("dataqual")] == []


OTHERS: dict[int, frozenset[int]] = {}
"""Processes that were there before a test, by who started them."""


def children(of: int | None = None) -> list[int]:
    """The processes that the process has started since the test began, by /proc; [] where there is none."""
    found = []
    others = OTHERS.get(of or os.getpid(), frozenset())
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        state, parent = rest.split()[:2]
        if int(parent) == (of or os.getpid()) and state != "Z" and int(stat.parent.name) not in others:
            found.append(int(stat.parent.name))
    return found


# Functions for helpers: they import this module, so what they run stands at its top.


def where(_: int) -> int:
    """The process that works on an item; slow enough that all get some."""
    time.sleep(0.02)
    return os.getpid()


def workers_of(engine: Local, expected: int) -> set[int]:
    """The processes that work, once as many as `expected` have done so; a busy machine takes its time to start one."""
    seen: set[int] = set()
    with closing(engine.map(where, range(10_000), size=1)) as results:
        for process in results:
            seen.add(process)
            if len(seen) == expected:
                break
    return seen


def fail(n: int) -> int:
    if n == 7:
        raise SpecError("seven is refused")
    return n


def fail_far_away(n: int) -> int:
    if os.getpid() != int(os.environ["DATAQUAL_TESTS_PARENT"]):
        raise ValueError(f"no {n} here")
    time.sleep(0.01)
    return n


def miss(_: int) -> int:
    raise MissingExtra("torch", "studies")


def die(n: int) -> int:
    if os.getpid() != int(os.environ["DATAQUAL_TESTS_PARENT"]):
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return n


def test_results_come_in_order_and_every_process_works() -> None:
    assert list(Local(3).map(partial(mul, 2), range(100), size=1)) == [2 * n for n in range(100)]
    working = workers_of(Local(3), 3)
    assert len(working) == 3
    assert os.getpid() in working


def test_a_function_that_cannot_be_sent_is_worked_on_in_threads() -> None:
    here = os.getpid()
    assert set(Local(2).map(lambda _: os.getpid(), range(20), size=1)) == {here}


def test_a_function_of_the_script_itself_is_worked_on_in_this_process(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os, time\n"
        "from dataqual.engine import Local, local\n"
        "local.WORTHWHILE = 1\n"
        "def where(n):\n"
        "    time.sleep(0.02)\n"
        "    return os.getpid()\n"
        "print(set(Local(2).map(where, range(60), size=1)) == {os.getpid()})\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=surroundings())
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.parametrize("workers", [2, 3])
def test_an_error_is_the_same_wherever_it_happens(workers: int) -> None:
    results: list[int] = []
    with pytest.raises(SpecError, match=r"^seven is refused$"):
        results.extend(Local(workers).map(fail, range(1000), size=1))
    assert results == list(range(7))


def test_our_own_bug_in_a_helper_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAQUAL_TESTS_PARENT", str(os.getpid()))
    with pytest.raises(ValueError, match=r"^no \d+ here") as caught:
        list(Local(2).map(fail_far_away, range(20_000), size=1))
    assert "in fail_far_away" in caught.value.__notes__[0]


def test_an_error_that_pickle_cannot_make_again_stays_one_that_a_user_can_mend() -> None:
    fine, error = helper_answer(miss)
    assert not fine
    assert isinstance(error, dataqual.errors.DataqualError)
    assert str(error) == "torch is not installed; it comes with: pip install '.[studies]' -c constraints.txt"


def helper_answer(function: object) -> tuple[bool, object]:
    from dataqual.engine.worker import answer

    return answer(function, 1)  # type: ignore[arg-type]


def test_a_helper_that_dies_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAQUAL_TESTS_PARENT", str(os.getpid()))
    with pytest.raises(WorkerLost) as caught:
        list(Local(2).map(die, range(20_000), size=1))
    assert str(caught.value) == (
        "a helping process was ended from outside (signal 9: Killed), as happens where memory runs short; "
        "give a smaller --max-memory, or --workers 1"
    )


def test_closing_early_ends_the_helpers() -> None:
    results = Local(3).map(where, iter(range(10_000)), size=1)
    next(results)
    assert len(children()) == 2
    results.close()
    assert children() == []


def test_a_helper_that_was_started_early_is_the_one_that_helps(tmp_path: Path) -> None:
    (tmp_path / "input").write_text("x")
    Local(2).expect([str(tmp_path / "input"), str(tmp_path / "none")], "dataqual.text")
    [early] = children()
    assert workers_of(Local(2), 2) == {early, os.getpid()}


def test_helpers_that_stay_work_on_the_next_function_and_end_with_the_block() -> None:
    with staying():
        with staying():
            assert list(Local(2).map(partial(mul, 2), range(50), size=1, beside=True)) == [2 * n for n in range(50)]
            [helping] = children()
        assert set(Local(2).map(where, range(3), size=1, beside=True)) == {helping}
        assert children() == [helping]
    assert children() == []


def test_a_helper_that_failed_or_was_left_in_its_work_does_not_stay() -> None:
    with staying():
        with pytest.raises(SpecError, match=r"^seven is refused$"):
            list(Local(2).map(fail, range(1000), size=1, beside=True))
        assert children() == []
        results = Local(2).map(where, range(1000), size=1, beside=True)
        next(results)
        results.close()
        assert children() == []


def test_beside_other_work_threads_do_it_where_nobody_helps() -> None:
    assert set(Local(2).map(where, range(5), size=0, beside=True)) == {os.getpid()}


def test_memory_bounds_how_many_processes_help() -> None:
    enough = local.BASE_MEMORY + 2 * local.BATCH_MEMORY
    assert Local(8, enough + local.HELPER_MEMORY - 1).helpers(1) == 0
    assert Local(8, enough + 3 * local.HELPER_MEMORY).helpers(1) == 3
    assert Local(2, 1 << 50).helpers(1) == 1
    assert Local(1, 1 << 50).helpers(1) == 0


def test_small_inputs_and_those_in_memory_need_no_help() -> None:
    assert Local(8, 1 << 50).helpers(0) == 0
    assert dataqual.Corpus.of(["a"]).size == 0


def test_where_no_other_python_can_be_started_threads_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper.sys, "executable", "")
    assert Local(8, 1 << 50).helpers(1) == 0
    monkeypatch.setattr(helper.sys, "executable", "/no/such/python")
    assert set(Local(2).map(where, range(20), size=1)) == {os.getpid()}


ASIDE = """
import os
prepared = []
def prepare(): prepared.append(os.getpid())
def told(n): return os.getpid(), prepared, n
def refuse(): raise ValueError("no page today")
def loads(name): return __import__("importlib.util").util.find_spec(name) is not None
def vanish(parent): os._exit(1) if os.getpid() != parent else None
"""


@pytest.fixture
def aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module to be imported beside everything else."""
    (tmp_path / "work_aside.py").write_text(ASIDE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "work_aside", raising=False)
    return "work_aside"


@pytest.mark.parametrize("process", [True, False])
def test_what_runs_aside_is_prepared_and_called_once(aside: str, process: bool) -> None:
    worker, prepared, n = Aside(aside, process=process).call("told", 5)
    assert (worker != os.getpid(), prepared, n) == (process, [worker], 5)


def test_what_is_begun_aside_is_done_before_what_is_called(aside: str) -> None:
    away = Aside(aside)
    away.begin("prepare")
    away.begin("refuse")
    worker, prepared, n = away.call("told", 5)
    assert (prepared, n) == ([worker, worker], 5)


def test_nothing_is_begun_in_a_thread_aside(aside: str) -> None:
    away = Aside(aside, process=False)
    away.begin("prepare")
    assert away.call("told", 5) == (os.getpid(), [os.getpid()], 5)


@pytest.mark.parametrize("process", [True, False])
def test_what_fails_aside_fails_here(aside: str, process: bool) -> None:
    with pytest.raises(ValueError, match="no page today"):
        Aside(aside, process=process).call("refuse")


def test_no_process_aside_waits_for_what_no_page_needs(aside: str) -> None:
    pytest.importorskip("scipy")
    assert not Aside(aside).call("loads", "scipy")
    assert Aside(aside, process=False).call("loads", "scipy")


def test_what_dies_aside_is_done_here(aside: str) -> None:
    assert Aside(aside).call("vanish", os.getpid()) is None


def test_helpers_change_no_byte_of_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataqual.corpus.CHUNK_BYTES", 60_000)
    written = set()
    for workers in (1, 2, 3):
        corpus = dataqual.read(sample.path())
        table = tmp_path / f"{workers}.parquet"
        bad = tmp_path / f"{workers}.jsonl"
        profile = dataqual.profile(corpus, inputs=["x"], workers=workers, signals=table, unreadable=bad)
        written.add((small(profile.facts), table.read_bytes(), bad.read_bytes()))
    assert len(written) == 1


ENDLESS = """
import sys, time, os
from dataqual.engine import Local, local
from tests.test_helpers import where
local.WORTHWHILE = 1
for n, pid in enumerate(Local(2).map(where, iter(range(10**9)), size=1)):
    if pid != os.getpid():
        print("both", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_it_ends_no_helper_is_left(how: signal.Signals) -> None:
    main = subprocess.Popen(
        [sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=surroundings()
    )
    assert main.stdout is not None
    assert main.stderr is not None
    assert main.stdout.readline() == "both\n"
    [helping] = children(main.pid)
    main.send_signal(how)
    main.wait(10)
    for _ in range(500):
        if not Path(f"/proc/{helping}").exists() or ended(helping):
            break
        time.sleep(0.01)
    else:
        pytest.fail("the helper goes on")
    said = main.stderr.read()
    assert said.count("Traceback") == (how is signal.SIGINT)
    main.stdout.close()
    main.stderr.close()


def ended(process: int) -> bool:
    """Whether it is only waiting for somebody to ask how it went."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def surroundings() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}
