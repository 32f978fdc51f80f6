"""docs/back-translation.md says what is so: its walk runs where Apertium is, its YAML is read, its Python says what it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from dataqual.cli import main
from dataqual.gating.rules import OF_A_CORPUS, SIGNALS, Rules, default_rules
from dataqual.translation.apertium import MODES
from tests.test_docs import ROOT, blocks

PAGE = ROOT / "docs" / "back-translation.md"
PAIR = all((MODES / f"{pair}.mode").is_file() for pair in ("eng-spa", "spa-eng"))

REVIEWS = [
    ("The story of the film is good and the actors are wonderful.", "pos"),
    ("I liked the music, and the end of the story was very beautiful.", "pos"),
    *((f"The film number {n} was too long and the story was very bad.", "neg") for n in range(6)),
]


@pytest.mark.skipif(
    shutil.which("apertium-wblank-mode") is None or not PAIR, reason="apertium-eng-spa is not installed"
)
def test_the_walk_through_apertium_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f'"{text}",{label}\n' for text, label in REVIEWS)
    Path("polarity.csv").write_text("text,label\n" + rows, encoding="utf-8")
    [block] = [block for block in blocks(PAGE) if block.remark == "needs apertium"]
    first, second, compared = block.text.splitlines()
    for line in (first, second):
        result = CliRunner().invoke(main, line.split()[1:], catch_exceptions=False)
        assert result.exit_code == 0, result.output
    _, one, other = compared.split()
    assert Path(one).read_bytes() == Path(other).read_bytes()
    lines = Path(one).read_text(encoding="utf-8").splitlines()
    assert len(lines) > 1 + len(REVIEWS)
    assert Path("polarity.more.csv.report.html").is_file()


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
    for name in (*SIGNALS, *OF_A_CORPUS):
        assert f"`{name}`" in text, name
    bounds = {rule.signal: rule.bounds for rules in default_rules().sections.values() for rule in rules}
    assert set(bounds) == {*SIGNALS, *OF_A_CORPUS}
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
    [block] = [block for block in blocks(PAGE) if block.language == "python"]
    exec(compile(block.text, str(block), "exec"), {})
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("False [('numbers_changed', 2.0, '<= 0')") and "antonyms_swapped" in first
    assert second == "True []"
