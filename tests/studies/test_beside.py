"""Studies that run beside another one: its own facts are there before they begin, and it tells them what they can do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from dataqual import sample
from studies.design.study import Study
from studies.findings.studied import Studied
from studies.running.run import _of_one, run
from studies.watching import Silent

SMALL: dict[str, Any] = {"learner": "oracle", "sizes": ["10k", "100k"], "tokens": [12800, 25600], "device": "cpu"}


class Said(Silent):
    """What is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


def test_the_facts_of_a_study_are_there_before_those_beside_it_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(sample.path(), "corpus.jsonl")
    Path("other.yaml").write_text(yaml.safe_dump(SMALL | {"corpus": "corpus.jsonl"}))
    Path("mine.yaml").write_text(yaml.safe_dump(SMALL | {"corpus": "corpus.jsonl", "beside": "other.yaml"}))
    seen: list[Studied] = []

    def meanwhile(done: Studied) -> None:
        assert "beside" not in json.loads(Path("mine.study/study.json").read_text())
        assert not Path("mine.study/other").exists()
        seen.append(done)

    found = run("mine.yaml", workers=1, meanwhile=meanwhile)
    assert [one.folder.as_posix() for one in seen] == ["mine.study"]
    assert list(found.facts["beside"]) == ["other"]
    assert list(json.loads(Path("mine.study/study.json").read_text())["beside"]) == ["other"]


def test_those_beside_train_together_where_their_learners_can() -> None:
    text, pictures = Study.of({"sizes": ["30k", "100k"], "tokens": ["120k"]}, "text.yaml"), Study.default().beside[0]
    heard = Said()
    assert (_of_one(text, 2, heard), _of_one(pictures, 1, heard), heard.lines) == (2, 1, [])
    assert _of_one(pictures, 2, heard) == 1
    assert heard.lines == ["pictures: gan trains in one process, so its trials are not trained by 2 together"]
