"""A split that is killed goes on where it was, and ends in the same bytes; the options are those of `clean`."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import dataqual
from dataqual.cli import main
from dataqual.errors import InputError, SpecError
from dataqual.readers.cutting import Sizes
from dataqual.splitting import split
from dataqual.splitting.surveying import Surveying
from dataqual.splitting.writing import Writing
from dataqual.unfinished import KEPT, Unfinished
from tests.test_unfinished import ENDINGS, Halt, corpus, texts

HALVES = {"train": 0.5, "test": 0.5}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two batches, batches of 150 documents."""
    monkeypatch.setattr("dataqual.splitting.writing.PART", 2)
    monkeypatch.setattr("dataqual.corpus.CHUNK_RECORDS", 150)
    monkeypatch.setattr(Sizes.__init__, "__defaults__", (4 << 20, 64 << 20, 150))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def killed(path: Path, folder: Path, at: int, monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
    """A split that is cut off after so many batches of the pass that writes, and cleans nothing up."""
    with monkeypatch.context() as patch:
        patch.setattr(Unfinished, "__exit__", lambda self, *_: self._release())
        taken = Writing._take
        seen: list[int] = []

        def take(self: Any, *given: Any) -> None:
            if len(seen) == at:
                raise Halt
            seen.append(1)
            taken(self, *given)

        patch.setattr(Writing, "_take", take)
        with pytest.raises(Halt):
            split(str(path), folder, parts=HALVES, **options)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("shard_size", [None, 100_000])
def test_a_split_that_was_killed_goes_on_and_ends_in_the_same_bytes(
    ending: str, shard_size: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = corpus(tmp_path, ending, 3_000)
    asked: dict[str, Any] = {"ending": f".{ending}", "shard_size": shard_size}
    straight = split(str(path), tmp_path / "whole", parts=HALVES, **asked)
    for at in (5, 0, 7, 3):  # each goes on from the last
        killed(path, tmp_path / "broken", at, monkeypatch, **asked)
        assert [file.name for file in (tmp_path / "broken").iterdir()] == [".dataqual-split.ledger.parquet.unfinished"]
    result = split(str(path), tmp_path / "broken", parts=HALVES, **asked)
    assert result.resumed == 12 * 150
    assert files(tmp_path / "broken") == files(tmp_path / "whole")
    assert (result.read, result.parts, result.clusters) == (straight.read, straight.parts, straight.clusters)
    assert f"{12 * 150:,} of the records were written by an earlier run" in str(result).splitlines()


@pytest.mark.usefixtures("small")
def test_copies_that_were_found_are_not_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpus(tmp_path, "jsonl", 600)
    killed(path, tmp_path / "parts", 0, monkeypatch)
    monkeypatch.setattr(Surveying, "go", lambda *_: pytest.fail("surveyed again"))
    assert split(str(path), tmp_path / "parts", parts=HALVES).read == 600


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("change", ["input", "seed", "order of the parts", "ledger", "restart"])
def test_another_input_or_question_begins_anew(change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpus(tmp_path, "jsonl", 900)
    killed(path, tmp_path / "parts", 4, monkeypatch)
    asked: dict[str, Any] = {"parts": HALVES}
    if change == "input":
        with path.open("a") as file:
            file.write('{"id": "new", "text": "one more"}\n')
    elif change == "order of the parts":
        asked = {"parts": dict(reversed(HALVES.items()))}
    else:
        asked |= {"seed": {"seed": 1}, "restart": {"resume": False}, "ledger": {"ledger": tmp_path / "l.parquet"}}[
            change
        ]
    assert split(str(path), tmp_path / "parts", **asked).resumed == 0
    assert {"train.jsonl", "test.jsonl"} <= {*files(tmp_path / "parts")} <= {"train.jsonl", "test.jsonl", "split.ledger.parquet"}  # fmt: skip


def test_to_insist_on_going_on_from_nothing_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    path = corpus(tmp_path, "jsonl", 10)
    with pytest.raises(SpecError, match="--resume: there is nothing to go on from beside"):
        split(str(path), tmp_path / "parts", resume=True)
    assert not (tmp_path / "parts").exists()


@pytest.mark.usefixtures("small")
def test_ctrl_c_keeps_what_was_done_and_says_so(tmp_path: Path) -> None:
    path = corpus(tmp_path, "jsonl", 3_000)
    passes = []

    def interrupt(documents: int, *_: int) -> None:
        passes.append(documents)
        if documents == 900 and passes.count(900) == 2:  # of the second pass
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stopped:
        split(str(path), tmp_path / "parts", progress=interrupt)
    assert stopped.value.__notes__ == [KEPT]
    assert split(str(path), tmp_path / "parts").resumed == 900


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("publishing", range(3))
def test_a_kill_while_the_files_get_their_names_ends_in_the_same_bytes(
    publishing: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = corpus(tmp_path, "jsonl", 900)
    split(str(path), tmp_path / "whole", parts=HALVES)
    split(str(path), tmp_path / "broken", parts=HALVES, seed=1)
    before, after = files(tmp_path / "broken"), files(tmp_path / "whole")
    assert all(before[name] != after[name] for name in after)
    with monkeypatch.context() as patch:
        patch.setattr(Unfinished, "__exit__", lambda self, *_: self._release())
        real, seen = Path.replace, []

        def replace(self: Path, target: Any) -> Any:
            if Path(target).suffix != ".pickle":
                if len(seen) == publishing:
                    raise Halt
                seen.append(target)
            return real(self, target)

        patch.setattr(Path, "replace", replace)
        with pytest.raises(Halt):
            split(str(path), tmp_path / "broken", parts=HALVES)
    there = {path.name: path.read_bytes() for path in (tmp_path / "broken").iterdir() if path.is_file()}
    assert there == {name: after[name] for name in ("train.jsonl", "test.jsonl")[:publishing]}
    split(str(path), tmp_path / "broken", parts=HALVES)
    assert files(tmp_path / "broken") == files(tmp_path / "whole")


# The other options of what writes


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", ENDINGS)
def test_shards_hold_together_what_one_file_does(ending: str, tmp_path: Path) -> None:
    path = corpus(tmp_path, ending, 3_000)
    asked = {"parts": HALVES, "ending": f".{ending}"}
    whole = split(str(path), tmp_path / "whole", **asked)
    result = split(str(path), tmp_path / "parts", shard_size=40_000, **asked)
    for name, shards in result.shards.items():
        assert len(shards) > 2
        assert shards[0].name == f"{name}-00001-of-{len(shards):05d}.{ending}"
        assert [text for shard in shards for text in texts(shard)] == texts(whole.outputs[name])
        assert f"{shards[0]} … {shards[-1].name}" in str(result).splitlines()
    assert result.facts()["shards"]["test"] == [str(shard) for shard in result.shards["test"]]


@pytest.mark.usefixtures("small")
def test_what_an_earlier_split_left_goes_be_it_one_file_or_shards(tmp_path: Path) -> None:
    path = corpus(tmp_path, "jsonl", 3_000)
    folder = tmp_path / "parts"
    thirds = {"train": 0.5, "valid": 0.2, "test": 0.3}
    for parts, size in (
        (thirds, None),
        (thirds, 60_000),
        (HALVES, 200_000),
        (HALVES, None),
        (thirds, 60_000),
        (HALVES, None),
    ):
        result = split(str(path), folder, parts=parts, shard_size=size)
        assert result.ledger is not None
        written = [*(shard for shards in result.shards.values() for shard in shards), result.ledger]
        assert sorted(folder.iterdir()) == sorted(written)
    assert len(result.removed) > 5


def test_shards_that_are_read_are_never_overwritten(tmp_path: Path) -> None:
    given = tmp_path / "train-00001-of-00002.jsonl"
    corpus(tmp_path, "jsonl", 10).rename(given)
    with pytest.raises(
        InputError, match=r"train-00001-of-00002\.jsonl is one of the inputs, which are never overwritten"
    ):
        split(str(given), tmp_path, shard_size=100)
    with pytest.raises(
        InputError, match=r"train-00001-of-00002\.jsonl is one of the inputs, which are never overwritten"
    ):
        dataqual.clean(str(given), tmp_path / "train.jsonl", drop=["empty"], shard_size=100)


def test_the_ledger_may_stand_elsewhere_and_that_of_an_earlier_split_goes(tmp_path: Path) -> None:
    path = corpus(tmp_path, "jsonl", 50)
    split(str(path), tmp_path / "parts", parts={"train": 0.5, "valid": 0.5})
    result = split(str(path), tmp_path / "parts", parts=HALVES, ledger=tmp_path / "why.parquet")
    assert {*files(tmp_path / "parts")} == {"train.jsonl", "test.jsonl"}
    assert [gone.name for gone in result.removed] == ["valid.jsonl", "split.ledger.parquet"]
    assert pl.read_parquet(tmp_path / "why.parquet").height == 50
    with pytest.raises(SpecError, match=r"--ledger: .*why\.csv: a ledger is a \.parquet file"):
        split(str(path), tmp_path / "parts", ledger=tmp_path / "why.csv")
    with pytest.raises(InputError, match=r"--ledger: .*train\.parquet is the output itself; choose another name"):
        split(pl.read_ndjson(path), tmp_path / "parts", ledger=tmp_path / "parts" / "train.parquet")


def test_the_command_takes_what_clean_takes(tmp_path: Path) -> None:
    path = corpus(tmp_path, "jsonl", 50)
    asked = ["split", str(path), "-o", str(tmp_path / "parts"), "--quiet"]
    more = [
        "--ledger",
        str(tmp_path / "why.parquet"),
        "--shard-size",
        "1K",
        "--restart",
        "--workers",
        "1",
        "--max-memory",
        "512M",
    ]
    done = CliRunner().invoke(main, [*asked, *more])
    assert (done.exit_code, done.output) == (0, "")
    assert (tmp_path / "parts" / "train-00001-of-00001.jsonl").exists()
    done = CliRunner().invoke(main, [*asked, "--resume"])
    assert done.exit_code == 2
    assert "--resume: there is nothing to go on from beside" in done.output


@pytest.mark.slow
def test_random_kills_of_the_command_change_no_byte(tmp_path: Path) -> None:
    """A real process, killed with SIGKILL at random moments, from its start to its end."""
    path = corpus(tmp_path, "jsonl", 20_000)
    script = (
        "import dataqual.splitting.writing as w, dataqual.readers.cutting as c; w.PART = 2;"
        "c.Sizes.__init__.__defaults__ = (4 << 20, 64 << 20, 500); from dataqual.cli import main; main()"
    )

    def command(folder: str) -> list[str]:
        return [
            sys.executable,
            "-c",
            script,
            "split",
            str(path),
            "-o",
            str(tmp_path / folder),
            "--shard-size",
            "1M",
            "--quiet",
        ]

    started = time.monotonic()
    subprocess.run(command("whole"), check=True)
    lasts = time.monotonic() - started
    rng = random.Random(1)
    kills = 0
    while kills < 10:
        run = subprocess.Popen(command("broken"))
        time.sleep(rng.uniform(0.3, 1.0) * lasts)
        if run.poll() is None:
            os.kill(run.pid, signal.SIGKILL)
            kills += 1
        elif run.returncode == 0:  # it came to its end; the next begins anew
            assert files(tmp_path / "broken") == files(tmp_path / "whole")
        run.wait()
    subprocess.run(command("broken"), check=True)
    assert files(tmp_path / "broken") == files(tmp_path / "whole")
