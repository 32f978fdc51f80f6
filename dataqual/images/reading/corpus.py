"""`ImageCorpus`: pictures, wherever they lie, read batch by batch like any corpus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np

from dataqual.corpus import Address, Columns, Corpus, File, Piece, Rows
from dataqual.errors import InputError
from dataqual.images.image import Images

PIXELS_PER_BYTE = 8
"""Bytes of pixels that weigh as much as one byte of text: a batch of 4 MiB then holds 32 MiB of pixels, which with all that is
made of them stays within what an engine reckons for a batch (`engine.local.BATCH_MEMORY`)."""


class Source(Protocol):
    """How the files of one kind are read."""

    def pieces(self, index: int, file: File, columns: Columns) -> Iterator[Piece]:
        """The file cut between pictures, each piece with what its pixels weigh."""

    def rows(self, piece: Piece, file: File, columns: Columns) -> Rows:
        """The pictures of a piece, decoded, and what belongs to them; pure."""

    def values(self, piece: Piece, file: File) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Number of every record of a piece and what else is known of it by name."""


@runtime_checkable
class Reducible(Protocol):
    """A source of encoded pictures."""

    def reduced(self, least: int) -> Source:
        """The same, as `ImageCorpus.reduced` says."""


@dataclass(frozen=True)
class ImageCorpus(Corpus):
    """Pictures; a document of it has an empty text, and its picture in `Batch.images`."""

    sources: Mapping[str, Source] = field(default_factory=dict, repr=False, compare=False)
    """How files are read, by their format."""

    @property
    def view(self) -> str:
        """Pictures."""
        return "image"

    def reduced(self, least: int) -> Self:
        """The same with JPEG files decoded as small as can be done quickly, their shorter side no smaller than `least`."""
        sources = {
            format: source.reduced(least) if isinstance(source, Reducible) else source
            for format, source in self.sources.items()
        }
        return replace(self, sources=sources)

    @property
    def has_raw(self) -> bool:
        """Whether pictures come as the bytes of files, at least some of them."""
        return any(file.format not in ARRAYS for file in self.files)

    def pieces(self) -> Iterator[Piece]:
        """All files, one after the other."""
        for index in range(len(self.files)):
            yield from self.file_pieces(index)

    def file_pieces(self, index: int) -> Iterator[Piece]:
        """One file."""
        file = self.files[index]
        return self.sources[file.format].pieces(index, file, self.columns)

    def rows(self, piece: Piece) -> Rows:
        """The pictures of a piece."""
        file = self.files[piece.file]
        rows = self.sources[file.format].rows(piece, file, self.columns)
        if self.has_raw and not rows.raw:
            rows.raw = [b""] * len(rows.texts)
        return rows

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """What is known of the pictures of a piece by name, beside their pixels."""
        file = self.files[piece.file]
        return self.sources[file.format].values(piece, file)

    def pictures(self, addresses: Iterable[Address]) -> Images:
        """The pictures at these addresses, in this order; InputError where there is none."""
        return self.labelled(addresses)[0]

    def labelled(self, addresses: Iterable[Address]) -> tuple[Images, list[str | None]]:
        """The same, and the label of each, as far as it has one."""
        asked = list(addresses)
        wanted: dict[int, set[int]] = {}
        for file, record in asked:
            wanted.setdefault(file, set()).add(record)
        found: dict[Address, Images] = {}
        labels: dict[Address, str | None] = {}
        for file, records in wanted.items():
            for piece in self.file_pieces(file):
                if records.isdisjoint(range(piece.first_record, piece.first_record + max(piece.records, 1))):
                    if piece.first_record > max(records):
                        break
                    continue
                rows = self.rows(piece)
                assert rows.images is not None
                there = [(at, n) for at, n in enumerate(rows.records.tolist()) if n in records]
                taken = rows.images.take(np.array([at for at, _ in there], np.int64))
                found |= {(file, n): taken.take(np.array([at])) for at, (_, n) in enumerate(there)}
                if "label" in rows.columns:
                    labels |= {(file, n): rows.columns["label"][at] for at, n in there}
        for file, record in asked:
            if (file, record) not in found:
                raise InputError(f"{self.files[file].path}:{record}: there is no picture here; was the file changed?")
        images = Images.joined([found[address] for address in asked]) if asked else Images.of([])
        return images, [labels.get(address) for address in asked]

    def fetch(self, addresses: Iterable[Address]) -> list[str]:
        """The texts of pictures, which are empty; what they look like, `pictures` tells."""
        return [""] * len(list(addresses))


ARRAYS = ("npz", "npy", "idx", "memory")
"""Formats that hold pixels as they are."""


def pixel_weight(height: int, width: int, channels: int = 3) -> int:
    """What a picture weighs beside its bytes."""
    return height * width * channels // PIXELS_PER_BYTE


def image_rows(
    images: Images, records: Any, raw: Any = (), columns: Mapping[str, Any] | None = None, unreadable: Any = ()
) -> Rows:
    """Pictures as rows of a corpus: with empty texts."""
    return Rows([b""] * len(images), np.asarray(records, np.int64), raw, columns or {}, list(unreadable), images=images)
