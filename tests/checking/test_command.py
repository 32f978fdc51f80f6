"""`dataqual check` and `dataqual suite` as a person types them."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from dataqual.checking import Suite
from dataqual.cli import main


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with a corpus and two suites."""
    monkeypatch.chdir(tmp_path)
    Path("c.jsonl").write_text('{"text": "one two", "id": "a"}\n{"text": "one", "id": "b"}\n', encoding="utf-8")
    Path("good.yaml").write_text("checks:\n  - {metric: documents, min: 2}\n")
    Path("bad.yaml").write_text("checks:\n  - {signal: word_count, min: 2}\n  - {metric: documents, min: 2}\n")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_verdicts_go_to_stderr_and_the_exit_code_says_it_all() -> None:
    good, bad = run("check", "c.jsonl", "--suite", "good.yaml"), run("check", "c.jsonl", "--suite", "bad.yaml")
    assert (good.exit_code, good.stdout, bad.exit_code, bad.stdout) == (0, "", 1, "")
    assert bad.stderr.splitlines()[2:] == [
        "c.jsonl: 2 documents, 2 checks: 1 failed, 1 passed",
        "",
        "✗ word_count (failed)",
        "    expected: the share of documents with word_count >= 2 is >= 1",
        "    seen:     50 % of 2 documents, 1 not as expected",
        "    c.jsonl:2 1 “one”",
        "    mend: echo '{steps: [{keep: {signal: word_count, min: 2}}]}' > word-count.yaml && "
        "dataqual clean c.jsonl -o c.clean-word-count.jsonl --recipe word-count.yaml",
        "✓ documents: 2",
    ]


def test_json_is_alone_on_stdout_and_quiet_leaves_nothing_else() -> None:
    result = run("check", "c.jsonl", "--suite", "bad.yaml", "--json", "--quiet")
    assert result.stderr == ""
    facts = json.loads(result.stdout)
    assert (facts["verdict"], facts["exit_code"], [c["status"] for c in facts["checks"]]) == (
        "failed",
        1,
        ["failed", "passed"],
    )


def test_what_cannot_be_told_or_read_is_exit_code_2() -> None:
    Path("untold.yaml").write_text("checks:\n  - {column: n, min: 0}\n")
    Path("wrong.yaml").write_text("checks:\n  - {metric: documens, min: 0}\n")
    Path("empty.jsonl").write_text("")
    for arguments, told in [
        (("c.jsonl", "--suite", "untold.yaml"), "? n range (cannot tell)"),
        (
            ("c.jsonl", "--suite", "wrong.yaml"),
            "dataqual: wrong.yaml.checks[0]: no metric 'documens'; did you mean 'documents'",
        ),
        (("empty.jsonl", "--suite", "good.yaml"), "dataqual: empty.jsonl: no documents: nothing in it"),
        (("none.jsonl", "--suite", "good.yaml"), "dataqual: none.jsonl: no such file or folder"),
        (("c.jsonl",), "dataqual: name a suite of checks with --suite (dataqual suite proposes one)"),
        (("c.jsonl", "--suite", "good.yaml", "--junit", "c.jsonl"), "dataqual: c.jsonl is one of the inputs"),
    ]:
        result = run("check", *arguments)
        assert (result.exit_code, result.stdout) == (2, ""), arguments
        assert told in result.stderr
    assert Path("c.jsonl").read_text().count("\n") == 2


def test_all_formats_and_the_baseline_come_of_one_run() -> None:
    asked = ("--junit", "j.xml", "--sarif", "s.json", "--github", "--ledger", "l.parquet", "--save-baseline", "b.json")
    result = run("check", "c.jsonl", "--suite", "bad.yaml", *asked)
    assert result.exit_code == 1
    assert all(Path(name).stat().st_size for name in ("j.xml", "s.json", "l.parquet", "b.json"))
    assert "\n::error file=c.jsonl,line=2,title=word_count::" in result.stderr
    assert run("check", "c.jsonl", "--baseline", "b.json").exit_code == 1
    assert run("check", "c.jsonl", "--suite", "good.yaml", "--baseline", "b.json").exit_code == 0


def test_a_proposed_suite_is_yaml_on_stdout_that_its_own_corpus_passes() -> None:
    Path("d.jsonl").write_text(
        "".join(f'{{"text": "document {i} of some words, it is", "id": "{i}"}}\n' for i in range(300))
    )
    result = run("suite", "d.jsonl")
    assert result.exit_code == 0
    assert Suite.of(yaml.safe_load(result.stdout)).checks
    Path("p.yaml").write_text(result.stdout)
    assert run("check", "d.jsonl", "--suite", "p.yaml").exit_code == 0


EXAMPLES = Path(__file__).parents[2] / "examples" / "checks"


def commands() -> list[str]:
    """What the examples for a workflow and for a hook run."""
    action = yaml.safe_load((EXAMPLES / "github-action.yaml").read_text(encoding="utf-8"))
    steps = [step["run"] for step in action["jobs"]["check"]["steps"] if step.get("run", "").startswith("dataqual")]
    [repo] = yaml.safe_load((EXAMPLES / "pre-commit-hooks.yaml").read_text(encoding="utf-8"))["repos"]
    return [*steps, *(f"{hook['entry']} corpus.jsonl" for hook in repo["hooks"])]


def test_what_the_examples_for_ci_run_works(here: Path) -> None:
    Path("suite.yaml").write_bytes((EXAMPLES / "suite.yaml").read_bytes())
    Path("corpus.jsonl").write_bytes(Path("c.jsonl").read_bytes())
    assert run("check", "corpus.jsonl", "--suite", "suite.yaml", "--save-baseline", "release.json").exit_code == 0
    found = commands()
    assert len(found) == 2
    for command in found:
        result = run(*shlex.split(command)[1:])
        assert result.exit_code == 0, result.stderr
    assert {"checks.sarif", "checks.xml"} <= {path.name for path in here.iterdir()}
