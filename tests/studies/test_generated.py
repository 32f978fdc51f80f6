"""What was written is measured: a copy is found as a copy, real text is like itself, nothing is certain of few texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studies import learners
from studies.data.prompts import Prompts
from studies.data.tokenizing import Bytes
from studies.design.study import Study
from studies.design.trial import Trial, plan, prompts_of
from studies.evaluating import likeness
from studies.preparing.prepared import Prepared
from studies.preparing.texts import prepare
from studies.running.generated import generated, records, seen
from tests.studies import corpora

ASKED: dict[str, Any] = {
    "grades": {"clean": {}, "typos": {"spoil_typos": {"dose": 0.5}}},
    "learner": "oracle", "sizes": [1000, 2000], "tokens": 30000, "again": [], "seeds": 2, "window": 64,
    "held_out": {"raw": {"share": 0.2}, "neutral": "other.jsonl"},
    "generate": {"samples": 6, "tokens": 256},
}  # fmt: skip


class Made:
    """A prepared study with its trials, over text in a dozen scripts."""

    def __init__(self, folder: Path, asked: dict[str, Any] = ASKED) -> None:
        texts = corpora.texts()
        corpora.write(folder / "corpus.jsonl", texts[20:])
        corpora.write(folder / "other.jsonl", texts[:20])
        self.folder = folder
        study = Study.of({"corpus": "corpus.jsonl", **asked}, "study", folder)
        self.prepared: Prepared = prepare(study, folder)
        prompts = prompts_of(study, self.prepared)
        assert prompts is not None
        self.prompts: Prompts = prompts
        learner = learners.learner("oracle")
        self.trials: list[Trial] = plan(
            study, self.prepared, learner, device="cpu", precision="float32", compile=False, prompts=prompts
        )

    def line(self, trial: Trial, texts: list[list[int]]) -> dict[str, Any]:
        who = {"trial": trial.key, "learner": "oracle", "grade": trial.grade, "arm": trial.arm, "size": trial.size}
        return {"kind": "made", **who, "seed": trial.seed, "texts": texts, "nats": [2.0] * len(texts)}

    def measured(self, lines: list[dict[str, Any]], **asked: Any) -> dict[str, Any]:
        found = generated(self.prepared, self.prompts, self.trials, lines, self.folder, **asked)
        assert json.loads(json.dumps(found, allow_nan=False)) == found
        return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("made"))


def test_real_text_is_as_like_itself_as_can_be(made: Made) -> None:
    real = [text.tolist() for text in made.prompts.references()]
    [row, *_] = made.measured([made.line(made.trials[0], real)])["rows"]
    found = row["measures"]
    assert found["bleu"]["value"] == pytest.approx(100)
    assert found["rougeL"]["value"] == 1
    assert found["perplexity"]["value"] == pytest.approx(
        2.718281828 ** (2.0 * len(real) / sum(map(len, real))), rel=1e-6
    )
    for name in ("distinct_2", "self_bleu", "repetition", "female_share", "broken"):
        assert found[name] == made.measured([made.line(made.trials[0], real)])["real"][name]


def test_a_copy_of_what_was_seen_is_one_and_of_what_was_not_is_none(made: Made) -> None:
    trial = made.trials[0]
    there, text = seen(trial), trial.train.read().tolist()
    assert int((there >= 0).sum()) == pytest.approx(trial.stops[-1], rel=0.05)
    old = next(i for i in range(len(there) - 200) if (there[i : i + 200] >= 0).all())
    new = next(i for i in range(len(there) - 256) if (there[i : i + 256] < 0).all())
    shares = {}
    for start, length in ((old, 200), (old, 199), (new, 256)):
        copies = [text[start : start + length]] * len(made.prompts)
        shares[start, length] = made.measured([made.line(trial, copies)])["rows"][0]["measures"]
    assert shares[old, 200]["copied_share"]["value"] == 1
    assert shares[old, 199]["copied_share"]["value"] == shares[new, 256]["copied_share"]["value"] == 0
    assert shares[old, 199]["copied_words"]["value"] > 15 > shares[new, 256]["copied_words"]["value"]


def test_what_never_was_seen_in_few_texts_may_still_be(made: Made) -> None:
    texts = [list(b"nothing of the kind is said here") for _ in range(len(made.prompts))]
    found = made.measured([made.line(made.trials[0], texts)])["rows"][0]["measures"]
    assert found["broken"]["value"] == 0
    assert found["broken"]["interval"][1] > 0.3
    assert found["copied_words"]["interval"] is None
    assert found["female_share"]["value"] is None


def test_seeds_are_taken_together_and_their_texts_hang_together_by_prompt(made: Made) -> None:
    pair = [t for t in made.trials if (t.size, t.grade) == (1000, "clean")]
    texts = [list(f"she is text {i}, he is not".encode()) for i in range(len(made.prompts))]
    one = made.measured([made.line(pair[0], texts)])["rows"][0]
    both = made.measured([made.line(trial, texts) for trial in pair])["rows"][0]
    assert (both["models"], both["texts"]) == (2, 2 * len(made.prompts))
    for name in ("perplexity", "rouge1", "rougeL"):  # the same again is no more evidence
        assert both["measures"][name]["interval"] == pytest.approx(one["measures"][name]["interval"])
        assert both["measures"][name]["n"] == 2 * one["measures"][name]["n"]


def test_without_examples_no_text_is_told_and_with_them_they_are_records(made: Made) -> None:
    texts = [list(f"written {i} 写".encode()) for i in range(len(made.prompts))]
    lines = [made.line(made.trials[0], texts)]
    bare, whole = made.measured(lines, examples=False), made.measured(lines)
    assert bare["examples"] == [] and "written" not in json.dumps(bare)
    assert whole["examples"][0]["texts"][0]["text"] == "written 0 写"
    told = list(records(made.prepared, made.prompts, lines, made.folder))
    assert [record["text"] for record in told] == [f"written {i} 写" for i in range(len(made.prompts))]
    first = made.prompts.tokens()[0].tolist()
    assert (told[0]["prompt"], told[0]["grade"]) == (Bytes().text(first), made.trials[0].grade)


def test_without_the_packages_the_rest_is_measured_and_says_why(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sacrebleu.metrics", "rouge_score.rouge_scorer"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    found = made.measured([made.line(made.trials[0], [[97, 98]] * len(made.prompts))])
    assert likeness.EXTRA in found["notes"][0] and len(found["notes"]) == 2
    assert "bleu" not in found["rows"][0]["measures"] and "repetition" in found["rows"][0]["measures"]
