"""One side of a comparison: what is known of a corpus, from the corpus itself, a fresh profile, or a saved one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from dataqual.corpus import Corpus, Progress
from dataqual.document_sample import DocumentSample
from dataqual.errors import InputError
from dataqual.profiling import Profile, profile, sections
from dataqual.readers.sources import as_corpus
from dataqual.sketch import Sketch

NEEDED = ("freshness",)
"""Sections of a profile that are compared; the others are not made."""
HEAD = 4096
"""Bytes of a .json file in which a profile names its schema."""


@dataclass(frozen=True, eq=False)
class Side:
    """What a comparison may ask of a corpus; what is not known is None or empty."""

    name: str
    facts: Mapping[str, Any]
    """Of its profile."""
    sketches: Mapping[str, Sketch] = field(default_factory=dict)
    sample: DocumentSample | None = None
    corpus: Corpus | None = None
    missing: tuple[str, ...] = ()
    """What cannot be compared, and what it would need."""

    def about(self) -> dict[str, Any]:
        """As plain JSON values."""
        readings = self.facts["readings"]
        totals = {name: readings[name]["value"] for name in ("documents", "bytes", "words", "characters")}
        return {
            "name": self.name,
            "inputs": list(self.facts["corpus"]["inputs"]),
            **totals,
            "sampled": None if self.sample is None else len(self.sample),
            "missing": list(self.missing),
        }


def side_of(source: Any, name: str, *, progress: Progress | None = None, **asked: Any) -> Side:
    """A side from a `Profile`, the path of a saved one, or whatever `profile` takes; `asked` are its arguments."""
    found = source if isinstance(source, Profile) else saved_profile(source)
    if found is None:
        return _measured(as_profile(source, progress=progress, **asked), name)
    if found.kept is not None:
        return _measured(found, name)
    return _loaded(found, Path(source), name) if _is_path(source) else _facts_alone(found, name)


def as_profile(
    source: Any, *, progress: Progress | None = None, inputs: Sequence[str] | None = None, **asked: Any
) -> Profile:
    """The profile of a corpus with no more sections than are compared."""
    skip = [section for section in sections.names() if section not in NEEDED]
    return profile(source, skip=skip, progress=progress, inputs=inputs, **asked)


def saved_profile(source: Any) -> Profile | None:
    """The profile that is saved at a path: a folder with profile.json, or such a file; None where there is something else.

    InputError where it is of another version.
    """
    if not _is_path(source):
        return None
    path = Path(source)
    file = path / "profile.json" if path.is_dir() else path
    if file.suffix != ".json" or not file.is_file():
        return None
    try:
        with file.open("rb") as opened:
            head = opened.read(HEAD).replace(b" ", b"")
    except OSError:
        return None
    return Profile.load(file) if b'"schema":"dataqual.profile/' in head else None


def opened(source: Any, **asked: Any) -> Any:
    """A corpus, opened, so that it can be read for the profile and again; a profile stays what it is."""
    if isinstance(source, Profile) or saved_profile(source) is not None:
        return source
    return as_corpus(source, dates=True, **asked)


def _is_path(source: Any) -> bool:
    return isinstance(source, str | os.PathLike)


def _measured(found: Profile, name: str) -> Side:
    kept = found.kept
    assert kept is not None, "a fresh profile"
    return Side(name, found.facts, kept.sketches, kept.sample, kept.corpus)


TEXTS = "words, the classifier and the changes between versions are not compared: they need the texts, which a saved profile has not; name the corpus itself"
TABLE = "signals are not compared: they need signals.parquet beside profile.json, or the corpus itself"


def _facts_alone(found: Profile, name: str) -> Side:
    return Side(name, found.facts, missing=(TABLE, TEXTS))


def _loaded(found: Profile, path: Path, name: str) -> Side:
    """A saved profile, with the signals of its documents where they lie beside it."""
    table = (path if path.is_dir() else path.parent) / "signals.parquet"
    if not table.is_file():
        return _facts_alone(found, name)
    try:
        there = pl.read_parquet_schema(table)
        wanted = [signal for signal in found.facts["signals"] if signal in there]
        frame = pl.read_parquet(table, columns=wanted)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{table}: cannot be read ({str(error).splitlines()[0]})") from None
    documents = found.facts["readings"]["documents"]["value"]
    if len(frame) != documents:
        raise InputError(f"{table}: has {len(frame):,} rows, and the profile beside it {documents:,} documents")
    sketches = {signal: Sketch.of(frame[signal].to_numpy()) for signal in wanted}
    return Side(name, found.facts, sketches, missing=(TEXTS,))


def names_of(sources: Sequence[Any]) -> list[str]:
    """What to call each side: the last parts of their paths that tell them apart, or letters.

    >>> names_of(["v1/corpus.jsonl", "v2/corpus.jsonl"]), names_of([["a text"], "b.jsonl"])
    (['v1/corpus.jsonl', 'v2/corpus.jsonl'], ['A', 'b.jsonl'])
    """
    letters = [chr(ord("A") + at % 26) for at in range(len(sources))]
    parts = [Path(source).parts if _is_path(source) else None for source in sources]
    for depth in (1, 2, 3):
        names = ["/".join(part[-depth:]) if part else letter for part, letter in zip(parts, letters, strict=True)]
        if len(set(names)) == len(names):
            return names
    return [f"{letter}: {'/'.join(part[-1:])}" if part else letter for part, letter in zip(parts, letters, strict=True)]
