"""A profile beside a reference: what it differs in from a corpus that it is meant to be like, as a section of its own."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dataqual.comparing.running import compare
from dataqual.finding import SEVERITIES, Finding
from dataqual.profiling import Profile

KEPT = ("first", "second")


def with_reference(profile: Profile, reference: Any, *, name: str | None = None, **asked: Any) -> Profile:
    """The profile with the block `reference` and, where a reading differs much, a finding; the documents are not paired.

    `reference` is the path of a corpus or of a saved profile, or whatever `compare` takes, with its arguments.
    """
    called = name or (str(reference) if isinstance(reference, str) else "the reference")
    found = compare(reference, profile, names=[called, "here"], versions=False, **asked)
    [pair] = found.facts["pairs"]
    terms = pair["terms"] and {
        side: [{key: value for key, value in term.items() if key != "examples"} for term in pair["terms"][side]]
        for side in KEPT
    }
    block = {
        "name": called,
        "lights": pair["lights"],
        "judged": found.facts["judged"],
        "sides": found.facts["sides"],
        "rows": pair["rows"],
        "terms": terms,
    }
    facts = {**profile.facts, "reference": block}
    facts["findings"] = _with(facts["findings"], block, profile.facts["corpus"]["inputs"])
    return replace(profile, facts=facts)


def _with(findings: Sequence[dict[str, Any]], block: dict[str, Any], inputs: Sequence[str]) -> list[dict[str, Any]]:
    """The findings, with that on the reference behind the others of its severity."""
    red, tests = block["lights"]["red"], sum(block["lights"].values())
    if not red:
        return list(findings)
    paths = [block["name"], *inputs] if len(inputs) == 1 else None
    told = Finding(
        "reference",
        "note",
        f"{red:,} of {tests:,} readings differ much from {block['name']}",
        {"value": red / tests, "n": tests, "of": "readings", "method": "exact"},
        "A model that is meant for the one may find the other strange; the section says in what they differ.",
        say="compare the two" if paths else None,
        command=shlex.join(["dataqual", "compare", *paths]) if paths else None,
        where="reference",
    )
    return sorted([*findings, told.facts()], key=lambda finding: SEVERITIES.index(finding["severity"]))
