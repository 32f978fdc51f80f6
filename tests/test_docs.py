"""What the documents and the help say is so: every example is run, every link leads somewhere."""

from __future__ import annotations

import doctest
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

import dataqual
import dataqual.cli
import studies.cli
from dataqual import sample
from dataqual.images.encoding import png
from tests.embeddings.models import static
from tests.images.made import waves
from tests.reports import study_facts

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md"), *(ROOT / "examples").glob("**/*.md")])
SET_UP = "set-up: not run by the tests"
TEST_COMMAND = "set-up and tests: .ci/run runs this"
SHIM = (
    '#!/bin/sh\nexec "{python}" -c "import sys; sys.argv[0] = \'{name}\'; from {name}.cli import main; main()" "$@"\n'
)

BEGUN = '{"kind":"study","version":1,"study":{},"data":{},"versions":{},"trials":{"number":9}}\n'
"""The results of a study that has just begun."""

LONG = "studies run -o embedded.study --workers 2"
"""The example that trains for minutes: it has a test of its own."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language, its text and the comment right above it."""

    page: str
    line: int
    language: str
    text: str
    remark: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of one page, in order."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"(?m)^(?:<!-- (.*?) -->\n)?```(\w*)\n(.*?)^```$", text, re.S)
    name = page.relative_to(ROOT).as_posix()
    return [Block(name, text.count("\n", 0, m.start()) + 1, m[2], m[3], m[1] or "") for m in found]


def blocks_in(*languages: str) -> list[Block]:
    """The blocks of README.md in one of the languages, but for set-up."""
    wanted = [block for block in blocks(ROOT / "README.md") if block.language in languages]
    return [block for block in wanted if block.remark not in (SET_UP, TEST_COMMAND)]


def cli_docs() -> ModuleType:
    """tools/cli_docs.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("cli_docs", ROOT / "tools" / "cli_docs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def runs() -> str:
    """A table of runs by a law that is known."""
    rows = [(n, d, 1.7 + 400 * n**-0.34 + 410 * d**-0.28) for n in (1e6, 4e6, 16e6) for d in (2e7, 8e7, 32e7)]
    return "params,tokens,loss\n" + "".join(f"{n:.0f},{d:.0f},{loss:.5f}\n" for n, d, loss in rows)


def examples() -> list[tuple[str, str]]:
    """(command, example line) for every line below `Examples:` in every help."""
    found = []
    for typed, command, _context in cli_docs().every_command():
        part = (command.help or "").partition("Examples:")[2]
        lines = [line.strip() for line in part.splitlines()]
        found += [(typed, line) for line in lines if line.startswith(("dataqual", "studies"))]
    return found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a reader of the examples has it: some corpora, and the two commands on the PATH; nothing adds to it."""
    folder = tmp_path_factory.mktemp("desk")
    lines = sample.path().read_bytes().splitlines(keepends=True)
    (folder / "corpus.jsonl").write_bytes(b"".join(lines))
    dataqual.clean(folder / "corpus.jsonl", folder / "corpus.clean.jsonl", recipe="web")
    dataqual.split(folder / "corpus.jsonl", folder / "parts")
    (folder / "pages").mkdir()
    for part in range(2):
        (folder / "pages" / f"part-{part}.jsonl").write_bytes(b"".join(lines[part::2]))
    for n, name in enumerate(("warm/a.png", "warm/b.png", "cold/c.png", "cold/d.png")):
        (folder / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "photos" / name).write_bytes(png(waves(24, 32, n)))
    (folder / "models").mkdir()
    static(folder / "models" / "all-MiniLM-L6-v2", {"the": [1.0, 0.0], "of": [0.0, 1.0], "的": [0.6, 0.8]})
    (folder / "reviews.csv").write_text(
        "id,review,stars\n1,Good kettle.,5\n2,很好用。,4\n3,It leaks.,1\n", encoding="utf-8"
    )
    (folder / "ratings.csv").write_text("item,ann,bob,chen\n1,1,1,2\n2,2,2,2\n3,3,1,\n4,1,1,1\n", encoding="utf-8")
    (folder / "votes.csv").write_text(
        "item,annotator,label\na,ann,好\na,bob,好\nb,ann,差\nb,bob,好\n", encoding="utf-8"
    )
    shutil.copy(ROOT / "tests" / "studies" / "tiny.yaml", folder / "scaling.yaml")
    shutil.copy(folder / "scaling.yaml", folder / "english.yaml")
    packed = CliRunner().invoke(
        studies.cli.main, ["pack", str(folder / "scaling.yaml"), "-o", str(folder / "scaling.pack")]
    )
    assert packed.exit_code == 0, packed.output
    (folder / "suite.yaml").write_text("checks:\n  - {metric: documents, min: 400}\n", encoding="utf-8")
    dataqual.check(folder / "corpus.jsonl", folder / "suite.yaml").save(folder / "release.json")
    for name in ("scaling", "english", "chinese"):
        (folder / f"{name}.study").mkdir(exist_ok=True)
        (folder / f"{name}.study" / "study.json").write_text(json.dumps(study_facts.likely()), encoding="utf-8")
    (folder / "english.study" / "results.jsonl").write_text(BEGUN)
    (folder / "runs.csv").write_text(runs(), encoding="utf-8")
    (folder / "bin").mkdir()
    for name in ("dataqual", "studies"):
        shim = folder / "bin" / name
        shim.write_text(SHIM.format(python=sys.executable, name=name), encoding="utf-8")
        shim.chmod(0o755)
    return folder


def shell(line: str, desk: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a reader would, in the folder of the examples."""
    path = f"{desk / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-euc", line], cwd=desk, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


PROGRAMS = {"dataqual": dataqual.cli.main, "studies": studies.cli.main}
PLAIN = re.compile(r"(dataqual|studies) [^|<>;&$*?`(){}\\\n]*")
"""What a shell would hand to a command word by word."""


@pytest.fixture
def typed(at_the_desk: Path, no_figures: None) -> Callable[[str], None]:
    """Runs lines as a reader types them: a plain command in this process, which saves a start, all others in a shell."""

    def run(text: str) -> None:
        lines = (
            [text] if "<<" in text or "\\\n" in text else text.splitlines()
        )  # what goes on over several lines is one
        for line in filter(str.strip, lines):
            words = re.sub(r"\s+#.*", "", line)
            if PLAIN.fullmatch(words):
                program, *arguments = shlex.split(words)
                done = CliRunner().invoke(PROGRAMS[program], arguments, prog_name=program)
                assert done.exit_code == 0, f"{line}: {done.output}"
            else:
                shelled = shell(line, at_the_desk)
                assert shelled.returncode == 0, f"{line}: {shelled.stderr}"

    return run


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The examples are read when the tests are collected, so each is a test of its own."""
    if "example" in metafunc.fixturenames:
        found = dict.fromkeys(line for _, line in examples() if line != LONG)  # a group repeats those of its commands
        metafunc.parametrize("example", found, ids=str)


def test_every_command_has_an_example() -> None:
    with_example = {typed for typed, _ in examples()}
    assert {typed for typed, _, _ in cli_docs().every_command()} == with_example


def test_an_example_in_a_help_works(example: str, typed: Callable[[str], None]) -> None:
    typed(example)


def test_a_line_that_needs_a_shell_gets_one_and_a_line_that_fails_fails(typed: Callable[[str], None]) -> None:
    typed("dataqual rules | grep -q gopher@dolma && dataqual --version > version.txt\nstudies --version  # no more")
    assert Path("version.txt").read_text(encoding="utf-8").rstrip().endswith(dataqual.__version__)
    for wrong in (
        "dataqual profile none.jsonl",
        "dataqual profile none.jsonl > facts.json",
        "cd nowhere",
        "dataquality",
    ):
        with pytest.raises(AssertionError):
            typed(wrong)


def test_the_long_example_is_one_of_the_help() -> None:
    assert ("studies run", LONG) in examples()


@pytest.mark.slow
def test_the_embedded_study_runs_and_finds_its_reference_worth_itself(at_the_desk: Path) -> None:
    done = shell(LONG, at_the_desk)
    assert done.returncode == 0, done.stderr
    facts = json.loads((at_the_desk / "embedded.study" / "study.json").read_bytes())
    found = {control["name"]: control["passed"] for control in facts["controls"]}
    known = {f"known dose typos, {held_out}": True for held_out in ("raw", "neutral")}
    whole = {
        "A/A, raw": True,
        "A/A, neutral": True,
        "planted leak": True,
        "copies of held-out text": True,
        "order": True,
    }
    assert found == {**whole, **known}, done.stdout
    beside = json.loads((at_the_desk / "embedded.study" / "pictures" / "study.json").read_bytes())
    assert {control["name"]: control["passed"] for control in beside["controls"]}["planted leak"]


def test_the_page_on_the_command_line_is_the_help() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == cli_docs().page(), "run: python tools/cli_docs.py"


def test_every_command_and_option_is_on_the_page_and_has_a_help_text() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for typed, command, _ in cli_docs().every_command():
        section = page.partition(f"\n## {typed}\n")[2].partition("\n## ")[0]
        assert section, f"docs/cli.md has no section on {typed}"
        for option in (p for p in command.params if isinstance(p, click.Option) and not p.hidden):
            assert option.opts[0] in section, f"docs/cli.md does not name {option.opts[0]} of {typed}"
            assert option.help, f"{typed} {option.opts[0]} has no help"


def test_the_readme_shows_no_command_that_is_not_there() -> None:
    have = {typed for typed, _, _ in cli_docs().every_command()}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"(?m)(?:^|`|/bin/)(dataqual|studies) ([a-z][\w-]*)", text)
    shown = {f"{group} {word}" for group, word in found}
    assert {"dataqual profile", "studies run"} <= shown
    assert shown <= have


def test_the_readme_names_every_rule_set() -> None:
    there = {path.stem for path in (ROOT / "dataqual" / "rules").glob("*.yaml")}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert there
    assert set(re.findall(r"`([\w-]+@\w+)`", text)) == there


@pytest.mark.parametrize("block", blocks_in("sh"), ids=str)
def test_a_shell_block_of_the_readme_works(block: Block, typed: Callable[[str], None]) -> None:
    typed(block.text)


@pytest.fixture
def at_the_desk(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder is a desk of one's own: what an example leaves behind, no other finds."""
    own = shutil.copytree(desk, tmp_path / "desk")
    monkeypatch.chdir(own)
    return own


def test_the_python_blocks_of_the_readme_work_in_order(at_the_desk: Path) -> None:
    found = blocks_in("python")
    assert found
    names: dict[str, object] = {"__name__": "readme"}
    parser = doctest.DocTestParser()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for block in found:
        if ">>>" not in block.text:
            exec(compile(block.text, str(block), "exec"), names)
            continue
        test = parser.get_doctest(block.text, names, str(block), block.page, block.line)
        runner.run(test, clear_globs=False)
        names |= test.globs
    assert runner.summarize(verbose=False).failed == 0


WALKS = (
    "docs/augment-images.md",
    "docs/augment.md",
    "docs/checks.md",
    "docs/compare.md",
    "docs/diversity.md",
    "docs/formats.md",
    "docs/images.md",
    "docs/people.md",
    "docs/split.md",
)
"""Pages whose blocks are run from top to bottom, by a reader who begins with corpus.jsonl."""


LONG_WALKS = ("docs/pictures-to-a-gan.md",)
"""Those that train."""


@pytest.mark.parametrize("page", [*WALKS, *(pytest.param(page, marks=pytest.mark.slow) for page in LONG_WALKS)])
def test_a_walk_of_a_page_works_from_top_to_bottom(page: str, typed: Callable[[str], None]) -> None:
    found = [block for block in blocks(ROOT / page) if block.language in ("sh", "python") and block.remark != SET_UP]
    assert found
    for block in found:
        if block.language == "sh":
            typed(block.text)
        else:
            exec(compile(block.text, str(block), "exec"), {"__name__": "walk"})


def test_the_readme_begins_with_the_two_commands_for_a_fresh_machine() -> None:
    shells = [block for block in blocks(ROOT / "README.md") if block.language == "sh"]
    assert [block.remark for block in shells[:2]] == [SET_UP, TEST_COMMAND]
    assert shells[0].text.rstrip().endswith("dataqual profile")
    assert shells[1].text.rstrip().endswith("pytest")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_local_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_index_of_the_documents_names_every_document() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(([\w./-]+\.md)\)", index))
    there = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").glob("**/*.md")} - {"README.md"}
    assert there - named == set()


@pytest.mark.parametrize("script", sorted((ROOT / "examples").glob("*.py")), ids=lambda script: script.name)
def test_an_example_script_works(script: Path, at_the_desk: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(script), "corpus.jsonl"], cwd=at_the_desk, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
