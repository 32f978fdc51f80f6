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


@pytest.mark.slow
def test_the_trainer_of_transformers_trains_too(tmp_path: Path) -> None:
    pytest.importorskip("accelerate")
    pytest.importorskip("transformers")
    (row,) = calibrate.main([*TOY, "--at-once", "16", "-o", str(tmp_path / "c.json")])["sizes"]
    assert row["Trainer"] > 0 and row["failed"] == {"ours, compiled": "left out (--no-compile)"}


def test_what_does_not_fit_is_tried_with_half_as_many_windows_and_what_is_done_is_not_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def full(size: int, asked: object, folder: Path) -> float:
        tried.append(asked.at_once)  # type: ignore[attr-defined]
        if tried[-1] > 4:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return 1000.0

    for name in ("trainer", "nano"):
        monkeypatch.setattr(calibrate, name, full)
    monkeypatch.setattr(calibrate, "ours", lambda *given, **more: 2000.0)
    monkeypatch.setattr(calibrate, "peak", lambda *given: 1e9)
    given = [*TOY, "--at-once", "16", "-o", str(tmp_path / "c.json")]
    first = calibrate.main(given)
    assert tried == 2 * [16, 8, 4] and first["sizes"][0]["ratio"] == 2.0
    assert calibrate.main(given) == first and len(tried) == 6
    late = calibrate.main([*TOY, "--minutes", "0", "-o", str(tmp_path / "late.json")])["sizes"][0]
    assert late["ours"] is None and set(late["failed"].values()) == {"left out (--no-compile)", calibrate.LATE}
    assert calibrate.main([*TOY, "-o", str(tmp_path / "late.json")])["sizes"][0]["ours"] == 2000.0


def test_the_loop_beside_it_has_as_many_parameters_as_ours() -> None:
    d = calibrate.dimensions(94_808, 257, 64)
    assert sum(p.numel() for p in calibrate.Nano(d).parameters()) == pytest.approx(d.parameters, rel=0.01)


@pytest.mark.parametrize(
    ("parameters", "mine", "passed"), [(5e6, 2.1, True), (5e6, 1.9, False), (5e7, 0.5, None), (1.2e8, 1.0, True)]
)
def test_the_bar_is_that_of_the_size(parameters: float, mine: float, passed: bool | None) -> None:
    row = {"parameters": parameters, "ours": mine, "ours, compiled": None, "Trainer": 1.0, "nanoGPT loop": None}
    assert calibrate._against(row)["passed"] is passed
