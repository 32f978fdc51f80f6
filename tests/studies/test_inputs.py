"""What a study needs beside its file is looked at before anything runs or is written, and told by its key."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from dataqual.errors import MissingExtra
from studies.cli import main
from studies.design.study import Study
from studies.preparing.inputs import look_at
from studies.running import run as running
from tests.studies.corpora import texts, write

HERE = Path(__file__).parent
TEXT: dict[str, Any] = {
    "corpus": "corpus.jsonl", "held_out": {"neutral": "neutral.jsonl"}, "sizes": ["10k", "30k", "100k"],
    "tokens": [12800, 25600], "window": 32, "tokenizer": {"bpe": 300}, "batch": 128, "device": "cpu",
}  # fmt: skip
PICTURES: dict[str, Any] = {
    "corpus": "digits.npz", "sizes": ["56k", "87k"], "pictures": [20], "seen": ["4k", "8k"], "side": 28, "colour": False, "device": "cpu",
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with small corpora, sound and unsound."""
    folder = tmp_path_factory.mktemp("desk")
    found = texts()
    write(folder / "corpus.jsonl", found[20:])
    write(folder / "neutral.jsonl", found[:20])
    (folder / "empty.jsonl").write_text("")
    (folder / "broken.jsonl").write_text("hello\nworld\n")
    rows = [{"review": text[:80], "stars": i % 2, "name": f"n{i}"} for i, text in enumerate(found[:60])]
    (folder / "reviews.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    rng = np.random.default_rng(0)
    np.savez(folder / "digits.npz", x=rng.integers(0, 256, (80, 28, 28), np.uint8))
    (folder / "folder").mkdir()
    return folder


def refused(desk: Path, monkeypatch: pytest.MonkeyPatch, content: dict[str, Any]) -> str:
    """What `plan` and `run` both say of a study, with exit code 2, before a folder is made; the notes of a run come after it."""
    monkeypatch.chdir(desk)
    monkeypatch.setattr(running, "ready", lambda *_, **__: pytest.fail("it was prepared"))
    (desk / "mine.yaml").write_text(json.dumps(content))
    plan, run = (CliRunner().invoke(main, [command, "mine.yaml"]) for command in ("plan", "run"))
    assert (plan.exit_code, run.exit_code) == (2, 2), (plan.output, run.output)
    assert plan.stderr == run.stderr
    assert not (desk / "mine.study").exists()
    [line] = run.stderr.splitlines()
    return line.removeprefix("studies: mine.yaml.")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"corpus": "none.jsonl"}, "corpus: none.jsonl: no such file or folder"),
        ({"corpus": ["corpus.jsonl", "none.jsonl"]}, "corpus: none.jsonl: no such file or folder"),
        ({"corpus": {"paths": "corpus.jsonl", "text": "body"}}, "corpus.text: no column 'body'; there are: text"),
        ({"corpus": "empty.jsonl"}, "corpus: empty.jsonl: no documents: nothing in it"),
        ({"corpus": "digits.npz"}, "corpus: holds pictures, and a study of text takes text; one of pictures has pictures: [how many different ones]"),
        ({"held_out": {"neutral": "none.txt"}}, "held_out.neutral: none.txt: no such file or folder"),
        ({"held_out": {"neutral": "corpus.jsonl"}}, "held_out.neutral: is a part of the corpus, and no grade may share text with it: name text of another kind, or leave neutral out"),
        ({"tokenizer": {"file": "none.json"}}, "tokenizer.file: none.json: cannot be read (No such file or directory); name a tokenizer.json"),
        ({"learner": {"tuned": {}}}, "learner: tuned: the parameter 'checkpoint' is missing; say {tuned: {checkpoint: …}}"),
        ({"learner": {"tuned": {"checkpoint": 3}}}, "learner: checkpoint is 3; it must be the folder of a GPT-2 that transformers saved"),
        ({"learner": {"tuned": {"checkpoint": "folder"}}}, "learner.tuned.checkpoint: folder/config.json: cannot be read (No such file or directory)"),
        ({"learner": {"gpt2": {"drop": 0.1}}}, "learner: gpt2 has no parameter 'drop'; did you mean 'dropout'? there are: adversarial, dropout, weight_decay"),
        ({"learner": "gan"}, "learner: 'gan' learns pictures, and the study is of text; say pictures and seen in the place of tokens, or take gpt2"),
        ({"grades": {"a": {"spoil_blur": {"dose": 0.5}}}}, "grades.a: spoil_blur is for pictures, and these are texts"),
        ({"grades": {"a": {"keep": {"signal": "blurriness", "max": 0.5}}}}, "grades.a: blurriness is for pictures, and these are texts"),
        ({"probes": {"m": {"paths": "none.csv", "text": "a", "label": "b"}}}, "probes.m: none.csv: no such file or folder"),
        ({"probes": {"m": {"paths": "reviews.jsonl", "text": "body", "label": "stars"}}}, "probes.m.text: no column 'body'; there are: name, review, stars"),
        ({"probes": {"m": {"paths": "reviews.jsonl", "text": "review", "label": "star"}}}, "probes.m.label: no column 'star'; did you mean 'stars'? there are: name, review, stars"),
        ({"probes": {"m": {"paths": "reviews.jsonl", "text": "review", "tags": "stars"}}}, "probes.m: of 60 records none has a list of words and a list of tags in 'review' and 'stars'"),
        ({"tokens": ["1B", "2B"]}, None),
        ({"device": "cuda"}, "device: torch sees no cuda device here; say device: cpu, or --device cpu"),
        ({"compile": "true"}, "compile: 'true' is a text; write true without quotation marks"),
        ({"seeds": "30k"}, "seeds: 30,000 are too many; it is the number of runs of a size, 1000 at most"),
        ({"beside": "none.yaml"}, "beside: none.yaml: no such file or folder"),
    ],
)  # fmt: skip
def test_what_a_study_of_text_lacks_is_told_by_its_key(
    desk: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], says: str | None
) -> None:
    if "device" in change:
        monkeypatch.setattr("studies.running.devices.has_cuda", lambda: False)
    size = (desk / "corpus.jsonl").stat().st_size
    too_long = (
        f"tokens: 2,000,000,000 different ones are asked for, and the corpus has {size:,} bytes in all: ask for fewer, let "
        "them repeat (repeats), or give it more text"
    )
    assert refused(desk, monkeypatch, TEXT | change) == (too_long if says is None else says)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"corpus": "none/"}, "corpus: none: no such file or folder"),
        ({"corpus": "corpus.jsonl"}, "corpus: holds text, and a study with pictures takes pictures"),
        ({"corpus": {"paths": "digits.npz", "text": "x"}}, "corpus: text names a column of texts, and these are pictures; leave it out"),
        ({"extractor": "none.pt"}, "extractor: none.pt: cannot be read (No such file or directory)"),
        ({"extractor": "corpus.jsonl"}, "extractor: corpus.jsonl: holds no features; expected a file that Features.save wrote"),
        ({"grades": {"a": {"spoil_typos": {"dose": 0.5}}}}, "grades.a: spoil_typos is for texts, and these are pictures"),
        ({"learner": {"gan": {"diffaugment": "no"}}}, "learner: diffaugment is 'no'; it must be true or false"),
        ({"seen": []}, "seen: expected at least one number, got an empty list"),
        ({"held_out": {"pictures": 0}}, "held_out.pictures: 0 is no whole number above 0; write it as 30000, 30k, 1.5M or 1.5B"),
        ({"operating_point": {"seen": "1M"}}, "operating_point.seen: 1,000,000 is outside what is trained, 4,000 to 8,000 pictures (seen)"),
        ({"operating_point": {"pictures": 3}}, "operating_point.pictures: 3 is outside what is trained, 20 to 20 pictures (different ones)"),
    ],
)  # fmt: skip
def test_what_a_study_of_pictures_lacks_is_told_by_its_key(
    desk: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], says: str
) -> None:
    assert refused(desk, monkeypatch, PICTURES | change) == says


def test_what_no_record_can_be_read_of_is_told_with_the_first_place(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refused(desk, monkeypatch, TEXT | {"corpus": "broken.jsonl"})
    assert said.startswith(
        "corpus: broken.jsonl: no documents: all 2 records are unreadable; mostly not JSON (2), first at broken.jsonl:1"
    )


def test_a_package_that_a_grade_needs_is_named_with_the_grade(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opencc", None)
    study = Study.of(TEXT | {"grades": {"a": {"normalize": {"chinese": "simplified"}}}}, "mine.yaml", desk)
    with pytest.raises(
        MissingExtra, match=r"^mine\.yaml\.grades\.a: opencc is not installed; it comes with: pip install"
    ):
        look_at(study)


def test_a_sound_study_is_looked_at_without_a_word(desk: Path) -> None:
    grades = {
        "clean": {},
        "two": {"share": 0.5, "steps": [{"dedup": {"near": True}}, {"keep": {"rules": "gopher@datatrove"}}]},
        "labels": {"drop_outliers": {}},
        "more": {"augment_noise": {"factor": 2}},
    }
    probe = {"mood": {"paths": "reviews.jsonl", "text": "review", "label": "stars"}}
    look_at(Study.of(TEXT | {"grades": grades, "probes": probe}, "mine.yaml", desk))
    look_at(Study.of(PICTURES, "pictures.yaml", desk))


def test_a_plan_is_not_made_where_its_file_cannot_be_written(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    monkeypatch.setattr("studies.planning.plan.plan", lambda *_, **__: pytest.fail("it was planned"))
    for target, says in (
        ("corpus.jsonl", "there is a file already; name another one"),
        ("none/x.yaml", "cannot be written: no folder none"),
    ):
        result = CliRunner().invoke(main, ["plan", "-o", target])
        assert (result.exit_code, result.stderr) == (2, f"studies: {target}: {says}\n")
