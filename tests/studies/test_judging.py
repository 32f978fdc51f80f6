"""From points to laws and exchange rates: what a grade is worth counts its tokens, and what was left out is told."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from dataqual.translating import Translation, sentences
from studies.design.study import Study
from studies.findings.facts import alike, assemble
from studies.fitting.saved_laws import laws_json
from studies.judging.judge import judge
from studies.judging.tables import fit_table
from studies.results import Records
from studies.telling.sentences import _beyond_grades, answer, summary
from tests.studies.made import runs


def study() -> Study:
    keys = {
        "name": "s", "corpus": "c.jsonl", "grades": {"clean": {}, "typos": {"spoil_typos": {"dose": 0.5}}},
        "learner": "oracle", "sizes": [30_000, 100_000, 300_000], "tokens": [128_000, 256_000, 512_000, 1_024_000],
        "again": [],
    }  # fmt: skip
    return Study.of(keys, "study", Path())


def points(
    held_out: str = "raw", quality: dict[str, float] | None = None, noise: float = 0.002
) -> list[dict[str, Any]]:
    made = runs(sizes=(3e4, 1e5, 3e5), quality=quality or {"clean": 1.0, "typos": 0.5}, noise=noise)
    columns = (made.parameters, made.tokens, made.unique, made.flops, made.loss, made.grade, made.trunk)
    return [
        {"parameters": n, "size": int(n), "tokens": d, "unique": u, "flops": c, "loss": loss, "trunk": int(trunk),
         "grade": made.grades[grade], "arm": "main", "held_out": held_out, "seconds": None, "seed": 0}
        for n, d, u, c, loss, grade, trunk in zip(*columns, strict=True)
    ]  # fmt: skip


# what a BPE of 1,024 makes of the embedded corpus: typos are hardly more bytes and many more tokens
BPE = {
    "grades": {
        "clean": {"yield": 0.9, "tokens": 100_000, "bytes": 320_000},
        "typos": {"yield": 0.9 * 1.005, "tokens": 138_000, "bytes": 321_600},
    }
}


def test_the_net_worth_of_a_grade_counts_its_tokens_and_not_its_bytes() -> None:
    worth = judge(study(), points(), BPE)["raw"]["exchange"]["grades"]["typos"]
    assert worth["net_worth"]["value"] / worth["q"]["value"] == pytest.approx(1.38)


def test_runs_that_carry_no_law_say_why_and_the_answer_passes_it_on() -> None:
    found = judge(study(), points()[:3], BPE)["raw"]
    assert found["notes"][0].startswith("no law can be fitted: law data_constrained: ")
    facts = {"controls": [], "cost": {"unit": "core-hours"}, "exchange": {"raw": found["exchange"]}}
    assert answer(facts) == f"Undecided: {found['notes'][0]}."


def test_notes_of_the_study_of_its_data_and_of_its_laws_are_kept_and_told(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text("")
    asked = dataclasses.replace(study(), notes=("of the study",))
    fitted = {"raw": {**judge(asked, points()[:3], BPE)["raw"], "notes": ["of the laws"]}}
    grades = {name: {**grade, "removed": {"documents": 0}} for name, grade in BPE["grades"].items()}
    found = assemble(
        asked, {"tokenizer": "bytes", "grades": grades}, Records(), {}, fitted, workers=1, run={}, notes=("of the data",)
    )  # fmt: skip
    assert found["notes"] == ["of the study", "of the data", "raw: of the laws"]
    assert ("note: of the data", None) in summary(found)


def test_laws_json_has_one_shape_whether_a_study_or_a_table_was_fitted(tmp_path: Path) -> None:
    rows = points()
    table = "N,D,grade,loss\n" + "".join(f"{p['parameters']},{p['tokens']},{p['grade']},{p['loss']}\n" for p in rows)
    (tmp_path / "runs.csv").write_text(table)
    fitted = fit_table(tmp_path / "runs.csv", draws=50).facts()
    laws = {"raw": judge(study(), rows, BPE)["raw"]["laws"]}
    studied = laws_json(laws, ["a note"])
    assert set(studied) | {"table", "columns", "left_out", "runs", "exchange"} == set(fitted)
    for one, other in zip(studied["laws"], fitted["laws"], strict=True):
        assert set(one) == set(other)
        assert one["objective"] == pytest.approx(other["objective"], rel=1e-3)
        assert isinstance(one["weakly_identified"], list)
        assert one["residuals"] == pytest.approx(other["residuals"], abs=1e-4)
    assert laws["raw"][0]["objective"]["huber"] == studied["laws"][0]["objective"]


def test_what_a_table_left_out_of_its_laws_stands_in_laws_json(tmp_path: Path) -> None:
    text = "".join(f"1e8,{d},{2 + 50 * d**-0.2}\n" for d in (1e9, 2e9, 4e9, 8e9, 16e9, 32e9))
    (tmp_path / "one.csv").write_text("N,D,loss\n" + text)
    assert any(
        "all runs have the same parameters (N)" in note
        for note in fit_table(tmp_path / "one.csv", draws=50).facts()["notes"]
    )


def test_a_grade_that_is_another_one_is_noted_in_english_and_chinese() -> None:
    (note,) = alike({"raw": {"sha256": "a"}, "minimal": {"sha256": "a"}, "old": {}})
    assert note.startswith("grades.minimal: the very tokens of raw,")
    assert Translation(sentences("zh")).whole(note).startswith("grades.minimal：与 raw 的词元完全相同")


def test_a_grade_of_smaller_sizes_alone_is_not_claimed_for_the_largest() -> None:
    sizes = {"clean": (65_000, 245_000), "typos": (65_000, 113_000), "terse": (245_000,)}
    points = [{"grade": grade, "parameters": size} for grade, there in sizes.items() for size in there]
    assert list(_beyond_grades(points)) == [
        "That grade typos does the same at size 245 thousand: it was trained up to 113 thousand, and the law goes on from there."
    ]


def test_each_control_that_fails_withholds_every_verdict_and_copies_withhold_none() -> None:
    """Each control is made to fail in turn, in a study that is otherwise sound."""
    spoils = {"clean": {}, "typos": {"spoil_typos": {"dose": 0.5}}, "copies": {"spoil_duplicates": {"dose": 0.5}}}
    keys = {
        "name": "s", "corpus": "c.jsonl", "grades": spoils, "again": ["clean"], "learner": "oracle",
        "sizes": [30_000, 100_000, 300_000], "tokens": [128_000, 256_000, 512_000, 1_024_000],
    }  # fmt: skip
    asked = Study.of(keys, "study", Path())
    grade = {"yield": 0.9, "tokens": 100_000, "bytes": 320_000, "unique": 0.5, "removed": {"documents": 0}}
    whole = {"documents": 9, "found": 9, "excerpts": 9, "excerpts_found": 9, "words": 26}
    data = {"tokenizer": "bytes", "grades": dict.fromkeys(spoils, grade), "planted": whole, "copied": [leaked(0.001)]}
    rows = [{**row, "grade": "clean" if row["grade"] == "again" else row["grade"], "arm": "again" if row["grade"] == "again" else "main"}
            for row in points(quality={"clean": 1.0, "again": 1.0, "typos": 0.5, "copies": 0.6}, noise=0.0005)]  # fmt: skip
    judged = judge(asked, rows, data)

    def verdicts(again: float = 1.0, typos: float = 1.0, copies: float = 1.0, **more: Any) -> dict[str, str]:
        """What each verdict says with the worths multiplied so, and other data."""
        fitted = copy.deepcopy({name: {**pieces, "draws": None} for name, pieces in judged.items()})
        worths = fitted["raw"]["exchange"]["grades"]
        for q, times in (
            (fitted["raw"]["again"]["clean"], again),
            (worths["typos"]["q"], typos),
            (worths["copies"]["q"], copies),
        ):
            q |= {"value": times * q["value"], "interval": [times * end for end in q["interval"]]}
        found = assemble(asked, {**data, **more}, Records(), {}, fitted, workers=1, run={})
        return {
            verdict["what"]: f"{verdict['verdict']}: {verdict['reason']}"
            for verdict in found["exchange"]["raw"]["verdicts"]
        }

    good = verdicts()
    assert good["grade:typos"].startswith("REFUTED: ")
    assert verdicts(copies=3.0) == good  # reported, whatever they are worth
    assert set(verdicts(again=1.5).values()) == {"UNDECIDED: a control failed: A/A, raw"}
    assert set(verdicts(typos=3.0).values()) == {"UNDECIDED: a control failed: known dose typos, raw"}
    assert set(verdicts(planted={**whole, "found": 8}).values()) == {"UNDECIDED: a control failed: planted leak"}
    assert set(verdicts(copied=[leaked(0.5)]).values()) == {"UNDECIDED: a control failed: copies of held-out text"}


def leaked(share: float) -> dict[str, Any]:
    return {"held_out": "raw", "grade": "clean", "tokens": 200, "share": share}
