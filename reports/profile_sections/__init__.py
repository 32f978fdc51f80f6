"""Sections of a profile's page, one file each: what its template is given, from its block of the facts.

A section is a module of this package, named like its block, with a `TITLE` and a function `context(block, facts)`; its
template is `templates/profile_NAME.html`, which finds what `context` gave under `section`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from dataqual.profiling import sections


@cache
def names() -> tuple[str, ...]:
    """The sections that can be drawn, in the order of the page."""
    there = {file.stem for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_")}
    return tuple(name for name in sections.names() if name in there)


def drawn(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each section whose block is in the facts shows: its `name`, `title`, `template` and what is its own."""
    found = []
    for name in names():
        if facts.get(name):
            module = import_module(f"{__name__}.{name}")
            own = {"name": name, "title": module.TITLE, "template": f"profile_{name}.html"}
            found.append({**module.context(facts[name], facts), **own})
    return found
