"""Facts of checks as docs/facts.md describes them: a likely one, a bare one, a hostile one, an immense one."""

from __future__ import annotations

from typing import Any

from tests.reports.cleaning_facts import example
from tests.reports.facts import CHINESE, SEA, Facts, poisoned


def one(name: str, status: str, expected: str, seen: str, **more: Any) -> Facts:
    facts = {
        "name": name, "about": None, "severity": "fail", "status": status, "expected": expected, "seen": seen,
        "value": None, "n": 2_000, "of": "documents", "share": False, "bounds": {}, "interval": None, "sure": True,
        "failing": None, "why": None, "estimate": {"kind": "known", "value": None, "n": 2_000}, "examples": [],
        "mend": None, "spec": {},
    }  # fmt: skip
    return facts | more


def facts_of(*checks: Facts, **more: Any) -> Facts:
    corpus = {
        "inputs": ["data/corpus.jsonl"], "files": ["data/corpus.jsonl"], "documents": 2_000,
        "unreadable": {"not JSON": 3}, "columns": {"text": "text"},
    }  # fmt: skip
    made = {
        "schema": "dataqual.check/1", "version": "0.1.0", "verdict": "failed", "exit_code": 1, "corpus": corpus,
        "baseline": "release.json", "ledger": "out/why.parquet", "suite": {"checks": [{"metric": "mojibake", "max": 0.01}]},
        "checks": list(checks), "report": "out/report.html", "saved": "out/seen.json",
        "command": "dataqual check data/corpus.jsonl --suite suite.yaml",
    }  # fmt: skip
    return made | more


def likely() -> Facts:
    """English and Chinese: one check that fails, one that warns, one by group, one that cannot be told, two that pass."""
    short = [example(CHINESE, 7, value=2.0, note="too_short: "), example(SEA, 812, value=3.0)]
    groups = [
        {"group": name, "status": status, "value": value, "n": 1_000, "failing": 9, "interval": None}
        for name, status, value in (("forum/中文", "failed", 0.31), (None, "failed", 0.4), ("books", "passed", 0.99))
    ]
    return facts_of(
        one("word_count", "failed", "the share of documents with word_count >= 5 is >= 0.99", "95 % of 2,000 documents, 100 not as expected",
            about="A review says something", value=0.95, share=True, bounds={"min": 0.99}, interval=[0.94, 0.96],
            failing=100, examples=short, mend="dataqual clean data/corpus.jsonl -o clean.jsonl --recipe word-count.yaml",
            against={"before": 0.99, "change": -0.04, "interval": [-0.05, -0.03], "worse": True}),
        one("mojibake", "passed", "the share of documents with the fault mojibake is <= 0.01", "0.1 % (95 % interval 0 % to 0.3 %) of 2,000 documents",
            value=0.001, share=True, bounds={"max": 0.01}, interval=[0.0, 0.003]),
        one("exact_copies", "failed", "the share of exact copies is <= 0.001", "0.3 % of 2,000 documents, 6 not as expected",
            value=0.003, share=True, bounds={"max": 0.001}, severity="warn",
            examples=[{"file": "data/corpus.jsonl", "record": 9, "note": "a copy of record 2"}]),
        one("chinese by group", "failed", "the share of documents that pass chinese-web@evalweb is >= 0.9", "2 of 3 groups: forum/中文 31 % of 1,000 documents",
            value=3.0, share=True, groups=groups, rules={"too_short": 690}),
        one("perplexity", "cannot tell", "the median of perplexity is <= 90", "there are no documents to tell by", why="there are no documents to tell by"),
        one("label allowed", "failed", "the share of values of label one of 'pos', 'neg' is >= 1", "48 % of 2,000 values, 9 not as expected",
            value=0.48, share=True, bounds={"min": 1.0}, examples=[{"file": "data/corpus.jsonl", "record": 3, "value": "neutral"}]),
        one("documents", "passed", "the number of documents is >= 1000", "2,000", value=2000.0),
    )  # fmt: skip


def bare() -> Facts:
    """One check, of no share, that passes."""
    only = one("documents", "passed", "the number of documents is >= 1", "3", value=3.0)
    bare = facts_of(only, baseline=None, ledger=None, suite={"checks": []}, verdict="passed", exit_code=0, command=None)
    bare["corpus"] = {"inputs": [], "files": [], "documents": 3, "unreadable": {}, "columns": {}}
    return bare


def hostile() -> Facts:
    made = likely()
    facts = poisoned(made)
    facts["corpus"]["unreadable"] = {key + facts["version"][5:]: n for key, n in made["corpus"]["unreadable"].items()}
    for mine, check in zip(made["checks"], facts["checks"], strict=True):
        check["status"], check["severity"] = mine["status"], mine["severity"]
        for own, group in zip(mine.get("groups", []), check.get("groups", []), strict=True):
            group["status"] = own["status"]
    facts["checks"][0]["examples"][0]["text"] = "W" * 10_000_000
    return facts | {key: made[key] for key in ("report", "saved", "ledger")}


def immense() -> Facts:
    """Far more of everything than a page can hold."""
    text = ("\"<&'" * 150)[:600]
    big = example(text, 1, marks=[[i, i + 3, text[:80]] for i in range(0, 600, 6)])
    groups = [
        {"group": text[:90] + str(i), "status": "failed", "value": 0.1, "n": 9, "failing": 1, "interval": None}
        for i in range(900)
    ]
    many = [
        one(f"{text} {i}", "failed", text, text, value=0.5, share=True, bounds={"min": 0.9}, examples=[big] * 20,
            groups=groups if i % 3 == 0 else [], mend=text * 3, about=text)
        for i in range(900)
    ]  # fmt: skip
    return facts_of(*many)
