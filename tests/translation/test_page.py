"""docs/back-translation.md says what is so: its walk runs, through Apertium where that is, its YAML is read, its Python says so."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from dataqual.cli import main
from dataqual.gating.rules import OF_A_CORPUS, OF_CHILDREN, SIGNALS, Rules, default_rules
from dataqual.translation.apertium import MODES
from studies.design.study import Study
from tests.test_docs import ROOT, blocks

PAGE = ROOT / "docs" / "back-translation.md"
BESIDE = {"needs apertium": ("eng-spa", "spa-eng"), "needs apertium, three pairs": ("eng-spa", "eng-cat", "en-eo")}
"""What the comment above a block of the walk says, and the pairs that its commands need."""

STUBS = [("s/film/movie/g", "s/beautiful/lovely/g"), ("s/story/plot/g", "s/wonderful/superb/g"), ("s/the/this/g", "p")]
"""What stands in the place of Apertium where that is missing: there and back by sed."""


def without_apertium(line: str) -> list[str]:
    """The words of a command whose routes are as many commands in the place of Apertium."""
    line, routes = re.sub(r"--set 'through=.*?'", "", line), 3 if "through=" in line else 1
    commands = [
        {"commands": [f"sed {there}", f"sed {back}" if back != "p" else "cat"]} for there, back in STUBS[:routes]
    ]
    return [*shlex.split(line), "--set", f"through={json.dumps(commands)}"]


@pytest.mark.parametrize("engine", ["apertium", "commands in its place"])
def test_the_walk_through_apertium_works(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {pair for pairs in BESIDE.values() for pair in pairs}
    there = shutil.which("apertium-wblank-mode") and all((MODES / f"{pair}.mode").is_file() for pair in needed)
    if engine == "apertium" and not there:
        pytest.skip("apertium with its three pairs is not installed")
    monkeypatch.chdir(tmp_path)
    [made] = [block for block in blocks(PAGE) if block.language == "python" and "polarity.csv" in block.text]
    exec(compile(made.text, str(made), "exec"), {})
    for line in (line for block in blocks(PAGE) if block.remark in BESIDE for line in block.text.splitlines()):
        words = without_apertium(line) if engine != "apertium" and " augment " in line else shlex.split(line)
        if words[0] == "cmp":
            assert Path(words[1]).read_bytes() == Path(words[2]).read_bytes()
            continue
        result = CliRunner().invoke(main, words[1:], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        if words[1] == "explain":
            assert "augment_back_translation" in result.output
    rows = Path("doubled.csv").read_text(encoding="utf-8").splitlines()
    assert sum(row.endswith(",pos") for row in rows) == 4  # twice as many as came
    assert "What was refused" in Path("more.csv.report.html").read_text(encoding="utf-8")


def test_the_gate_that_is_written_out_is_one(tmp_path: Path) -> None:
    text = next(block.text for block in blocks(PAGE) if block.language == "yaml" and "rules:" in block.text)
    (tmp_path / "gate.yaml").write_text(text, encoding="utf-8")
    assert [rule.signal for rule in Rules.load(tmp_path / "gate.yaml").of("rules", "with_labels")] == [
        "negations_changed",
        "length_ratio",
        "label_agreement",
    ]


def test_the_table_has_every_rule_and_its_bounds() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in (*SIGNALS, *OF_A_CORPUS, OF_CHILDREN):
        assert f"`{name}`" in text, name
    bounds = {rule.signal: rule.bounds for rules in default_rules().sections.values() for rule in rules}
    assert set(bounds) == {*SIGNALS, *OF_A_CORPUS, OF_CHILDREN}
    assert (bounds["similarity"].min, bounds["perplexity_ratio"].max, bounds["chrf"].min) == (0.65, 3, 0.35)


def test_the_routes_that_are_written_out_are_yaml_of_the_step() -> None:
    text = next(block.text for block in blocks(PAGE) if block.language == "yaml" and "through:" in block.text)
    [step] = yaml.safe_load(text)["steps"]
    kinds = [
        next(iter(one)) if isinstance(one, dict) else one.split(":")[0]
        for one in step["augment_back_translation"]["through"]
    ]
    assert kinds == ["apertium", "models", "model", "commands", "url", "nlpaug"]


def test_the_python_of_the_page_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    [block] = [block for block in blocks(PAGE) if block.language == "python" and "gating" in block.text]
    exec(compile(block.text, str(block), "exec"), {})
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("False [('numbers_changed', 2.0, '<= 0')") and "antonyms_swapped" in first
    assert second == "True []"


def test_the_figures_of_what_it_is_worth_are_those_that_were_measured() -> None:
    """Each row of the page stands in the table that the benchmark wrote, under the method that it names."""
    names = {
        "mere copies, as a control": "exact copies, as a control", "back-translation, Spanish": "back-translation, Apertium eng-spa",
        "back-translation, three routes": "back-translation, three routes of Apertium", "noise": "noise, rate 0.05",
        "shuffled sentences": "shuffled sentences, rate 0.5",
    }  # fmt: skip
    measured = {
        (cells[0], cells[1], cells[2], *cells[4:])
        for line in (ROOT / "benchmarks" / "results" / "augment-worth.md").read_text(encoding="utf-8").splitlines()
        if (cells := [cell.strip() for cell in line.strip("|").split("|")]) and len(cells) > 5
    }
    worth = PAGE.read_text(encoding="utf-8").partition("## Is it worth it?")[2].partition("\n## ")[0]
    told = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in worth.splitlines() if line.startswith("|")
    ]
    rows = [cells for cells in told if cells[1] in ("2", "4")]
    assert len(rows) == 10
    for name, factor, *values in rows:
        full = names.get(name, name)
        assert (full, factor, "none" if "copies" in name else "default", *values) in measured, name


def test_the_study_that_the_page_names_is_one() -> None:
    study = Study.load(ROOT / "examples" / "augment.yaml")
    assert [grade.name for grade in study.grades] == ["reviews", "synonyms", "copies"]
