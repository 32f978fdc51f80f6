"""Label errors of pictures: flipped labels are found, copies part no folds, and samples merge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import dataqual
from dataqual.checking import check
from dataqual.cli import main
from dataqual.columns import Columns
from dataqual.corpus import Corpus
from dataqual.errors import DataqualError
from dataqual.images.labels import PictureModels, judge_pictures
from dataqual.images.reading.corpus import ImageCorpus
from dataqual.images.sample import PictureSample
from dataqual.labelling import label_errors
from dataqual.labels.judging import Judged
from dataqual.measured import Measured
from dataqual.metrics.label_conflicts import LabelConflicts
from dataqual.profiling.picture_sections import facts_of, findings
from dataqual.profiling.sections import Setting
from tests.images.photographs import Picture, compressed, jpeg, photo, png
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


def hardly_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of tests to which it is all the same what the models say."""
    monkeypatch.setattr("dataqual.images.features.FEWEST", 1)


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
    head = (tmp_path / "ranked.csv").read_text(encoding="utf-8").splitlines()[0]
    assert head == "rank,path,record,id,given,suggested,probability,suggested_probability,quality,suspect"
    again = label_errors(str(path), learn_from=150, workers=3)
    assert again.ranked.equals(found.ranked)


def test_large_photographs_are_decoded_small_where_only_labels_are_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hardly_learnt(monkeypatch)
    for at in range(24):
        place = tmp_path / ("sea" if at % 2 else "wood") / f"{at:02}.jpg"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(jpeg(np.kron(photo(at), np.ones((5, 5, 1), np.uint8)), 90))  # 800 x 600
    seen: set[tuple[int, int]] = set()
    parse = ImageCorpus.parse

    def watched(self: ImageCorpus, chunk: Any) -> Any:
        batch = parse(self, chunk)
        seen.update(zip(batch.images.widths.tolist(), batch.images.heights.tolist(), strict=True))
        return batch

    monkeypatch.setattr(ImageCorpus, "parse", watched)
    found = label_errors(str(tmp_path), learn_from=100)
    assert seen == {(400, 300)}
    assert found.ranked["id"].sort().to_list()[0] == "sea/01.jpg"


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


def _photographs() -> tuple[list[Picture], list[str]]:
    """Twenty-four photographs with a near copy behind each of the first twelve, of which two have another label."""
    kinds = [photo(seed) for seed in range(24)]
    names = ["sea", "wood"] * 12
    copies = [compressed(one) for one in kinds[:12]]
    return [*kinds, *copies], [*names, *("wood" if at in (0, 4) else name for at, name in enumerate(names[:12]))]


def test_near_copies_fall_into_one_fold_whatever_judges_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, names = _photographs()
    seen: list[list[int]] = []
    fit = PictureModels.fit.__func__  # type: ignore[attr-defined]

    def watched(cls: type[PictureModels], given: Any, codes: Any, known: Any, fold: Any, **more: Any) -> PictureModels:
        seen.append(fold.tolist())
        return fit(cls, given, codes, known, fold, seed=0, steps=1)  # type: ignore[no-any-return]

    monkeypatch.setattr(PictureModels, "fit", classmethod(watched))
    assert judge_pictures(pictures, names) is not None
    for at, picture in enumerate(pictures):
        (tmp_path / names[at]).mkdir(exist_ok=True)
        (tmp_path / names[at] / f"{at:02}.png").write_bytes(png(picture))
    label_errors(str(tmp_path), learn_from=100)
    memory, _ = seen
    assert memory[:12] == memory[24:]
    assert len(set(memory)) == 5


def test_copies_that_contradict_each_other_are_a_list_to_act_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hardly_learnt(monkeypatch)
    pictures, names = _photographs()
    for at, picture in enumerate(pictures):
        (tmp_path / "set" / names[at]).mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / names[at] / f"{at:02}.png").write_bytes(png(picture))
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(main, ["labels", "set", "--conflicts", "torn.csv"])
    assert found.exit_code == 0, found.output
    assert "contradicting labels on copies: 11 % of the labelled pictures, in 2 clusters" in found.output
    assert "  set/sea/00.png:1 sea; set/wood/24.png:1 wood\n" in found.output
    assert "contradicting copies: torn.csv" in found.output
    rows = pl.read_csv("torn.csv").rows(named=True)
    assert "text" not in rows[0]
    assert [(row["cluster"], row["documents"], row["exact"], row["path"], row["id"], row["given"]) for row in rows] == [
        (1, 2, False, "set/sea/00.png", "sea/00.png", "sea"),
        (1, 2, False, "set/wood/24.png", "wood/24.png", "wood"),
        (2, 2, False, "set/sea/04.png", "sea/04.png", "sea"),
        (2, 2, False, "set/wood/28.png", "wood/28.png", "wood"),
    ]
    assert {row["suggested"] for row in rows} <= {"sea", "wood"}
    refused = CliRunner().invoke(main, ["labels", "set", "--conflicts", "torn.txt"])
    assert refused.exit_code == 2
    assert "torn.txt: ends in none of .jsonl, .parquet, .csv, which say what is written" in refused.output


def test_a_suite_bounds_contradictions_of_pictures() -> None:
    pictures, names = _photographs()
    batch = batch_of(pictures, names)
    [found] = [LabelConflicts().measure(Measured(batch))]
    assert LabelConflicts().read(found).detail == {"documents": 4, "exact": 0, "clusters": 2}


def test_the_section_shows_near_copies_that_contradict_each_other() -> None:
    pictures, names = _photographs()
    batch = batch_of(pictures, names)
    setting = Setting(Columns(label="label"), {"groups": (), "corpus": {"sample": None}}, lambda file: "set")
    labels = facts_of(PictureSample.draw(batch, 2_000), setting, skip=["diversity"])["labels"]
    assert labels["readings"]["label_conflicts"]["detail"] == {"documents": 4, "exact": 0, "clusters": 2}
    assert {tuple(one["given"] for one in torn["examples"]) for torn in labels["conflicts"]} == {("sea", "wood")}


def test_clean_drops_the_suspects_of_pictures_under_the_same_name(path: Path, tmp_path: Path) -> None:
    expected = label_errors(str(path), learn_from=150).ranked.filter("suspect")["record"].sort().to_list()
    cleaned = dataqual.clean(str(path), tmp_path / "clean.npz", drop=["label_errors"])
    ledger = pl.read_parquet(tmp_path / "clean.npz.ledger.parquet")
    assert ledger["record"].sort().to_list() == expected
    assert set(ledger["rule"].to_list()) == {"label_errors"}
    assert set(ledger["signal"].to_list()) == {"label_suspect"}
    assert cleaned.dropped == len(expected) > 0
    assert len(np.load(tmp_path / "clean.npz")["y"]) == 150 - len(expected)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            ["long_words"],
            "long_words is for texts, and these are pictures; of pictures --drop knows exact_copies, near_copies, "
            "label_errors, blank_pictures, mislabelled_pictures, animations, strongly_compressed",
        ),
        (["gopher@dolma"], "too_few_words@gopher@dolma is for texts, and these are pictures"),
        (["blurry"], "--drop: nothing is called 'blurry' that could be dropped; "),
    ],
)
def test_what_cannot_be_dropped_of_pictures_is_one_line(
    path: Path, tmp_path: Path, names: list[str], said: str
) -> None:
    with pytest.raises(DataqualError) as told:
        dataqual.clean(str(path), tmp_path / "clean.npz", drop=names)
    assert str(told.value).startswith(said)


def test_what_is_of_pictures_alone_is_not_dropped_from_texts(tmp_path: Path) -> None:
    with pytest.raises(DataqualError) as told:
        dataqual.clean(["a"], tmp_path / "clean.jsonl", drop=["animations"])
    assert str(told.value).startswith(
        "animations is for pictures, and these are texts; of texts --drop knows exact_copies, "
    )
    with pytest.raises(DataqualError) as told:
        dataqual.check(["a"], [{"signal": "label_suspect", "max": 0}])
    assert "label_suspect must first see the corpus: a recipe's keep lets it" in str(told.value)


def test_a_label_of_which_all_pictures_are_copies_of_one_is_not_judged() -> None:
    dark, light = (np.full((24, 24, 3), level, np.uint8) for level in (0, 200))
    assert judge_pictures([dark, light] * 12, ["a", "b"] * 12) is None
