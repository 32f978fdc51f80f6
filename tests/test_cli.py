"""`dataqual profile` as a person types it: what it prints where, what it writes, what it refuses in one line."""

from __future__ import annotations

import errno
import gzip
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from dataqual.cli import main

pytestmark = pytest.mark.usefixtures("no_figures")
ROOT = Path(__file__).parent.parent
HERE = os.environ | {"PYTHONPATH": str(ROOT)}
"""The environment of a process that is to run this source, wherever it starts."""

FAST = ("--no-rules", "--no-near-copies")
GOOD = '{"text": "one document of some words"}\n{"text": "and another one"}\n'
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\ud800-\udfff]")
MASTERS = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder with one good file."""
    monkeypatch.chdir(tmp_path)
    Path("c.jsonl").write_text(GOOD)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["profile", *arguments])


def refused(*arguments: str) -> str:
    """What is said where a run ends with exit code 2: one line on stderr, nothing on stdout, no traceback."""
    result = run(*arguments)
    lines = [
        line for line in result.stderr.splitlines() if not line.startswith(("text column", "id column", "empty: "))
    ]
    assert (result.exit_code, result.stdout, len(lines)) == (2, "", 1), result.output
    assert isinstance(result.exception, SystemExit)
    return lines[0]


def test_without_a_path_the_sample_is_profiled_and_said_to_be(here: Path) -> None:
    result = run(*FAST)
    assert result.exit_code == 0, result.output
    assert "no path given: profiling the sample corpus that ships with dataqual" in result.stderr
    assert result.stdout.startswith("the sample corpus that ships with dataqual: 404 documents\n")
    written = {path.name for path in (here / "sample.profile").iterdir()}
    assert written == {"report.html", "profile.json", "signals.parquet", "unreadable.jsonl"}
    facts = json.loads((here / "sample.profile" / "profile.json").read_text())
    assert (facts["corpus"]["inputs"], facts["corpus"]["embedded_sample"]) == ([], True)
    assert "dataqual clean -o sample.clean-exact_copies.jsonl --drop exact_copies" in result.stdout


def test_the_summary_ends_with_where_the_page_is_and_notes_go_to_stderr(here: Path) -> None:
    result = run("c.jsonl", *FAST)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "c.jsonl: 2 documents",
        "41 bytes of text · 8 words · en 100 % of the documents",
        "",
        "nothing found that is wrong",
        "",
        "c.profile/report.html",
    ]
    assert "text column: 'text' (found)\n" in result.stderr
    assert {path.name for path in (here / "c.profile").iterdir()} == {"report.html", "profile.json", "signals.parquet"}


def test_results_go_where_they_are_told(here: Path) -> None:
    assert run("c.jsonl", "-o", "deep/er.out", *FAST).exit_code == 0
    assert (here / "deep" / "er.out" / "report.html").exists()
    assert not (here / "c.profile").exists()


def test_json_prints_the_facts_and_nothing_else_on_stdout(here: Path) -> None:
    result = run("c.jsonl", "--json", *FAST)
    assert json.loads(result.stdout) == json.loads((here / "c.profile" / "profile.json").read_text())
    assert run("c.jsonl", "--json", "--quiet", *FAST).stderr == ""


def test_quiet_prints_nothing_but_errors(here: Path) -> None:
    result = run("c.jsonl", "--quiet", *FAST)
    assert (result.exit_code, result.output) == (0, "")
    assert refused("none.jsonl", "--quiet") == "dataqual: none.jsonl: no such file or folder"


def test_a_second_run_replaces_the_first_and_its_unreadable_records(here: Path) -> None:
    Path("c.jsonl").write_text(GOOD + "{\n")
    assert run("c.jsonl", "--max-unreadable", "0.5", *FAST).exit_code == 0
    assert (here / "c.profile" / "unreadable.jsonl").exists()
    Path("c.jsonl").write_text(GOOD)
    assert run("c.jsonl", *FAST).exit_code == 0
    assert not (here / "c.profile" / "unreadable.jsonl").exists()


UNREADABLE = (
    "dataqual: c.jsonl: 1 of 3 records (33.3%) are unreadable, more than the 1.0% allowed; mostly not JSON (1), first at "
    "c.jsonl:3: "
)


def test_what_a_user_can_mend_is_one_line_and_exit_code_2(here: Path) -> None:
    Path("empty.jsonl").write_text("")
    Path("c.xyz").write_text("x")
    assert refused("none.jsonl") == "dataqual: none.jsonl: no such file or folder"
    assert refused("*.csv") == "dataqual: *.csv: matches no file"
    assert (
        refused("c.jsonl", "--text", "txet")
        == "dataqual: --text: no column 'txet'; did you mean 'text'? there are: text"
    )
    assert refused("c.jsonl", "--group", "source") == "dataqual: --group: no column 'source'; there are: text"
    assert refused("c.jsonl", "--rules", "gopher@dolm").startswith(
        "dataqual: no rule set 'gopher@dolm'; did you mean 'gopher@dolma'? there are: c4@arxiv, c4@tfds, "
    )
    assert refused("c.jsonl", "--rules", "mine.yaml").startswith("dataqual: mine.yaml: ")
    assert refused("c.xyz") == (
        "dataqual: c.xyz: unknown kind of file; known are: .jsonl .ndjson .json .csv .tsv .parquet .arrow .feather "
        ".txt .md .markdown .html .htm .xhtml .warc .wet, all but .parquet, .arrow and .feather also with .gz, .zst, .bz2 "
        "or .xz behind; pictures are .png .jpg .webp .gif .bmp .tif .avif and their like, .npz .npy and IDX"
    )
    assert refused("c.jsonl", "--max-memory", "lots") == (
        "dataqual: 'lots' is not a size; write a number with K, M, G or T behind it, such as 512M or 1.5G"
    )
    assert refused("empty.jsonl") == "dataqual: empty.jsonl: no documents: nothing in it"
    assert {path.name for path in here.iterdir()} == {"c.jsonl", "c.xyz", "empty.jsonl"}, "nothing was made"


def test_too_many_unreadable_records_end_it_and_are_written_down_all_the_same(here: Path) -> None:
    Path("c.jsonl").write_text(GOOD + "{\n")
    said = refused("c.jsonl")
    assert said.startswith(UNREADABLE)
    assert said.endswith("; allow more with --max-unreadable 0.34")
    [kept] = (here / "c.profile" / "unreadable.jsonl").read_text().splitlines()
    assert (json.loads(kept)["line"], json.loads(kept)["raw"]) == (3, "{")
    assert [path.name for path in (here / "c.profile").iterdir()] == ["unreadable.jsonl"]
    assert run("c.jsonl", "--max-unreadable", "0.34", *FAST).exit_code == 0


def test_an_output_folder_that_is_a_file_is_refused(here: Path) -> None:
    Path("out").write_text("mine")
    for output in ("out", "out/deeper"):
        said = refused("c.jsonl", "-o", output)
        assert re.fullmatch(rf"dataqual: {output}: cannot write there \(.+\); choose another folder with -o", said)
    assert refused("c.jsonl", "-o", "out") == (
        "dataqual: out: cannot write there (it is a file); choose another folder with -o"
    )
    assert Path("out").read_text() == "mine"


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_that_may_not_be_written_to_is_refused(here: Path) -> None:
    Path("closed").mkdir(mode=0o500)
    assert refused("c.jsonl", "-o", "closed/out") == (
        "dataqual: closed/out: cannot write there (Permission denied); choose another folder with -o"
    )


def test_an_output_folder_whose_name_is_no_text_is_refused(here: Path) -> None:
    assert refused("c.jsonl", "-o", os.fsdecode(b"caf\xe9")) == (
        "dataqual: caf\\xe9: cannot write there (its name is not UTF-8); choose another folder with -o"
    )


def test_a_folder_in_the_place_of_a_result_is_refused(here: Path) -> None:
    for name in ("report.html", "profile.json", "signals.parquet", "unreadable.jsonl"):
        (here / name / name).mkdir(parents=True)
        told = f"dataqual: {name}/{name} is a folder where a result must go; choose another folder with -o"
        assert refused("c.jsonl", "-o", name, *FAST) == told


def test_an_input_is_never_overwritten_by_a_result(here: Path) -> None:
    (here / "x").mkdir()
    (here / "x" / "unreadable.jsonl").write_text(GOOD)
    told = (
        "dataqual: x/unreadable.jsonl is one of the inputs, which are never overwritten; choose another folder with -o"
    )
    assert refused("x/unreadable.jsonl", "-o", "x", *FAST) == told
    assert (here / "x" / "unreadable.jsonl").read_text() == GOOD


def test_a_sample_does_not_change_how_much_was_unreadable(here: Path) -> None:
    (here / "big.jsonl").write_text(GOOD * 500 + "broken\n")
    assert run("big.jsonl", "--sample", "5", *FAST).exit_code == 0


def test_results_of_an_earlier_profile_do_not_outlive_one_that_fails(here: Path) -> None:
    assert run("c.jsonl", "-o", "out", *FAST).exit_code == 0
    (here / "bad.jsonl").write_text("broken\n")
    refused("bad.jsonl", "-o", "out", *FAST)
    assert sorted(file.name for file in (here / "out").iterdir()) == ["unreadable.jsonl"]


HOSTILE = "\x1b[31mred\x1b]0;title\x07 \u202egnp.\u2066\x9b2J\u2028.jsonl"


def test_a_hostile_name_moves_no_cursor(here: Path) -> None:
    Path(HOSTILE).write_text(GOOD)
    result = run(HOSTILE, *FAST)
    assert result.exit_code == 0
    assert not CONTROL.search(result.output.replace("\n", ""))
    assert "␛[31mred" in result.stdout
    facts = json.loads((here / f"{HOSTILE.removesuffix('.jsonl')}.profile" / "profile.json").read_text())
    assert facts["corpus"]["inputs"] == [HOSTILE]
    for bad in (f"{HOSTILE}.xyz", f"none{HOSTILE}", "line\nbreak.jsonl"):
        Path(f"{HOSTILE}.xyz").write_text("")
        assert not CONTROL.search(refused(bad))


def test_hostile_texts_ids_and_columns_move_no_cursor(here: Path) -> None:
    records = [{"\x1b[2Jid": "x", "te\x1bxt": f"{HOSTILE} {'a b c d e ' * 20}", "source": HOSTILE}] * 3
    Path("c.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    result = run("c.jsonl")
    assert result.exit_code == 0, result.output
    assert not CONTROL.search(result.output.replace("\n", ""))
    assert not CONTROL.search(refused("c.jsonl", "--text", "\x1b[2J"))


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are always text there")
def test_a_name_that_is_not_utf_8_is_profiled_and_shown_as_it_can_be(here: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jsonl")
    Path(name).write_text(GOOD + "{\n")
    result = run(name, "--max-unreadable", "0.5")
    assert result.exit_code == 0, result.output
    assert "caf\\xe9.jsonl: 2 documents" in result.stdout
    folder = here / "caf\\xe9.profile"
    facts = json.loads((folder / "profile.json").read_text())
    assert facts["corpus"]["files"][0]["path"] == facts["unreadable"]["first"][0]["path"] == "caf\\xe9.jsonl"
    assert (folder / "report.html").exists()


def test_one_document_is_one_document(here: Path) -> None:
    Path("c.jsonl").write_text('{"text": "alone"}\n')
    assert run("c.jsonl", *FAST).stdout.startswith(
        "c.jsonl: 1 document\n5 bytes of text · 1 word · undetermined 100 % of the documents\n"
    )


def test_several_inputs_are_one_corpus(here: Path) -> None:
    Path("d.jsonl").write_text(GOOD)
    result = run("c.jsonl", "d.jsonl", *FAST)
    assert result.stdout.startswith("c.jsonl, d.jsonl: 4 documents\n")
    assert "dataqual clean c.jsonl d.jsonl -o corpus.clean-exact_copies.jsonl --drop exact_copies" in result.stdout


def test_a_sample_says_of_how_many_and_how_sure_it_is(here: Path) -> None:
    Path("c.jsonl").write_text("".join(f'{{"text": "write to a{n}@example.com"}}\n' for n in range(500)))
    result = run("c.jsonl", "--sample", "100", "--seed", "3", *FAST)
    assert result.stdout.startswith("c.jsonl: 100 documents (a sample of 500)\n")
    assert "✗ 100 % of the documents hold e-mail addresses (95 %: 96 % to 100 %)\n" in result.stdout


def command(*arguments: str) -> Sequence[str]:
    return [sys.executable, "-m", "dataqual", "profile", *arguments]


@MASTERS
def test_progress_is_for_terminals_only(here: Path) -> None:
    Path("c.jsonl").write_text(GOOD * 20_000)  # several batches, and the first of them is told
    piped = run("c.jsonl", *FAST)
    assert piped.exit_code == 0
    assert not {b"\r", b"\x1b"} & {bytes([byte]) for byte in piped.stderr_bytes + piped.stdout_bytes}
    leader, follower = pty.openpty()
    with subprocess.Popen(command("c.jsonl", *FAST), stdout=subprocess.PIPE, stderr=follower, env=HERE) as process:
        os.close(follower)
        seen = _drained(leader)
        out = process.stdout.read() if process.stdout else b""
    assert re.search(rb"\r\x1b\[K *\d+% [\d,]+ documents, \d+ MB/s, \d+ s left", seen)
    assert seen.endswith(b"\r\x1b[K")
    assert b"\r" not in out


def _drained(leader: int) -> bytes:
    seen = b""
    while True:
        try:
            more = os.read(leader, 65536)
        except OSError:  # the other end is closed
            more = b""
        if not more:
            os.close(leader)
            return seen
        seen += more


@MASTERS
@pytest.mark.parametrize(
    ("number", "ends"),
    [(signal.SIGINT, (130, "broken off")), (signal.SIGTERM, (143, "terminated"))],
    ids=["INT", "TERM"],
)
def test_breaking_off_leaves_no_temporary_folder_and_no_traceback(
    number: signal.Signals, ends: tuple[int, str], here: Path
) -> None:
    Path("c.jsonl").write_text(GOOD * 400_000)
    pipe = subprocess.PIPE
    with subprocess.Popen(command("c.jsonl", "-o", "out"), stdout=pipe, stderr=pipe, env=HERE) as process:
        until = time.monotonic() + 120
        while not list(here.glob("out/.signals-*/*.parquet")) and process.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
    code, said = ends
    assert process.returncode == code
    assert err.splitlines()[-1] == f"dataqual: {said}; no results were written".encode()
    assert b"Traceback" not in err
    assert out == b""
    assert sorted(here.rglob("*")) == [here / "c.jsonl"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "full"), "no space left on the disk: free some where "),
        (pl.exceptions.ComputeError(os.strerror(errno.ENOSPC)), "no space left on the disk: free some where "),
        (OSError(errno.EFBIG, "large"), "a file may not become any larger here (File too large): raise the limit "),
    ],
)
def test_a_disk_that_is_full_in_the_middle_is_one_line_and_leaves_nothing(
    error: Exception, told: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pl.DataFrame, "write_parquet", write)
    assert refused("c.jsonl", "-o", "deep/er", *FAST).startswith(f"dataqual: {told}")
    assert sorted(here.rglob("*")) == [here / "c.jsonl"]


def test_a_run_that_fails_leaves_no_folder_but_keeps_what_could_not_be_read(here: Path) -> None:
    Path("bad.jsonl").write_text(GOOD + "{\n")
    Path("none.jsonl").write_text("\n")
    refused("none.jsonl", "-o", "deep/er", *FAST)
    assert not Path("deep").exists()
    refused("bad.jsonl", "-o", "deep/er", *FAST)
    assert [path.name for path in Path("deep/er").iterdir()] == ["unreadable.jsonl"]


PIPED = {
    "jsonl": GOOD.encode(),
    "jsonl, gzip": gzip.compress(GOOD.encode()),
    "csv": b"id,text\n1,one document of some words\n2,and another one\n",
    "tsv": b"id\ttext\n1\tone document of some words\n2\tand another one\n",
    "txt": b"one document of some words\nand another one\n",
}


@pytest.mark.parametrize("kind", PIPED)
def test_standard_input_is_read_for_a_dash_whatever_its_format(
    kind: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(here / "temporary"))  # ours alone, whoever else runs tests
    arguments = ["profile", "-", "--txt", "line", *FAST]
    result = CliRunner().invoke(main, arguments, input=PIPED[kind])
    assert result.exit_code == 0, result.output
    assert f"standard input: read as {kind.split(',')[0]} (guessed)\n" in result.stderr
    assert result.stdout.startswith("-: 2 documents\n41 bytes of text")
    first = (here / "stdin.profile" / "profile.json").read_text()
    assert [file["path"] for file in json.loads(first)["corpus"]["files"]] == ["<stdin>"]
    assert tempfile.gettempdir() not in first.split('"run"')[0]
    assert not list((here / "temporary").iterdir())


def test_standard_input_is_cleaned_too_and_its_format_can_be_said(here: Path) -> None:
    one_column = b"text\none\ntwo\none\n"
    clean = ["clean", "-", "--format", "csv", "-o", "out.csv", "--drop", "exact_copies"]
    result = CliRunner().invoke(main, clean, input=one_column)
    assert result.exit_code == 0, result.output
    assert "guessed" not in result.stderr
    assert Path("out.csv").read_bytes() == b"text\none\ntwo\n"
    said = "dataqual: --format csv: says what comes by standard input, which is read for the path -"
    assert refused("c.jsonl", "--format", "csv") == said


def test_the_commands_for_standard_input_read_it_again(here: Path) -> None:
    result = CliRunner().invoke(main, ["profile", "-", *FAST], input=GOOD.encode() * 2)
    assert "    dataqual clean - -o stdin.clean-exact_copies.jsonl --drop exact_copies\n" in result.stdout


def test_a_file_that_is_redirected_into_standard_input_is_not_overwritten(here: Path) -> None:
    clean = [sys.executable, "-m", "dataqual", "clean", "-", "-o", "c.jsonl", "--drop", "empty"]
    with Path("c.jsonl").open("rb") as opened:
        done = subprocess.run(clean, stdin=opened, capture_output=True, text=True, env=HERE, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(
        "dataqual: -o: c.jsonl is one of the inputs, which are never overwritten"
    )
