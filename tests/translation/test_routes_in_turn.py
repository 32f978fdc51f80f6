"""Routes of back-translation: the next one is tried where the gate refuses, or where a document has a child in the place of another."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import dataqual
from dataqual.steps.augment_back_translation import AugmentBackTranslation, BackTranslation
from dataqual.translation.routes import route_of

NOTHING = {"commands": ["cat", "cat"]}
"""Gives the document back as it was, which is no child."""
FINE = {"commands": ["sed s/good/fine/", "cat"]}
GREAT = {"commands": ["sed s/good/great/", "cat"]}
SERVER = {"url": "http://127.0.0.1:9/translate", "source": "en", "pivot": "es"}


def made(folder: Path, routes: list[dict[str, Any]], texts: list[str], **more: Any) -> Counter[str]:
    """The first words of what was added, and how often."""
    rows = [json.dumps({"id": f"r{n}", "text": text}) for n, text in enumerate(texts)]
    (folder / "c.jsonl").write_text("\n".join(rows), encoding="utf-8")
    parameters = {"through": routes, "gate": "none", **{key: more.pop(key) for key in ("most",) if key in more}}
    done = dataqual.augment(
        folder / "c.jsonl", folder / "o.jsonl", method="back-translation", parameters=parameters, **more
    )
    written = [json.loads(line) for line in (folder / "o.jsonl").read_text(encoding="utf-8").splitlines()]
    assert done.added == sum("augmented" in row for row in written)
    return Counter(row["text"].split()[1] for row in written if "augmented" in row)


def test_where_one_route_is_refused_the_next_is_tried_and_none_twice(tmp_path: Path) -> None:
    texts = [f"a good film number {n}" for n in range(20)]
    assert made(tmp_path, [NOTHING, FINE], texts) == {"fine": 20}
    assert made(tmp_path, [NOTHING, FINE], texts, tries=1)["fine"] < 20


def test_documents_of_which_children_pass_have_those_of_the_others(tmp_path: Path) -> None:
    texts = [f"a {'good' if n % 2 else 'bad'} film number {n}" for n in range(20)]
    assert sum(made(tmp_path, [FINE, GREAT], texts, most=1).values()) == 10
    assert made(tmp_path, [FINE, GREAT], texts) == {"fine": 10, "great": 10}


def test_who_is_paid_is_not_asked_for_children_in_the_place_of_others_unless_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BackTranslation, "dear", True)
    texts = [f"a {'good' if n % 2 else 'bad'} film number {n}" for n in range(20)]
    assert sum(made(tmp_path, [FINE, GREAT], texts).values()) == 10
    assert sum(made(tmp_path, [FINE, GREAT], texts, most=2).values()) == 20


@pytest.mark.parametrize(("routes", "free"), [([FINE, GREAT], True), ([FINE, SERVER], False)])
def test_a_server_is_dear(routes: list[dict[str, Any]], free: bool) -> None:
    assert all(route_of(one, "through").free for one in routes) == free
    step = AugmentBackTranslation(through=tuple(json.dumps(one) for one in routes))
    assert step.augmenter(None, None).dear != free  # type: ignore[arg-type]
