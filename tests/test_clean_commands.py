"""Every command that a profile prints runs, and mends what it says."""

from __future__ import annotations

import gzip
import json
import random
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click.testing
import polars as pl
import pytest

import dataqual
from dataqual import sample
from dataqual.cli import main
from dataqual.profiling.mending import clean_command
from tests.readers.helpers import written
from tests.test_cleaning import FAULTY

pytestmark = pytest.mark.usefixtures("no_figures")


def run(line: str) -> click.testing.Result:
    """A line as a reader types it, in this process."""
    program, *words = shlex.split(line)
    assert program == "dataqual"
    return click.testing.CliRunner().invoke(main, words, prog_name="dataqual")


def profile_again(name: str, path: str | Path, **options: Any) -> dataqual.Profile:
    """What is needed to see whether the finding is still there."""
    copies = name.endswith("copies")
    rules = [name] if "@" in name or name.endswith(".yaml") else []
    return dataqual.profile(str(path), rules=tuple(rules), near_copies=copies, **options)


def output_of(command: str) -> str:
    words = shlex.split(command)
    return words[words.index("-o") + 1]


def test_every_command_of_the_sample_runs_and_mends_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = [finding for finding in dataqual.profile(str(sample.path()), inputs=()).findings if finding.command]
    assert {finding.name for finding in found} >= {"exact_copies", "near_copies", "mojibake", "empty", "c4@tfds"}
    for finding in found:
        assert finding.command
        done = run(finding.command)
        assert done.exit_code == 0, done.output
        again = profile_again(finding.name, output_of(finding.command))
        left = {other.name: other.reading["value"] for other in again.findings}
        if (
            finding.name == "outliers"
        ):  # what is unlike the rest depends on the rest: without the worst others come to light
            assert left.get("outliers", 0) < finding.reading["value"]
        else:
            assert finding.name not in left


def json_lines() -> bytes:
    frame = pl.DataFrame({"id": list(FAULTY), "text": list(FAULTY.values())})
    return frame.write_ndjson().encode()


def csv_file() -> bytes:
    frame = pl.DataFrame({"id": list(FAULTY), "text": ["short"] * len(FAULTY), "re view": list(FAULTY.values())})
    return frame.write_csv().encode()


def one(name: str, data: Callable[[], bytes]) -> Callable[[Path], None]:
    return lambda folder: (written(folder, name, data()), None)[1]


def two_files(folder: Path) -> None:
    half = json_lines().splitlines(keepends=True)
    written(folder, "pages/-a.jsonl", b"".join(half[:7]))
    written(folder, "pages/b.jsonl", b"".join(half[7:]))


def texts(folder: Path) -> None:
    for name, text in FAULTY.items():
        written(folder, f"notes/{name}.txt", text.encode() + b"\n")


def parquet(folder: Path) -> None:
    pl.DataFrame({"text": list(FAULTY.values()), "n": range(len(FAULTY))}).write_parquet(folder / "in.parquet")


def parquets(folder: Path) -> None:
    (folder / "parts").mkdir()
    for n in range(2):
        pl.DataFrame({"text": list(FAULTY.values())[n::2]}).write_parquet(folder / "parts" / f"{n}.parquet")


def tables(folder: Path) -> None:
    written(folder, "tables/a.csv", csv_file())
    written(folder, "tables/b.csv", b"other,text\n1,a\n2,\n")


LINE_FAULTS = b"one line\nsecond \x07\n\nthird caf\xc3\x83\xc2\xa9\nsecond \x07\n"
RULES = "name: no.such.rules\nabout: M.\nsource: me\nrules:\n  - {name: l, about: L., signal: word_count, min: 9}\n"

FORMS: dict[str, tuple[Callable[[Path], None], str, str | None]] = {
    "a csv with --text": (one("re views.csv", csv_file), "'re views.csv' --text 're view'", "re views.clean.csv"),
    "compressed": (one("in.jsonl.gz", json_lines), "in.jsonl.gz", "in.clean.jsonl.gz"),
    "dots in the name": (one("my.v1.ndjson.zst", json_lines), "./my.v1.ndjson.zst", "my.v1.clean.ndjson.zst"),
    "a folder": (two_files, "pages", "pages.clean.jsonl"),
    "this folder": (two_files, ".", "corpus.clean.jsonl"),
    "a glob": (two_files, "'pages/*.jsonl'", "corpus.clean.jsonl"),
    "two inputs": (two_files, "pages/b.jsonl pages/-a.jsonl", "corpus.clean.jsonl"),
    "a dash first": (one("-in.jsonl", json_lines), "-- -in.jsonl", "./-in.clean.jsonl"),
    "quotes": (one("it's $HOME; *.jsonl", json_lines), shlex.quote("it's $HOME; *.jsonl"), "it's $HOME; *.clean.jsonl"),
    "parquet": (parquet, "in.parquet", "in.clean.parquet"),
    "parquet in parts": (parquets, "parts", "parts.clean.parquet"),
    "tables": (tables, "tables --text text", "tables.clean.jsonl"),
    "whole texts": (texts, "notes", "notes.clean.jsonl"),
    "one text": (one("note.txt", lambda: b"a \x07 bell\n"), "note.txt", "note.clean.jsonl"),
    "lines of text": (one("in.txt", lambda: LINE_FAULTS), "in.txt --txt line", "in.clean.txt"),
    "unreadable": (one("in.jsonl", lambda: json_lines() + b"{\n"), "in.jsonl --max-unreadable 0.25", "in.clean.jsonl"),
}  # fmt: skip


NAMED = {"no.such.rules": "my rules", "email_addresses": "redact", "personal_data": "redact"}
"""Findings whose command names another thing: a file of rules, or the recipe that mends them."""

SHARED = ("a folder", "this folder", "a glob", "parquet in parts", "tables", "whole texts")
"""Folders and globs, for which all commands write a file of one name."""


@pytest.mark.parametrize("form", FORMS)
def test_every_command_runs_whatever_the_input_and_its_name(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, given, named = FORMS[form]
    make(tmp_path)
    written(tmp_path, "other/my rules.yaml", RULES.encode())
    monkeypatch.chdir(tmp_path)
    done = run(
        f"dataqual profile -o other/out.profile --rules 'other/my rules.yaml' --rules gopher@dolma --quiet {given}"
    )
    assert done.exit_code == 0, done.output
    findings = dataqual.Profile.load("other/out.profile").findings
    commands = {finding.name: finding.command for finding in findings if finding.say}
    assert "control_characters" in commands or form == "tables"
    for name, command in commands.items():
        assert command
        target = output_of(command)
        mark = f".clean-{NAMED.get(name, name)}"
        assert target == (named if form in SHARED else named.replace(".clean", mark))
        done = run(command)
        assert done.exit_code == 0, f"{command}: {done.output}"
        if form == "this folder":  # where the first run's output lies now
            again = run(command)
            assert again.exit_code == 2
            assert "is one of the inputs" in again.output
        _gone(name, target, tmp_path)
        Path(target).unlink()
        Path(f"{target}.ledger.parquet").unlink()


def _gone(name: str, target: str, folder: Path) -> None:
    """A second profile no longer has the finding, unless nothing is left to be profiled."""
    rules = {"no.such.rules": "other/my rules.yaml"}.get(name, name)
    text = "re view" if target.endswith(".csv") else "text"
    try:
        again = profile_again(rules, folder / target, text=text)
    except dataqual.DataqualError as error:
        assert "no documents" in str(error)
        return
    assert name not in [finding.name for finding in again.findings]


def facts(**more: Any) -> dict[str, Any]:
    """As much of the facts as a command depends on."""
    corpus = {"inputs": ["in.txt"], "embedded_sample": False, "files_more": 0}
    corpus["files"] = [{"path": "in.txt", "format": "txt", "compression": None, "documents": 3}]
    return {"corpus": corpus | more, "options": {"text": None, "txt": "line"}}


def test_how_text_was_cut_is_in_the_command_when_the_facts_tell() -> None:
    assert clean_command(facts(), "empty") == "dataqual clean in.txt -o in.clean-empty.txt --txt line --drop empty"


def test_more_files_than_the_facts_list_may_be_of_any_format() -> None:
    files = [{"path": f"in/{n}.parquet", "format": "parquet", "compression": None, "documents": 3} for n in range(50)]
    command = clean_command(facts(inputs=["in/"], files=files, files_more=1), "empty")
    assert command == "dataqual clean in/ -o in.clean.jsonl --txt line --drop empty"


def test_there_is_no_command_for_data_in_memory() -> None:
    findings = dataqual.profile(["", "a"], rules=()).findings
    assert [(finding.name, finding.command) for finding in findings] == [("empty", None)]


def test_the_command_prints_its_sum_and_where_the_files_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "in.jsonl", json_lines())
    written(tmp_path, "idle.yaml", RULES.replace("min: 9", "max: 999").encode())
    done = run("dataqual clean in.jsonl -o out.jsonl --drop empty --drop idle.yaml --drop exact_copies")
    assert done.stdout == (
        "16 records read = 11 kept + 5 dropped + 0 unreadable\n"
        "  2 empty\n"
        "  3 exact_copies\n"
        "matched nothing, or nothing that was left: l@no.such.rules\n"
        "out.jsonl\nout.jsonl.ledger.parquet\nout.jsonl.report.html\n"
    )
    assert run("dataqual clean in.jsonl -o out.jsonl --drop empty --quiet").output == ""


def test_an_unknown_name_ends_in_one_line_and_exit_code_two() -> None:
    done = run("dataqual clean nowhere.jsonl -o out.jsonl --drop mojibak")
    assert done.exit_code == 2
    assert done.stderr.startswith("dataqual: --drop: nothing is called 'mojibak' that could be dropped; did you mean")
    letter = run("dataqual clean nowhere.jsonl -o out.jsonl --drop label_errrs").stderr
    shown = " ".join(run("dataqual clean --help").stdout.split())
    assert "did you mean 'label_errors'?" in letter
    assert all(
        name in letter and name in shown for name in ("label_errors", "outliers", "personal_data", "near_copies")
    )
    assert done.stderr.count("\n") == 1


# The page


def test_a_page_stands_beside_the_output_and_no_folder_or_glob_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "in.jsonl", json_lines())
    done = run("dataqual clean in.jsonl -o out.jsonl --drop exact_copies --drop 'empty'")
    assert done.stdout.splitlines()[-3:] == ["out.jsonl", "out.jsonl.ledger.parquet", "out.jsonl.report.html"]
    page = (tmp_path / "out.jsonl.report.html").read_text(encoding="utf-8")
    assert "dataqual clean in.jsonl -o out.jsonl --drop exact_copies --drop empty" in page
    assert 'href="./out.jsonl.ledger.parquet"' in page
    for source in (tmp_path, str(tmp_path / "*")):
        assert [Path(file.path).name for file in dataqual.read(source).files] == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize(
    ("options", "there"),
    [
        ("-o out.jsonl --no-report", {"out.jsonl", "out.jsonl.ledger.parquet"}),
        ("-o out.jsonl --report page.html", {"out.jsonl", "out.jsonl.ledger.parquet", "page.html"}),
        ("-o out.jsonl --dry-run", set()),
        ("--dry-run --report page.html", {"page.html"}),
    ],
)
def test_the_page_goes_where_it_is_wanted(
    options: str, there: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "in.jsonl", json_lines())
    assert run(f"dataqual clean in.jsonl --drop empty {options}").exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} - {"in.jsonl"} == there


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--report in.jsonl", "--report: in.jsonl is one of the inputs, which are never overwritten; choose another name"),
        ("--report out.jsonl", "--report: out.jsonl is the output itself; choose another name"),
        ("--report out.jsonl.ledger.parquet", "--report: out.jsonl.ledger.parquet is the ledger itself; choose another name"),
        ("--report no/page.html", "--report: no/page.html: there is no folder no; make it first"),
        ("-o no/out.jsonl", "-o: no/out.jsonl: there is no folder no; make it first"),
        ("--report page.html --no-report", "--report and --no-report: say one of them"),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_written_is_told_before_anything_is(
    options: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "in.jsonl", json_lines())
    done = run(f"dataqual clean in.jsonl -o out.jsonl --drop empty {options}")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, f"dataqual: {message}")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_json_has_the_facts_the_findings_and_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    facts = json.loads(run("dataqual clean --dry-run --drop gopher@dolma --json").stdout)
    assert facts["schema"] == "dataqual.cleaning/1"
    assert facts["command"] == "dataqual clean --dry-run --drop gopher@dolma"
    assert "script Han loses 100 % of its documents" in " ".join(f["headline"] for f in facts["findings"])


@pytest.mark.parametrize("command", ["clean in.jsonl.gz -o out.jsonl --drop empty --quiet", "dedup in.jsonl.gz -o out.jsonl --quiet", "profile in.jsonl.gz --quiet"])  # fmt: skip
def test_a_file_that_is_cut_off_is_told_whatever_is_quiet(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rng = random.Random(0)
    lines = [json.dumps({"text": f"{rng.random()} a text of some words {n}"}) for n in range(3000)]
    data = gzip.compress("\n".join(lines).encode())
    (tmp_path / "in.jsonl.gz").write_bytes(data[: len(data) // 2])
    done = click.testing.CliRunner().invoke(main, command.split())
    assert done.exit_code == 0
    [line] = done.stderr.splitlines()
    assert line.startswith("in.jsonl.gz:")
    assert line.endswith("; whatever is behind it was not read, and is in no count")


def test_a_damaged_parquet_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.parquet").write_bytes(b"PAR1 and nothing that is parquet")
    done = click.testing.CliRunner().invoke(
        main, "clean in.parquet -o out.parquet --drop empty --text text --quiet".split()
    )
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert "in.parquet" in done.stderr
