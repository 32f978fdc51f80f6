"""Facts of deduplications as docs/facts.md describes them: a likely one, a bare one, a hostile one, an immense one."""

from __future__ import annotations

from dataqual.near_duplicates import NearDuplicates
from tests.reports import cleaning_facts
from tests.reports.cleaning_facts import example
from tests.reports.facts import CHINESE, MENU, SEA, Facts, poisoned

HOW = {
    "exact": "exact_copies", "keep": "longest", "alike": "near_copies", "measure": "Jaccard", "threshold": 0.8,
    "shingle": 5, "permutations": 128, "seed": 0, "cut": "unicode", "bands": 21, "rows": 6,
    "curve": [[s / 100, NearDuplicates().found(s / 100)] for s in range(40, 101, 10)],
}  # fmt: skip


def cluster(documents: int, kept: str, *copies: str) -> Facts:
    beside = [
        example(copy, 90 + at, similarity=0.86)
        | {"diff": [["same", kept[:12]], ["first", "damp, drizzly"], ["second", "wet, dismal"], ["same", kept[12:]]]}
        for at, copy in enumerate(copies)
    ]
    return {"documents": documents, "kept": example(kept, 14), "copies": beside}


def likely() -> Facts:
    """Menus, the sea and Chinese reviews, of which one is a template."""
    facts = cleaning_facts.likely()
    facts["reasons"] = [reason for reason in facts["reasons"] if reason["step"] == "dedup"]
    largest = [
        cluster(8_212, MENU, MENU + "!", MENU + "?"),
        cluster(3, SEA, SEA.replace("damp, drizzly", "wet, dismal")),
        cluster(2, CHINESE, CHINESE + "。"),
    ]
    sizes = [{"from": 2, "to": 2, "clusters": 2_000}, {"from": 3, "to": 3, "clusters": 1}, {"from": 4, "to": 4, "clusters": 0},
             {"from": 100_000, "to": None, "clusters": 1}]  # fmt: skip
    return facts | {
        "schema": "dataqual.dedup/1",
        "command": "dataqual dedup data/corpus.jsonl -o clean.jsonl --keep longest",
        "how": HOW,
        "alarms": ["alarm: one cluster has 8,212 of 194,605 documents (4.2 %, more than 1.0 %): a.jsonl record 2, “x” goes for …"],
        "copies": {"clusters": 2_002, "documents": 15_877, "sizes": sizes, "largest": largest,
                   "similarity": {"min": 0.8, "max": 0.99, "histogram": {"edges": [0.8, 0.9, 1.0], "counts": [4, 9], "scale": "linear"}}},
    }  # fmt: skip


def bare() -> Facts:
    """No copies among three documents, by bytes alone."""
    none = {"clusters": 0, "documents": 0, "sizes": [], "similarity": None, "largest": []}
    how = {"exact": "exact_copies", "keep": "first", "alike": None}
    return cleaning_facts.bare() | {"schema": "dataqual.dedup/1", "copies": none, "how": how, "alarms": []}


def hostile() -> Facts:
    made, facts = likely(), cleaning_facts.hostile()
    copies = poisoned({"copies": made["copies"]})["copies"]
    return facts | {
        "copies": copies,
        "how": HOW | {"keep": "</script><b>"},
        "alarms": poisoned({"a": made["alarms"]})["a"],
    }


def immense() -> Facts:
    """Far more of everything than a page can hold."""
    facts, text = cleaning_facts.immense() | {"how": HOW}, ("\"<&'" * 150)[:600]
    big = example(text, 1, similarity=0.9, marks=[[i, i + 3, text[:80]] for i in range(0, 600, 6)])
    twin = big | {"diff": [["same", text], ["first", text], ["second", text]] * 50}
    sizes = [{"from": i, "to": i, "clusters": i} for i in range(2, 300)]
    largest = [{"documents": 9, "kept": big, "copies": [twin] * 20}] * 500
    copies = {"clusters": 9, "documents": 99, "sizes": sizes, "similarity": None, "largest": largest}
    return facts | {"copies": copies, "alarms": [text] * 100}
