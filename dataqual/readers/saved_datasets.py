"""Folders that Hugging Face `datasets` saved (`save_to_disk`): which arrow files are the data, and in which order."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from dataqual.errors import InputError

SPLITS, STATE, INFO = "dataset_dict.json", "state.json", "dataset_info.json"


def saved_files(folder: str) -> list[str] | None:
    """The data files of a saved Dataset, or of all splits of a DatasetDict; None for any other folder.

    InputError where the folder says that there are files which are not there, or that rows are to be picked by a list.
    """
    if os.path.isfile(os.path.join(folder, SPLITS)):
        splits = [os.path.join(folder, str(name)) for name in _read(folder, SPLITS).get("splits", ())]
        return [path for split in splits for path in _of(split)]
    if all(os.path.isfile(os.path.join(folder, name)) for name in (STATE, INFO)):
        return list(_of(folder))
    return None


def _of(folder: str) -> Iterator[str]:
    state = _read(folder, STATE)
    if state.get("_indices_files") or state.get("_indices_data_files"):
        raise InputError(f"{folder}: a dataset saved with a list of indices; save it again after flatten_indices()")
    for file in state.get("_data_files", ()):
        path = os.path.join(folder, str(file["filename"]))
        if not os.path.isfile(path):
            raise InputError(
                f"{path}: no such file, but {os.path.join(folder, STATE)} says that it is part of the dataset"
            )
        yield path


def _read(folder: str, name: str) -> dict[str, Any]:
    path = os.path.join(folder, name)
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read, so the dataset cannot: {error}") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: not what `datasets` writes there")
    return found
