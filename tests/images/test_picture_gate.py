"""The gate of pictures made of others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dataqual.errors import SpecError
from dataqual.images.gating import (
    LabelModels,
    Originals,
    PictureGate,
    PicturePairs,
    contrast_kept,
    default_rules,
    distance,
    resemblance,
    rules_of,
    small_of,
)
from dataqual.mixing import splitmix64
from tests.images.pictures import shapes

STACK, NAMES = shapes(120, side=20)
PICTURES = [picture[..., None] for picture in STACK]
KEYS = splitmix64(np.arange(120, dtype=np.uint64))


def pairs_of(parents: list[np.ndarray], children: list[np.ndarray]) -> PicturePairs:
    return PicturePairs(parents, children, [None] * len(parents), np.zeros(len(parents), np.uint64))


def test_a_child_that_is_its_parent_is_none_away_and_a_blank_one_has_no_contrast() -> None:
    blank = np.full_like(PICTURES[0], 90)
    pairs = pairs_of([PICTURES[0]] * 2, [PICTURES[0], blank])
    assert distance(pairs)[0] == 0
    assert contrast_kept(pairs).tolist() == [1, 0]
    assert resemblance(pairs)[0] == pytest.approx(1)
    assert np.isnan(resemblance(pairs)[1])


def test_a_mirrored_or_turned_picture_resembles_its_parent_and_another_one_less() -> None:
    parent = shapes(1, side=32, seed=3)[0][0][..., None]
    ways = [parent[:, ::-1], parent[::-1], np.rot90(parent), 255 - parent]
    found = resemblance(pairs_of([parent] * 4, ways))
    assert (found[:3] > 0.99).all()
    assert found[3] < 0.5


def test_the_nearest_original_is_the_nearest_of_all_that_are_no_copies_of_the_parent() -> None:
    originals = Originals.of(small_of(PICTURES))
    pairs = pairs_of(PICTURES[:20], PICTURES[30:50])
    small, children, parents = (small_of(side).astype(float) for side in (PICTURES, PICTURES[30:50], PICTURES[:20]))
    for reach in (3.0, 60.0):
        found = originals.nearest(pairs, reach)
        for at in range(20):  # by comparing all with all
            away = np.abs(small - children[at]).mean(1)
            others = (np.abs(small - parents[at]).mean(1) > 6) & (away <= reach)
            expected = away[others].min() if others.any() else np.nan
            np.testing.assert_allclose(found[at], expected)


def test_a_label_that_the_child_no_longer_shows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataqual.images.features.FEWEST", 80)
    monkeypatch.setattr("dataqual.images.features.EPOCHS", 1)
    models = LabelModels.fit(PICTURES, NAMES, KEYS)
    assert models is not None
    assert models.share_right(PICTURES, NAMES, KEYS) > 0.9
    gate = PictureGate(rules_of(["{signal: label_agreement, min: 0.2}"]), models=models)
    rings = [row for row, name in enumerate(NAMES) if name == "ring"][:8]
    disks = [row for row, name in enumerate(NAMES) if name == "disk"][:8]
    right = PicturePairs([PICTURES[row] for row in rings], [PICTURES[row] for row in rings], ["ring"] * 8, KEYS[rings])
    wrong = PicturePairs([PICTURES[row] for row in rings], [PICTURES[row] for row in disks], ["ring"] * 8, KEYS[rings])
    assert sum(verdict.accepted for verdict in gate.judge(right)) >= 7
    assert sum(verdict.accepted for verdict in gate.judge(wrong)) <= 1


def test_too_few_of_a_label_teach_nothing() -> None:
    assert LabelModels.fit(PICTURES[:12], NAMES[:12], KEYS[:12]) is None


def test_rules_are_read_from_yaml_and_what_is_wrong_is_told(tmp_path: Path) -> None:
    assert [rule.signal for rule in default_rules()] == [
        "distance", "contrast_kept", "resemblance", "copies_original", "label_agreement",
    ]  # fmt: skip
    (tmp_path / "own.yaml").write_text("rules: [{signal: distance, min: 3}]", encoding="utf-8")
    assert [str(rule.bounds) for rule in rules_of(str(tmp_path / "own.yaml"))] == [">= 3"]
    with pytest.raises(SpecError) as caught:
        rules_of(["{signal: distanc, min: 3}"])
    assert str(caught.value).startswith("gate[0]: no signal of pairs of pictures 'distanc'; did you mean 'distance'?")
    with pytest.raises(SpecError, match="neither default nor none"):
        rules_of("strict")
