"""Which kind of model a folder holds."""

from __future__ import annotations

import os
from pathlib import Path

from dataqual.embeddings.model import Model
from dataqual.embeddings.static import Static, is_static
from dataqual.embeddings.transformer import Transformer
from dataqual.errors import InputError, nearest_file

HOLDS = (
    "a folder with a transformer that sentence-transformers or transformers saved, or a static model as of model2vec"
)


def open_model(path: str | os.PathLike[str]) -> Model:
    """The model in a folder on disk; InputError where there is none: names on a hub are not looked up.

    >>> open_model("all-MiniLM-L6-v2")
    Traceback (most recent call last):
    dataqual.errors.InputError: --model: all-MiniLM-L6-v2: there is no such folder; give one on this disk, nothing is downloaded
    """
    folder = Path(path)
    if not folder.is_dir():
        near = nearest_file(path)
        raise InputError(
            f"--model: {path}: there is no such folder; give one on this disk, nothing is downloaded{near}"
        )
    if is_static(folder):
        return Static.open(folder)
    if not (folder / "config.json").is_file():
        raise InputError(f"--model: {path}: holds no model; expected {HOLDS}")
    return Transformer.open(folder)
