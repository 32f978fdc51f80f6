"""Facts as docs/facts.md describes them: a likely corpus, a hostile one, an immense one, a bare one.

Run as a program it writes them: python tests/reports/facts.py FOLDER.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Facts = dict[str, Any]

SEA = (
    "Whenever it is a damp, drizzly November in my soul, I account it high time to get to sea as soon as I can. "
    "There is nothing surprising in this. If they but knew it, almost all men in their degree cherish, some time "
    "or other, very nearly the same feelings towards the ocean with me."
)
MENU = "Home | Products | About us\nEnable javascript to continue reading.\nRead more...\nRead more...\nRead more..."
CHINESE = "这家酒店的位置很好,离地铁站只有五分钟的路程。房间干净,服务也很周到,早餐种类丰富。下次来还会选择这里。"
MOJIBAKE = "The cafÃ© on the corner isnâ€™t open on Sundays; the naÃ¯ve visitor learns this too late."
MARKUP = 'Opening hours:&nbsp;<div class="box"><b>Mo–Fr</b> 9–17</div> <br/>closed on public holidays'


def reading(value: float | None, n: int, of: str = "documents", method: str = "exact", **more: Any) -> Facts:
    return {"value": value, "n": n, "of": of, "method": method, **more}


def example(text: str, record: int = 1, marks: Sequence[Sequence[Any]] = (), **more: Any) -> Facts:
    return {
        "file": "corpus.jsonl",
        "record": record,
        "text": text,
        "marks": [list(m) for m in marks],
        "cut": False,
        **more,
    }


def marked(text: str, evidence: str, why: str, record: int = 1, **more: Any) -> Facts:
    """An example whose evidence is every occurrence of a piece of its text."""
    starts = [i for i in range(len(text)) if text.startswith(evidence, i)]
    return example(text, record, [[i, i + len(evidence), why] for i in starts], **more)


def spans(text: str, pieces: Sequence[str], why: str, record: int) -> Facts:
    """An example whose evidence is the first occurrence of each piece."""
    return example(text, record, [[text.index(p), text.index(p) + len(p), why] for p in pieces])


def signal(
    values: np.ndarray[Any, Any], about: str, unit: str = "", *, log: bool = False, telling: bool = True
) -> Facts:
    values = np.sort(np.asarray(values, dtype=float))
    if log:
        positive = values[values > 0]
        edges = np.geomspace(positive[0], positive[-1], 41)
        edges = np.concatenate([[0.0], edges]) if values[0] <= 0 else edges
    else:
        edges = np.linspace(values[0], values[-1], 41)
    counts, _ = np.histogram(values, edges)
    ranks = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
    return {
        "about": about, "unit": unit, "n": len(values), "telling": telling,
        "min": float(values[0]), "max": float(values[-1]), "mean": float(values.mean()),
        "quantiles": {f"{q:g}": float(np.quantile(values, q)) for q in ranks},
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist(), "scale": "log" if log else "linear"},
        "thresholds": [],
    }  # fmt: skip


def threshold(rules: str, rule: str, bounds: str, *ends: float) -> Facts:
    return {"rules": rules, "rule": rule, "bounds": bounds, "ends": list(ends)}


def likely(n: int = 194_605) -> Facts:
    """A corpus such as a person has: mostly English, some Chinese, with the usual faults."""
    rng = np.random.default_rng(7)
    k = 4000
    words = np.floor(rng.lognormal(4.9, 1.2, k))
    zeros = np.where(rng.random(k) < 0.86, 0.0, rng.beta(1.2, 6, k))
    signals = {
        "word_count": signal(
            words, "Words of the document; every Han or Thai character counts as one.", "words", log=True
        ),
        "mean_word_length": signal(
            rng.normal(4.7, 0.7, k).clip(1, 14), "Mean number of characters of a word.", "characters"
        ),
        "stop_word_count": signal(
            np.floor(words * 0.08), "How many of eight frequent English words occur.", "words", log=True
        ),
        "symbol_ratio": signal(rng.beta(0.6, 30, k), "Number signs and ellipses per word."),
        "alphabetic_share": signal(rng.beta(22, 3, k), "Share of the words with at least one letter."),
        "duplicate_line_share": signal(zeros, "Share of the lines that occurred before in the document."),
        "top_2gram_share": signal(rng.beta(1.5, 30, k), "Share of the characters in the most frequent word pair."),
        "terminal_punctuation": signal(rng.beta(3, 2, k), "Share of the lines that end in a full stop, ! or ?."),
        "uppercase_share": signal(rng.beta(1.1, 24, k), "Share of the letters that are upper case."),
    }
    signals["word_count"]["thresholds"] = [
        threshold("gopher@datatrove", "short", ">= 50 and <= 100000", 50, 100000),
        threshold("gopher@dolma", "short", ">= 50 and <= 100000", 50, 100000),
    ]
    signals["mean_word_length"]["thresholds"] = [
        threshold("gopher@datatrove", "word_length", ">= 3 and <= 10", 3, 10),
        threshold("gopher@dolma", "word_length", ">= 3 and <= 10", 3, 10),
    ]
    signals["alphabetic_share"]["thresholds"] = [threshold("gopher@datatrove", "alphabetic", ">= 0.8", 0.8)]
    signals["symbol_ratio"]["thresholds"] = [threshold("gopher@datatrove", "symbols", "<= 0.1", 0.1)]
    signals["terminal_punctuation"]["thresholds"] = [threshold("fineweb@paper", "terminal_punctuation", "> 0.12", 0.12)]
    signals["duplicate_line_share"]["thresholds"] = [
        threshold("gopher@datatrove", "duplicate_lines", "<= 0.3", 0.3),
        threshold("fineweb@paper", "duplicate_lines", "<= 0.1", 0.1),
    ]
    signals["top_2gram_share"]["thresholds"] = [threshold("gopher@datatrove", "top_2gram", "<= 0.2", 0.2)]
    for name, unit in (("characters", "characters"), ("bytes", "bytes"), ("line_count", "lines"), ("entropy", "bits")):
        signals[name] = signal(
            words * 5.7 + 1, f"The {name.replace('_', ' ')} of the document.", unit, log=True, telling=False
        )

    def failing(name: str, about: str, on: str, bounds: str, share: float, only: int, *examples: Facts) -> Facts:
        return {
            "name": name, "about": about, "signal": on, "bounds": bounds, "fails": reading(share, n), "only": only,
            "matched": True, "examples": [{**e, "value": v} for e, v in zip(examples, (0.02, 0.41, 12), strict=False)],
        }  # fmt: skip

    menu = marked(MENU, "Read more...", "the same line again", 5120)
    gopher = [
        failing("short", "Fewer than 50 or more than 100,000 words.", "word_count", ">= 50 and <= 100000", 0.1421, 18_020,
                example("Package description missing.", 812), example(CHINESE[:24], 99_120, id="zh-104")),
        failing("alphabetic", "Too few words with a letter.", "alphabetic_share", ">= 0.8", 0.0612, 5_120,
                marked("| 12 | 14.2 | 18 |\n| 13 | 11.9 | 20 |\n| 14 | 10.4 | 31 |", "|", "no letter", 40_221)),
        failing("duplicate_lines", "Too many repeated lines.", "duplicate_line_share", "<= 0.3", 0.0121, 1_200, menu),
        failing("symbols", "Too many # and … per word.", "symbol_ratio", "<= 0.1", 0.0034, 212,
                marked("### ### Changes ###\n# 1 # 2 # 3", "#", "symbol", 77)),
        failing("top_2gram", "One pair of words fills the text.", "top_2gram_share", "<= 0.2", 0.0009, 61),
        failing("bullets", "Nearly every line is a list item.", "bullet_lines", "<= 0.9", 0.0, 0),
    ]  # fmt: skip
    about = "Quality filter of MassiveText"
    rules = [
        {"name": "gopher@datatrove", "source": "Rae et al. 2021, Scaling Language Models, table A1; as in datatrove 0.9",
         "about": f"{about}, as datatrove reads it.", "language": "en",
         "caveat": "Counts stop words, so that a good Chinese document fails by its language alone.",
         "fails": reading(0.2093, n), "rules": gopher},
        {"name": "gopher@dolma", "source": "Rae et al. 2021; as in dolma 1.2", "about": f"{about}, as dolma reads it.",
         "language": "en", "caveat": None, "fails": reading(0.1881, n), "rules": gopher[:3]},
        {"name": "c4@tfds", "source": "Raffel et al. 2020, section 2.2", "about": "Lines and pages fit for T5.",
         "language": "en", "caveat": None, "fails": reading(0.3310, n),
         "rules": [failing("javascript", "A line that speaks of javascript.", "javascript_lines", "<= 0", 0.0210, 2_100,
                           marked(MENU, "javascript", "phrase", 5120))]},
        {"name": "fineweb@paper", "source": "Penedo et al. 2024, section 3", "about": "Three filters found by ablation.",
         "language": None, "caveat": None, "fails": reading(0.1102, n),
         "rules": [failing("terminal_punctuation", "Few lines end as sentences do.", "terminal_punctuation", "> 0.12",
                           0.0911, 9_000, marked(MENU, "us\n", "no full stop", 5120))]},
    ]  # fmt: skip
    names = [r["name"] for r in rules]
    overlap = [
        {"rules": [a, b], "both": 20_000 - 1_500 * (i + j), "first_only": 1_200 * i + 4_312, "second_only": 900 * j,
         "neither": n - 25_000, "examples": [menu]}
        for i, a in enumerate(names) for j, b in enumerate(names) if i < j
    ]  # fmt: skip
    copied = example(SEA, 14, id="moby-1-1")
    other = SEA.replace("damp, drizzly", "wet, dismal").replace("almost all men", "most men")
    diff = [
        ["same", "Whenever it is a "], ["first", "damp, drizzly"], ["second", "wet, dismal"],
        ["same", SEA[SEA.index(" November") : SEA.index("almost all")]], ["first", "almost all"], ["second", "most"],
        ["same", SEA[SEA.index(" men in") :]],
    ]  # fmt: skip
    zh_diff = [["same", CHINESE[:9]], ["first", "离地铁站"], ["second", "离火车站"], ["same", CHINESE[13:]]]
    near = reading(0.0713, 194_605, method="sketch", interval=[0.0698, 0.0731], detail={"verified": "all"})

    def finding(name: str, severity: str, headline: str, seen: Facts, why: str, **more: Any) -> Facts:
        base = {"example": None, "mend": None, "where": name}
        return {"name": name, "severity": severity, "headline": headline, "reading": seen, "why": why, **base, **more}

    def mend(say: str, command: str) -> Facts:
        return {"say": say, "command": f"dataqual clean corpus.jsonl {command} -o clean.jsonl"}

    findings = [
        finding("near_copies", "error", "7.1 % of the documents are near copies of another", near,
                "A model trained on them learns passages by heart, and a test set that holds one is no test.",
                example=copied, mend=mend("keep the first of each cluster", "--near-copies 0.8")),
        finding("exact_copies", "error", "2.3 % of the documents are exact copies", reading(0.023, n),
                "Each copy costs training time and teaches nothing new.", example=copied,
                mend=mend("keep the first of each", "--exact-copies")),
        finding("mojibake", "warning", "0.4 % of the documents look wrongly decoded", reading(0.0041, n),
                "Text read with the wrong encoding is noise to a model.",
                example=spans(MOJIBAKE, ("Ã©", "â€™", "Ã¯"), "UTF-8 read as Windows-1252", 3021),
                mend=mend("undo the wrong decoding", "--mend-encoding"), where="contents"),
        finding("html_residue", "warning", "1.2 % of the documents contain HTML", reading(0.0121, n),
                "Tags and entities are layout, not language.", example=spans(MARKUP, ("&nbsp;", '<div class="box">', "<b>", "</b>", "</div>", "<br/>"), "HTML", 880),
                mend=mend("strip tags and entities", "--strip-html"), where="contents"),
        finding("addresses", "warning", "3,120 documents contain e-mail addresses", reading(0.016, n),
                "Personal data must not be published with a corpus.",
                example=marked("Write to j•••@e••••••.org before the 3rd.", "j•••@e••••••.org", "e-mail address", 119),
                mend=mend("mask them", "--mask addresses")),
        finding("unreadable", "note", "12 records could not be read", reading(12 / (n + 12), n + 12, "records"),
                "They are kept aside; nothing is lost.", where="unreadable"),
    ]  # fmt: skip
    scripts = (("Latin", 0.913), ("Han", 0.058), ("Cyrillic", 0.014), ("Hiragana", 0.006), ("Hangul", 0.004), ("Arabic", 0.003),
               ("Greek", 0.001), ("Thai", 0.001))  # fmt: skip
    sources = (("npm:moby-dick", 61_221), ("books/世界", 44_020), ("mail", 31_004), ("docs", 22_010), ("forum", 9_100))
    rows = [
        {"value": v, "documents": d, "bytes": d * 1320, "words": d * 241, "exact_copies": d // 43,
         "fails": {name: d // (4 + i) for i, name in enumerate(names)}}
        for v, d in sources
    ]  # fmt: skip
    return {
        "schema": "dataqual.profile/1",
        "corpus": {
            "inputs": ["data/corpus.jsonl"], "embedded_sample": False, "sample": None,
            "files": [{"path": "data/corpus.jsonl", "format": "jsonl", "compression": None, "documents": n, "unreadable": 12}],
            "columns": {"text": "text", "id": "id", "label": None, "group": "source"},
        },
        "options": {"rules": names, "near_copies": True, "sample": None, "seed": 0, "text": None},
        "versions": {"dataqual": "0.1.0", "polars": "2.1.0", "numpy": "2.4.6"},
        "readings": {
            "documents": reading(n, n), "bytes": reading(257_412_331, n, unit="bytes"), "words": reading(46_882_112, n, unit="words"),
            "characters": reading(250_310_040, n, unit="characters"), "exact_copies": reading(0.023, n), "near_copies": near,
            "mojibake": reading(0.0041, n), "html_residue": reading(0.0121, n),
        },
        "signals": signals, "rules": rules, "overlap": overlap,
        "exact_copies": {"share": reading(0.023, n), "clusters": 1_804,
                         "largest": [{"size": 212, "examples": [example(MENU, 5120)]}, {"size": 41, "examples": [example(CHINESE, 99)]}]},
        "near_copies": {"share": near, "threshold": 0.8, "shingle": 5, "clusters": 3_912, "verified_pairs": 41_220,
                        "precision": reading(0.981, 41_220, "pairs", "sample", interval=[0.9795, 0.9822]),
                        "largest": [{"size": 87, "similarity": 0.86, "first": copied, "second": example(other, 90), "diff": diff},
                                    {"size": 12, "similarity": 0.91, "first": example(CHINESE, 7), "second": example(CHINESE, 8),
                                     "diff": zh_diff}]},
        "scripts": [{"script": s, "characters": int(p * 2.5e8), "share": p, "documents": int(p * n)} for s, p in scripts],
        "groups": [{"column": "source", "distinct": 61, "overflow": False, "rows": rows,
                    "rest": {**rows[-1], "value": None, "documents": 27_250, "groups": 56}}],
        "shares": {"html_residue": {"signal": "html_residue", "bounds": ">= 3", "examples": [
            spans(MARKUP, ("&nbsp;",), "HTML", 880), spans("<p>Two <b>more</b></p>", ("<p>", "<b>"), "HTML", 881)]}},
        "addresses": {"kinds": {"email": 4_011, "ip": 120}, "documents": 3_120,
                      "examples": [{"file": "corpus.jsonl", "record": 119, "kind": "email", "masked": "j•••@e••••••.org"},
                                   {"file": "corpus.jsonl", "record": 240, "kind": "ip", "masked": "192.•••.•••.7"}]},
        "diversity": {
            "sample": {"documents": 2000, "of": n, "complete": False},
            "readings": {
                "vendi": reading(69.8, 2000, method="sample", interval=[68.4, 71.1], detail={"among": 100, "unit": "documents"}),
                "templates": reading(0.31, 2000, method="sample", interval=[0.28, 0.34], detail={"among": 100, "unit": "documents"}),
                "mattr": reading(0.71, 2000, method="sample", interval=[0.705, 0.715]),
                "hd_d": reading(None, 2000, method="sample"),
            },
            "topics": [
                {"documents": 1200, "share": 0.6, "names": ["whale", "ship", "sea"], "examples": [example(SEA, 3)]},
                {"documents": 800, "share": 0.4, "names": ["酒店", "房间"], "examples": [example(CHINESE, 4)]},
            ],
            "frames": [{"frame": "I account it high time to …", "documents": 31, "slots": 1, "examples": [marked(SEA, "I account it high time", "sentence of this frame")]}],
            "by": [{"role": "group", "column": "source", "rows": [
                {"value": name, "documents": 900, "readings": {
                    "mattr": reading(0.7, 900, method="sample", interval=[0.69, 0.71]),
                    "vendi": reading(15.2, 900, method="sample", interval=[14, 16]),
                }} for name in ("books", "reviews")
            ]}],
        },
        "people": _people(n),
        "outliers": {
            "readings": {"outliers": reading(0.011, 2000, method="sample", interval=[0.007, 0.017])},
            "why": {"signals": 18, "topics": 0, "words": 4},
            "examples": [{**example(MENU, 9), "why": "signals", "value": 4.2, "limit": 2.3,
                          "reason": "symbol_share is 0.2; half of the documents have 0 to 0.003"}],
        },
        "unreadable": {"share": reading(12 / (n + 12), n + 12, "records"), "kinds": {"not JSON": 9, "invalid UTF-8": 3},
                       "first": [{"path": "corpus.jsonl", "record": 8172, "line": 8172, "kind": "not JSON",
                                  "reason": "expected ',' at column 41"}]},
        "findings": findings,
        "run": {"started": "2031-01-01T00:00:00Z", "seconds": 8.1, "version": "0.1.0", "machine": "x"},
    }  # fmt: skip


def _people(n: int) -> Facts:
    """Whom it names: one axis that is well filled, one hardly, and something said of one of its groups."""
    female = {
        "group": "female",
        "mentions": 902,
        "of": 1655,
        "share": 0.545,
        "documents": 418,
        "ambiguous": 28,
        "interval": [0.503, 0.586],
        "terms": [{"term": "她", "often": 374}, {"term": "she", "often": 80}],
        "ambiguous_terms": [{"term": "queen", "often": 28}],
        "example": spans("她是老师。", ("她",), "gender/female", 5),
    }
    male = {
        "group": "male",
        "mentions": 753,
        "of": 1655,
        "share": 0.455,
        "documents": 391,
        "ambiguous": 0,
        "interval": [0.414, 0.497],
    }
    rare = {"group": "south_african", "mentions": 0, "of": 0, "share": None, "documents": 0, "ambiguous": 2}
    said = {
        "axis": "gender",
        "group": "female",
        "list": "occupation",
        "item": "前台",
        "often": 145,
        "elsewhere": 50,
        "documents": 149,
        "log_odds": 0.89,
        "interval": [0.48, 1.29],
        "z": 4.4,
        "p": 2e-5,
        "q": 9e-4,
        "words": 9000,
        "words_elsewhere": 8000,
        "npmi": {"value": 0.19, "both": 140, "sentences": 90_000, "interval": [0.15, 0.22]},
        "examples": [spans("前台的小姐很好。", ("前台", "小姐"), "occupation", 6)],
    }
    return {
        "sample": {"documents": 6000, "of": n, "complete": False}, "lexicons": ["en", "zh"],
        "naming": reading(0.147, 6000, method="sample", interval=[0.138, 0.157]),
        "axes": [{"axis": "gender", "mentions": 1655, "documents": 676, "ambiguous": 28, "groups": [female, male], "more": 0},
                 {"axis": "nationality", "mentions": 0, "documents": 0, "ambiguous": 2, "groups": [rare], "more": 0}],
        "associations": {"tested": 33, "significant": 2, "rows": [said, {**said, "list": "flagged", "item": None, "group": "male"}]},
        "counterfactuals": {**reading(0.004, 1254, "sentences", "sample", interval=[0.001, 0.009]),
                            "detail": {"paired": 5, "in_sample_alone": True}, "examples": [["He left.", "She left."]]},
    }  # fmt: skip


def bare() -> Facts:
    """The least a profile can say: nothing asked for, nothing found."""
    n = 3
    return {
        "schema": "dataqual.profile/1",
        "corpus": {"inputs": ["a.txt"], "embedded_sample": False, "files": [], "columns": {}, "sample": None},
        "options": {"near_copies": False},
        "readings": {"documents": reading(n, n), "bytes": reading(40, n, unit="bytes"), "words": reading(8, n, unit="words")},
        "signals": {}, "rules": [], "overlap": [], "scripts": [], "groups": [], "findings": [],
        "exact_copies": {"share": reading(0.0, n), "clusters": 0, "largest": []},
        "unreadable": {"share": reading(0.0, n), "kinds": {}, "first": []},
        "run": {},
    }  # fmt: skip


POISON = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}干净的中文语料{% raw %}<a href='javascript:alert(3)'>x</a>"
    "\"><svg onload=alert(4)>' onmouseover='alert(5)\x00\x1b[31mred\x1b[0m\u202egnp.exe\u2066\u200b\ud800</style></title>&amp;"
)


def poisoned(value: Any) -> Any:
    """The same facts with every text, and every key that comes from a corpus, made hostile; our own words stay."""
    ours = {"schema", "severity", "method", "unit", "scale"}
    foreign_keys = {"signals", "kinds", "fails", "versions", "options", "readings"}

    def walk(item: Any, key: str) -> Any:
        if isinstance(item, Mapping):
            poison = key in foreign_keys - {"readings"} and not {"value", "method"} <= item.keys()
            return {(k + POISON if poison else k): walk(v, k) for k, v in item.items()}
        if isinstance(item, list):
            if item and item[0] in ("same", "first", "second"):
                return [item[0], item[1] + POISON]
            return [walk(v, key) for v in item]
        return item + POISON if isinstance(item, str) and key not in ours else item

    return walk(value, "")


def hostile() -> Facts:
    facts = poisoned(likely())
    facts["findings"][0]["example"]["text"] = "W" * 10_000_000
    facts["corpus"]["files"][0]["path"] += "/" + "x" * 5_000
    assert isinstance(facts, dict)
    return facts


def immense() -> Facts:
    """Far more of everything than a page can hold: long excerpts that grow when escaped, many of each list."""
    facts = likely()
    text = ("\"<&'" * 150)[:600]
    big = example(text, 1, [[i, i + 3, text[:80]] for i in range(0, 600, 6)], value=1.0)
    facts["signals"] = {f"signal_{i}": {**facts["signals"]["word_count"], "about": text} for i in range(60)}
    rule = {**facts["rules"][0]["rules"][0], "about": text, "examples": [big] * 30}
    facts["rules"] = [{**facts["rules"][0], "name": f"set{i}@x", "rules": [rule] * 40} for i in range(12)]
    names = [r["name"] for r in facts["rules"]]
    pair = {**facts["overlap"][0], "examples": [big] * 30}
    facts["overlap"] = [{**pair, "rules": [a, b]} for a in names for b in names if a < b]
    row = {**facts["groups"][0]["rows"][0], "value": text, "fails": dict.fromkeys(names, 3)}
    facts["groups"] = [{**facts["groups"][0], "rows": [row] * 200}] * 2
    facts["exact_copies"]["largest"] = [{"size": 9, "examples": [big] * 30}] * 30
    twins = {
        **facts["near_copies"]["largest"][0],
        "first": big,
        "second": big,
        "diff": [["same", text], ["first", text]] * 50,
    }
    facts["near_copies"]["largest"] = [twins] * 30
    facts["findings"] = [{**facts["findings"][0], "headline": text, "why": text, "example": big}] * 60
    facts["unreadable"]["kinds"] = {f"kind {i}": i + 1 for i in range(500)}
    facts["corpus"]["files"] *= 5000
    facts["scripts"] *= 100
    return facts


def main(folder: Path) -> None:
    """Write each as JSON into `folder`; lone surrogates cannot be JSON and are left out of it."""
    for make in (likely, bare, hostile, immense):
        text = json.dumps(make(), ensure_ascii=False, indent=1)
        (folder / f"{make.__name__}.json").write_bytes(text.encode("utf-8", "replace"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
