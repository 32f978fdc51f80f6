"""`Studied`: what a study found out, in memory as in its folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataqual.writers.appearing import writing
from studies.findings import facts as facts_of
from studies.fitting.saved_laws import laws_json
from studies.telling import sentences
from studies.whole_file import write_whole


@dataclass(frozen=True)
class Studied:
    """The facts of a study and the folder they lie in; `print` it for what is read in ten seconds."""

    facts: dict[str, Any]
    folder: Path

    @classmethod
    def load(cls, folder: str | Path) -> Studied:
        """The study in a folder; InputError where none has ended there."""
        return cls(facts_of.load(Path(folder)), Path(folder))

    @property
    def sentence(self) -> str:
        """The answer, with its interval."""
        return str(self.facts["sentence"])

    @property
    def points(self) -> list[dict[str, Any]]:
        """One row per stop and held-out set: parameters, tokens, loss in bits per byte, …"""
        return list(self.facts["points"])

    def save(self) -> None:
        """Write study.json, laws.json and points.csv into the folder, each whole or not at all."""
        laws = laws_json(self.facts["laws"], self.facts["notes"])
        with writing(self.folder):
            for name, content in {"study.json": self.facts, "laws.json": laws}.items():
                text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
                write_whole(self.folder / name, f"{text}\n".encode())
            write_whole(self.folder / "points.csv", facts_of.points_csv(self.facts).encode())

    def __str__(self) -> str:
        return "\n".join(line for line, _ in sentences.summary(self.facts))

    def __repr__(self) -> str:
        return f"Studied({str(self.folder)!r}, {len(self.facts['points'])} points)"
