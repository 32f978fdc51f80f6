"""Facts of cleanings as docs/facts.md describes them: a likely one, a bare one, a hostile one, an immense one."""

from __future__ import annotations

from typing import Any

from tests.reports.facts import CHINESE, MENU, MOJIBAKE, SEA, Facts, marked, poisoned, reading

READ = 194_617


def example(text: str, record: int, **more: Any) -> Facts:
    place = {"file": "data/corpus.jsonl", "record": record, "id": f"doc-{record}", "value": None}
    return place | {"text": text, "marks": [], "cut": False} | more


def reason(action: str, step: str, rule: str, documents: int, *examples: Facts, **more: Any) -> Facts:
    facts = {
        "action": action, "step": step, "rule": rule, "signal": None, "unit": "", "threshold": None, "ends": [],
        "documents": documents, "characters": documents * 812, "share": reading(documents / 194_605, 194_605),
        "values": None, "examples": list(examples),
    }  # fmt: skip
    return facts | more


def values(low: float, high: float, *counts: int, **more: Any) -> Facts:
    step = (high - low) / len(counts)
    edges = [low + i * step for i in range(len(counts) + 1)]
    quantiles = {q: low + float(q) * (high - low) for q in ("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99")}
    histogram = {"edges": edges, "counts": list(counts), "scale": "linear"}
    return {"min": low, "max": high, "mean": (low + high) / 2, "quantiles": quantiles, "histogram": histogram, **more}


def row(value: str | None, documents: int, dropped: int, interval: list[float], **rules: int) -> Facts:
    return {
        "value": value, "documents": documents, "dropped": dropped, "edited": documents // 50, "added": 0,
        "characters": documents * 1_300, "characters_after": (documents - dropped) * 1_310,
        "lost": reading(dropped / documents, documents, interval=interval), "rules": dict(rules),
    }  # fmt: skip


def finding(name: str, severity: str, headline: str, where: str, share: float, n: int) -> Facts:
    return {
        "name": name, "severity": severity, "headline": headline, "where": where, "example": None,
        "reading": reading(share, n, interval=[share - 0.01, min(1.0, share + 0.01)]),
        "why": "What is left is another mixture than the corpus was, which nobody decided.",
        "mend": {"say": "look at the examples of `too_few_words@gopher@dolma`, which takes most of them", "command": None},
    }  # fmt: skip


def likely() -> Facts:
    """English with some Chinese, cleaned by rules made for English: the Chinese is eaten."""
    short = "too_few_words@gopher@dolma"
    other = SEA.replace("damp, drizzly", "wet, dismal")
    reasons = [
        reason("dropped", "keep", short, 20_410,
               example(CHINESE, 7, value=2.0), example("Package description missing.", 812, value=3.0),
               signal="word_count(cut=whitespace)", unit="words", threshold=">= 50 and <= 100000", ends=[50.0, 100000.0],
               values=values(0, 49, 9_000, 6_000, 3_000, 1_500, 910)),
        reason("dropped", "keep", "email_addresses", 3_120,
               example("Write to j•••@e••••••.org before the 3rd.", 119, marks=[[9, 25, "e-mail address"]], value=1.0),
               signal="email_addresses", threshold="< 1", ends=[1.0], values=values(1, 9, 3_000, 100, 20)),
        reason("edited", "fix_encoding", "fix_encoding", 798,
               example(MOJIBAKE, 3_021, value=3.0, diff=[["same", "The caf"], ["first", "Ã©"], ["second", "é"],
                                                          ["same", " on the corner"]]),
               example("Write to [e-mail] now", 3_100, value=1.0), values=values(1, 1, 798)),
        reason("dropped", "dedup", "exact_copies", 4_476,
               example(MENU, 5_120, similarity=1.0, kept={"file": "data/corpus.jsonl", "record": 9, "text": MENU,
                                                          "marks": [], "cut": False})),
        reason("dropped", "dedup", "near_copies", 9_399,
               example(other, 90, similarity=0.86, kept={"file": "data/corpus.jsonl", "record": 14, "text": SEA,
                                                         "marks": [], "cut": True},
                       diff=[["same", "Whenever it is a "], ["first", "damp, drizzly"], ["second", "wet, dismal"],
                             ["same", " November in my soul"]])),
        reason("added", "spoil_duplicates", "spoil_duplicates", 41, marked("Read more... and more...", "more", "again", 4)),
    ]  # fmt: skip
    rules = {"too_few_words@gopher@dolma": 20_410, "symbols@gopher@dolma": 0, "email_addresses": 3_120,
             "fix_encoding": 798, "exact_copies": 4_476, "near_copies": 9_399, "spoil_duplicates": 41}  # fmt: skip
    chinese = row("forum/中文", 11_020, 10_911, [0.988, 0.992], **{short: 10_800, "exact_copies": 111})
    groups = [
        {"role": "group", "column": "source", "distinct": 61, "overflow": False,
         "rows": [row("npm:moby-dick", 151_220, 26_000, [0.170, 0.174], **{short: 9_000, "near_copies": 9_000}), chinese,
                  row(None, 12, 0, [0.0, 0.24])],
         "rest": row(None, 32_353, 494, [0.013, 0.017]) | {"groups": 58}},
        {"role": "label", "column": "label", "distinct": 100_000, "overflow": True, "rows": [], "rest": None},
        {"role": "script", "column": "script", "distinct": 2, "overflow": False,
         "rows": [row("Latin", 183_300, 26_400, [0.14, 0.15], **{short: 9_100}),
                  row("Han", 11_305, 11_005, [0.970, 0.976], **{short: 10_900})], "rest": None},
    ]  # fmt: skip
    return {
        "schema": "dataqual.cleaning/1", "read": READ, "kept": 157_200, "dropped": 37_405, "unreadable": 12,
        "edited": 798, "added": 41, "written": 157_241, "resumed": 0, "rules": rules,
        "outputs": ["clean.jsonl"], "ledger": "clean.jsonl.ledger.parquet", "report": "clean.jsonl.report.html",
        "command": "dataqual clean data/corpus.jsonl -o clean.jsonl --recipe web.yaml --drop near_copies",
        "corpus": {"files": ["data/corpus.jsonl"], "files_more": 0,
                   "columns": {"text": "text", "id": "id", "label": "label", "group": "source"}},
        "recipe": {"name": "web.yaml", "about": "Rules for pages; `near copies` go.", "language": "en",
                   "steps": [{"keep": {"rules": "gopher@dolma"}}, "fix_encoding", {"dedup": {"exact": True, "near": True}}]},
        "before": {"documents": 194_605, "bytes": 257_412_331, "characters": 250_310_040},
        "after": {"documents": 157_241, "bytes": 218_000_112, "characters": 214_100_002},
        "reasons": reasons, "groups": groups, "unreadable_kinds": {"not JSON": 9, "invalid UTF-8": 3},
        "findings": [
            finding("loss source=forum/中文", "error", "source forum/中文 loses 99 % of its documents, all others 14 %", "cost-group", 0.99, 11_020),
            finding("loss script=Han", "error", "script Han loses 97 % of its documents, all others 14 %", "cost-script", 0.973, 11_305),
        ],
    }  # fmt: skip


def bare() -> Facts:
    """A recipe that did nothing to three documents."""
    whole = {"documents": 3, "bytes": 40, "characters": 38}
    return {
        "schema": "dataqual.cleaning/1", "read": 3, "kept": 3, "dropped": 0, "unreadable": 0, "edited": 0, "added": 0,
        "written": 3, "resumed": 0, "rules": {"exact_copies": 0}, "outputs": ["clean.jsonl"],
        "ledger": "clean.jsonl.ledger.parquet", "corpus": {"files": ["a.txt"], "files_more": 0, "columns": {}},
        "recipe": {"name": "own", "about": "", "language": None, "steps": []}, "before": whole, "after": whole,
        "reasons": [], "groups": [], "findings": [], "unreadable_kinds": {},
    }  # fmt: skip


def dry() -> Facts:
    """A dry run of the likely one."""
    return likely() | {"outputs": [], "ledger": None, "report": None}


def hostile() -> Facts:
    facts = likely()
    facts["unreadable_kinds"] = {"kinds": facts["unreadable_kinds"]}
    files = {key: facts[key] for key in ("outputs", "ledger", "report")}
    facts = poisoned(facts)
    facts["unreadable_kinds"] = facts["unreadable_kinds"]["kinds"]
    facts["reasons"][0]["examples"][0]["text"] = "W" * 10_000_000
    assert isinstance(facts, dict)
    return facts | files


def immense() -> Facts:
    """Far more of everything than a page can hold: long excerpts that grow when escaped, many of each list."""
    facts = likely()
    text = ("\"<&'" * 150)[:600]
    big = example(text, 1, marks=[[i, i + 3, text[:80]] for i in range(0, 600, 6)], value=1.0)
    twins = big | {"similarity": 0.9, "kept": big, "diff": [["same", text], ["first", text], ["second", text]] * 50}
    facts["reasons"] = [facts["reasons"][0] | {"examples": [big, twins] * 5} for _ in range(300)]
    rows = [row(text, 50, 10, [0.1, 0.3], **{text: 3})] * 50
    facts["groups"] = [facts["groups"][0] | {"role": f"role {i}", "rows": rows} for i in range(6)]
    facts["findings"] *= 50
    facts["corpus"]["files"] *= 50
    facts["corpus"]["files_more"] = 4_950
    facts["rules"] = {f"rule_{i}": 0 for i in range(1_000)}
    facts["recipe"]["steps"] *= 1_000
    facts["unreadable_kinds"] = {f"kind {i}": i + 1 for i in range(500)}
    return facts
