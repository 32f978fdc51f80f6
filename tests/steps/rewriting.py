"""What the tests of steps that rewrite text share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dataqual.corpus import Batch, Corpus
from dataqual.operators import Step

CASES = Path(__file__).parent.parent / "cases"


def batch_of(texts: list[str]) -> Batch:
    """These documents as one batch."""
    [batch] = Corpus.of(texts).batches()
    return batch


def after(step: Step, *texts: str) -> list[str]:
    """What the step leaves of these documents."""
    left = step(batch_of(list(texts)))[0].text
    return [left[i] for i in range(len(left))]


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of a file."""
    found: list[dict[str, Any]] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def parameters(name: str) -> list[Any]:
    """The cases of a file, each a test of its own; those known to fail are expected to."""
    return [
        pytest.param(
            case,
            id=case["label"],
            marks=[pytest.mark.xfail(strict=True, reason=case["comment"])] if case.get("known_failure") else [],
        )
        for case in cases(name)
    ]


def check_cases(name: str, key: str) -> None:
    """Every case says why, no two are the same, and half of them must not change."""
    found = cases(name)
    assert all(case["comment"] and case["label"] for case in found)
    assert len({case["label"] for case in found}) == len(found)
    assert sum(case[key] == case["text"] for case in found) >= len(found) // 2
