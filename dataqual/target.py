"""`Target`: where the documents that are left go, and what tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dataqual.corpus import Corpus
from dataqual.errors import SpecError
from dataqual.readers.paths import LEDGER, MAP
from dataqual.writers import Nowhere, Writer, open_writer
from dataqual.writers.appearing import STDOUT
from dataqual.writers.opening import check_ledger, check_place, check_shard_size

STDOUT_NAME = "stdout"
"""After what the ledger is called where the output has no name."""


@dataclass(frozen=True)
class Target:
    """Where the documents and the ledger go; nowhere in a dry run."""

    output: str | None
    ledger: str | None = None
    """OUTPUT.ledger.parquet unless told."""
    dry_run: bool = False
    shard_size: int | None = None
    """Bytes of about which each file of the output is to be; None for one file."""
    resume: bool | None = None
    """None goes on from a run that was killed, if there was one; True insists on that, False begins anew."""

    def __post_init__(self) -> None:
        if self.output is None and not self.dry_run:
            raise SpecError("-o: name the file to write, or ask for a dry run")
        check_shard_size(self.shard_size)

    @property
    def map(self) -> str:
        """Where a map goes, if a step asks for one."""
        return f"{self.output}{MAP}"

    def open(self, corpus: Corpus) -> tuple[Writer, str | None]:
        """The writer, and the path of the ledger, after every check that needs no data."""
        if self.output is None:
            return Nowhere(), None
        writer = open_writer(self.output, corpus, self.shard_size)
        name = STDOUT_NAME if self.output == STDOUT else self.output
        paper = self.ledger if self.ledger is not None else f"{name}{LEDGER}"
        check_ledger(paper, [self.output], corpus)
        check_place(self.map, "-o", corpus)
        return (Nowhere(), None) if self.dry_run else (writer, paper)


def as_said(path: str | Path | None) -> str | None:
    """A path as messages show it: as the user wrote it."""
    return (str(path).rstrip("/") or str(path)) if path is not None else None
