"""Signals of pictures against cleanvision, Pillow, scipy, and second, simpler computations."""

from __future__ import annotations

import colorsys
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from dataqual import catalog
from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.images import Images
from dataqual.images.decoding import decode
from dataqual.images.pixels import resized
from dataqual.images.signals.odd_size import OddSize
from tests.images.made import noise, pictures, waves
from tests.images.test_image import encoded

CLEANVISION: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "cleanvision.json").read_text())
PICTURES = pictures()
IMAGES = Images.of(list(PICTURES.values()))


def measured(name: str, **parameters: Any) -> dict[str, float]:
    values = catalog.signal(name, **parameters)(IMAGES)
    return dict(zip(PICTURES, values.tolist(), strict=True))


def published(column: str) -> dict[str, float]:
    return {name: row[column] for name, row in CLEANVISION.items()}


@pytest.mark.parametrize(
    ("signal", "parameters", "column"),
    [
        ("brightness", {}, "brightness"),
        *(("brightness_percentile", {"percentile": float(p)}, f"brightness_perc_{p}") for p in (1, 5, 10, 15, 90, 95, 99)),
        ("aspect_ratio", {}, "aspect_ratio"),
        ("entropy", {}, "entropy"),
        ("side", {}, "size"),
    ],
)  # fmt: skip
def test_cleanvisions_own_numbers_come_out(signal: str, parameters: dict[str, Any], column: str) -> None:
    assert measured(signal, **parameters) == pytest.approx(published(column), abs=1e-9)


def test_blurriness_darkness_and_lightness_are_what_is_missing_to_one_of_its_scores() -> None:
    for signal, column in (("blurriness", "blurry_score"), ("darkness", "dark_score")):
        assert {name: 1 - value for name, value in measured(signal).items()} == pytest.approx(
            published(column), abs=1e-9
        )
    assert {n: 1 - v for n, v in measured("lightness").items()} == pytest.approx(published("light_score"), abs=1e-9)
    assert measured("grayscale", by="mode") == {name: int(gray) for name, gray in published("is_grayscale").items()}


@pytest.mark.parametrize(
    "size",
    [
        (513, 200, 64, 24),
        (1000, 20, 64, 1),
        (100, 130, 49, 64),
        (164, 100, 64, 50),
        (165, 100, 64, 50),
        (30, 30, 60, 41),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_is_resized_to_the_very_pixels_of_pillow(size: tuple[int, int, int, int], channels: int) -> None:
    height, width, new_height, new_width = size
    picture = noise(height, width, channels, 5)
    ours = resized(picture[None], new_height, new_width)[0]
    theirs = np.asarray(Image.fromarray(picture.squeeze()).resize((new_width, new_height)))
    assert ours.squeeze().tolist() == theirs.squeeze().tolist()


def test_sharpness_is_the_variance_of_the_laplacian_as_scipy_has_it() -> None:
    for name, value in measured("sharpness").items():
        gray = np.asarray(Image.fromarray(PICTURES[name]).convert("L")).astype(float)
        if min(gray.shape) > 1:
            assert value == pytest.approx(ndimage.laplace(gray, mode="mirror").var(), rel=1e-9, abs=1e-9)


def test_colours_are_as_the_formulas_say() -> None:
    for name, picture in PICTURES.items():
        if picture.ndim == 2:
            continue
        rgb = picture.reshape(-1, 3).astype(float)
        few = rgb[:: max(1, len(rgb) // 500)]
        saturation = catalog.signal("saturation")([few[None].astype(np.uint8)])[0]
        assert saturation == pytest.approx(np.mean([colorsys.rgb_to_hsv(*pixel)[1] for pixel in few / 255]), abs=1e-9)
        rg, yb = rgb[:, 0] - rgb[:, 1], (rgb[:, 0] + rgb[:, 1]) / 2 - rgb[:, 2]
        expected = np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())
        assert measured("colorfulness")[name] == pytest.approx(expected, rel=1e-9)


def test_contrast_and_single_colours_are_as_numpy_has_them() -> None:
    for name, picture in PICTURES.items():
        gray = np.asarray(Image.fromarray(picture).convert("L")).astype(float)
        assert measured("contrast")[name] == pytest.approx(gray.std() / 255, abs=1e-9)
        colours = np.unique(picture.reshape(-1, 3 if picture.ndim == 3 else 1) // 8, axis=0, return_counts=True)[1]
        assert measured("single_color_share")[name] == colours.max() / gray.size


@pytest.mark.parametrize("quality", [1, 5, 10, 30, 49, 50, 51, 60, 75, 85, 90, 95, 100])
def test_the_quality_of_a_jpeg_is_read_from_its_tables(quality: int) -> None:
    assert decode(encoded(waves(32, 32, 1), "jpeg", quality=quality))[1].quality == quality


def test_blocks_of_jpeg_show_the_more_the_stronger_it_compresses() -> None:
    scene = ndimage.gaussian_filter(noise(256, 256, 1, 3)[..., 0].astype(float), 2)
    picture = np.clip((scene - scene.mean()) * 6 + 128, 0, 255).astype(np.uint8)
    blockiness = catalog.signal("blockiness")
    values = [float(blockiness([encoded(picture, "jpeg", quality=q)])[0]) for q in (5, 15, 40, 95)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.2
    assert float(blockiness([picture])[0]) < 0.02


@pytest.mark.parametrize("text", ["SALE 50% OFF", "www.example.com"])
@pytest.mark.parametrize("colour", ["white", "black"])
def test_writing_on_a_picture_is_suspected(text: str, colour: str) -> None:
    scene = ndimage.gaussian_filter(noise(120, 200, 1, 3)[..., 0].astype(float), 3)
    image = Image.fromarray(np.clip((scene - scene.mean()) * 4 + 128, 0, 255).astype(np.uint8))
    overlay = catalog.signal("text_overlay")
    assert overlay([image])[0] <= 1
    ImageDraw.Draw(image).text((10, 40), text, fill=colour, font=ImageFont.load_default(20))
    assert overlay([encoded(image, "jpeg", quality=85)])[0] >= 5


def test_sizes_far_from_those_of_the_corpus_are_odd_as_cleanvision_has_it() -> None:
    sides = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 125, 80, 60, 300]
    corpus = Corpus.of([np.zeros((side, side), np.uint8) for side in sides])
    prepared = OddSize().prepare(corpus, Local(workers=1))
    values = np.concatenate([prepared.of_batch(batch) for batch in corpus.batches()])
    first, third = np.percentile(sides, [25, 75])
    expected = [(side < first - 3 * (third - first)) or (side > third + 3 * (third - first)) for side in sides]
    assert (values > 3).tolist() == expected
    assert [side for side, odd in zip(sides, expected, strict=True) if odd] == [80, 60, 300]
    with pytest.raises(SpecError, match="must first see the corpus"):
        OddSize()([np.zeros((2, 2), np.uint8)])


def test_a_signal_of_texts_and_pictures_do_not_mix() -> None:
    [pictures_batch] = Corpus.of([np.zeros((2, 2), np.uint8)]).batches()
    [text_batch] = Corpus.of(["a text"]).batches()
    with pytest.raises(SpecError, match=r"^word_count is a signal of texts, and these are pictures$"):
        catalog.signal("word_count").of_batch(pictures_batch)
    with pytest.raises(SpecError, match=r"^brightness is a signal of pictures, and these are texts$"):
        catalog.signal("brightness").of_batch(text_batch)
    assert catalog.signal("brightness").of_batch(pictures_batch).tolist() == [0.0]
