"""What pictures are called in a folder: as they came, and what was made, moved or edited so that it takes nobody's name."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dataqual.corpus import Batch
from dataqual.images.reading.arrays import member_of
from dataqual.images.reading.corpus import ImageCorpus
from dataqual.images.reading.files import PictureFiles
from dataqual.lazy import lazy

LONGEST = 80
"""Signs of a label in the name of its folder: in UTF-8 at most 240 bytes and a checksum, of the 255 that file systems allow."""


@dataclass(frozen=True)
class PictureNames:
    """Where below a folder each picture goes; the same names whatever the batches, and no two differ in case alone."""

    corpus: ImageCorpus

    def of(self, batch: Batch) -> list[tuple[str, bool]]:
        """Of each picture its name, and whether it keeps its bytes: what was edited, made or came as pixels is a PNG."""
        assert batch.images is not None
        named: list[tuple[str, bool]] = []
        seen: Counter[tuple[int, int]] = Counter()
        for row in range(len(batch)):
            origin = batch.origins[row] if batch.origins is not None else None
            raw = origin is None and len(batch.raw) > 0 and batch.images.encoded(row) is not None and batch.raw[row]
            own = self._own(batch, row)
            name = self._of_label(batch, row, own)
            if origin is not None:
                name = self._child(name, own, origin.id)
            else:
                place = int(batch.file[row]), int(batch.record[row])
                name = with_tail(name, f"copy-{seen[place]}") if seen[place] else name
                seen[place] += 1
            name = name if raw or name.lower().endswith(".png") else f"{name}.png"
            named.append((name if name == own else self._free(name), bool(raw)))
        return named

    @lazy
    def _there(self) -> frozenset[str]:
        """The names of the files that are read, whatever their case."""
        return frozenset(name.casefold() for name in self._files)

    @lazy
    def _files(self) -> list[str]:
        sources = self.corpus.sources
        return [
            below(source.names[number].path)
            for number, file in enumerate(self.corpus.files)
            if isinstance(source := sources[file.format], PictureFiles)
        ]

    @lazy
    def _stems(self) -> Counter[str]:
        """How many files there are of each name, and of each with its folder, without their endings."""
        paths = [PurePosixPath(name) for name in self._files]
        return Counter(str(path.with_suffix("")).casefold() for path in paths) + Counter(
            f"/{path.stem.casefold()}" for path in paths
        )

    @lazy
    def _parts(self) -> list[str]:
        """Of each file of many pictures the folder its pictures go into: none where it is the only one."""
        many = len(self.corpus.files) > 1
        members = [member_of(file.path)[1] if file.format == "npz" else "" for file in self.corpus.files]
        parts = [
            member or (Path(file.path).stem if many else "")
            for file, member in zip(self.corpus.files, members, strict=True)
        ]
        count = Counter(part.casefold() for part in parts)
        return [f"{part}~{at}" if count[part.casefold()] > 1 else part for at, part in enumerate(parts, 1)]

    def _own(self, batch: Batch, row: int) -> str:
        """Where a picture goes, from where it came."""
        number = int(batch.file[row])
        source = self.corpus.sources[self.corpus.files[number].format]
        if isinstance(source, PictureFiles):
            return below(source.names[number].path)
        label = batch.columns["label"][row] if "label" in batch.columns.columns else None
        images = batch.images
        assert images is not None
        kind = images.formats[row] if len(batch.raw) and batch.raw[row] else ""
        ending = {"": "", "array": "", "jpeg": ".jpg"}.get(kind, f".{kind}")
        parts = [self._parts[number], folder_of(label) if label is not None else ""]
        return "/".join([*(part for part in parts if part), f"{int(batch.record[row]):07d}{ending}"])

    def _of_label(self, batch: Batch, row: int, name: str) -> str:
        """In the folder of its label, where a step gave it another one than that it lay in."""
        number = int(batch.file[row])
        source = self.corpus.sources[self.corpus.files[number].format]
        folder = source.names[number].folder if isinstance(source, PictureFiles) else None
        label = batch.columns["label"][row] if self.corpus.columns.label == "folder" else folder
        if label is None or label == folder or folder is None:
            return name
        path = PurePosixPath(name)
        moved = str(path.parent.parent / folder_of(label) / path.name)
        return with_tail(moved, path.parent.name) if self._stems[f"/{path.stem.casefold()}"] > 1 else moved

    def _child(self, name: str, own: str, id: str) -> str:
        """The name of a picture that was made of another: that one's, with what sets its id apart."""
        path = PurePosixPath(name)
        alone = self._stems[str(PurePosixPath(own).with_suffix("")).casefold()] <= 1
        stem = str(path.with_suffix("")) if alone else name
        return f"{stem}~{folder_of(id.rpartition('~')[2])}.png"

    def _free(self, name: str) -> str:
        """A name that no picture which is read has."""
        while name.casefold() in self._there:
            name = with_tail(name, "")
        return name


def below(path: str) -> str:
    """A path that stays below the folder it is put into.

    >>> below("cat/1.png"), below("../1.png"), below("/tmp/1.png")
    ('cat/1.png', '1.png', '1.png')
    """
    pure = PurePosixPath(path)
    return pure.name if pure.is_absolute() or ".." in pure.parts else str(pure)


def with_tail(name: str, tail: str) -> str:
    """A name with something behind its stem.

    >>> with_tail("cat/1.jpg", "copy-1")
    'cat/1~copy-1.jpg'
    """
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}~{tail}{path.suffix}"))


def folder_of(label: str) -> str:
    """A label as the name of a folder; where it cannot be one, something near, and a checksum that tells it from others.

    >>> folder_of("猫 and dog"), folder_of("a/b"), folder_of(".."), folder_of("")
    ('猫 and dog', 'a_b~07f4401c', '_~9608161c', '_~00000000')
    """
    own = "".join("_" if sign in "/\\\0" else sign for sign in label)[:LONGEST].strip(".") or "_"
    checked = zlib.crc32(label.encode("utf-8", "surrogatepass"))
    return own if own == label else f"{own}~{checked:08x}"
