"""From files of pictures to a corpus of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Columns, File
from dataqual.errors import InputError
from dataqual.images.image import Images
from dataqual.images.reading.arrays import Arrays, Described, described_file, described_npz, paired
from dataqual.images.reading.corpus import ImageCorpus, Source
from dataqual.images.reading.files import Names, PictureFiles, file_columns, picture_names
from dataqual.images.reading.memory import Memory
from dataqual.images.reading.tables import is_pixels

FILES = ("picture", "npz", "npy", "idx")
"""Formats of files that hold pictures and nothing else."""


def picture_corpus(
    files: Sequence[tuple[str, File]],
    asked: Columns,
    text: str | None,
    max_unreadable: float,
    notes: Sequence[str] = (),
) -> ImageCorpus:
    """The pictures of files, each with the folder that was named for it ("" for none); InputError where they hold none."""
    if text is not None:
        raise InputError(f"--text {text}: these are pictures, which have no column of texts")
    found: list[File] = []
    paths: list[tuple[str, str]] = []
    described: dict[str, Described] = {}
    said: list[str] = []
    for root, file in files:
        if file.format == "picture":
            found.append(file)
            paths.append((root, file.path))
            continue
        if file.format == "idx" and _is_labels(file):
            continue
        describe = described_npz if file.format == "npz" else described_file
        arrays, told = describe(file, asked.label)
        said += told
        for one, what in arrays:
            found.append(one)
            paths.append(("", one.path))
            described[one.path] = what
    if not found:
        raise InputError(f"{files[0][1].path}: labels alone; name the file of the pictures, which lies beside it")
    names: tuple[Names, ...] = ()
    sources: dict[str, Source] = {}
    if described:
        columns = _array_columns(described, asked)
        sources |= dict.fromkeys(("npz", "npy", "idx"), Arrays(described))
    if len(described) < len(found):
        if described:
            raise InputError(f"{found[0].path} …: files of pictures and arrays of them; read one kind at a time")
        names = picture_names(paths)
        columns, told = file_columns(names, asked)
        said += told
        sources["picture"] = PictureFiles(names)
    return ImageCorpus(tuple(found), columns, (*said, *notes), max_unreadable, sources)


def _array_columns(described: Mapping[str, Described], asked: Columns) -> Columns:
    labelled = any(one.labels is not None for one in described.values())
    group = asked.group or ("array" if len(described) > 1 else None)
    if group not in (None, "array"):
        raise InputError(f"--group: no column {group!r} of arrays; there is: array")
    if asked.id is not None:
        raise InputError(f"--id: no column {asked.id!r} of arrays; pictures are named by array and number")
    return Columns("picture", None, "label" if labelled else None, group)


def _is_labels(file: File) -> bool:
    return "idx1" in file.path.rsplit("/", 1)[-1]


def both_kinds(pictures: Sequence[File], texts: Sequence[File]) -> InputError:
    """What to say where some files are pictures and some are texts: which to name."""

    def told(files: Sequence[File], what: str) -> str:
        endings = Counter("." + file.path.rsplit(".", 1)[-1] for file in files).most_common(1)
        return f"{len(files):,} {what}{'s' * (len(files) > 1)} ({endings[0][0]})"

    ending = pictures[0].path.rsplit(".", 1)[-1]
    return InputError(
        f"{told(pictures, 'file')} of pictures and {told(texts, 'file')} of texts; "
        f"say which: 'FOLDER/**/*.{ending}' or 'FOLDER/**/*.{texts[0].path.rsplit('.', 1)[-1]}'"
    )


def is_pictures(data: Any) -> bool:
    """Whether data in memory are pictures: an array of them, a list of arrays or of Pillow's, or `Images`.

    >>> is_pictures(np.zeros((5, 8, 8), np.uint8)), is_pictures(["a"]), is_pictures([])
    (True, False, False)
    """
    if isinstance(data, Images):
        return True
    if isinstance(data, np.ndarray):
        return data.ndim in (3, 4)
    if isinstance(data, Mapping):
        return any(_is_array(value) and value.ndim in (3, 4) for value in data.values())
    return isinstance(data, list | tuple) and bool(data) and all(is_pixels(one) for one in data[:10])


def memory_corpus(data: Any, label: str | None, max_unreadable: float) -> ImageCorpus:
    """Pictures in memory as a corpus; a mapping, such as an open .npz, may have their labels beside them."""
    labels: NDArray[Any] | None = None
    name = None
    if isinstance(data, Mapping):
        pictures = [key for key, value in data.items() if _is_array(value) and value.ndim in (3, 4)]
        [key] = pictures[:1]
        same = [k for k, v in data.items() if _is_array(v) and v.ndim == 1 and len(v) == len(data[key])]
        name = label if label in same else paired(key, same)
        labels = data[name] if name is not None else None
        data = data[key]
    images = Images.of(data)
    columns = Columns("picture", None, name, None)
    source = Memory(images, labels)
    return ImageCorpus((File("<pictures>", "memory"),), columns, (), max_unreadable, {"memory": source})


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)
