"""A run that is killed goes on where it was, and ends in the same bytes."""

from __future__ import annotations

import json
import os
import pickle
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import dataqual
from dataqual import rewriting, unfinished
from dataqual.errors import InputError, SpecError
from dataqual.readers.cutting import Sizes
from dataqual.recipe import Recipe
from dataqual.steps.redact import Redact
from dataqual.unfinished import Unfinished

BATCH = 60
"""Documents in a batch of `small`; a corpus has twenty times as many unless told."""

ENDINGS = ("jsonl", "jsonl.gz", "jsonl.zst", "parquet")
ALL_ENDINGS = (*ENDINGS, "json", "json.gz", "csv", "arrow")

RECIPE = Recipe.of(
    {"steps": [{"spoil_typos": {"dose": 0.3}}, {"dedup": {"near": True}}, {"spoil_duplicates": {"dose": 0.1}}]}, "mine"
)


def corpus(folder: Path, ending: str, documents: int = 20 * BATCH) -> Path:
    """Documents of which some are copies, some near ones, in several batches."""
    rng = random.Random(7)
    words = [f"word{n}" for n in range(400)] + list("清晨的港口很安静小船停在雾里")
    texts: list[str] = []
    for _ in range(documents):
        again = texts and rng.random() < 0.2
        texts.append(rng.choice(texts) + rng.choice(["", " more"]) if again else " ".join(rng.choices(words, k=60)))
    frame = pl.DataFrame({"id": [f"d{n}" for n in range(documents)], "text": texts})
    path = folder / f"in.{ending if ending in ('parquet', 'arrow', 'csv') else 'jsonl'}"
    writers = {"parquet": frame.write_parquet, "arrow": frame.write_ipc, "csv": frame.write_csv}
    writers.get(ending, frame.write_ndjson)(path)
    return path


class Halt(BaseException):
    """As sudden as a kill, but within this process."""


@pytest.fixture
def memory() -> Iterator[Any]:
    """A file system in memory, empty before and after."""
    system = pytest.importorskip("fsspec").filesystem("memory")
    yield system
    for path in system.find("/kills"):
        system.rm(path)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two batches."""
    monkeypatch.setattr(rewriting, "PART", 2)
    monkeypatch.setattr("dataqual.corpus.CHUNK_RECORDS", BATCH)
    monkeypatch.setattr(Sizes.__init__, "__defaults__", (4 << 20, 64 << 20, BATCH))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith("in.")}


def killed(path: Path, output: Path | str, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is cut off after so many batches of the pass that writes, and cleans nothing up."""
    with monkeypatch.context() as patch:
        patch.setattr(Unfinished, "__exit__", lambda self, *_: self._release())
        taken = rewriting._Run._take
        seen: list[int] = []

        def take(self: Any, done: Any) -> None:
            if len(seen) == at:
                raise Halt
            seen.append(1)
            taken(self, done)

        patch.setattr(rewriting._Run, "_take", take)
        with pytest.raises(Halt):
            dataqual.clean(str(path), output, recipe=RECIPE)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", ALL_ENDINGS)
def test_a_run_that_was_killed_goes_on_and_ends_in_the_same_bytes(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = corpus(tmp_path, ending)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    straight = dataqual.clean(str(path), whole / f"out.{ending}", recipe=RECIPE)
    for at in (5, 0, 7, 3):  # each goes on from the last
        killed(path, broken / f"out.{ending}", at, monkeypatch)
        assert not (broken / f"out.{ending}").exists()
    result = dataqual.clean(str(path), broken / f"out.{ending}", recipe=RECIPE)
    assert result.resumed == 12 * BATCH - (ending == "csv")  # a header is a line of the first batch
    assert files(broken) == files(whole)
    assert (result.read, result.rules, result.edited, result.added) == (
        straight.read, straight.rules, straight.edited, straight.added,
    )  # fmt: skip


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", ["jsonl.gz", "json", "parquet"])
def test_so_does_one_whose_output_is_a_url(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: Any
) -> None:
    """What is done gathers in this user's cache, and is sent at the end."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path, url = corpus(tmp_path, ending), f"memory://kills/out.{ending}"
    straight = dataqual.clean(str(path), tmp_path / f"whole.{ending}", recipe=RECIPE)
    for at in (5, 0, 3):
        killed(path, url, at, monkeypatch)
        assert not memory.exists(f"/kills/out.{ending}")
    result = dataqual.clean(str(path), url, recipe=RECIPE)
    assert (result.resumed, result.read) == (6 * BATCH, straight.read)
    for end in ("", ".ledger.parquet"):
        assert memory.cat(f"/kills/out.{ending}{end}") == Path(f"{tmp_path / 'whole'}.{ending}{end}").read_bytes()
    assert not [*(tmp_path / "cache").rglob("*.unfinished")]


@pytest.mark.usefixtures("small")
def test_a_survey_that_is_done_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpus(tmp_path, "jsonl")
    killed(path, tmp_path / "out.jsonl", 4, monkeypatch)
    monkeypatch.setattr("dataqual.steps.dedup.Dedup.prepare", lambda *_: pytest.fail("surveyed again"))
    assert dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=RECIPE).resumed == 4 * BATCH


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("change", ["input", "recipe", "restart"])
def test_another_input_or_recipe_begins_anew(change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpus(tmp_path, "jsonl")
    killed(path, tmp_path / "out.jsonl", 4, monkeypatch)
    if change == "input":
        with path.open("a") as file:
            file.write('{"id": "new", "text": "one more"}\n')
    recipe = Recipe("other", RECIPE.steps[:2]) if change == "recipe" else RECIPE
    result = dataqual.clean(
        str(path), tmp_path / "out.jsonl", recipe=recipe, resume=False if change == "restart" else None
    )
    assert result.resumed == 0
    assert set(files(tmp_path)) == {"out.jsonl", "out.jsonl.ledger.parquet"}


@pytest.mark.usefixtures("small")
def test_other_evaluation_texts_begin_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpus(tmp_path, "jsonl")
    evaluation = tmp_path / "in.eval.jsonl"
    evaluation.write_text(json.dumps({"text": " ".join(f"other{n}" for n in range(20))}) + "\n")
    recipe = Recipe.of([{"decontaminate": {"against": str(evaluation)}}])
    monkeypatch.setattr("tests.test_unfinished.RECIPE", recipe)
    killed(path, tmp_path / "out.jsonl", 4, monkeypatch)
    evaluation.write_text(json.dumps({"text": dataqual.read(path).fetch([(0, 1)])[0]}) + "\n")
    result = dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=recipe)
    assert (result.resumed, result.dropped > 0) == (0, True)


def test_to_insist_on_going_on_from_nothing_is_an_error(tmp_path: Path) -> None:
    path = corpus(tmp_path, "jsonl", 10)
    with pytest.raises(SpecError, match="--resume: there is nothing to go on from beside"):
        dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=RECIPE, resume=True)


def test_two_runs_on_one_output_are_an_error(tmp_path: Path) -> None:
    path = corpus(tmp_path, "jsonl", 10)
    with Unfinished(str(tmp_path / "out.jsonl"), "plan"), pytest.raises(InputError) as error:
        dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=RECIPE)
    assert str(error.value).endswith("out.jsonl is being written by another run; wait for it, or choose another name")


@pytest.mark.usefixtures("small")
def test_ctrl_c_keeps_what_was_done_and_says_so(tmp_path: Path) -> None:
    path = corpus(tmp_path, "jsonl")

    def interrupt(documents: int, *_: int) -> None:
        if documents == 6 * BATCH:
            raise KeyboardInterrupt

    recipe = Recipe("typos", RECIPE.steps[:1])
    with pytest.raises(KeyboardInterrupt) as stopped:
        dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=recipe, progress=interrupt)
    assert stopped.value.__notes__ == [
        "what is done is kept, and the same command goes on from there (--restart begins anew)"
    ]
    assert dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=recipe).resumed == 6 * BATCH


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", ENDINGS)
def test_shards_hold_together_what_one_file_does(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpus(tmp_path, ending)
    dataqual.clean(str(path), tmp_path / f"one.{ending}", recipe=RECIPE)
    result = dataqual.clean(str(path), tmp_path / f"out.{ending}", recipe=RECIPE, shard_size=40_000)
    names = [output.name for output in result.outputs]
    assert len(names) > 2
    assert names[0] == f"out-00001-of-{len(names):05d}.{ending}"
    read = [text for output in result.outputs for text in texts(output)]
    assert read == texts(tmp_path / f"one.{ending}")


def texts(path: Path) -> list[str]:
    return [batch.text[i] for batch in dataqual.read(path).batches() for i in range(len(batch))]


@pytest.mark.slow
def test_twenty_random_kills_of_the_command_change_no_byte(tmp_path: Path) -> None:
    """A real process, killed with SIGKILL at random moments, from its start to its end."""
    path = corpus(tmp_path, "jsonl", 20_000)
    (tmp_path / "mine.yaml").write_text(
        textwrap.dedent("""
        steps:
          - spoil_typos: {dose: 0.3}
          - dedup: {near: true}
        """)
    )
    script = (
        "import dataqual.rewriting as r, dataqual.readers.cutting as c, dataqual.corpus as k; r.PART = 2;"
        "c.Sizes.__init__.__defaults__ = (4 << 20, 64 << 20, 500); from dataqual.cli import main; main()"
    )

    def command(output: str) -> list[str]:
        return [sys.executable, "-c", script, "clean", str(path), "-o", output, "--recipe", str(tmp_path / "mine.yaml"), "--no-report", "--quiet"]  # fmt: skip

    (tmp_path / "whole").mkdir()
    (tmp_path / "broken").mkdir()
    started = time.monotonic()
    subprocess.run(command(str(tmp_path / "whole" / "out.jsonl")), check=True)
    lasts = time.monotonic() - started
    rng = random.Random(1)
    kills = 0
    while kills < 20:
        run = subprocess.Popen(command(str(tmp_path / "broken" / "out.jsonl")))
        time.sleep(rng.uniform(0.3, 1.0) * lasts)
        if run.poll() is None:
            os.kill(run.pid, signal.SIGKILL)
            kills += 1
        elif kills < 20 and run.returncode == 0:  # it came to its end; the next begins anew
            assert files(tmp_path / "broken") == files(tmp_path / "whole")
        run.wait()
    subprocess.run(command(str(tmp_path / "broken" / "out.jsonl")), check=True)
    assert files(tmp_path / "broken") == files(tmp_path / "whole")


def test_a_plan_reads_the_same_in_every_process() -> None:
    script = "from dataqual.unfinished import described; import json; print(json.dumps(described({'a': frozenset('abcdefgh')})))"
    said = {
        subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=os.environ | {"PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert [json.loads(one) for one in said] == [[["a", ["set", *"abcdefgh"]]]]


@pytest.mark.usefixtures("small")
def test_shards_of_an_earlier_run_that_are_no_longer_written_go(tmp_path: Path) -> None:
    path = corpus(tmp_path, "jsonl")
    other = tmp_path / "out.more-00001-of-00009.jsonl"
    other.write_text("not ours\n")
    dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=RECIPE, shard_size=40_000)
    result = dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=RECIPE, shard_size=160_000)
    assert sorted(tmp_path.glob("out-*")) == sorted(result.outputs)
    assert other.exists()


class Planted:
    """Something that runs when it is unpickled."""

    def __reduce__(self) -> Any:
        return (Path.touch, (Path(os.environ["PLANTED"]),))


def test_what_somebody_else_put_there_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", str(tmp_path / "it ran"))
    path = corpus(tmp_path, "jsonl", 10)
    folder = tmp_path / ".dataqual-out.jsonl.unfinished"
    folder.mkdir(mode=0o700)
    data = pickle.dumps(Planted())
    (folder / "plan.pickle").write_bytes(data)
    (folder / "state.pickle").write_bytes(bytes(32) + data)
    dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=RECIPE)
    assert not (tmp_path / "it ran").exists()


def test_a_link_in_the_place_of_the_work_is_refused_and_nothing_behind_it_touched(tmp_path: Path) -> None:
    path = corpus(tmp_path, "jsonl", 10)
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.txt").write_text("mine")
    (tmp_path / ".dataqual-out.jsonl.unfinished").symlink_to(home)
    with pytest.raises(InputError, match="this is no work of yours that could be gone on with; move it away"):
        dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=RECIPE)
    assert [found.name for found in home.iterdir()] == ["thesis.txt"]


def test_no_key_of_a_recipe_stands_in_the_work(tmp_path: Path) -> None:
    step = Redact(replace_with="pseudonym", key="a key of sixteen letters")
    with unfinished.Unfinished(str(tmp_path / "out.jsonl"), step):
        held = [path.read_bytes() for path in (tmp_path / ".dataqual-out.jsonl.unfinished").iterdir()]
        assert not any(b"sixteen letters" in data for data in held)


@pytest.mark.usefixtures("small")
def test_a_full_disk_keeps_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpus(tmp_path, "jsonl")
    real = os.fsync

    def full(number: int) -> None:
        if len(list((tmp_path / ".dataqual-out.jsonl.unfinished").glob("ledger/*"))) > 6:
            raise OSError(28, "No space left on device")
        real(number)

    with monkeypatch.context() as patch, pytest.raises(InputError) as error:
        patch.setattr("dataqual.writers.appearing.os.fsync", full)
        dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=RECIPE)
    assert error.value.__notes__ == [unfinished.KEPT]
    assert dataqual.clean(str(path), tmp_path / "out.jsonl", recipe=RECIPE).resumed > 0


def visible(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl.gz", "jsonl.zst"])
@pytest.mark.parametrize("shard_size", [[], ["--shard-size", "200K"]])
def test_kills_of_the_command_change_no_byte_whatever_is_written(
    ending: str, shard_size: list[str], tmp_path: Path
) -> None:
    """SIGKILL twice and SIGINT once, at random moments of a real process; then to the end, and the sums come out even."""
    path = corpus(tmp_path, ending, 8_000)
    script = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN);"  # not while this line is read
        "import dataqual.rewriting as r, dataqual.readers.cutting as c; r.PART = 2;"
        "c.Sizes.__init__.__defaults__ = (4 << 20, 64 << 20, 250); from dataqual.cli import main;"
        "signal.signal(signal.SIGINT, signal.default_int_handler); main()"
    )
    words = ["--drop", "near_copies", "--no-report", "--json", *shard_size]

    def command(folder: str) -> list[str]:
        (tmp_path / folder).mkdir(exist_ok=True)
        return [
            sys.executable,
            "-c",
            script,
            "clean",
            str(path),
            "-o",
            str(tmp_path / folder / f"out.{ending}"),
            *words,
        ]

    started = time.monotonic()
    subprocess.run(command("whole"), check=True, capture_output=True)
    lasts = time.monotonic() - started
    rng = random.Random(1)
    for how in (signal.SIGKILL, signal.SIGINT, signal.SIGKILL):
        run = subprocess.Popen(command("broken"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(rng.uniform(0.4, 0.9) * lasts)
        run.send_signal(how)
        _, err = run.communicate()
        if run.returncode == 0:  # it was faster this time
            continue
        assert "Traceback" not in err
        there = visible(tmp_path / "broken")
        assert there in ({}, files(tmp_path / "whole"))  # nothing yet, or all of it
        assert run.returncode in (128 + signal.SIGINT, -how)  # the latter where it was at its very end
        if run.returncode > 0:
            assert len(err.splitlines()[-1:]) == 1 and err.splitlines()[-1].startswith("dataqual: broken off; ")
    done = subprocess.run(command("broken"), check=True, capture_output=True, text=True)
    assert files(tmp_path / "broken") == files(tmp_path / "whole")
    facts = json.loads(done.stdout)
    assert facts["read"] == 8_000 == facts["kept"] + facts["dropped"] + facts["unreadable"]
    ledger = pl.read_parquet(facts["ledger"])
    assert ledger.filter(pl.col("action") == "dropped").height == facts["dropped"] > 0
    assert sum(len(texts(Path(output))) for output in facts["outputs"]) == facts["written"]


class Slow:
    """Is on the disk when it is told to be."""

    def __init__(self, error: Exception | None = None) -> None:
        self.on_disk = threading.Event()
        self.error = error

    def sync(self) -> None:
        assert self.on_disk.wait(60)
        if self.error is not None:
            raise self.error


def test_what_is_marked_counts_when_all_of_it_is_on_the_disk(tmp_path: Path) -> None:
    slow, state = Slow(), {"batches": 1}
    with Unfinished(str(tmp_path / "out.jsonl"), "plan") as unfinished:
        unfinished.mark(state, [slow])
        state["batches"] = 2  # the work goes on
        assert unfinished._read("state") is None
        slow.on_disk.set()
        unfinished.settle()
        assert unfinished._read("state") == {"batches": 1}


def test_a_disk_that_fails_is_told_at_the_next_mark(tmp_path: Path) -> None:
    slow = Slow(InputError("out.jsonl: cannot be written: No space left on device"))
    slow.on_disk.set()
    with (
        pytest.raises(InputError, match="No space left on device"),
        Unfinished(str(tmp_path / "out.jsonl"), "plan") as unfinished,
    ):
        unfinished.mark({"batches": 1}, [slow])
        unfinished.mark({"batches": 2}, [])
