"""`studies` as a person types it: run, stop, go on, fit, report; and what is refused in one line."""

from __future__ import annotations

import errno
import html
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import studies
from dataqual import sample
from dataqual.errors import InputError
from studies.cli import main
from studies.running.run import conclude, load

ROOT = Path(__file__).parent.parent.parent
STUDY = (Path(__file__).parent / "tiny.yaml").read_text(encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def refused(*arguments: str) -> str:
    """What is said where a command ends with exit code 2: one line on stderr, nothing on stdout, no traceback."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert isinstance(result.exception, SystemExit)
    return result.stderr.splitlines()[-1]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus, a study file and the finished study, run by the command, with what it printed."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(sample.path(), folder / "corpus.jsonl")
    (folder / "scaling.yaml").write_text(STUDY)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = run("run", "scaling.yaml")
    assert done.exit_code == 0, done.stderr
    (folder / "stdout").write_text(done.stdout)
    (folder / "stderr").write_text(done.stderr)
    return folder


@pytest.fixture
def there(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That folder is the current one."""
    monkeypatch.chdir(desk)
    return desk


def test_a_study_leaves_results_facts_points_and_a_page(there: Path) -> None:
    names = {path.name for path in Path("scaling.study").iterdir()}
    assert names >= {
        "results.jsonl",
        "costs.jsonl",
        "study.json",
        "laws.json",
        "points.csv",
        "report.html",
        "removed.parquet",
    }
    facts = json.loads(Path("scaling.study/study.json").read_text())
    assert facts["schema"] == "study@1"
    # 3 sizes x (clean, typos, clean again) x 3 stops x 2 held-out sets
    assert len(facts["points"]) == 54
    assert {point["trunk"] for point in facts["points"]} == set(range(9))
    assert set(facts["exchange"]) == {"raw", "neutral"}
    assert set(facts["exchange"]["raw"]["grades"]) == {"typos"}
    assert [control["name"] for control in facts["controls"]] == [
        "A/A, raw",
        "A/A, neutral",
        "known dose typos, raw",
        "known dose typos, neutral",
        "planted leak",
        "copies of held-out text",
        "order",
    ]
    assert len(Path("scaling.study/points.csv").read_text().splitlines()) == 55


def test_stdout_is_the_summary_and_stderr_a_line_per_trial(there: Path) -> None:
    out, err = Path("stdout").read_text(), Path("stderr").read_text()
    facts = json.loads(Path("scaling.study/study.json").read_text())
    assert out.startswith(facts["sentence"])
    assert out.endswith("\nscaling.study/report.html\n")
    assert [line.split(":")[0] for line in err.splitlines() if "parameters, seed" in line] == [
        f"{i}/9" for i in range(1, 10)
    ]
    assert "\r" not in err


def test_the_page_gives_the_study_file_back_as_it_was_read(there: Path) -> None:
    page = Path("scaling.study/report.html").read_text(encoding="utf-8")
    (shown,) = re.findall(r'aria-label="The study file">(.*?)</pre><button', page, re.DOTALL)
    assert html.unescape(shown).rstrip() == STUDY.rstrip()


def test_no_time_stands_in_the_results(there: Path) -> None:
    text = Path("scaling.study/results.jsonl").read_text()
    assert "second" not in text
    assert "seconds" in Path("scaling.study/costs.jsonl").read_text()


def test_the_page_is_drawn_again_from_the_facts_alone(there: Path) -> None:
    before = Path("scaling.study/report.html").read_bytes()
    Path("scaling.study/report.html").unlink()
    result = run("report", "scaling.study")
    assert (result.exit_code, result.stdout) == (0, "scaling.study/report.html\n")
    assert Path("scaling.study/report.html").read_bytes() == before


def test_a_study_file_that_changed_is_told_apart_and_nothing_is_lost(there: Path) -> None:
    before = Path("scaling.study/results.jsonl").read_bytes()
    data = Path("scaling.study/data/data.json").read_bytes()
    Path("other.yaml").write_text(STUDY.replace("51200", "64000"))
    assert refused("run", "other.yaml", "-o", "scaling.study") == (
        "studies: scaling.study/results.jsonl: the results of another study: "
        "study.tokens was [12800, 25600, 51200] and is [12800, 25600, 64000] now: "
        "keep them and write elsewhere with -o, or begin again with --restart"
    )
    assert Path("scaling.study/data/data.json").read_bytes() == data
    assert Path("scaling.study/results.jsonl").read_bytes() == before


def without(size: int, grade: str, text: str) -> str:
    """The lines of results in which every trial of this cell diverged."""
    kept = []
    lines = [json.loads(line) for line in text.splitlines()]
    first = {line["trial"]: line for line in reversed(lines) if line["kind"] == "point"}
    for line in lines:
        about = first.get(line.get("trial"), {})
        if (about.get("size"), about.get("grade")) != (size, grade):
            kept.append(line)
        elif line["kind"] == "trial":
            names = "trial learner grade arm seed size".split()
            kept.append({"kind": "diverged", **{name: about[name] for name in names}, "reason": "the loss is nan"})
    return "".join(json.dumps(line) + "\n" for line in kept)


@pytest.mark.parametrize("size", [10_000, 100_000])
def test_what_diverged_is_listed_and_the_rest_is_concluded(there: Path, tmp_path: Path, size: int) -> None:
    whole = Path("scaling.study/results.jsonl").read_text()
    (tmp_path / "results.jsonl").write_text(without(size, "clean", whole))
    shutil.copy("scaling.study/costs.jsonl", tmp_path)
    data = json.loads(Path("scaling.study/study.json").read_text())["data"]
    found = conclude(load("scaling.yaml"), data, tmp_path, workers=1)
    assert [(one["grade"], one["arm"], one["size"], one["reason"]) for one in found.facts["diverged"]] == [
        ("clean", arm, size, "the loss is nan") for arm in ("again", "main")
    ]
    assert len(found.facts["points"]) == 54 - 2 * 6
    said = f"2 trials (clean at size {size // 1000} thousand): a lower learning_rate in the study file mends it"
    assert f"✗ diverged: {said}" in str(found).splitlines()
    assert found.facts["not_claimed"][0] == f"Anything of what diverged, {said}."
    assert found.facts["cost"]["hours"] is not None
    found.save()
    assert run("report", str(tmp_path)).exit_code == 0


def test_a_polite_kill_stops_the_workers_and_says_how_to_go_on(there: Path) -> None:
    line = [sys.executable, "-c", "from studies.cli import main; main()", "run", "scaling.yaml", "-o", "stopped"]
    process = subprocess.Popen(
        line, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while not Path("stopped/results.jsonl").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (143, "")
    assert err.splitlines()[-1] == "studies: stopped; studies run scaling.yaml -o stopped goes on from here"
    result = run("run", "scaling.yaml", "-o", "stopped", "--quiet")
    assert (result.exit_code, result.output) == (0, "")
    assert Path("stopped/results.jsonl").read_bytes() == Path("scaling.study/results.jsonl").read_bytes()


def test_the_python_face_reads_what_the_command_left(there: Path) -> None:
    found = studies.Studied.load("scaling.study")
    assert found.sentence == found.facts["sentence"]
    assert str(found).startswith(found.sentence)
    assert len(found.points) == 54


def test_a_template_is_written_once_and_never_over_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("init")
    assert (result.exit_code, result.stdout) == (0, "scaling.yaml: edit it, then: studies run scaling.yaml\n")
    assert studies.Study.load("scaling.yaml").sizes == studies.Study.default().sizes
    Path("scaling.yaml").write_text("mine")
    assert refused("init") == "studies: scaling.yaml: there is a file already; name another one"
    assert Path("scaling.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "file", "name"),
    [
        ((), "scaling.yaml", "scaling"),
        (("--pictures",), "pictures.yaml", "pictures"),
        (("--pictures", "gan.yaml"), "gan.yaml", "gan"),
        (("my study.yaml",), "my study.yaml", '"my study"'),
        (("语料.yaml",), "语料.yaml", "语料"),
        (("2024.yaml",), "2024.yaml", '"2024"'),
    ],
)
def test_a_template_bears_the_name_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], file: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init", *arguments).exit_code == 0
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith(f"Run it: studies run {shlex.quote(file)}")
    assert f"name: {name}" in lines
    assert studies.Study.load(file).name == Path(file).stem


def test_a_page_is_drawn_into_another_file(there: Path, tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.html"
    result = run("report", "scaling.study", "-o", str(page))
    assert (result.exit_code, result.stdout) == (0, f"{page}\n")
    assert page.read_bytes() == Path("scaling.study/report.html").read_bytes()
    assert refused("report", "scaling.study", "-o", str(tmp_path)) == (
        f"studies: {tmp_path}: this is a folder; name the file of the page, such as {tmp_path}/page.html"
    )


def test_what_is_not_there_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused("run", "none.yaml") == "studies: none.yaml: no such file or folder"
    said = refused("report", "none.study")
    assert said == "studies: none.study/study.json: not there; a study that has ended leaves it (studies run)"
    assert refused("fit", "none.csv").startswith("studies: none.csv")


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        ("afile", "afile: this is a file; name a folder, or one to be made"),
        ("afile/in", "afile/in: cannot be written: Not a directory"),
        ("/proc/x", "/proc/x: cannot be written: No such file or directory"),
    ],
)
def test_a_folder_that_cannot_be_is_told_in_one_line(there: Path, folder: str, says: str) -> None:
    Path("afile").write_text("mine")
    assert refused("run", "scaling.yaml", "-o", folder) == f"studies: {says}"
    assert refused("fit", "scaling.study/points.csv", "-o", folder) == f"studies: {says}"
    assert Path("afile").read_text() == "mine"


def test_a_fit_leaves_the_laws_of_a_study_alone(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("scaling.study")
    before = Path("laws.json").read_bytes()
    assert run("fit", "points.csv", "--quiet").exit_code == 0
    assert run("fit", "points.csv", "--quiet").exit_code == 0  # its own it may overwrite
    assert json.loads(Path("points.laws.json").read_bytes())["table"] == "points.csv"
    assert refused("fit", "points.csv", "-o", ".") == (
        "studies: laws.json: a study has its laws here; name another folder with -o"
    )
    assert Path("laws.json").read_bytes() == before


def test_a_full_disk_is_told_in_one_line_wherever_it_is_met(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("studies.running.run.prepare", full)
    assert refused("run", "scaling.yaml", "-o", "full.study").startswith(
        "studies: no space left on the disk: free some"
    )


def test_a_file_and_its_name_give_the_same_folder_from_python_and_from_the_shell(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Enough(Exception):
        pass

    def enough(study: object, place: Path, **_: object) -> None:
        raise Enough(str(place))

    monkeypatch.setattr("studies.running.run.prepare", enough)
    Path("called.yaml").write_text(f"name: quite another\n{STUDY}")
    with pytest.raises(Enough, match=r"^called\.study$"):
        studies.run("called.yaml")
    with pytest.raises(Enough, match=r"^called\.study$"):
        CliRunner().invoke(main, ["run", "called.yaml"], catch_exceptions=False)


def test_a_study_lies_beside_its_file_wherever_it_is_started(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def enough(study: object, place: Path, **_: object) -> None:
        raise InputError(f"enough of {place}")

    monkeypatch.setattr("studies.running.run.prepare", enough)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mine.yaml").write_text(STUDY)
    shutil.copy("corpus.jsonl", tmp_path / "in")
    monkeypatch.chdir(tmp_path)
    assert refused("run", "in/mine.yaml") == "studies: enough of in/mine.study"
    assert refused("run", "in/mine.yaml", "-o", "other") == "studies: enough of other"


def test_without_torch_the_extra_is_named_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('no torch', name='torch')")
    code = "from studies.cli import main; main()"
    env = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    line = [sys.executable, "-c", code, "run", "--device", "cpu"]
    done = subprocess.run(line, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 2
    assert (
        done.stderr.splitlines()[-1]
        == "studies: torch is not installed; it comes with: pip install '.[studies]' -c constraints.txt"
    )
