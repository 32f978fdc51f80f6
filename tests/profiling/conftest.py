"""The sample corpus, profiled once, with everything that is written about it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import dataqual
import reports
from dataqual import sample

PLANTED = json.loads(sample.path().with_name("planted.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Profiled:
    """A profile and what it left on disk."""

    profile: dataqual.Profile
    folder: Path

    @property
    def facts(self) -> dict[str, Any]:
        return self.profile.facts

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The documents, read in the simplest way, in order."""
        broken = {entry["line"] for entry in PLANTED["broken"]}
        lines = sample.path().read_bytes().split(b"\n")[:-1]
        return [json.loads(line) for number, line in enumerate(lines, 1) if number not in broken]

    @cached_property
    def texts(self) -> list[str]:
        return [row["text"] for row in self.rows]

    @cached_property
    def table(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "signals.parquet")

    def written(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Profiled:
    folder = tmp_path_factory.mktemp("sample.profile")
    profile = dataqual.profile(
        sample.path(), signals=folder / "signals.parquet", unreadable=folder / "unreadable.jsonl"
    )
    profile.save(folder)
    (folder / "report.html").write_text(reports.profile(profile), encoding="utf-8")
    return Profiled(profile, folder)
