"""Label errors of pictures: flipped labels are found, copies part no folds, and samples merge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import dataqual
from dataqual.checking import check
from dataqual.corpus import Corpus
from dataqual.images.labels import judge_pictures
from dataqual.images.sample import PictureSample
from dataqual.labelling import label_errors
from dataqual.labels.judging import Judged
from dataqual.profiling.picture_sections import facts_of, findings
from dataqual.profiling.sections import Setting
from tests.images.pictures import batch_of, shapes

STACK, NAMES = shapes(150, side=12, seed=4)
WRONG = (7, 40, 77, 110, 141)
LABELS = [("disk" if name != "disk" else "bar") if at in WRONG else name for at, name in enumerate(NAMES)]
PICTURES = [picture[..., None] for picture in STACK]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shapes are learnt in few steps."""
    monkeypatch.setattr("dataqual.images.features.FEWEST", 60)
    monkeypatch.setattr("dataqual.images.features.EPOCHS", 1)


@pytest.fixture(scope="module")
def judged() -> Judged:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dataqual.images.features.FEWEST", 60)
        found = judge_pictures(PICTURES, LABELS, steps=60)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("shapes") / "shapes.npz"
    np.savez(place, x=STACK, y=np.array(LABELS))
    return place


def test_labels_that_were_flipped_are_the_first_suspects(judged: Judged) -> None:
    first = set(judged.rows[judged.ranked()[:6]].tolist())
    assert len(first & set(WRONG)) >= 4
    at = judged.rows.tolist().index(WRONG[0])
    assert judged.classes[judged.suggested[at]] == NAMES[WRONG[0]]
    assert judged.accuracy is not None
    assert judged.accuracy > 0.85


def test_too_few_of_a_label_are_not_judged() -> None:
    assert judge_pictures(PICTURES[:12], LABELS[:12]) is None


def test_the_command_s_function_says_which_labels_of_a_file_are_wrong(path: Path, tmp_path: Path) -> None:
    found = label_errors(str(path), output=tmp_path / "ranked.csv", learn_from=150)
    assert found.documents == 150
    assert found.learnt_from == 150
    assert found.balance.detail["labels"] == 3
    suspects = set((found.ranked["record"] - 1).to_list()[:8])
    assert len(suspects & set(WRONG)) >= 4
    assert (tmp_path / "ranked.csv").read_text(encoding="utf-8").startswith("rank,path,record,id,given,suggested")
    again = label_errors(str(path), learn_from=150, workers=3)
    assert again.ranked.equals(found.ranked)


def test_what_is_not_learnt_from_is_judged_too(path: Path) -> None:
    found = label_errors(str(path), learn_from=100)
    assert found.learnt_from == 100
    assert len(found.ranked) == 150


def test_a_sample_of_any_split_is_that_of_the_whole() -> None:
    batch = batch_of(PICTURES, LABELS)
    whole = PictureSample.draw(batch, 40)
    parts = [PictureSample.draw(batch.take(np.arange(first, min(first + 17, 150))), 40) for first in range(0, 150, 17)]
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merge(part)
    assert merged.record.tolist() == whole.record.tolist()
    assert merged.labels == whole.labels
    assert merged.of == whole.of == 150
    assert all(np.array_equal(a, b) for a, b in zip(merged.pictures, whole.pictures, strict=True))
    nothing = PictureSample.of_pictures([], size=40)
    assert nothing.merge(whole) is whole
    assert whole.merge(nothing) is whole


def test_metrics_of_texts_read_pictures_under_the_same_names(path: Path) -> None:
    found = check(dataqual.read(str(path)), [{"metric": "vendi", "min": 1}, {"metric": "label_balance", "min": 0.9}])
    vendi, balance = found.facts()["checks"]
    assert 1 < vendi["value"] < 100
    assert vendi["of"] == "documents"
    assert balance["value"] == pytest.approx(1, abs=0.01)


def test_more_varied_pictures_are_worth_more() -> None:
    from dataqual.metrics.vendi import Vendi

    same = np.repeat(STACK[:2], 100, axis=0)
    noise = np.random.default_rng(0).integers(0, 256, (200, 12, 12), dtype=np.uint8)
    values = [
        Vendi(among=50).of_pictures(PictureSample.of_pictures(pictures)).value for pictures in (same, STACK, noise)
    ]
    assert values == sorted(values)  # type: ignore[type-var]
    assert values[0] == pytest.approx(1, abs=1.1)


def test_the_sections_say_what_each_class_is_and_show_suspects(path: Path) -> None:
    corpus = dataqual.read(str(path))
    [batch] = corpus.batches()
    setting = Setting(corpus.columns, {"groups": (), "corpus": {"sample": None}}, lambda file: "shapes.npz")
    blocks = facts_of(PictureSample.draw(batch, 2_000), setting)
    labels = blocks["labels"]
    assert [row["label"] for row in labels["classes"]] == ["bar", "disk", "ring"]
    for row in labels["classes"]:
        assert row["brightness"]["interval"][0] < row["brightness"]["value"] < row["brightness"]["interval"][1]
        assert row["recognised"]["n"] >= 45
        assert row["pictures"][0].startswith("data:image/png;base64,")
    assert len({one["record"] - 1 for one in labels["suspects"]} & set(WRONG)) >= 3
    assert blocks["diversity"]["readings"]["vendi"]["value"] > 1
    assert [finding.name for finding in findings({"labels": labels | {"readings": labels["readings"] | {
        "label_balance": {"detail": {"imbalance": 12.0}}}}})][-1] == "label_imbalance"  # fmt: skip


def test_texts_are_told_apart_from_pictures() -> None:
    from dataqual.measured import Measured
    from dataqual.metrics.label_errors import LabelErrors

    [texts] = Corpus.of(["a", "b"]).batches()
    metric = LabelErrors()
    pictures = metric.measure(Measured(batch_of(PICTURES[:5], LABELS[:5])))
    assert metric.merge(metric.measure(Measured(texts.where(np.zeros(2, bool)))), pictures) is pictures
    assert metric.read(pictures).value is None
