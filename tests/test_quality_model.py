"""A classifier of good and bad documents: learnt, saved, asked in a recipe, and what it refuses."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from dataqual.cli import main
from dataqual.errors import InputError, SpecError
from dataqual.kernels.linear import hash_of
from dataqual.quality_model import BITS, QualityModel, area
from dataqual.recipe import Recipe
from dataqual.signals.quality import Quality
from dataqual.text import Text
from dataqual.training import train_quality

GOOD = [f"第{i}次会议讨论了预算，结论写在附件里。 The minutes of meeting {i} are attached." for i in range(60)]
BAD = [f"点击领取红包{i}，限时优惠！！ CLICK here now to win prize {i}" for i in range(60)]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quality") / "q.npz"
    train_quality(GOOD, BAD, path)
    return path


def test_it_tells_them_apart_in_both_languages(model: Path) -> None:
    values = Quality(str(model))(
        ["会议的结论写在附件里。", "点击领取，限时优惠！！", "Minutes are attached", "CLICK to win", ""]
    )
    assert (values > 0.5).tolist()[:4] == [True, False, True, False]
    assert ((values >= 0) & (values <= 1)).all()


def test_the_score_is_the_sum_of_the_weights_of_all_runs(model: Path) -> None:
    loaded = QualityModel.load(model)
    text = Text.of(["Minutes are 附件"])
    words = text.cut("tokens").folded.tolist()
    runs = [hash_of(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(i + 3, len(words)) + 1)]
    odds = float(loaded.weights[-1]) + sum(float(loaded.weights[h % (1 << BITS)]) for h in runs) / math.sqrt(len(words))
    assert loaded.probabilities(text)[0] == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-6)


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.npz", "b.model"):
        train_quality(GOOD, BAD, tmp_path / name, seed=3)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.model").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.model"]


def test_a_recipe_keeps_by_it(model: Path) -> None:
    recipe = Recipe.of([{"keep": {"signal": "quality", "with": {"model": str(model)}, "min": 0.5}}])
    assert recipe.on([GOOD[0], BAD[0]]) == [GOOD[0], None]


def test_a_run_does_not_go_on_with_another_model(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "q.npz"
    path.write_bytes(model.read_bytes())
    keep = {"keep": {"signal": "quality", "with": {"model": str(path)}, "min": 0.5}}
    before = Recipe.of([keep]).steps[0].rests_on
    assert before == Recipe.of([keep]).steps[0].rests_on
    train_quality(BAD, GOOD, path)
    assert Recipe.of([keep]).steps[0].rests_on != before
    assert Recipe.of([{"keep": {"signal": "word_count", "min": 1}}]).steps[0].rests_on is None


def test_copies_are_never_on_both_sides(tmp_path: Path) -> None:
    told = train_quality([*GOOD, *GOOD], BAD, tmp_path / "q.npz")
    once = train_quality(GOOD, BAD, tmp_path / "p.npz")
    assert told.held_out - once.held_out == sum(1 for text in GOOD if _held(text))


def _held(text: str) -> bool:
    from dataqual.training import _held_out

    return bool(_held_out(Text.of([text]))[0])


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 broken"])
def test_what_is_no_model_is_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "q.npz"
    path.write_bytes(content)
    with pytest.raises(SpecError, match="no quality model; dataqual train-quality makes one"):
        Quality(str(path))
    with pytest.raises(SpecError, match="no such file or folder"):
        Quality(str(tmp_path / "none.npz"))


def test_a_model_of_another_version_or_with_objects_in_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "q.npz"
    np.savez(path, format=np.array("dataqual.quality/9"), about=np.array(""), weights=np.zeros(3, np.float32))
    with pytest.raises(InputError, match=r"this version reads 'dataqual\.quality/1'"):
        QualityModel.load(path)
    np.savez(path, format=np.array([{"a": 1}], object), weights=np.zeros(3), about=np.array(""))
    with pytest.raises(InputError, match="no quality model"):
        QualityModel.load(path)


def test_too_few_documents_are_no_lesson(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="3 bad documents are too few to learn from; give 20 or more"):
        train_quality(GOOD, BAD[:3], tmp_path / "q.npz")


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    random = np.random.default_rng(1)
    scores, good = random.integers(0, 6, 80) / 5, random.random(80) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[good] for b in scores[~good]]
    assert area(scores, good)[0] == pytest.approx(np.mean(pairs))


def test_the_command_says_how_often_it_was_right(tmp_path: Path) -> None:
    for name, texts in (("good", GOOD), ("bad", BAD)):
        lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
        (tmp_path / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    asked = [
        "train-quality",
        *(str(tmp_path / f"{name}.jsonl") for name in ("good", "bad")),
        "-o",
        str(tmp_path / "q.npz"),
    ]
    done = CliRunner().invoke(main, [*asked, "--json"])
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert (facts["good"], facts["bad"], facts["accuracy"]) == (60, 60, 1.0)
