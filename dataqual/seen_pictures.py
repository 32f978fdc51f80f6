"""Pictures that a ledger names: what one is like where it is still there, and which was read as the third."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any

from dataqual.errors import DataqualError, InputError
from dataqual.images.reading.corpus import ImageCorpus
from dataqual.images.reading.opening import FILES
from dataqual.readers import open_corpus
from dataqual.readers.paths import kind_of
from dataqual.readers.remote import is_url
from dataqual.views import in_words_of


@dataclass(frozen=True)
class SeenPicture:
    """How large a picture is."""

    format: str
    """As it came: "png", "jpeg"; "array" for pixels in a row of an array."""
    width: int
    height: int
    channels: int
    bytes: int | None
    """Of its file; None for pixels."""
    label: str | None = None
    """As the array beside it, or its row of a table, says."""
    folder: str | None = None
    """That it lies in, of a file."""

    def __str__(self) -> str:
        """A line for people.

        >>> str(SeenPicture("jpeg", 160, 120, 3, 11234)), str(SeenPicture("array", 28, 28, 1, None))
        ('jpeg, 160 × 120 pixels in colour, 11,234 bytes', 'array, 28 × 28 pixels in gray')
        """
        size = f", {self.bytes:,} bytes" if self.bytes is not None else ""
        return (
            f"{self.format}, {self.width} × {self.height} pixels in {'gray' if self.channels == 1 else 'colour'}{size}"
        )

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def in_own_words(path: str | None, picture: SeenPicture | None, sentence: str) -> str:
    """A sentence of a document, said of a picture where it is one, or lies in a file of pictures and cannot be read.

    >>> in_own_words("a/1.jpg", None, "a document without an id"), in_own_words("a.csv", None, "document 1")
    ('a picture without an id', 'document 1')
    """
    kind = kind_of(path) if path is not None else None
    pictures = picture is not None or (kind is not None and kind[0] in FILES)
    return in_words_of("image", sentence) if pictures else sentence


def nth_picture(told: Iterable[tuple[str, str | None]], written: Sequence[Path], number: int) -> str | None:
    """The path of the picture that was read as this number, from 1; None where files hold several, or none was read as it.

    `told` are paths and ids of a ledger, `written` what stands in the output. What was read is looked up in its folder;
    InputError where that is gone, or holds other pictures, for then nobody knows which was read first; and where
    several folders were read that have none in common.
    """
    told = list(told)
    files = [(path, id) for path, id in told if is_picture_file(path)]
    named = [(path, id) for path, id in files if id is not None and path.endswith(f"/{id}")]
    if not named:
        if files and len(files) == len(told):
            raise InputError(
                f"{number}: no number tells which of these pictures; name one by its path, such as {files[0][0]}"
            )
        return None
    path, example = named[0]
    folder = Path(path.removesuffix(f"/{example}"))
    paths = [file.path for file in open_corpus([folder]).files] if folder.is_dir() else []
    known = {path for path, _ in files}
    known |= {str(folder / file.relative_to(place)) for place in written for file in place.rglob("*")}
    if not paths or not all(path in known or f"{path}.png" in known for path in paths):
        raise InputError(f"{number}: {folder} is not as it was read; name a picture by its path, such as {example}")
    return paths[number - 1] if 0 < number <= len(paths) else None


def is_picture_file(path: str) -> bool:
    """Whether a path is that of one picture, by its name."""
    kind = kind_of(path)
    return kind is not None and kind[0] == "picture"


def picture_at(path: str | None, record: int | None, text: str | None = None) -> SeenPicture | None:
    """The picture that is a record of a file, of the column `text` of a table; None where there is none, or it is gone."""
    if path is None or record is None or is_url(path) or kind_of(path) is None:
        return None
    try:
        corpus = open_corpus([path], text=text)
        if not isinstance(corpus, ImageCorpus):
            return None
        images, (label,) = corpus.labelled([(0, record)])
    except (DataqualError, OSError):
        return None
    pixels, encoded = images[0], images.encoded(0)
    height, width, channels = pixels.shape
    folder = PurePath(path).parent.name or None if corpus.files[0].format in FILES else None
    size = len(encoded) if encoded is not None else None
    return SeenPicture(images.formats[0], width, height, channels, size, label, folder)
