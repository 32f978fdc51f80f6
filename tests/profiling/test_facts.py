"""Every fact about the sample corpus, found a second, simpler way."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest

import dataqual
import reports
from dataqual import sample
from dataqual.faults import SHARES
from dataqual.near_duplicates import shingles
from dataqual.rules import PROFILED, load
from tests import reference
from tests.profiling.conftest import PLANTED, Profiled

ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
SCRIPTS = {"Han": r"[\u4e00-\u9fff]", "Cyrillic": r"[\u0400-\u04ff]", "Hangul": r"[\uac00-\ud7a3]"}


def reading(profiled: Profiled, name: str) -> dict[str, Any]:
    facts: dict[str, Any] = profiled.facts["readings"][name]
    return facts


def ids_with(kind: str) -> set[str]:
    return {id for id, kinds in PLANTED["faults"].items() if kind in kinds}


def test_the_sizes_are_those_of_the_texts(sampled: Profiled) -> None:
    texts = sampled.texts
    assert reading(sampled, "documents")["value"] == len(texts)
    assert reading(sampled, "characters")["value"] == sum(map(len, texts))
    assert reading(sampled, "bytes")["value"] == sum(len(text.encode()) for text in texts)
    assert reading(sampled, "words")["value"] == sum(len(reference.words(text)) for text in texts)


def test_documents_without_a_word_are_counted_as_empty(sampled: Profiled) -> None:
    empty = [text for text in sampled.texts if not reference.words(text)]
    assert reading(sampled, "empty")["detail"]["documents"] == len(empty) == 6
    assert reading(sampled, "empty")["value"] == len(empty) / len(sampled.texts)


def test_an_id_that_occurs_again_is_a_duplicate(sampled: Profiled) -> None:
    counts = Counter(row["id"] for row in sampled.rows)
    assert reading(sampled, "duplicate_ids")["detail"]["documents"] == sum(n - 1 for n in counts.values()) == 2


def test_exact_copies_are_texts_that_were_there_before(sampled: Profiled) -> None:
    texts = sampled.texts
    assert reading(sampled, "exact_copies")["value"] == (len(texts) - len(set(texts))) / len(texts)
    copies = sampled.facts["exact_copies"]
    sizes = sorted((n for n in Counter(texts).values() if n > 1), reverse=True)
    assert copies["clusters"] == len(sizes)
    assert [cluster["size"] for cluster in copies["largest"]] == sizes[:10]
    first = {text: number for number, text in reversed(list(enumerate(texts)))}
    expected = [first[text] if first[text] < number else None for number, text in enumerate(texts)]
    assert sampled.table["exact_copy_of"].to_list() == expected


def near_copies(texts: list[str]) -> dict[int, int]:
    """Copies and what they are copies of, by comparing everything with everything that was kept."""
    sets = [frozenset(shingles(text).tolist()) for text in texts]
    kept: list[int] = []
    seen: set[str] = set()
    found = {}
    for number, text in enumerate(texts):
        if text in seen or not sets[number]:
            continue
        seen.add(text)
        similar = {k: len(sets[number] & sets[k]) / len(sets[number] | sets[k]) for k in kept}
        best = max(similar, key=lambda k: similar[k], default=None)
        if best is not None and similar[best] >= 0.8:
            found[number] = best
        else:
            kept.append(number)
    return found


def test_near_copies_are_those_that_comparing_all_with_all_finds(sampled: Profiled) -> None:
    expected = near_copies(sampled.texts)
    of = sampled.table["near_copy_of"].to_list()
    assert {number: int(k) for number, k in enumerate(of) if k is not None} == expected
    assert reading(sampled, "near_copies")["value"] == len(expected) / len(of)
    for number, k in expected.items():
        assert dataqual.jaccard(sampled.texts[number], sampled.texts[k]) >= 0.8


def test_the_largest_clusters_of_near_copies_show_two_that_are_as_similar_as_is_said(sampled: Profiled) -> None:
    near = sampled.facts["near_copies"]
    by_place = {(row["record"]): text for row, text in zip(sampled.table.to_dicts(), sampled.texts, strict=True)}
    assert near["clusters"] == len(near["largest"]) or len(near["largest"]) == 10
    for cluster in near["largest"]:
        first, second = (by_place[cluster[side]["record"]] for side in ("first", "second"))
        assert cluster["similarity"] == dataqual.jaccard(first, second)
        sides = {
            side: "".join(t for kind, t in cluster["diff"] if kind in ("same", side)) for side in ("first", "second")
        }
        masked = ADDRESS.sub(lambda m: "•" * len(m.group()), first)
        assert masked.startswith(sides["first"]) or "•" in sides["first"]
        assert second.startswith(sides["second"]) or "•" in sides["second"]


def test_the_scripts_are_those_of_the_characters(sampled: Profiled) -> None:
    found = {row["script"]: row["characters"] for row in sampled.facts["scripts"]}
    for script, pattern in SCRIPTS.items():
        counted = sum(len(re.findall(pattern, text)) for text in sampled.texts)
        assert found[script] == pytest.approx(counted, rel=0.01), script
    shares = [row["share"] for row in sampled.facts["scripts"]]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(("position", "column"), [(0, "source"), (1, "label")])
def test_groups_add_up_to_what_counting_by_hand_gives(sampled: Profiled, position: int, column: str) -> None:
    facts = sampled.facts["groups"][position]
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    seen: set[str] = set()
    drops = {name: sampled.table[f"drops:{name}"] for name in PROFILED}
    for number, row in enumerate(sampled.rows):
        counter = expected[row[column]]
        counter["documents"] += 1
        counter["bytes"] += len(row["text"].encode())
        counter["words"] += len(reference.words(row["text"]))
        counter["exact_copies"] += row["text"] in seen
        counter.update({name: int(drops[name][number]) for name in drops})
        seen.add(row["text"])
    assert (facts["column"], facts["distinct"], facts["rest"]) == (column, len(expected), None)
    for row in facts["rows"]:
        counter = expected[row["value"]]
        sizes = {name: counter[name] for name in ("documents", "bytes", "words", "exact_copies")}
        assert {name: row[name] for name in sizes} == sizes
        assert row["fails"] == {name: counter[name] for name in drops}
    order = [(-row["documents"], row["value"]) for row in facts["rows"]]
    assert order == sorted(order)


def test_what_could_not_be_read_is_listed_by_kind_and_kept(sampled: Profiled) -> None:
    facts = sampled.facts["unreadable"]
    assert facts["kinds"] == {"invalid UTF-8": 1, "not JSON": 1}
    assert [{"line": bad["line"], "kind": bad["kind"]} for bad in facts["first"]] == PLANTED["broken"]
    assert reading(sampled, "unreadable")["value"] == 2 / 406
    kept = [json.loads(line) for line in sampled.written("unreadable.jsonl").splitlines()]
    assert [bad["line"] for bad in kept] == [140, 311]


def test_each_share_is_that_of_its_signal_within_its_bounds(sampled: Profiled) -> None:
    for name, (signal, bounds) in SHARES.items():
        values = sampled.table[signal].to_numpy()
        hits = int(bounds.accept(values).sum())
        facts = reading(sampled, name)
        assert (facts["value"], facts["n"]) == (hits / len(values), len(values)), name
        assert facts["detail"] == {"documents": hits, "total": int(values[bounds.accept(values)].sum())}


def test_rules_reject_what_their_bounds_say_and_sets_what_a_rule_rejects(sampled: Profiled) -> None:
    for facts in sampled.facts["rules"]:
        rule_set = load(facts["name"])
        fails = np.column_stack([~rule.bounds.accept(rule.signal(sampled.texts)) for rule in rule_set.rules])
        assert [rule["fails"]["detail"]["documents"] for rule in facts["rules"]] == fails.sum(axis=0).tolist()
        alone = [sum(bool(row[i]) and not np.delete(row, i).any() for row in fails) for i in range(fails.shape[1])]
        assert [rule["only"] for rule in facts["rules"]] == alone
        assert [rule["matched"] for rule in facts["rules"]] == fails.any(axis=0).tolist()
        assert facts["fails"]["detail"]["documents"] == fails.any(axis=1).sum()
        assert sampled.table[f"drops:{facts['name']}"].to_list() == fails.any(axis=1).tolist()


def test_examples_of_a_rule_are_rejected_by_it_and_say_by_which_value(sampled: Profiled) -> None:
    by_record = dict(zip(sampled.table["record"].to_list(), sampled.texts, strict=True))
    for facts in sampled.facts["rules"]:
        for rule, shown in zip(load(facts["name"]).rules, facts["rules"], strict=True):
            assert len(shown["examples"]) == min(3, shown["fails"]["detail"]["documents"])
            for example in shown["examples"]:
                value = rule.signal([by_record[example["record"]]])
                assert example["value"] == pytest.approx(float(value[0]))
                assert not rule.bounds.accept(value)[0]


def test_overlap_counts_every_document_once_and_disputes_are_disputes(sampled: Profiled) -> None:
    overlap = sampled.facts["overlap"]
    assert [tuple(pair["rules"]) for pair in overlap] == list(combinations(PROFILED, 2))
    record = sampled.table["record"].to_list()
    for pair in overlap:
        first, second = (sampled.table[f"drops:{name}"] for name in pair["rules"])
        cells = [(first & second).sum(), (first & ~second).sum(), (second & ~first).sum(), (~first & ~second).sum()]
        assert [pair[key] for key in ("both", "first_only", "second_only", "neither")] == cells
        assert len(pair["examples"]) == min(3, cells[1] + cells[2])
        for example in pair["examples"]:
            row = record.index(example["record"])
            assert first[row] != second[row]


def test_signals_are_described_as_their_column_is(sampled: Profiled) -> None:
    for name, facts in sampled.facts["signals"].items():
        if name not in sampled.table.columns:
            continue
        values = np.sort(sampled.table[name].to_numpy().astype(np.float64))
        assert facts["n"] == len(values) == sum(facts["histogram"]["counts"])
        assert [facts["min"], facts["max"]] == pytest.approx([values[0], values[-1]])
        assert facts["mean"] == pytest.approx(values.mean(), rel=1e-5, abs=1e-6)
        for q, value in facts["quantiles"].items():
            exact = values[int(float(q) * (len(values) - 1))]
            whole = bool((values == values.round()).all())
            assert value == pytest.approx(exact, rel=0.0101, abs=1 if whole and exact > 50 else 1e-6), (name, q)


def test_thresholds_stand_at_the_signal_that_their_rule_looks_at(sampled: Profiled) -> None:
    found = {(t["rules"], t["rule"]): t for s in sampled.facts["signals"].values() for t in s["thresholds"]}
    rules = {(name, rule.name): rule for name in PROFILED for rule in load(name).rules}
    assert found.keys() == rules.keys()
    assert all(found[key]["bounds"] == str(rules[key].bounds) for key in rules)


def test_no_address_is_written_down_unmasked(sampled: Profiled) -> None:
    addresses = {found for text in sampled.texts for found in ADDRESS.findall(text)}
    assert len(addresses) >= 15
    for name in ("profile.json", "report.html"):
        written = sampled.written(name)
        assert not [address for address in addresses if address in written], name
        assert not [address for address in addresses if address.split("@")[0] + "@" in written], name
    facts = sampled.facts["addresses"]
    [emails] = [row for row in facts["by_kind"] if row["kind"] == "email"]
    assert emails["documents"] == len(ids_with("email")) <= facts["documents"]
    assert facts["kinds"]["email"] == sum(len(ADDRESS.findall(text)) for text in sampled.texts)
    assert all(
        re.fullmatch(r"\S•*@•+\.\w+", shown["masked"]) for shown in facts["examples"] if shown["kind"] == "email"
    )


def test_an_address_that_is_an_id_a_group_or_an_unreadable_value_is_masked_too() -> None:
    address = "ann.lee@example.com"
    text = "{ these few words are here in every one of the documents }"
    frame = pl.DataFrame(
        {"text": [text, text, None], "id": [address] * 3, "source": [f"mail of {address}"] * 3, "label": [address] * 3}
    )
    facts = dataqual.profile(frame, max_unreadable=0.5).facts
    lists = dataqual.profile([text, [address]], max_unreadable=0.5).facts
    assert lists["unreadable"]["first"][0]["reason"] == "'text' is a list: [\"a••••••@•••••••.com\"]"
    assert "a••••••@•••••••.com" in {
        example["id"] for rule in facts["rules"][0]["rules"] for example in rule["examples"]
    }
    assert [group["rows"][0]["value"] for group in facts["groups"][:2]] == [
        "mail of a••••••@•••••••.com",
        "a••••••@•••••••.com",
    ]
    for written in (json.dumps(facts), json.dumps(lists), reports.profile(facts), reports.profile(lists)):
        assert "ann.lee" not in written


def test_findings_come_worst_first_and_faults_before_verdicts(sampled: Profiled) -> None:
    findings = sampled.profile.findings
    names = set(PROFILED)
    keys = [
        (
            ("error", "warning", "note").index(finding.severity),
            finding.name.split(" or ")[0] in names,
            -(finding.reading["value"]),
        )
        for finding in findings
    ]
    assert keys == sorted(keys)
    assert len({finding.name for finding in findings}) == len(findings) == len(sampled.facts["findings"])
    assert findings[0].name == "exact_copies"


FOUND = {
    "mojibake": lambda row: row["mojibake"] >= 1,
    "html": lambda row: row["html_residue"] >= 3,
    "email": lambda row: row["email_addresses"] >= 1,
    "control": lambda row: row["control_characters"] >= 1,
    "empty": lambda row: row["word_count"] == 0,
    "whitespace": lambda row: row["word_count"] == 0,
    "lorem_ipsum": lambda row: row["lorem_ipsum"] >= 1,
    "boilerplate": lambda row: row["policy_phrases"] >= 1 or row["javascript_lines"] >= 1,
    "repeated_lines": lambda row: row["duplicate_line_fraction"] > 0.3,
}
"""How each planted kind shows in the table of signals; `spam` has no signal of its own, `template` see below."""
MISSED = {"control": {"log-003"}}
"""log-003 has form feeds only, which are white space."""


@pytest.mark.parametrize("kind", FOUND)
def test_planted_faults_are_found(sampled: Profiled, kind: str) -> None:
    rows = {row["id"]: row for row in sampled.table.to_dicts()}
    assert {id for id in ids_with(kind) if not FOUND[kind](rows[id])} == MISSED.get(kind, set())


@pytest.mark.parametrize("kind", ["exact_copy", "near_copy"])
def test_planted_copies_are_found_with_their_originals(sampled: Profiled, kind: str) -> None:
    number = {id: n for n, id in reversed(list(enumerate(sampled.table["id"].to_list())))}
    exact, near = (sampled.table[f"{name}_copy_of"].to_list() for name in ("exact", "near"))

    def kept(n: int) -> int:
        n = exact[n] if exact[n] is not None else n
        return near[n] if near[n] is not None else n

    missed = [c for c in PLANTED["copies"] if c["kind"] == kind and kept(number[c["id"]]) != kept(number[c["of"]])]
    assert missed == []


def test_the_planted_template_is_below_what_counts_as_a_near_copy(sampled: Profiled) -> None:
    """What `template` plants is near, but by exact similarity not near enough: a known limit, not a miss."""
    texts = [row["text"] for row in sampled.rows if "template" in PLANTED["faults"].get(row["id"], ())]
    assert len(texts) == 30
    assert 0.3 < max(dataqual.jaccard(a, b) for a, b in combinations(texts, 2)) < 0.8


def test_the_sample_is_named_as_the_input_it_was_given_by(sampled: Profiled) -> None:
    corpus = sampled.facts["corpus"]
    assert corpus["inputs"] == [str(sample.path())]
    assert corpus["files"] == [
        {"path": str(sample.path()), "format": "jsonl", "compression": None, "documents": 404, "unreadable": 2}
    ]
    assert corpus["columns"] == {"text": "text", "id": "id", "label": "label", "group": "source", "date": None}
    assert corpus["sample"] is None
