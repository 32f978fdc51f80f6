"""What the ledger of a split tells of one document: its part, and with what it had to stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from dataqual.lazy import lazy
from dataqual.readers.paths import LEDGER
from dataqual.seen_pictures import SeenPicture, in_own_words, picture_at
from dataqual.splitting.writing import SCHEMA
from dataqual.writers.writer import shards_of

SHOWN = 3
"""Documents of the same cluster that are named; the rest are counted."""


@dataclass(frozen=True)
class Placed:
    """One document of a split: where it came from, and where it went."""

    path: str
    record: int
    id: str | None
    part: str | None
    """None where it could not be read."""
    cluster: int | None
    company: tuple[str, ...]
    """Some of the others of its cluster, by id, or FILE:RECORD where they have none."""
    others: int
    """How many others its cluster has."""
    stratum: str | None
    unreadable: str | None

    @lazy
    def picture(self) -> SeenPicture | None:
        """What it looks like where it came from, if it is a picture and still there."""
        return picture_at(self.path, self.record)

    def _own(self, sentence: str) -> str:
        """In words of pictures, of one."""
        return in_own_words(self.path, self.picture, sentence)

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        names = ("path", "record", "id", "part", "cluster", "others", "stratum", "unreadable")
        return {name: getattr(self, name) for name in names} | {"company": list(self.company)}

    def __str__(self) -> str:
        """Some lines for people."""
        name = f"document {self.id}" if self.id is not None else "a document without an id"
        lines = [self._own(f"{name}, record {self.record} of {self.path}")]
        if self.picture is not None:
            if self.id is None:
                lines = [f"picture {self.record} of {self.path}"]
            lines.append(f"  {self.picture}")
        if self.unreadable is not None:
            return "\n".join([*lines, f"  could not be read: {self.unreadable}", "  So it is in no part."])
        lines.append(f"  is in {self.part}" + (f", of the stratum {self.stratum}" if self.stratum is not None else ""))
        if self.cluster is None:
            return "\n".join([*lines, "  It is alone: a hash of it decided."])
        more = self.others - len(self.company)
        company = ", ".join(self.company) + (f" and {more:,} more" if more else "")
        return "\n".join([*lines, f"  It stays together with {company}: copies, near copies, one id or one group."])


def ledger_of(output: Path) -> Path | None:
    """The ledger of the split that this is: its folder, one of its parts, or the ledger itself; None if it is of none."""
    place = output / f"split{LEDGER}" if output.is_dir() else output
    if place.is_file() and _of_split(place):
        return place
    beside = output.parent / f"split{LEDGER}"
    if output.is_dir() or not beside.is_file() or not _of_split(beside):
        return None
    listed = pl.scan_parquet(beside, glob=False).select("files").head(1).collect()["files"].to_list()
    names = "".join(listed).split("/")
    return beside if output.name in names or output in shards_among(output.parent, names) else None


def shards_among(folder: Path, names: Sequence[str]) -> list[Path]:
    """The shards of these parts."""
    return [shard for name in names if name for shard in shards_of(str(folder / name))]


def _of_split(path: Path) -> bool:
    return path.suffix == ".parquet" and list(pl.read_parquet_schema(path)) == list(SCHEMA)


def placed(rows: pl.LazyFrame, row: dict[str, Any]) -> Placed:
    """What one row of the ledger tells, with some of those that stay together with it."""
    told = {name: row[name] for name in ("path", "record", "id", "part", "cluster", "stratum", "unreadable")}
    if row["cluster"] is None:
        return Placed(**told, company=(), others=0)
    same = rows.filter(pl.col("cluster") == row["cluster"]).select("path", "record", "id").collect().rows()
    others = [other for other in same if other[:2] != (row["path"], row["record"])]
    named = tuple(f"{path}:{record}" if id is None or id == row["id"] else id for path, record, id in others[:SHOWN])
    return Placed(**told, company=named, others=len(others))
