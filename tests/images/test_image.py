"""The view of pictures: decoded once, laid together by shape, refused with a reason."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dataqual.errors import InputError
from dataqual.images import Images
from dataqual.images.decoding import MAX_PIXELS, BadPicture, decode
from dataqual.images.image import luma_of

RANDOM = np.random.default_rng(0)


def noise(*shape: int) -> np.ndarray:
    return RANDOM.integers(0, 256, shape, dtype=np.uint8)


def encoded(pixels: Any, format: str = "png", **how: Any) -> bytes:
    image = pixels if hasattr(pixels, "save") else Image.fromarray(pixels)
    file = io.BytesIO()
    image.save(file, format, **how)
    return file.getvalue()


def test_pictures_of_one_shape_lie_together_and_each_is_found_by_its_row() -> None:
    pictures = [noise(4, 5), noise(4, 5, 3), noise(4, 5), noise(2, 2, 4), noise(4, 5, 3)]
    images = Images.of(pictures)
    assert len(images) == 5
    assert [images[row].reshape(pictures[row].shape).tolist() for row in range(5)] == [p.tolist() for p in pictures]
    assert images.heights.tolist() == [4, 4, 4, 2, 4]
    assert images.widths.tolist() == [5, 5, 5, 2, 5]
    assert images.channels.tolist() == [1, 3, 1, 4, 3]
    assert [rows.tolist() for rows, _ in images.stacks()] == [[0, 2], [1, 4], [3]]
    taken = images.take(np.array([3, 1, 1]))
    assert [taken[row].tolist() for row in range(3)] == [pictures[row].tolist() for row in (3, 1, 1)]
    joined = Images.joined([taken, images])
    assert [joined[row].tolist() for row in range(8)] == [images[row].tolist() for row in (3, 1, 1, 0, 1, 2, 3, 4)]


def test_no_pictures_are_pictures_too() -> None:
    for images in (
        Images.of([]),
        Images.of(np.zeros((0, 28, 28), np.uint8)),
        Images.joined([Images.of([]), Images.of([])]),
    ):
        assert (len(images), images.heights.tolist(), list(images.stacks()), images.formats) == (0, [], [], [])
    assert Images.of([noise(2, 2)]).take(np.zeros(0, np.int64)).widths.tolist() == []
    assert Images.of([np.zeros((0, 3), np.uint8)]).heights.tolist() == [0]


def test_one_array_is_not_copied_and_all_kinds_of_columns_are_the_same(tmp_path: Path) -> None:
    pixels = noise(3, 8, 8, 3)
    assert np.shares_memory(next(Images.of(pixels).stacks()).pixels, pixels)
    files = [tmp_path / f"{at}.png" for at in range(3)]
    for file, picture in zip(files, pixels, strict=True):
        file.write_bytes(encoded(picture))
    for column in (list(pixels), files, [file.read_bytes() for file in files], [Image.open(file) for file in files]):
        images = Images.of(column)
        assert [images[row].tolist() for row in range(3)] == pixels.tolist()
    assert Images.of(files).encoded(1) == files[1].read_bytes()
    assert Images.of(files).formats == ["png"] * 3
    assert Images.of(Images.of(files)).formats == ["png"] * 3


@pytest.mark.parametrize("channels", [3, 4])
def test_luma_is_that_of_pillow(channels: int) -> None:
    pixels = noise(30, 40, channels)
    assert luma_of(pixels[None])[0].tolist() == np.asarray(Image.fromarray(pixels).convert("L")).tolist()
    assert [stack.pixels.shape for stack in Images.of([pixels]).luma] == [(1, 30, 40)]


MODES = {
    "1": (1, [255, 255]), "L": (1, [7, 9]), "LA": (4, None), "P": (3, None), "RGB": (3, None), "RGBA": (4, None),
    "CMYK": (3, None), "YCbCr": (3, None),
}  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_becomes_one_three_or_four_channels(mode: str) -> None:
    image = Image.fromarray(np.array([[7, 9]], np.uint8)).convert("RGB").convert(mode)
    pixels, told = decode(encoded(image, "tiff"))
    assert (pixels.shape, told.mode, told.format) == ((1, 2, MODES[mode][0]), mode, "tiff")
    if mode in ("L", "LA", "RGB", "RGBA"):
        assert pixels[0, :, 0].tolist() == [7, 9]


def test_sixteen_bits_become_eight_and_floats_have_no_white() -> None:
    pixels, told = decode(encoded(np.array([[0, 255, 256, 65535]], np.uint16)))
    assert (pixels[..., 0].tolist(), told.mode) == ([[0, 0, 1, 255]], "I;16")
    with pytest.raises(BadPicture, match="floating-point"):
        decode(encoded(np.array([[0.5]], np.float32), "tiff"))


def test_a_palette_with_a_transparent_colour_has_alpha() -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    pixels, _ = decode(encoded(image, transparency=1))
    assert pixels.tolist() == [[[10, 20, 30, 255], [40, 50, 60, 0]]]


def test_a_picture_is_turned_as_its_camera_says() -> None:
    image = Image.fromarray(np.array([[0, 50, 255]], np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    pixels, told = decode(encoded(image, exif=exif))
    assert (pixels[..., 0].tolist(), told.oriented) == ([[0], [50], [255]], True)
    assert not decode(encoded(image))[1].oriented


def test_of_an_animation_the_first_frame_is_looked_at() -> None:
    frames = [Image.fromarray(np.full((4, 4), value, np.uint8)) for value in (10, 200)]
    pixels, told = decode(encoded(frames[0], "gif", save_all=True, append_images=frames[1:]))
    assert (told.frames, int(pixels[0, 0, 0])) == (2, 10)


def claiming(width: int, height: int) -> bytes:
    """A PNG of some bytes whose header claims that many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (b"", "empty file", "no bytes"),
        (b"not a picture at all", "not a picture", "no picture that Pillow knows; it begins with 'not a picture at'"),
        (encoded(noise(32, 32, 3))[:400], "truncated picture", None),
        (encoded(noise(64, 64, 3), "jpeg")[:900], "truncated picture", None),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "not a picture", None),
        (encoded(noise(32, 32, 3))[:60] + bytes(99) + encoded(noise(32, 32, 3))[159:], "damaged picture", None),
        (claiming(30_000, 30_000), "too many pixels", None),
        (claiming(8193, 8193), "too many pixels", "8,193 by 8,193 pixels says its header; at most 67,108,864 are decoded"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(20), "no decoder", "HEIC, which Pillow cannot decode; convert it to JPEG or PNG"),
    ],
    ids=["empty", "text", "half a PNG", "half a JPEG", "no PNG", "damaged", "bomb", "large", "heic"],
)  # fmt: skip
def test_what_is_no_picture_says_why(data: bytes, kind: str, reason: str | None) -> None:
    with pytest.raises(BadPicture) as caught:
        decode(data)
    assert caught.value.kind == kind
    assert caught.value.reason == reason if reason else caught.value.reason


def test_the_limit_is_asked_of_the_header_before_anything_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    with pytest.raises(BadPicture):
        decode(claiming(MAX_PIXELS, 2))
    with pytest.raises(BadPicture):
        decode(encoded(noise(3, 3)), max_pixels=8)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (
            [np.zeros((2, 2), np.uint8), 7],
            "row 1: int, which is no picture: an array, bytes, a path or one of Pillow's",
        ),
        ([b"text"], "row 0: no picture that Pillow knows; it begins with 'text'"),
        (b"text", "expected a column of pictures, got one bytes: put it into a list"),
        ([np.zeros((2, 2))], "row 0: an array of float64, not of uint8 from 0 to 255"),
        (
            [np.zeros((2, 2, 5), np.uint8)],
            "row 0: an array of shape (2, 2, 5), which is not (height, width) or (height, width, channels) with 1 to 4 channels",
        ),
        (["/no/such.png"], "row 0: /no/such.png: cannot be read (No such file or directory)"),
        (
            np.zeros((2, 2), np.uint8),
            "an array of shape (2, 2), which is not (pictures, height, width) or (pictures, height, width, channels)",
        ),
    ],
    ids=["number", "text", "one", "floats", "channels", "path", "array"],
)
def test_a_column_that_is_none_is_refused_with_its_row(column: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        Images.of(column)
    assert str(caught.value) == message
