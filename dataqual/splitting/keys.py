"""What one batch leaves for deciding on parts: hashes of what its documents are told apart by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual import catalog
from dataqual.children import child_id
from dataqual.corpus import Chunk, Corpus, Unreadable
from dataqual.images.operations import METHODS
from dataqual.images.perceptual import PicturePart, PictureSigning
from dataqual.ledger import addresses
from dataqual.mixing import splitmix64
from dataqual.near_duplicates import NearDuplicates, Part, Signing
from dataqual.splitting.shares import GROUP, ID, TEXT, Splitting
from dataqual.text import Text

AUGMENT = "augment_"
"""How the names of steps begin that make children."""

_HASHING = Signing(NearDuplicates(), near=False)


@dataclass(frozen=True, eq=False)
class Looked:
    """What one batch leaves for deciding on parts."""

    part: Part | PicturePart
    """What the survey of copies gets."""
    places: NDArray[np.uint64]
    names: NDArray[np.uint64]
    """(documents, 3): hashes of its text, of its id and of what keeps it together; 0 where it has no such thing. A child has the id
    of the document that it was made of."""
    strata: Sequence[str | None]
    unreadable: Sequence[Unreadable]


@dataclass(frozen=True)
class Look:
    """What is done with every batch of the first pass, in any thread or process."""

    corpus: Corpus
    how: Splitting
    signing: Signing | PictureSigning

    def __call__(self, chunk: Chunk) -> tuple[int, Looked]:
        batch = self.corpus.parse(chunk)
        part = self.signing.of_batch(batch)
        names = np.zeros((len(batch), 3), np.uint64)
        names[:, TEXT] = part.exact[:, 0]
        for kind, role in ((ID, "id"), (GROUP, self.how.together)):
            if role in batch.columns.columns:
                column = batch.columns[role]
                hashes, there = _column(column.str.replace(_of_child(), "${1}${2}") if kind == ID else column)
                names[there, kind] = splitmix64(hashes[there] ^ np.uint64(kind))
        strata = batch.columns[self.how.stratify].to_list() if self.how.stratify else ()
        where = addresses(batch.file, batch.record)
        return chunk.done, Looked(part, where, names, strata, batch.unreadable)


@cache
def _of_child() -> str:
    """How ids of children end, of any augmentation there is."""
    steps = [name for name in catalog.names("steps") if name.startswith(AUGMENT)]
    return child_id({*METHODS, *(name.removeprefix(AUGMENT).replace("_", "-") for name in steps)})


def _column(column: pl.Series) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """A hash of every value, and which values are there: neither null nor blank."""
    there = (column.is_not_null() & (column.str.strip_chars() != "")).fill_null(False).to_numpy()
    return hashed(column.fill_null("").to_list()), there


def hashed(values: Sequence[str]) -> NDArray[np.uint64]:
    """64 bits of each, the same on every machine."""
    return _HASHING(Text.of_bytes([value.encode() for value in values])).exact[:, 0]
