"""Features on which pictures are compared: a small network trained on the study's own pictures, or a file of the user's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError
from dataqual.images import features
from studies.data.picture_file import Pixels
from studies.evaluating.torchscript import of_script

Extract = Callable[[Pixels], NDArray[np.float32]]
"""uint8 (n, height, width, channels) to float32 (n, d)."""

SCRIPTS = (".pt", ".pth", ".ts", ".torchscript")
LEAST = 1e-6
"""Of their standard deviation: what does not vary at all is left as it is."""


def trained(pictures: Pixels, labels: list[str] | None, path: Path) -> str:
    """Features learnt from these pictures, by label or by rotation, saved at `path`; their name.

    All are divided by one number, so that their mean variance over these pictures is 1 and KID's kernel stays near 1.
    Not each by its own: one that is nearly always 0 would then be all that counts.
    """
    found = features.features_of(pictures, labels)
    spread = np.float32(max(float(np.sqrt(found.of(pictures).var(axis=0).mean())), LEAST))
    weights = dict(found.weights)
    weights["features.weight"] = weights["features.weight"] / spread
    weights["features.bias"] = weights["features.bias"] / spread
    weights["classes.weight"] = weights["classes.weight"] * spread
    even = replace(found, weights=weights)
    even.save(path)
    return even.name


def opened(path: Path) -> Extract:
    """What gives features: of a file that `trained` wrote, or a TorchScript one, such as the Inception of published FIDs."""
    return of_script(path) if path.suffix in SCRIPTS else features.load(path).of


def named(path: Path) -> str:
    """The name of an extractor in a file: of a script its file name and the beginning of its sha256."""
    if path.suffix not in SCRIPTS:
        return features.load(path).name
    try:
        with path.open("rb") as file:
            return f"{path.stem}:{hashlib.file_digest(file, 'sha256').hexdigest()[:8]}"
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
