"""What came of a split, for people and for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dataqual.operators import ViewName
from dataqual.views import in_words_of, view_of

SHOWN = 12
"""Strata that are printed, the largest; all are in the facts."""


@dataclass(frozen=True)
class Split:
    """What came of a split: read = all parts + unreadable."""

    read: int
    unreadable: int
    parts: Mapping[str, int]
    """Documents."""
    asked: Mapping[str, float]
    strata: Mapping[str, Mapping[str, int]]
    """Documents by stratum and part, the largest stratum first; empty where nothing was stratified."""
    clusters: int
    """Of two documents or more that stay together."""
    clustered: int
    """Documents in them."""
    largest: int
    """Documents in the largest."""
    keyed: Mapping[str, int]
    """How many documents were told apart by what: `id`, the `content` of their view, or the value that keeps them `together`."""
    view: ViewName = "text"
    shards: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """The files of each part, one unless several were asked for; empty in a dry run."""
    ledger: Path | None = None
    removed: tuple[Path, ...] = ()
    """Parts of an earlier split into the same folder that this one does not have."""
    resumed: int = 0
    """Of the records, how many an earlier run had written that was killed."""

    @property
    def outputs(self) -> dict[str, Path]:
        """The file of each part, the first where there are several; empty in a dry run."""
        return {name: files[0] for name, files in self.shards.items()}

    @property
    def documents(self) -> int:
        """How many were split."""
        return sum(self.parts.values())

    @property
    def _empty(self) -> list[str]:
        return [name for name, count in self.parts.items() if not count]

    def __str__(self) -> str:
        """The sums, the shares that came out, and where the files are: a few lines for people."""
        sums = " + ".join(f"{count:,} {name}" for name, count in self.parts.items())
        lines = [f"{self.read:,} records read = {sums} + {self.unreadable:,} unreadable"]
        width = max(len(f"{count:,}") for count in self.parts.values())
        lines += [
            f"  {count:>{width},} {name}: {count / self.documents:.2%}, asked for {self.asked[name]:.4g}"
            for name, count in self.parts.items()
        ]
        lines.append(
            f"{self.clustered:,} documents stay together in {self.clusters:,} cluster{'s' * (self.clusters > 1)}, the largest of {self.largest:,}"
            if self.clusters
            else "no documents that must stay together"
        )
        lines[-1] = in_words_of(self.view, lines[-1])
        lines += [f"{name} is empty: what stays together is too large, or too little" for name in self._empty]
        view = view_of(self.view)
        if not self.keyed.get("id") and self.keyed.get(view.content):
            lines.append(view.by_content)
        for stratum, counts in list(self.strata.items())[:SHOWN]:
            total = sum(counts.values())
            shares = ", ".join(f"{name} {count:,} ({count / total:.1%})" for name, count in counts.items())
            lines.append(f"  {stratum}: {shares}")
        if len(self.strata) > SHOWN:
            lines.append(f"  and {len(self.strata) - SHOWN:,} smaller strata")
        lines += [f"{path} was of the split that stood here before, and is removed" for path in self.removed]
        if self.resumed:
            lines.append(f"{self.resumed:,} of the records were written by an earlier run")
        if self.ledger is None:
            return "\n".join([*lines, "a dry run: nothing was written"])
        written = [f"{one}{f' … {more[-1].name}' if more else ''}" for one, *more in self.shards.values()]
        return "\n".join([*lines, *written, str(self.ledger)])

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "read": self.read,
            "unreadable": self.unreadable,
            "documents": self.documents,
            "parts": {
                name: {"documents": count, "share": count / self.documents, "asked": self.asked[name]}
                for name, count in self.parts.items()
            },
            "strata": {stratum: dict(counts) for stratum, counts in self.strata.items()},
            "clusters": {"clusters": self.clusters, "documents": self.clustered, "largest": self.largest},
            "keyed": dict(self.keyed),
            "outputs": {name: str(path) for name, path in self.outputs.items()},
            "shards": {name: [str(path) for path in files] for name, files in self.shards.items()},
            "ledger": None if self.ledger is None else str(self.ledger),
            "removed": [str(path) for path in self.removed],
            "resumed": self.resumed,
        }
