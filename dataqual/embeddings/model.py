"""`Model`: texts in, a vector for each out."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

WEIGHTS = ("*.json", "*.txt", "*.safetensors", "*.bin", "*.model")
"""The files of a model's folder on which its vectors depend; notes and pictures are none of them."""


@dataclass(frozen=True, eq=False)
class Model(ABC):
    """A model that was opened. Calling it is pure, in any thread; the same texts in one call give the same vectors."""

    kind: ClassVar[str]
    path: str
    digest: str
    """sha256 of all files that make the model."""
    dimensions: int

    @abstractmethod
    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(texts, dimensions): vectors of length 1; all zero for a text in which the model knows no token."""

    @property
    def told(self) -> str:
        """What it is, in a few words, for ledgers and pages.

        The folder's name alone would not tell which weights were in it.
        """
        return f"{Path(self.path).resolve().name}, {self.kind}, {self.dimensions} dimensions, sha256 {self.digest[:12]}"


def digest_of(folder: Path) -> str:
    """sha256 over names and contents of the files that make a model, in the order of their names."""
    whole = hashlib.sha256()
    found = {place for pattern in WEIGHTS for place in folder.rglob(pattern) if place.is_file()}
    for place in sorted(found, key=lambda place: place.relative_to(folder).as_posix()):
        with place.open("rb") as file:
            own = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"{place.relative_to(folder).as_posix()} {own}\n".encode())
    return whole.hexdigest()


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same directions with length 1; zero stays zero.

    >>> unit(np.array([[3, 4], [0, 0]], np.float32)).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    scaled: NDArray[np.float32] = (vectors / np.where(lengths > 0, lengths, 1)[:, None]).astype(np.float32)
    return scaled
