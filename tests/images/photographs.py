"""Pictures like photographs, made by numbers, and what happens to pictures on their way."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]


def photo(seed: int, height: int = 120, width: int = 160) -> Picture:
    """A picture with the spectrum of photographs (amplitude falls as one over the frequency), an edge, and colours."""
    drawn = np.random.default_rng(seed)
    tall, wide = np.fft.fftfreq(height)[:, None] * height, np.fft.rfftfreq(width) * width
    fall = 1 / np.maximum(np.hypot(tall, wide), 1)
    layers = []
    for _ in range(2):
        spectrum = fall * np.exp(2j * np.pi * drawn.random(fall.shape))
        layers.append(np.fft.irfft2(spectrum, (height, width)))
    first, second = (layer / layer.std() for layer in layers)
    sky = np.mgrid[:height, :width][0] < height * drawn.uniform(0.2, 0.8) + 8 * second
    light = 120 + 38 * first + 30 * sky
    tint = np.stack([12 * second, np.zeros_like(second), -12 * second], axis=-1) + drawn.integers(-20, 21, 3)
    return np.clip(np.rint(light[..., None] + tint), 0, 255).astype(np.uint8)


def jpeg(picture: Picture, quality: int) -> bytes:
    """As a JPEG file."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def png(picture: Picture) -> bytes:
    """As a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    return stream.getvalue()


def compressed(picture: Picture, quality: int = 60) -> Picture:
    """As it comes out of a JPEG file."""
    return np.asarray(Image.open(io.BytesIO(jpeg(picture, quality))))


def resized(picture: Picture, by: float) -> Picture:
    """So many times as large, by Pillow's bicubic filter."""
    height, width = picture.shape[:2]
    return np.asarray(
        Image.fromarray(picture).resize((round(width * by), round(height * by)), Image.Resampling.BICUBIC)
    )


def brighter(picture: Picture, by: float) -> Picture:
    """So many times as bright."""
    return np.clip(np.rint(picture * by), 0, 255).astype(np.uint8)


EDITS = {
    "half the size": lambda picture: resized(picture, 0.5),
    "twice the size": lambda picture: resized(picture, 2),
    "JPEG 60": compressed,
    "a tenth darker": lambda picture: brighter(picture, 0.9),
    "a tenth brighter": lambda picture: brighter(picture, 1.1),
}
"""What a copy must survive."""
