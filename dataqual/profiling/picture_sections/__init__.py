"""Sections of a profile of pictures that look at many beside each other: labels with classes, and diversity.

Each is a module with `facts(sample, setting)`, plain JSON values or None, and may have `findings(block, facts)`. Blocks have
the names and keys of those of texts where they mean the same; an example has a `picture`, the address of a thumbnail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dataqual.finding import Finding
from dataqual.images.sample import PictureSample
from dataqual.profiling.picture_sections import diversity, labels
from dataqual.profiling.picture_sections.examples import example
from dataqual.profiling.sections import Setting

__all__ = ["SECTIONS", "SIZE", "example", "facts_of", "findings"]

SECTIONS = {"diversity": diversity, "labels": labels}
SIZE = labels.SIZE
"""Pictures of the sample that serves all."""


def facts_of(sample: PictureSample, setting: Setting, skip: Iterable[str] = ()) -> dict[str, Any]:
    """The blocks of those that have something to say, by name."""
    left_out = set(skip)
    found = {name: section.facts(sample, setting) for name, section in SECTIONS.items() if name not in left_out}
    return {name: block for name, block in found.items() if block is not None}


def findings(facts: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong by the blocks that stand in the facts of a profile of pictures."""
    if facts.get("labels"):
        yield from labels.findings(facts["labels"], facts)
