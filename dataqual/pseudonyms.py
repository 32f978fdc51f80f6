"""The map of a redaction: what each pseudonym stands for, on paper of its own, and how it is put back."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from dataqual.corpus import Corpus
from dataqual.errors import InputError
from dataqual.ledger import Change, Edited
from dataqual.series import like, texts_of

SCHEMA: dict[str, Any] = {
    "path": pl.String,
    "record": pl.Int64,
    "id": pl.String,
    "pseudonym": pl.String,
    "value": pl.String,
    "text": pl.UInt64,
}
"""The columns of a map, one row for each place: where it was, what stands there now, what stood there, and a hash of
the whole text as `redact` left it."""

PSEUDONYM = re.compile(r"\[[A-Z_]+:[a-z]+\]")


@dataclass(frozen=True)
class Pseudonyms:
    """What pseudonyms stand for.

    >>> rows = {"pseudonym": ["[EMAIL:abc]"] * 3, "value": ["a@b.cn", "a@b.cn", "A@B.cn"], "text": [1, 2, 3]}
    >>> Pseudonyms.of(pl.DataFrame(rows)).restored("Ask [EMAIL:abc] or [EMAIL:xyz].")
    'Ask a@b.cn or [EMAIL:xyz].'
    """

    values: Mapping[str, str] = field(repr=False)
    """The value of each; where one was written in several ways, the commonest, the earliest of equals."""
    spelled: Mapping[int, Sequence[tuple[str, str]]] = field(repr=False)
    """Pseudonyms and values of each text that has another spelling, in order, by the hash of the redacted text."""

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Pseudonyms:
        """Of a map that `clean` wrote; InputError where there is none."""
        try:
            return cls.of(pl.read_parquet(Path(path), glob=False, columns=["pseudonym", "value", "text"]))
        except FileNotFoundError:
            raise InputError(f"{path}: there is no such file; redact with map: true writes one") from None
        except (OSError, pl.exceptions.PolarsError):
            raise InputError(f"{path}: not the map of a redaction") from None

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Pseudonyms:
        """Of the rows of a map."""
        counts = (
            rows.group_by("pseudonym", "value", maintain_order=True)
            .len()
            .sort("len", descending=True, maintain_order=True)
        )
        commonest = counts.unique("pseudonym", keep="first", maintain_order=True)
        values = dict(commonest.select("pseudonym", "value").iter_rows())
        other = rows.join(commonest, on=["pseudonym", "value"], how="anti")["text"].unique()
        rows = rows.filter(pl.col("text").is_in(other.implode()))
        spelled = {
            text: list(group.select("pseudonym", "value").iter_rows())
            for (text,), group in rows.group_by("text", maintain_order=True)
        }
        return cls(values, spelled)

    def restored(self, document: str) -> str:
        """The document with a value in the place of each pseudonym that the map knows."""
        there = [said for said in PSEUDONYM.findall(document) if said in self.values]
        places = self.spelled.get(hash_of(document.encode()), ())[: len(there)]  # those of the first such text
        spelled = [said for said, _ in places] == there
        left = iter([value for _, value in places] if spelled else [self.values[said] for said in there])
        return PSEUDONYM.sub(lambda found: next(left) if found[0] in self.values else found[0], document)


def restore(column: Any, map: str | os.PathLike[str]) -> Any:
    """The texts of a column with the values in the place of their pseudonyms, as the `map` of a redaction has them.

    A text that is as `redact` left it comes back to the character; of several that became the same, as the first was.
    In one that was changed since, a value that was written in several ways is written in the commonest. A polars column gives one, so does a pandas column, with its
    index; anything else gives a list; what is no text stays None. InputError where there is no map.
    """
    known = Pseudonyms.load(map)
    return like(column, [None if text is None else known.restored(text) for text in texts_of(column)])


def rows(corpus: Corpus, changes: Iterable[Change]) -> pl.DataFrame:
    """The map of one batch, in the order of records and steps, and in each text from its beginning on."""
    found = []
    for part in changes:
        if isinstance(part, Edited) and part.undo is not None and part.after is not None:
            ids = part.batch.columns["id"].to_list() if "id" in part.batch.columns.columns else [None] * len(part)
            for i, places in enumerate(part.undo):
                file, record = int(part.batch.file[i]), int(part.batch.record[i])
                text = hash_of(part.after[i].encode())
                head = corpus.files[file].path, record, ids[i]
                found += [((file, record), (*head, said, value, text)) for said, value in places]
    found.sort(key=lambda row: row[0])
    return pl.DataFrame([row for _, row in found], schema=SCHEMA, orient="row")


def hash_of(text: bytes) -> int:
    """64 bits of a text, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")
