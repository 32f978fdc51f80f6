"""Probes: labelled text is drawn, kept out of the grades and cut into tokens; a copy of the model learns the labels."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import reports
from dataqual.errors import DataqualError
from studies import learners
from studies.data.probe import Example, Examples, Probe, encoded
from studies.data.tokenizing import Bytes
from studies.data.windows import Order, TokenFile
from studies.design.schema import study as schema
from studies.design.study import Study
from studies.design.trial import Trial, plan
from studies.findings import facts as facts_of
from studies.findings.probe_facts import probes
from studies.learner import Point, Task
from studies.learners import learner
from studies.preparing.packing import opened, pack, unpacked
from studies.preparing.prepared import Prepared
from studies.preparing.texts import prepare
from studies.running.run import lines_of
from studies.running.trial_worker import train
from tests.reports import study_facts
from tests.studies import corpora

WORDS = [
    (["Anna", "lives", "in", "Rome"], ["B-PER", "O", "O", "B-LOC"]),
    (["王", "明", "在", "北", "京"], ["B-PER", "I-PER", "O", "B-LOC", "I-LOC"]),
]
ASKED: dict[str, Any] = {
    "corpus": "corpus.jsonl", "held_out": {"raw": {"share": 0.2}, "neutral": "other.jsonl"}, "sizes": [12000],
    "tokens": 60000, "again": [], "window": 64, "generate": False,
    "probes": {
        "mood": {"paths": "mood.jsonl", "label": "stars", "text": "text", "train": 30, "test": 20, "epochs": 1},
        "names": {"paths": "names.jsonl", "text": "words", "tags": "tags", "epochs": 1},
    },
}  # fmt: skip


def rows(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")


def mood(number: int) -> str:
    return f"{'wonderful' if number % 2 else '很 糟糕'} {number} " + " ".join(f"w{number * 31 + i}" for i in range(14))


class Made:
    """A study over text in a dozen scripts, with one probe of documents and one of words."""

    def __init__(self, folder: Path, **asked: Any) -> None:
        texts = corpora.texts()
        self.folder = folder
        labelled = [{"text": mood(i), "stars": 5 if i % 2 else 1} for i in range(60)]
        bad = [{"text": "", "stars": 1}, {"text": "without"}, {"text": mood(3), "stars": 5}]
        rows(folder / "mood.jsonl", [*labelled, *bad])
        rows(folder / "names.jsonl", [{"words": [*w, str(i)], "tags": [*t, "O"]} for i in range(15) for w, t in WORDS])
        corpora.write(folder / "corpus.jsonl", [*texts[20:], *(mood(i) for i in range(1500))])
        corpora.write(folder / "other.jsonl", texts[:20])
        self.study = Study.of({**ASKED, **asked}, "study", folder)
        self.prepared: Prepared = prepare(self.study, folder)

    def trials(self) -> list[Trial]:
        model = learners.of(self.study)
        return plan(self.study, self.prepared, model, device="cpu", precision="float32", compile=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("probes"))


def test_examples_are_drawn_once_each_and_what_is_left_out_is_told(made: Made) -> None:
    facts = made.prepared.facts["probes"]["mood"]
    assert (facts["kind"], facts["classes"], facts["train"], facts["test"]) == ("documents", ["1", "5"], 30, 20)
    assert sum(facts["labels"].values()) == 20
    assert facts["commonest"]["share"] == max(facts["labels"].values()) / 20
    assert made.prepared.notes[:2] == (
        "probes.mood: 2 of 63 records have no text or no label and are left out",
        "probes.mood: 1 of 63 records have the text of another one and are left out",
    )
    examples = made.prepared.probes["mood"].read()
    texts = [Bytes().text(list(e.tokens[:-1])) for e in (*examples.train, *examples.test)]
    assert len(set(texts)) == 50 and all(len(e.tokens) <= 64 for e in examples.train)
    for example, text in zip((*examples.train, *examples.test), texts, strict=True):
        assert example.tokens[example.places[0]] == 256  # the end of text, behind all of it
        assert example.labels == (int(text.startswith("wonderful")),)


def test_words_are_told_behind_their_last_token_as_they_stand_in_a_text(made: Made) -> None:
    probe = made.prepared.probes["names"]
    assert probe.classes == ("B-LOC", "B-PER", "I-LOC", "I-PER", "O")
    for example in probe.read().train:
        text = bytes(example.tokens).decode()
        assert text.startswith(("Anna lives in Rome 1", "Anna lives in Rome ", "王明在北京"))
        ends = [bytes(example.tokens[: place + 1]).decode() for place in example.places]
        if text.startswith("Anna"):
            assert ends[:4] == ["Anna", "Anna lives", "Anna lives in", "Anna lives in Rome"]
        else:
            assert ends[:3] == ["王", "王明", "王明在"]
        assert len(example.places) == len(example.labels)


def test_a_long_row_of_words_is_cut_into_pieces_and_none_is_lost(made: Made, tmp_path: Path) -> None:
    rows(tmp_path / "long.jsonl", [{"words": [f"w{i}"] * 60, "tags": ["O"] * 59 + ["B-X"]} for i in range(20)])
    asked = {"names": {"paths": str(tmp_path / "long.jsonl"), "text": "words", "tags": "tags"}}
    study = Study.of({**ASKED, "probes": asked}, "study", made.folder)
    examples = prepare(study, tmp_path).probes["names"].read()
    assert all(len(example.tokens) <= 64 for example in examples.test)
    sources = {example.source for example in examples.test}
    assert [sum(len(e.labels) for e in examples.test if e.source == s) for s in sorted(sources)] == [60] * 10


def test_text_to_test_on_is_kept_out_of_every_grade(made: Made) -> None:
    removed = pl.read_parquet(made.folder / "removed.parquet").filter(pl.col("held_out") == "mood")
    assert 10 < removed.height <= 20  # some of the twenty fell into the raw set
    tested = {Bytes().text(list(e.tokens[:-1])) for e in made.prepared.probes["mood"].read().test}
    tokens = made.prepared.grades["corpus"].read()
    grade = tokens[tokens < 256].astype(np.uint8).tobytes().decode()
    assert "wonderful" in grade and not any(text in grade for text in tested)


def test_a_study_with_probes_travels_in_a_pack(made: Made, tmp_path: Path) -> None:
    pack(made.study, made.prepared, made.folder, tmp_path / "x.pack")
    there = unpacked(tmp_path / "x.pack", tmp_path)
    assert there.probes["mood"].description() == made.prepared.probes["mood"].description()
    assert [probe.name for probe in opened(tmp_path / "x.pack").probes] == ["mood", "names"]
    (tmp_path / "data" / "probe-mood.json").write_bytes(b"{}")
    assert Prepared.again(tmp_path, json.loads((tmp_path / "data" / "data.json").read_bytes())["fingerprint"]) is None


def test_a_trial_carries_its_probes_to_a_worker_and_their_numbers_into_the_results(made: Made, tmp_path: Path) -> None:
    [trial] = made.trials()
    assert Trial.of_json(json.loads(json.dumps(trial.as_json()))) == trial
    train(trial, tmp_path, lambda event, **facts: None)
    lines, close, _ = lines_of(trial, json.loads((tmp_path / f"{trial.key}.done").read_bytes()))
    assert [line["held_out"] for line in lines] == ["raw", "neutral", "mood", "names"]
    assert close["points"] == 4
    assert lines[2]["measures"]["accuracy"]["n"] == 20
    assert set(lines[3]["measures"]) >= {"accuracy", "macro_f1", "f1:LOC", "f1:PER"}
    flat = facts_of.measures_of(lines[2])
    assert flat["accuracy_low"] <= flat["accuracy"] <= flat["accuracy_high"]


def test_another_probe_is_another_trial(made: Made) -> None:
    [trial] = made.trials()
    more = {name: dataclasses.replace(probe, epochs=2) for name, probe in trial.setting.probes.items()}
    other = dataclasses.replace(trial, setting=dataclasses.replace(trial.setting, probes=more))
    none = dataclasses.replace(trial, setting=dataclasses.replace(trial.setting, probes={}))
    assert len({trial.key, other.key, none.key}) == 3 and "probes" not in none.description()


BATCH, WINDOW, VOCABULARY = 64, 8, 24


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    """A tiny task whose probe asks for the parity of the last token but one."""
    folder = tmp_path_factory.mktemp("task")
    steps = np.random.default_rng(0).integers(1, 4, 61 * BATCH).cumsum() % 20
    (folder / "train").write_bytes(steps.astype("<u2").tobytes())
    file = TokenFile.of(folder / "train", bytes=2 * len(steps))
    random = np.random.default_rng(1)
    some = [tuple(random.integers(0, 20, random.integers(2, 7)).tolist()) for _ in range(400)]
    made = [Example((*tokens, 23), (len(tokens),), (tokens[-1] % 2,), i) for i, tokens in enumerate(some)]
    content = encoded(Examples(made[:300], made[300:]))
    (folder / "parity").write_bytes(content)
    probe = Probe(folder / "parity", hashlib.sha256(content).hexdigest(), "documents", ("even", "odd"), 20, 10.0)
    return Task(
        7104, VOCABULARY, WINDOW, BATCH, file, Order(3), (50 * BATCH, 60 * BATCH), {"near": file}, 1, probes={"parity": probe}
    )  # fmt: skip


@pytest.mark.parametrize("name", ["gpt2", "lstm"])
def test_a_copy_is_tuned_and_the_model_itself_goes_on_as_if_nothing_had_been(task: Task, name: str) -> None:
    probed, plain = (
        [event for event in learner(name).run(t) if isinstance(event, Point)]
        for t in (task, dataclasses.replace(task, probes={}))
    )
    assert [p.losses["near"] for p in probed] == [p.losses["near"] for p in plain]
    again = [event for event in learner(name).run(task) if isinstance(event, Point)]
    assert [p.losses for p in again] == [p.losses for p in probed]
    last = probed[-1]
    assert last.losses["parity"] < 0.5  # of one bit
    assert last.measures["parity"]["accuracy"]["value"] > 0.9
    assert set(last.measures["parity"]) == {"accuracy", "macro_f1", "f1:even", "f1:odd"}


@pytest.mark.parametrize(
    ("probes", "said"),
    [
        ({"raw": {"paths": "a", "label": "x"}}, "study.probes.raw: 'raw' cannot name a probe: letters, digits, - and _, and none of raw, neutral, validation"),
        ({"p": {"paths": "a"}}, "study.probes.p: expected label, the column with one label for each text, or tags, that with one for each word"),
        ({"p": {"paths": "a", "tags": "t"}}, "study.probes.p: tags are of words: name the column with the list of words, as text: words"),
        ({"p": {"paths": "mood.jsonl", "text": "text", "label": "star"}}, "study.probes.p.label: no column 'star'; did you mean 'stars'? there are: stars, text"),
        ({"p": {"paths": "few.jsonl", "text": "text", "label": "y"}}, "study.probes.p: 4 labelled texts; a probe takes 20 at least, half of them to test on"),
        ({"p": {"paths": "same.jsonl", "text": "text", "label": "y"}}, "study.probes.p: all labels are 'a'; there is nothing to tell"),
        ({"p": {"paths": "many.jsonl", "text": "text", "label": "y"}}, "study.probes.p.label: 60 different values in 'y' (0, 1, 10, …); labels are 50 at most"),
        ({"p": {"paths": "uneven.jsonl", "text": "words", "tags": "tags"}}, "study.probes.p: {folder}/uneven.jsonl, record 2: 2 words and 1 tags; each word has one tag"),
        ({"p": {"paths": "numbers.jsonl", "text": "words", "tags": "tags"}}, "study.probes.p: {folder}/numbers.jsonl, record 1: 0 is no tag; tags are words such as B-PER, I-PER and O"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_probe_is_told_in_a_line(made: Made, tmp_path: Path, probes: Any, said: str) -> None:
    folder = made.folder
    rows(folder / "few.jsonl", [{"text": str(i), "y": str(i % 2)} for i in range(4)])
    rows(folder / "same.jsonl", [{"text": str(i), "y": "a"} for i in range(60)])
    rows(folder / "many.jsonl", [{"text": str(i), "y": str(i)} for i in range(60)])
    rows(folder / "uneven.jsonl", [{"words": ["a"], "tags": ["O"]}, {"words": ["a", "b"], "tags": ["O"]}])
    rows(folder / "numbers.jsonl", [{"words": ["a"], "tags": [0]}])
    with pytest.raises(DataqualError) as error:
        prepare(Study.of({**ASKED, "probes": probes}, "study", folder), tmp_path)
    assert str(error.value) == said.format(folder=folder)


def test_a_learner_without_models_has_no_probes(made: Made) -> None:
    study = Study.of({**ASKED, "learner": "oracle"}, "study", made.folder)
    with pytest.raises(DataqualError, match="oracle has no models that can be tuned on labels"):
        plan(study, made.prepared, learners.of(study), device="cpu", precision="float32", compile=False)


def test_the_schema_knows_probes() -> None:
    assert set(schema()["properties"]["probes"]["anyOf"][0]["additionalProperties"]["properties"]) >= {"tags", "label"}


def test_the_facts_of_a_probe_are_means_over_seeds_at_the_last_stop() -> None:
    def point(trial: str, tokens: int, value: float, **more: Any) -> dict[str, Any]:
        own = {
            "grade": "clean",
            "arm": "main",
            "size": 9,
            "parameters": 9,
            "unique": tokens,
            "held_out": "mood",
            **more,
        }
        reading = {"value": value, "interval": [value - 0.1, value + 0.1], "n": 5}
        return {**own, "trial": trial, "tokens": tokens, "loss": value, "measures": {"accuracy": reading}}

    rows = [point("a", 10, 0.2), point("a", 20, 0.5), point("b", 20, 0.7), point("c", 20, 0.9, held_out="raw")]
    one = {
        "kind": "documents",
        "classes": ["x"],
        "train": 1,
        "test": 5,
        "labels": {"x": 5},
        "commonest": {},
        "epochs": 1,
    }
    [row] = probes({"probes": {"mood": {**one, "file": "f"}}}, rows)["mood"]["rows"]
    assert (row["models"], row["tokens"], row["loss"]) == (2, 20, pytest.approx(0.6))
    assert row["measures"]["accuracy"] == {"value": pytest.approx(0.6), "interval": pytest.approx([0.5, 0.7]), "n": 5}
    assert probes({}, rows) == {}


def test_the_page_shows_accuracy_beside_always_saying_the_commonest_label_and_names_the_unit() -> None:
    page = reports.study(study_facts.labelled()).replace("\u00a0", " ")
    text = re.sub("<[^>]*>", "", page[page.index('<section id="probes"') :])
    assert "Always saying neg would be right 55.6 % of the time." in text
    assert "clean 32.4 k parameters0.70 [0.66, 0.74]" in re.sub(r"\s+", " ", text)
    assert "On mood labels of texts" in re.sub("<[^>]*>", "", page)
    assert "Difference 0.031 [0.022, 0.041] bits per label: the whole interval" in re.sub("<[^>]*>", "", page)
    assert 'id="probes"' not in reports.study(study_facts.likely())
