"""`PictureFile`: the pictures of one grade or held-out set on disk, which a study reads as it reads tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError
from studies.data.windows import TokenFile, Windows

WINDOW = 1
"""Of a study of pictures: one picture is seen at a time, whole."""
LEVELS = 256
"""Of a channel of a pixel: the vocabulary of pictures."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class PictureFile(TokenFile):
    """Pictures of one size, uint8 (pictures, height, width, channels), one behind the other; its tokens are its pictures.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "pictures.u8"
    >>> _ = path.write_bytes(bytes(range(24)))
    >>> file = PictureFile.laid(path, 2, 3, 1)
    >>> file.tokens, file.bytes, file.taker(WINDOW)(np.array([3, 0]))[:, 0, 0, 0].tolist()
    (4, 24, [18, 0])
    """

    height: int = 0
    width: int = 0
    channels: int = 0

    @classmethod
    def laid(cls, path: Path, height: int, width: int, channels: int) -> PictureFile:
        """The file as it lies on disk, its hash taken."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
        return cls(path, size // (height * width * channels), size, digest, height, width, channels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one picture: height, width, channels."""
        return self.height, self.width, self.channels

    def pixels(self) -> Pixels:
        """All of them, mapped and not copied; InputError if the file is not as long as it should be."""
        size = self.path.stat().st_size if self.path.exists() else None
        if size != self.bytes:
            found = "is not there" if size is None else f"has {size:,} bytes"
            raise InputError(f"{self.path}: {found}, expected {self.bytes:,} for {self.tokens:,} pictures")
        flat = np.memmap(self.path, np.uint8, mode="r") if size else np.zeros(0, np.uint8)
        return flat.reshape(self.tokens, *self.shape)

    def windows(self, window: int) -> int:
        """Pictures in it, each on its own."""
        return self.tokens // window

    def taker(self, window: int) -> Callable[[Windows], NDArray[Any]]:
        """What gives pictures by their numbers, uint8 (n, height, width, channels)."""
        pixels = self.pixels()
        return lambda numbers: pixels[numbers]
