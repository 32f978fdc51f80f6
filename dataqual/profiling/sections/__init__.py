"""Sections of a profile that read documents beside each other: one file each, which `--skip` leaves out.

A section is a module of this package with a function `facts(sample, setting)`: plain JSON values, or None where it has
nothing to say. It may also have `findings(block, facts)`, what is wrong by its own block; `wanted(columns)`, whether it
applies to a corpus with these columns; `SIZE`, the documents it wants in the sample; and `ALONE`, where it reads none of the
other facts, and so can be made in another process. The page has its counterpart of the same name in `reports.profile_sections`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from dataqual.columns import Columns
from dataqual.document_sample import SIZE, DocumentSample
from dataqual.errors import SpecError, did_you_mean
from dataqual.excerpts import Marks, marked
from dataqual.finding import Finding
from dataqual.masking import mask

ORDER = ("diversity", "people", "labels", "outliers", "embeddings", "freshness", "reference")
"""In which they stand on the page; any other follows by name."""


@dataclass(frozen=True)
class Setting:
    """What a section may know beside the sample."""

    columns: Columns
    facts: Mapping[str, Any]
    """All other facts of the profile: readings, signals, groups and so on; none for a section that is `ALONE`."""
    path: Callable[[int], str]
    """The path of a file, by its number, as text."""
    seed: int = 0
    extras: Mapping[str, Any] = field(default_factory=dict)
    """What was handed to single sections, by their names."""

    def example(self, sample: DocumentSample, row: int, marks: Marks = ()) -> dict[str, Any]:  # type: ignore[assignment]
        """A document of the sample as an example with `marks`, character spans and why; personal data in it is masked."""
        place: dict[str, Any] = {"file": self.path(int(sample.file[row])), "record": int(sample.record[row])}
        if (name := sample.values("id")[row]) is not None:
            place["id"] = mask(name)
        return place | marked(sample.texts[row], list(marks), cut=bool(sample.cut[row]))


class Section(Protocol):
    """What a module of this package has; all but `facts` may be absent."""

    def facts(self, sample: DocumentSample, setting: Setting) -> dict[str, Any] | None:
        """Its block of the profile."""


@cache
def names() -> tuple[str, ...]:
    """All sections there are, in the order of the page."""
    there = {file.stem for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_")}
    return (*(name for name in ORDER if name in there), *sorted(there - set(ORDER)))


def section(name: str) -> Section:
    """The section of that name."""
    return cast(Section, import_module(f"{__name__}.{name}"))


def chosen(skip: Iterable[str], columns: Columns) -> tuple[str, ...]:
    """Those that apply to a corpus with these columns, but for those to be left out; SpecError for an unknown name."""
    left_out = set(skip)
    for name in sorted(left_out):
        if name not in ORDER and name not in names():
            raise SpecError(f"skip: no section is called {name!r}; {did_you_mean(name, names())}")
    return tuple(
        name
        for name in names()
        if name not in left_out and getattr(section(name), "wanted", lambda columns: True)(columns)
    )


def size(sections: Sequence[str]) -> int:
    """Documents of the sample that serves all of them; 0 for none."""
    return max((_size(name) for name in sections), default=0)


Block = dict[str, Any] | None
Elsewhere = Callable[[Callable[[str], Block], Sequence[str]], Iterable[Block]]
"""`map`, in other processes."""


def facts_of(
    sections: Sequence[str],
    sample: DocumentSample,
    setting: Setting,
    *,
    threads: int = 1,
    elsewhere: Elsewhere | None = None,
) -> dict[str, Any]:
    """The blocks of those that have something to say, by name; so many are at work at once, and others `elsewhere`."""
    make = _Make.of(sections, sample, setting)
    apart = [name for name in sections if _alone(name)] if elsewhere is not None else []
    here = [name for name in sections if name not in apart]
    if threads == 1:
        found = {name: make(name) for name in sections}
    else:
        with ThreadPoolExecutor(threads + 1, thread_name_prefix="dataqual-section") as pool:
            sent = pool.submit(lambda: list(elsewhere(make.apart(), apart)) if elsewhere is not None else [])
            make.cut_for(here)
            found = dict(zip(here, pool.map(make, here), strict=True))
            found |= dict(zip(apart, sent.result(), strict=True))
    return {name: block for name in sections if (block := found[name]) is not None}


@dataclass(frozen=True)
class _Make:
    """Makes the block of a section, from the sample of the size it wants."""

    parts: Mapping[int, DocumentSample]
    setting: Setting

    @classmethod
    def of(cls, sections: Sequence[str], sample: DocumentSample, setting: Setting) -> _Make:
        """Samples of one size are one, so that they are cut once."""
        return cls({size: sample.first(size) for size in sorted({_size(name) for name in sections})}, setting)

    def __call__(self, name: str) -> Block:
        setting = replace(self.setting, facts={}) if _alone(name) else self.setting
        return section(name).facts(self.parts[_size(name)], setting)

    def apart(self) -> _Make:
        """The same for sections that are `ALONE`, to be sent: without facts, and without what was cut so far."""
        parts = {size: replace(part) for size, part in self.parts.items()}
        return replace(self, parts=parts, setting=replace(self.setting, facts={}))

    def cut_for(self, names: Sequence[str]) -> None:
        """Cut what several will look at: two that ask at once would both do it."""
        sizes = [_size(name) for name in names]
        for size, part in self.parts.items():
            if sizes.count(size) > 1:
                part.text.cut("unicode").folded  # noqa: B018 - it is kept


def findings(facts: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong by the blocks that stand in the facts of a profile."""
    for name in names():
        of: Callable[[Mapping[str, Any], Mapping[str, Any]], Iterable[Finding]] | None
        of = getattr(section(name), "findings", None) if facts.get(name) else None
        if of is not None:
            yield from of(facts[name], facts)


def _size(name: str) -> int:
    return int(getattr(section(name), "SIZE", SIZE))


def _alone(name: str) -> bool:
    return bool(getattr(section(name), "ALONE", False))
