"""The pictures that the facts show: small copies of them, as many as a page has room for."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.images.decoding import installed, jpeg_of
from dataqual.images.encoding import png
from dataqual.images.pixels import shrunk
from dataqual.images.reading.corpus import ImageCorpus

SIDE = 96
"""The longer side of a small copy in pixels."""
LOSSLESS = 64
"""Pictures no longer than this are shown as they are, pixel by pixel, for that is how they are trained on."""
QUALITY = 70
MOST = 400
ROOM = 1_300_000
"""Characters of all small copies together: a page has 2 MB for everything."""


def show(facts: Mapping[str, Any], corpus: ImageCorpus, files: Mapping[str, int]) -> list[str]:
    """Small copies of the pictures among the facts; each example of which there is one, and that has none yet, gets its number, `picture`.

    `files` has the number of a file by its path as it stands in the facts.
    """
    wanted: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for example in examples(facts):
        wanted.setdefault((files[example["file"]], example["record"]), []).append(example)
    addresses = list(wanted)[:MOST]
    made: list[str] = []
    room = ROOM
    images = corpus.pictures(addresses)
    for at, address in enumerate(addresses):
        address_of_copy = small(images[at])
        room -= len(address_of_copy)
        if room < 0:
            break
        for example in wanted[address]:
            example["picture"] = len(made)
        made.append(address_of_copy)
    return made


def examples(facts: Any) -> Iterator[dict[str, Any]]:
    """Everything among the facts that is one picture, in the order in which it is worth showing: as it stands there."""
    if isinstance(facts, dict):
        if "file" in facts and "record" in facts and "picture" not in facts:
            yield facts
        for value in facts.values():
            yield from examples(value)
    elif isinstance(facts, Sequence) and not isinstance(facts, str):
        for value in facts:
            yield from examples(value)


def small(picture: NDArray[np.uint8]) -> str:
    """A small copy as the address of an image in HTML, alpha on white; of a picture without pixels one white pixel.

    >>> small(np.zeros((200, 300, 3), np.uint8))[:22]
    'data:image/jpeg;base64'
    """
    pixels = on_white(picture) if picture.size else np.full((1, 1, 1), 255, np.uint8)
    if max(pixels.shape[:2]) <= LOSSLESS or not installed():
        data, kind = png(shrunk(pixels[None], LOSSLESS)[0]), "png"
    else:
        data, kind = jpeg_of(shrunk(pixels[None], SIDE)[0], QUALITY), "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def on_white(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture without alpha: what can be seen through is white.

    >>> on_white(np.array([[[9, 9, 9, 0], [9, 9, 9, 255]]], np.uint8)).tolist()
    [[[255, 255, 255], [9, 9, 9]]]
    """
    if picture.shape[-1] != 4:
        return picture
    alpha = picture[..., 3:].astype(np.float32) / 255
    return np.asarray(np.rint(picture[..., :3] * alpha + 255 * (1 - alpha)), np.uint8)
