"""The steps that spoil pictures: as many as they say, as much as they say, and always the same ones."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

import dataqual
from dataqual import specs
from dataqual.corpus import Batch, Corpus
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.images.image import Images
from dataqual.images.steps.spoil_blur import SpoilBlur, blurred
from dataqual.images.steps.spoil_jpeg import SpoilJpeg, coded
from dataqual.images.steps.spoil_labels import SpoilLabels
from dataqual.images.steps.spoil_pixel_noise import SpoilPixelNoise
from dataqual.ledger import Added, Edited
from dataqual.operators import Step
from dataqual.steps.spoil_duplicates import SpoilDuplicates
from tests.images.pictures import batch_of, pixels_of, shapes

GRAY, NAMES = shapes(200, side=20)
MIXED = [*shapes(6, side=12)[0], *shapes(6, side=17, colours=True)[0], np.full((1, 1), 7, np.uint8),
         np.dstack([*[shapes(1, side=9)[0][0]] * 3, np.arange(81, dtype=np.uint8).reshape(9, 9)])]  # fmt: skip
SPOIL: list[type[Step]] = [SpoilBlur, SpoilJpeg, SpoilPixelNoise]

every_spoil = pytest.mark.parametrize("spoil", SPOIL)


def same(one: Batch, other: Batch) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(pixels_of(one), pixels_of(other), strict=True))


@every_spoil
def test_a_dose_of_nothing_changes_nothing(spoil: type[Step]) -> None:
    batch = batch_of(MIXED)
    after, changes = spoil(dose=0.0)(batch)  # type: ignore[call-arg]
    assert after is batch
    assert list(changes) == []


@every_spoil
def test_the_dose_is_the_share_of_pictures_and_a_larger_one_takes_the_same_and_more(spoil: type[Step]) -> None:
    batch = batch_of(GRAY)
    few, many = (set(spoil(dose=dose)(batch)[1][0].batch.record.tolist()) for dose in (0.2, 0.6))  # type: ignore[call-arg]
    assert few < many
    assert 20 <= len(few) <= 60
    assert 92 <= len(many) <= 148  # four standard deviations


@every_spoil
def test_what_is_told_as_edited_is_what_differs_and_as_it_was(spoil: type[Step]) -> None:
    batch = batch_of(MIXED)
    after, [edited] = spoil(dose=1.0)(batch)  # type: ignore[call-arg]
    assert isinstance(edited, Edited)
    before, now = pixels_of(batch), pixels_of(after)
    differs = [row for row, (a, b) in enumerate(zip(before, now, strict=True)) if not np.array_equal(a, b)]
    assert (edited.batch.record - 1).tolist() == differs
    assert len(differs) >= 10
    assert all(np.array_equal(a, before[row]) for a, row in zip(pixels_of(edited.batch), differs, strict=True))
    apart = [np.abs(before[row].astype(float) - now[row]).mean() for row in differs]
    np.testing.assert_allclose(np.asarray(edited.values), apart)
    assert after.edited is not None
    assert np.flatnonzero(after.edited).tolist() == differs
    assert [a.shape for a in now] == [a.shape for a in before]
    assert np.array_equal(now[-1][..., 3], before[-1][..., 3])  # alpha stays


@every_spoil
def test_a_picture_is_spoilt_the_same_way_wherever_the_batches_end(spoil: type[Step]) -> None:
    batch, step = batch_of(GRAY[:60]), spoil(dose=0.5)  # type: ignore[call-arg]
    whole = pixels_of(step(batch)[0])
    rows = np.arange(60)
    parts = [step(batch.take(rows[first : first + 7]))[0] for first in range(0, 60, 7)]
    assert all(np.array_equal(a, b) for a, b in zip(whole, [p for part in parts for p in pixels_of(part)], strict=True))


@every_spoil
def test_another_seed_spoils_other_pictures(spoil: type[Step]) -> None:
    batch = batch_of(GRAY)
    one, other = (set(spoil(dose=0.5, seed=seed)(batch)[1][0].batch.record.tolist()) for seed in (0, 1))  # type: ignore[call-arg]
    assert 26 < len(one & other) < 74  # a quarter of 200


@every_spoil
def test_texts_are_told_in_one_line(spoil: type[Step]) -> None:
    [batch] = Corpus.of(["a text"]).batches()
    with pytest.raises(SpecError, match="is a step for pictures, and these are texts"):
        spoil(dose=1.0)(batch)  # type: ignore[call-arg]


@pytest.mark.parametrize("sigma", [0.5, 2.0, 7.0])
def test_blur_is_that_of_scipy(sigma: float) -> None:
    picture = shapes(1, side=24)[0][0].astype(float)
    theirs = gaussian_filter(picture, sigma, mode="reflect", truncate=4.0)
    np.testing.assert_allclose(blurred(picture[None, ..., None], sigma)[0, ..., 0], theirs, atol=0.02)


def test_blur_leaves_the_sum_of_light() -> None:
    picture = np.random.default_rng(0).uniform(0, 255, (1, 9, 13, 3))
    np.testing.assert_allclose(blurred(picture, 30.0).sum((1, 2)), picture.sum((1, 2)), rtol=1e-9)


@pytest.mark.parametrize("quality", [5, 10, 30, 75])
@pytest.mark.parametrize("colours", [False, True])
def test_the_artefacts_are_those_of_a_jpeg_file(quality: int, colours: bool) -> None:
    from PIL import Image

    picture = shapes(3, side=40, colours=colours)[0][2]
    room = io.BytesIO()
    Image.fromarray(picture).save(room, "jpeg", quality=quality, subsampling=0)
    theirs = np.asarray(Image.open(room), float)
    ours = np.clip(coded(picture.reshape(1, 40, 40, -1).astype(float), quality), 0, 255)[0].reshape(theirs.shape)
    assert np.abs(ours - theirs).mean() < np.abs(picture - theirs).mean() / 8  # theirs is the integer transform


def test_noise_has_the_deviation_it_says() -> None:
    gray = np.full((30, 32, 32), 128, np.uint8)
    after, _ = SpoilPixelNoise(dose=1.0, deviation=0.1)(batch_of(gray))
    found = np.stack(pixels_of(after)).astype(float) - 128
    assert abs(found.std() - 25.5) < 0.5
    assert abs(found.mean()) < 0.5
    assert abs(np.corrcoef(found[0].ravel(), found[1].ravel())[0, 1]) < 0.15


def test_copies_of_pictures_stand_behind_them() -> None:
    batch = batch_of(MIXED)
    after, [added] = SpoilDuplicates(dose=1.0)(batch)
    assert isinstance(added, Added)
    assert len(after) == 2 * len(MIXED)
    assert all(np.array_equal(pixels_of(after)[2 * row + 1], pixels_of(batch)[row]) for row in range(len(MIXED)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"spoil_blur": {"dose": 2}}, "web.spoil_blur: dose is 2, not from 0 to 1"),
        ({"spoil_blur": {"dose": 1, "sigma": 0}}, "web.spoil_blur: sigma is 0; it is above 0, and 100 pixels at most"),
        ({"spoil_jpeg": {"dose": 1, "quality": 0}}, "web.spoil_jpeg: quality is 0; it is from 1 to 100"),
        (
            {"spoil_pixel_noise": {"dose": 1, "deviation": -1}},
            "web.spoil_pixel_noise: deviation is -1, not from 0 to 1",
        ),
    ],
)
def test_what_is_wrong_with_a_step_is_told(content: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        specs.step(content, "web")
    assert str(caught.value) == message


def test_an_edited_picture_has_no_bytes_any_more_and_the_others_keep_theirs() -> None:
    images = Images.of([b"".join([b"P5 2 2 255 ", bytes([value] * 4)]) for value in (1, 2, 3)])
    after = images.replaced({1: np.full((2, 2, 1), 9, np.uint8), 2: np.full((3, 1, 1), 8, np.uint8)})
    assert [after.encoded(row) is None for row in range(3)] == [False, True, True]
    assert [after[row].max() for row in range(3)] == [1, 9, 8]
    assert [rows.tolist() for rows, _ in after.stacks()] == [[0, 1], [2]]
    assert after.formats == images.formats


def labelled(path: Path) -> Corpus:
    np.savez(path / "shapes.npz", x=GRAY, y=np.array(NAMES))
    return dataqual.read(str(path / "shapes.npz"))


def test_spoilt_labels_are_others_as_often_as_the_dose_says_and_each_as_likely(tmp_path: Path) -> None:
    corpus = labelled(tmp_path)
    [batch] = corpus.batches()
    after, [edited] = SpoilLabels(dose=0.5).prepare(corpus, Local(workers=1))(batch)
    now = after.columns["label"].to_list()
    differs = [row for row, (a, b) in enumerate(zip(NAMES, now, strict=True)) if a != b]
    assert (edited.batch.record - 1).tolist() == differs
    assert 72 <= len(differs) <= 128  # four standard deviations of 200
    assert set(now) == {"bar", "disk", "ring"}
    became = Counter(now[row] for row in differs if NAMES[row] == "bar")
    assert min(became["disk"], became["ring"]) > 4
    assert same(batch, after)
    assert edited.evidence is not None
    assert edited.evidence[0] == f"label {NAMES[differs[0]]!r} became {now[differs[0]]!r}"
    again, _ = SpoilLabels(dose=0.5).prepare(corpus, Local(workers=2))(batch.take(np.arange(50, 200)))
    assert again.columns["label"].to_list() == now[50:]


def test_labels_are_spoilt_only_where_there_are_two(tmp_path: Path) -> None:
    np.savez(tmp_path / "one.npz", x=GRAY[:4], y=["a"] * 4)
    np.savez(tmp_path / "none.npz", x=GRAY[:4])
    with pytest.raises(SpecError, match="spoil_labels: 1 label, and it takes two to confuse them"):
        SpoilLabels(dose=0.5).prepare(dataqual.read(str(tmp_path / "one.npz")), Local(workers=1))
    with pytest.raises(SpecError, match="spoil_labels: the corpus has no labels"):
        SpoilLabels(dose=0.5).prepare(dataqual.read(str(tmp_path / "none.npz")), Local(workers=1))
