"""The kinds of pages there are, each with facts to try it on; a page is drawn once, however many tests read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from types import ModuleType
from typing import Any

import reports
from tests.reports import check_facts, cleaning_facts, dedup_facts, facts, study_facts

VOID = {"meta", "link", "br", "img", "input", "wbr", "hr", "use"}


@dataclass(frozen=True)
class Kind:
    """A page of `reports`: the module of its facts, where each case is a function, what it links to and what it takes."""

    name: str
    made: ModuleType
    cases: tuple[str, ...]
    beside: tuple[str, ...]
    """Files in the same folder that it may link to; to the first, its facts or ledger, it always does."""
    takes: str

    def draw(self, facts: object, **options: Any) -> str:
        """The page over these facts; looked up only now, for what draws loads seaborn."""
        return getattr(reports, self.name)(facts, **options)

    def facts(self, case: str) -> dict[str, Any]:
        """Facts of this case, made anew."""
        return getattr(self.made, case)()


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "check",
            check_facts,
            ("likely", "bare", "hostile", "immense"),
            ("./seen.json", "./why.parquet"),
            "a Checked or its facts",
        ),
        Kind(
            "cleaning",
            cleaning_facts,
            ("likely", "bare", "hostile", "immense"),
            ("./clean.jsonl.ledger.parquet",),
            "a Cleaned or its facts",
        ),
        Kind(
            "dedup",
            dedup_facts,
            ("likely", "bare", "hostile", "immense"),
            ("./clean.jsonl.ledger.parquet",),
            "a Deduplicated or its facts",
        ),
        Kind("profile", facts, ("likely", "bare", "hostile", "immense"), ("profile.json",), "a Profile or its facts"),
        Kind(
            "study",
            study_facts,
            ("likely", "bare", "unsure", "priced", "hostile", "immense"),
            ("study.json", "points.csv"),
            "a study or its facts",
        ),
    )
}


class Tree(HTMLParser):
    """Tags with their attributes in order, text by tag, and whether every tag is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes {self.open[-3:]}"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts).replace("\u200b", ""))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in names]


@cache
def page(kind: str, case: str) -> str:
    """The page of a kind over the facts of a case."""
    return KINDS[kind].draw(KINDS[kind].facts(case))


@cache
def tree(kind: str, case: str) -> Tree:
    """That page, read."""
    return Tree(page(kind, case))
