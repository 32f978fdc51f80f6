"""The calibration of a GPU, at a toy size on a CPU: that every way trains, and that what cannot be is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
calibrate = pytest.importorskip("benchmarks.calibrate")

TOY = "--device cpu --sizes 20k --window 32 --batch 512 --vocabulary 257 --seconds 0.2 --no-compile".split()


def test_a_calibration_measures_each_way_and_says_why_one_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(*given: object) -> float:
        raise ImportError("accelerate is not installed")

    monkeypatch.setattr(calibrate, "trainer", absent)
    facts = calibrate.main([*TOY, "-o", str(tmp_path / "c.json")])
    assert json.loads((tmp_path / "c.json").read_text()) == facts
    (row,) = facts["sizes"]
    assert row["ours"] > 0 and row["nanoGPT loop"] > 0 and facts["peak"] > 0
    assert row["ratio"] == pytest.approx(row["ours"] / row["nanoGPT loop"])
    assert row["failed"] == {
        "ours, compiled": "left out (--no-compile)",
        "Trainer": "ImportError: accelerate is not installed",
    }
    said = capsys.readouterr().out
    assert "Trainer: ImportError: accelerate is not installed" in said and "| unknown |" in said


def test_the_loop_beside_it_has_as_many_parameters_as_ours() -> None:
    d = calibrate.dimensions(94_808, 257, 64)
    assert sum(p.numel() for p in calibrate.Nano(d).parameters()) == pytest.approx(d.parameters, rel=0.01)


@pytest.mark.parametrize(
    ("parameters", "mine", "passed"), [(5e6, 2.1, True), (5e6, 1.9, False), (5e7, 0.5, None), (1.2e8, 1.0, True)]
)
def test_the_bar_is_that_of_the_size(parameters: float, mine: float, passed: bool | None) -> None:
    row = {"parameters": parameters, "ours": mine, "ours, compiled": None, "Trainer": 1.0, "nanoGPT loop": None}
    assert calibrate._against(row)["passed"] is passed
