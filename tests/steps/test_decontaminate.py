"""`decontaminate`: what shares words with evaluation texts goes, or loses those words, and the ledger says which."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import dataqual
from dataqual import specs
from dataqual.corpus import Batch, Corpus
from dataqual.engine import Local
from dataqual.errors import InputError, NoDocuments, SpecError
from dataqual.ledger import Change
from dataqual.recipe import Recipe
from dataqual.steps.decontaminate import Decontaminate

EVALUATION = {
    "river": "Which river did the expedition follow for eleven days before it turned north into the hills?",
    "poem": "请补全诗句：床前明月光，疑是地上霜。举头望明月，低头思____。",
    "water": "At what temperature does pure water boil?",
    "yes": "Yes",
}
LEAKS = {
    "quoted": "Exam: which RIVER did the expedition follow, for eleven days, before it turned north into the hills; answer.",
    "part": "He asked which river did the expedition follow for eleven days before it turned north instead.",
    "recited": "老师念：“床前明月光，疑是地上霜。举头望明月，低头思故乡。”大家鼓掌。",
    "asked": "Q: At what temperature does pure water boil? A: 100.",
    "answer": "Yes!",
}
CLEAN = {
    "twelve": "He asked which river did the expedition follow for eleven days before it turned south.",
    "moon": "我们背的是：举头望明月，低头思故乡。",
    "boil": "At what temperature does water boil, pure or not?",
    "long yes": "Yes, the river turns north.",
    "empty": "",
}


def written(folder: Path, name: str, texts: dict[str, str], column: str = "text") -> str:
    lines = [json.dumps({"id": key, column: text}, ensure_ascii=False) for key, text in texts.items()]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(folder / name)


@pytest.fixture
def evaluation(tmp_path: Path) -> str:
    return written(tmp_path, "eval.jsonl", EVALUATION)


def cleaned(folder: Path, corpus: str, **parameters: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """The texts that are left, and the ledger."""
    recipe = Recipe.of({"steps": [{"decontaminate": {"shortest": 7} | parameters}]}, "mine.yaml")
    done = dataqual.clean(corpus, folder / "out.jsonl", recipe=recipe)
    assert done.ledger
    lines = (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines], pl.read_parquet(done.ledger).to_dicts()


def run(step: Decontaminate, texts: list[str]) -> tuple[Batch, list[Change]]:
    corpus = Corpus.of(texts)
    [batch] = corpus.batches()
    left, changes = step.prepare(corpus, Local())(batch)
    return left, list(changes)


def test_leaks_go_and_what_only_looks_like_one_stays(evaluation: str, tmp_path: Path) -> None:
    corpus = written(tmp_path, "in.jsonl", LEAKS | CLEAN)
    left, ledger = cleaned(tmp_path, corpus, against=evaluation)
    assert left == [*CLEAN.values()]
    assert [row["id"] for row in ledger] == [*LEAKS]


def test_a_row_of_the_ledger_says_how_much_where_and_what(evaluation: str, tmp_path: Path) -> None:
    corpus = written(tmp_path, "in.jsonl", LEAKS | CLEAN)
    rows = {row["id"]: row for row in cleaned(tmp_path, corpus, against=evaluation)[1]}
    assert rows["part"] == {
        "path": corpus, "record": 2, "line": 2, "id": "part", "action": "dropped", "step": "decontaminate",
        "rule": "decontaminate", "signal": f"shared_ngrams(against={evaluation})", "value": 1.0, "threshold": "< 1",
        "kept_path": evaluation, "kept_record": 1, "similarity": None, "parent": None, "edits": None,
        "evidence": "which river did the expedition follow for eleven days before it turned north instead.",
    }  # fmt: skip
    assert rows["quoted"]["value"] == 16 - 13 + 1
    assert (rows["recited"]["value"], rows["recited"]["kept_record"]) == (18 - 13 + 1, 2)
    assert rows["recited"]["evidence"].startswith("床前明月光，疑是地上霜。")
    assert (rows["asked"]["value"], rows["asked"]["kept_record"]) == (1, 3)


def test_addresses_are_masked_in_the_evidence(tmp_path: Path) -> None:
    text = "for the full list of all the many rivers please write to ann.lee@example.com or call us"
    evaluation = written(tmp_path, "eval.jsonl", {"a": text})
    [row] = cleaned(tmp_path, written(tmp_path, "in.jsonl", {"b": text, "c": "else"}), against=evaluation)[1]
    assert row["evidence"] == text.replace("ann.lee@example.com", "a••••••@•••••••.com")


def test_what_is_cut_out_are_the_shared_words_and_no_other_byte(evaluation: str, tmp_path: Path) -> None:
    corpus = written(tmp_path, "in.jsonl", LEAKS | CLEAN)
    left, ledger = cleaned(tmp_path, corpus, against=evaluation, action="remove_spans")
    assert left == [
        "Exam: ; answer.",
        "He asked  instead.",
        "老师念：“故乡。”大家鼓掌。",
        "Q: ? A: 100.",
        *CLEAN.values(),
    ]
    assert [(row["id"], row["action"]) for row in ledger] == [
        *((name, "edited") for name in LEAKS if name != "answer"), ("answer", "dropped"),
    ]  # fmt: skip


def test_what_comes_to_touch_when_something_is_cut_out_is_cut_out_too(tmp_path: Path) -> None:
    evaluation = written(tmp_path, "eval.jsonl", {"1": "a b c d"})
    step = Decontaminate(evaluation, ngram=2, action="remove_spans")
    left, [edited] = run(step, ["x a a b b y"])
    assert left.text[0] == "x  y"
    assert edited.values is not None  # type: ignore[union-attr]
    assert edited.values.tolist() == [1]  # type: ignore[union-attr]


def test_several_files_and_a_column_that_must_be_named(evaluation: str, tmp_path: Path) -> None:
    other = written(tmp_path, "other.jsonl", {"1": "nothing of this kind", "2": CLEAN["boil"]}, "text")
    assert len(run(Decontaminate((evaluation, other)), [*CLEAN.values()])[0]) == 4
    questions = f'text,question\nnothing of this kind,"{CLEAN["long yes"] * 3}"\n'
    (tmp_path / "questions.csv").write_text(questions)
    leaking = [*CLEAN.values(), CLEAN["long yes"] * 3]
    assert len(run(Decontaminate(str(tmp_path / "questions.csv"), text="question"), leaking)[0]) == 5


def test_a_corpus_is_not_compared_with_itself(evaluation: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a part of the corpus itself, of which nothing would be left"):
        cleaned(tmp_path, evaluation, against=evaluation)


def test_evaluation_texts_that_cannot_be_had_are_an_error_before_anything_is_written(tmp_path: Path) -> None:
    corpus = written(tmp_path, "in.jsonl", CLEAN)
    (tmp_path / "void.jsonl").write_text("")
    with pytest.raises(NoDocuments):
        cleaned(tmp_path, corpus, against=str(tmp_path / "void.jsonl"))
    assert not (tmp_path / "out.jsonl").exists()


def test_more_evaluation_text_than_memory_is_told_in_one_line(evaluation: str) -> None:
    corpus = Corpus.of(["a"])
    with pytest.raises(InputError, match="take 40 times as much memory: allow more with --max-memory"):
        Decontaminate(evaluation).prepare(corpus, Local(max_memory=1000))


@pytest.mark.parametrize(("given", "message"), [
    ({"against": []}, "r.yaml.steps[0].decontaminate: against is empty; name the files of evaluation texts"),
    ({"against": "e.jsonl", "ngram": 0}, "r.yaml.steps[0].decontaminate: ngram is 0; it is at least 1 word, 13 is usual"),
    ({"against": "e.jsonl", "action": "cut"},
     "r.yaml.steps[0].decontaminate: action is 'cut', not one of drop, remove_spans"),
    ({}, "r.yaml.steps[0].decontaminate: needs the parameter 'against'"),
    ({"against": "evla.jsonl"},
     "r.yaml.steps[0].decontaminate: against: evla.jsonl: no such file or folder; did you mean 'eval.jsonl'?"),
    ({"against": ["eval.jsonl", "none/x.jsonl"]},
     "r.yaml.steps[0].decontaminate: against: none/x.jsonl: no such file or folder"),
    ({"against": "eval.jsonl", "text": "txt"},
     "r.yaml.steps[0].decontaminate: text: no column 'txt'; did you mean 'text'? there are: id, text"),
])  # fmt: skip
def test_a_wrong_parameter_is_told_where_it_stands_before_any_data_is_read(
    given: dict[str, Any], message: str, evaluation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(evaluation).parent)
    with pytest.raises(SpecError) as error:
        specs.step({"decontaminate": given}, "r.yaml.steps[0]")
    assert str(error.value) == message


@pytest.mark.parametrize("action", ["drop", "remove_spans"])
def test_what_is_prepared_can_be_sent_to_another_process(action: Any, evaluation: str) -> None:
    corpus = Corpus.of([*LEAKS.values(), *CLEAN.values()])
    ready = Decontaminate(evaluation, action=action).prepare(corpus, Local())
    sent = pickle.loads(pickle.dumps(ready))
    [batch] = corpus.batches()
    left, _ = ready(batch)
    again, _ = sent(batch)
    assert [again.text[i] for i in range(len(again))] == [left.text[i] for i in range(len(left))]
    assert len(left) < len(batch)


def test_it_says_that_it_must_be_prepared(evaluation: str) -> None:
    [batch] = Corpus.of(["a"]).batches()
    with pytest.raises(TypeError, match="call prepare"):
        Decontaminate(evaluation)(batch)
