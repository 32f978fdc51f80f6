"""`Deduplicated`: what came of a search for copies, for people and for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dataqual.copies import Copies
from dataqual.finding import plural
from dataqual.operators import ViewName
from dataqual.rewriting import Cleaned
from dataqual.views import in_words_of


@dataclass(frozen=True)
class Deduplicated(Cleaned):
    """What a run of `dedup` did."""

    documents_in_clusters: int = 0
    """Copies, and what is kept in their place; documents of other corpora included."""
    found_clusters: int = 0
    alarms: tuple[str, ...] = ()
    """A line each for clusters and sources that lose more than they should."""
    label_conflicts: int = 0
    """Clusters whose documents have different labels; of each, that of what is kept stays."""
    clusters: Path | None = None
    index: Path | None = None
    copies: Copies | None = field(default=None, repr=False, compare=False)
    """All that was found; None where parts of documents went."""
    how: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """By what copies were told, as plain JSON values."""
    view: ViewName = "text"

    def __str__(self) -> str:
        """The sums, what each rule did, and where the files are: a few lines for people."""
        clusters = plural(self.found_clusters, "cluster")
        extra = [in_words_of(self.view, f"{self.documents_in_clusters:,} documents in {clusters}")]
        return "\n".join([super().__str__(), *(extra if self.found_clusters else []), *self._files()])

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        own = {name: getattr(self, name) for name in ("found_clusters", "documents_in_clusters")}
        paths = {name: str(path) if (path := getattr(self, name)) else None for name in ("clusters", "index")}
        torn = {"label_conflicts": self.label_conflicts} if self.label_conflicts else {}
        return super().facts() | own | {"alarms": list(self.alarms)} | torn | paths

    @property
    def contradicting(self) -> tuple[str, ...]:
        """A line where copies have different labels, and how they are listed."""
        count = self.label_conflicts
        if not count:
            return ()
        told = "1 cluster holds" if count == 1 else f"{count:,} clusters hold"
        return (
            f"{told} copies with different labels, and one of them stays; dataqual labels with --conflicts FILE lists all of them",
        )

    def page_facts(self) -> dict[str, Any]:
        """The facts with the largest clusters and their texts, which are read for it: what a page needs."""
        copies = self.copies.facts() if self.copies is not None else None
        return self.facts() | {"schema": "dataqual.dedup/1", "copies": copies, "how": dict(self.how)}

    def _files(self) -> list[str]:
        return [str(path) for path in (self.clusters, self.index) if path]
