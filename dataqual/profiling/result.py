"""`Profile`: the facts about a corpus, to ask, save, load and show."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dataqual.corpus import Corpus
from dataqual.document_sample import DocumentSample
from dataqual.errors import InputError, did_you_mean, nearest_file
from dataqual.finding import Finding, plural
from dataqual.reading import Reading
from dataqual.sketch import Sketch
from dataqual.writers.appearing import write_text

SCHEMA = "dataqual.profile/1"


@dataclass(frozen=True, eq=False)
class Kept:
    """What a comparison asks of a profile beyond its facts."""

    sketches: Mapping[str, Sketch]
    """Of every signal, by name."""
    sample: DocumentSample | None = None
    corpus: Corpus | None = None


@dataclass(frozen=True, eq=False)
class Profile:
    """The facts about a corpus; `docs/facts.md` says what stands where.

    `profile["near_copies"]` is a `Reading`; `profile.findings` what is wrong, worst first.
    """

    facts: dict[str, Any]
    kept: Kept | None = field(default=None, repr=False)
    """What a fresh profile still knows and a saved one does not."""

    @property
    def findings(self) -> list[Finding]:
        """What is wrong or worth knowing, worst first."""
        return [Finding.of_facts(facts) for facts in self.facts["findings"]]

    @property
    def warnings(self) -> list[str]:
        """A line for every file that could not be read to its end."""
        return list(self.facts["unreadable"].get("cut_off", ()))

    def __getitem__(self, name: str) -> Reading:
        readings = self._readings
        if name not in readings:
            raise KeyError(f"no reading {name!r}; {did_you_mean(name, readings)}")
        return _reading(name, readings[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._readings)

    @property
    def _readings(self) -> dict[str, Any]:
        """Those of the whole corpus, then those of the sections."""
        blocks = [block for block in self.facts.values() if isinstance(block, dict) and "readings" in block]
        return {**self.facts["readings"], **{name: r for block in blocks for name, r in block["readings"].items()}}

    def save(self, path: str | Path) -> Path:
        """Write the facts as JSON, into `path` or, if it is a folder, into its profile.json; returns where.

        A path that does not end in .json is a folder. The file appears at once. InputError where nothing can be written.
        """
        path = Path(path)
        path = path if path.suffix == ".json" and not path.is_dir() else path / "profile.json"
        write_text(path, json.dumps(self.facts, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
        return path

    @classmethod
    def load(cls, path: str | Path) -> Profile:
        """A profile that was saved; InputError where the file is no profile of this version."""
        path = Path(path)
        path = path / "profile.json" if path.is_dir() else path
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(f"{path}: no such file or folder{nearest_file(path)}") from None
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: not a saved profile ({error})") from None
        if not isinstance(facts, dict) or facts.get("schema") != SCHEMA:
            found = facts.get("schema") if isinstance(facts, dict) else type(facts).__name__
            raise InputError(
                f"{path}: its schema is {found!r}, this version reads {SCHEMA!r}; profile the corpus again"
            )
        return cls(facts)

    def __repr__(self) -> str:
        inputs = ", ".join(self.facts["corpus"]["inputs"]) or "the sample corpus"
        return f"<Profile of {inputs}: {len(self.facts['findings'])} findings>"

    def _repr_html_(self) -> str:
        """A small table for notebooks; the page is `reports.profile(profile)`."""
        rows = "".join(
            f"<tr><td>{html.escape(finding.severity)}</td><td>{html.escape(finding.headline)}</td>"
            f"<td><code>{html.escape(finding.command or '')}</code></td></tr>"
            for finding in self.findings
        )
        caption = ", ".join(
            plural(int(self[name].value or 0), name.removesuffix("s")) for name in ("documents", "words")
        )
        return f"<table><caption>{caption}</caption><tr><th></th><th>finding</th><th>mend</th></tr>{rows}</table>"


def _reading(name: str, facts: dict[str, Any]) -> Reading:
    interval = facts.get("interval")
    return Reading(
        name,
        facts["value"],
        facts["n"],
        facts.get("of", "documents"),
        facts.get("unit", ""),
        facts.get("method", "exact"),
        (interval[0], interval[1]) if interval else None,
        facts.get("detail", {}),
    )
