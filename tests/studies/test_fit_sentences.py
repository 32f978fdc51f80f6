"""What somebody reads who fits a table of their own: the law, what data and compute are worth, what may not be concluded."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dataqual.translating import Translation, sentences
from studies.cli import main
from studies.judging.tables import FittedTable, fit_table
from studies.telling.fit_sentences import verdicts
from tests.studies.made import CHINCHILLA, runs

SAY = Translation(sentences("zh"))


def table(folder: Path, name: str = "mine.csv", **asked: object) -> Path:
    """Two grades, of which a token of the second is worth two of the first."""
    made = runs(quality={"web": 1.0, "clean": 2.0}, noise=0.003, seed=3, **asked)  # type: ignore[arg-type]
    rows = zip(made.parameters, made.tokens, made.unique, made.grade, made.loss, strict=True)
    text = "".join(f"{n},{d},{u},{made.grades[g]},{loss}\n" for n, d, u, g, loss in rows)
    (folder / name).write_text("params,tokens,unique_tokens,dataset,val_loss\n" + text, encoding="utf-8")
    return folder / name


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> FittedTable:
    return fit_table(table(tmp_path_factory.mktemp("fresh")), draws=200)


@pytest.fixture(scope="module")
def repeated(tmp_path_factory: pytest.TempPathFactory) -> FittedTable:
    place = tmp_path_factory.mktemp("repeated")
    return fit_table(table(place, law="data_constrained", epochs=(1.0, 4.0, 16.0)), draws=200)


def test_every_parameter_stands_with_its_interval_and_what_it_means(fresh: FittedTable) -> None:
    said = fresh.summary().splitlines()
    law = fresh.laws["val_loss"][0]
    meant = {"E": "loss that nothing lowers", "q[clean]": "tokens of web that one of clean is worth"}
    for name, ends in law.intervals().items():
        assert ends is not None
        [line] = [line for line in said if line.strip().startswith(f"{name} ")]
        assert f"[{ends[0]:.4g}, {ends[1]:.4g}]" in line
        assert line.endswith(meant.get(name, ""))
    assert f"    n {len(law.fit.runs)}, typical error {law.fit.rmse():.2%}" in fresh.summary()


def test_a_verdict_says_by_how_much_and_names_no_hours(fresh: FittedTable) -> None:
    [line] = [line for line in fresh.summary().splitlines() if "doubling unique data" in line]
    low, high = fresh.exchange["val_loss"]["verdicts"][0]["difference"]["interval"]
    gain = "doubling unique data lowers loss more than doubling compute"
    assert line.startswith(f"    {gain}: UNDECIDED, difference in loss {low:+.3g} to {high:+.3g} (no run repeats")
    assert "hours" not in fresh.summary()


@pytest.mark.parametrize(
    ("verdict", "interval", "said"),
    [
        ("SUPPORTED", [0.01, 0.03], "more by 0.02 [0.01, 0.03]"),
        ("REFUTED", [-0.03, -0.01], "less by 0.02 [0.01, 0.03]"),
    ],
)
def test_the_side_that_wins_has_a_number_above_0(verdict: str, interval: list[float], said: str) -> None:
    difference = {"value": 0.02 if verdict == "SUPPORTED" else -0.02, "interval": interval}
    found = {"claim": "a claim", "verdict": verdict, "difference": difference, "reason": "so"}
    more, by = said.split(" by ")
    assert list(verdicts([found])) == [f"a claim: {verdict}, loss falls by {by} {more} (so)"]


def test_what_data_and_compute_are_worth_is_told_in_numbers(repeated: FittedTable) -> None:
    said = repeated.summary()
    found = repeated.exchange["val_loss"]
    q, ceiling, slopes = found["grades"]["clean"]["q"], found["ceiling"], found["elasticities"]
    assert (
        f"one token of clean is worth {q['value']:.3g} [{q['interval'][0]:.3g}, {q['interval'][1]:.3g}] of web" in said
    )
    assert f"1 % more parameters: loss {slopes['parameters']['value']:+.3f} [" in said
    assert f"1 % more unique data at the same compute: loss {slopes['unique']['value']:+.3f} [" in said
    assert f"with these unique tokens loss stays above {ceiling['value']:.3g} [" in said
    assert "no amount of compute makes up for half of the unique data" in said
    assert "the largest run of web:" in said


def test_what_may_not_be_concluded_follows_from_the_runs(fresh: FittedTable, repeated: FittedTable) -> None:
    never = "What repeated data are worth: no run saw its tokens twice."
    assert never in fresh.summary()
    assert never not in repeated.summary()
    for found in (fresh, repeated):
        after = found.summary().split("What may not be concluded from these runs:\n")[1].splitlines()
        assert after[0] == "    Anything beyond these sizes and amounts of data: no law was tested there."
        assert (
            "    How much chance there is in a loss: no run was made twice, so intervals rest on how far runs lie from the law."
            in after
        )


def test_the_floor_lies_below_every_loss_or_is_called_open(tmp_path: Path) -> None:
    rows = "1e7,5e8,4.5\n1e7,2e9,4.1\n1e7,8e9,3.9\n3e7,5e8,4.0\n"
    (tmp_path / "four.csv").write_text("N,D,loss\n" + rows)
    law = fit_table(tmp_path / "four.csv", draws=200).laws["loss"][0]
    assert "E" in law.weak()
    ends = law.intervals()["E"]
    assert ends is None or ends[1] <= 3.9


def test_one_run_below_the_floor_is_warned_of_and_leaves_the_floor_alone(tmp_path: Path) -> None:
    made = runs(noise=0.002, seeds=2)
    rows = [*zip(made.parameters, made.tokens, made.loss, strict=True), (1e6, 1e6, 0.1)]
    (tmp_path / "one.csv").write_text("N,D,loss\n" + "".join(f"{n},{d},{y}\n" for n, d, y in rows))
    law = fit_table(tmp_path / "one.csv", draws=200).laws["loss"][0]
    ends = law.intervals()["E"]
    assert ends is not None
    assert ends[0] < CHINCHILLA["E"] < ends[1]
    assert (
        f"E lies above the loss of 1 of {len(rows)} runs, which no floor can: they contradict the law, or are wrong"
        in law.warnings()
    )


def test_the_command_says_where_everything_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["fit", str(table(tmp_path, sizes=(3e4, 1e5, 3e5), unique=(1e5, 2e5, 4e5)))])
    assert done.exit_code == 0
    assert (
        done.stdout.splitlines()[-1]
        == "mine.laws.json: all laws with intervals, residuals and verdicts; left-out rows with the reason"
    )
    assert (tmp_path / "mine.laws.json").exists()


def test_a_table_that_cannot_be_read_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.csv").write_text("size,loss\n1e7,3\n")
    assert CliRunner().invoke(main, ["fit", "wrong.csv", "-o", "fitted"]).exit_code == 2
    assert not Path("fitted").exists()


def test_a_row_that_is_left_out_is_told_in_chinese_with_its_reason() -> None:
    told = SAY.whole("loss: 1 row left out, tokens is -2e+07; it must be above 0: line 5")
    assert told == "loss：略去 1 行，tokens 为 -2e+07；必须大于 0：第 5 行"


@pytest.mark.parametrize("case", ["fresh", "repeated"])
def test_every_line_is_told_in_chinese(case: str, request: pytest.FixtureRequest) -> None:
    for line in request.getfixturevalue(case).summary().splitlines():
        if line and not line.strip().startswith(("chinchilla: ", "power: ")):
            told = SAY.whole(line)
            assert told != line, line
            assert "loss falls" not in told
