"""The sample corpus is what its notice and planted.json say it is."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dataqual import sample

FOLDER = sample.path().parent
PLANTED = json.loads((FOLDER / "planted.json").read_text(encoding="utf-8"))
NOTICE = (FOLDER / "NOTICE.md").read_text(encoding="utf-8")


def rows() -> list[dict[str, str]]:
    """The records that are JSON in UTF-8, in order."""
    broken = {entry["line"] for entry in PLANTED["broken"]}
    lines = sample.path().read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for number, line in enumerate(lines, start=1) if number not in broken]


ROWS = rows()
LABELS_OF_PROSE = {"news", "review", "howto", "essay", "science", "fiction", "chat", "faq"}
INVENTED = [row for row in ROWS if row["source"].startswith("invented-")]


def make() -> ModuleType:
    """The script that made the sample, which is no part of the package."""
    script = Path(__file__).parent.parent / "tools" / "sample" / "make.py"
    spec = importlib.util.spec_from_file_location("make_sample", script)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_sample"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def ids_with(kind: str) -> list[str]:
    return sorted(id for id, kinds in PLANTED["faults"].items() if kind in kinds)


def test_the_sample_is_small_and_speaks_english_and_chinese() -> None:
    languages = Counter(row["lang"] for row in ROWS)
    assert sample.path().stat().st_size < 1_500_000
    assert languages["en"] >= 100
    assert languages["zh-CN"] + languages["zh-TW"] >= 100
    assert len(languages) >= 10


def test_every_record_has_the_same_five_fields_of_text() -> None:
    assert {tuple(row) for row in ROWS} == {("id", "text", "source", "lang", "label")}
    assert {type(value) for row in ROWS for value in row.values()} == {str}


def test_the_broken_lines_are_the_listed_ones_and_below_the_default_limit() -> None:
    lines = sample.path().read_bytes().split(b"\n")[:-1]
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            json.loads(line.decode("utf-8"))
        except UnicodeDecodeError:
            found.append({"line": number, "kind": "invalid UTF-8"})
        except json.JSONDecodeError:
            found.append({"line": number, "kind": "not JSON"})
    assert found == PLANTED["broken"]
    assert PLANTED["lines"] == len(lines)
    assert PLANTED["documents"] == len(lines) - len(found) == len(ROWS)
    assert len(found) < 0.01 * len(lines)


LOOKS: dict[str, Callable[[str], Any]] = {
    "email": lambda text: re.search(r"\S@\S+\.\w", text),
    "html": lambda text: re.search(r"</?(p|br|b|div|td|li|a|strong)\b|&(nbsp|amp|lt|middot|copy);", text),
    "lorem_ipsum": lambda text: "lorem ipsum" in text.lower(),
    "boilerplate": lambda text: re.search(r"javascript|privacy policy|隐私政策|隱私權政策", text, re.IGNORECASE),
    "repeated_lines": lambda text: max(Counter(text.split("\n")).values()) >= 12,
    "empty": lambda text: text == "",
    "whitespace": lambda text: text.isspace(),
    "template": lambda text: re.search(r"Add to basket|加入购物车", text),
}


@pytest.mark.parametrize("kind", sorted(LOOKS))
def test_a_planted_fault_is_visible_in_the_listed_documents_and_in_no_other_invented_one(kind: str) -> None:
    assert sorted(row["id"] for row in INVENTED if LOOKS[kind](row["text"])) == ids_with(kind)


def test_control_characters_are_in_the_listed_documents_only() -> None:
    found = [row["id"] for row in ROWS if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", row["text"])]
    assert sorted(found) == ids_with("control")


def test_mojibake_is_the_only_form_in_which_its_text_is_there() -> None:
    written = {document.text for document in make().invented()}
    garbled = [row["id"] for row in INVENTED if row["label"] in LABELS_OF_PROSE and row["text"] not in written]
    near = {entry["id"] for entry in PLANTED["copies"] if entry["kind"] == "near_copy"}
    assert sorted(set(garbled) - near) == ids_with("mojibake")
    assert len(written - {row["text"] for row in INVENTED}) == len(ids_with("mojibake"))


def test_exact_copies_are_the_listed_ones() -> None:
    times = Counter(row["text"] for row in ROWS if row["text"].strip())
    assert sum(n - 1 for n in times.values()) == len(ids_with("exact_copy")) == PLANTED["counts"]["exact_copy"]
    text = {row["id"]: row["text"] for row in ROWS}
    for entry in PLANTED["copies"]:
        assert (text[entry["id"]] == text[entry["of"]]) == (entry["kind"] == "exact_copy")


def test_a_near_copy_becomes_its_original_when_the_edits_are_undone() -> None:
    text = {row["id"]: row["text"] for row in ROWS}
    for entry in PLANTED["copies"]:
        mended = text[entry["id"]]
        for start, old, new in entry["edits"]:
            assert mended[start : start + len(new)] == new
            mended = mended[:start] + old + mended[start + len(new) :]
        assert mended == text[entry["of"]]
        assert entry["kind"] == "exact_copy" or 0.8 <= entry["jaccard"] < 1


def test_shared_ids_are_the_listed_ones() -> None:
    times = Counter(row["id"] for row in ROWS)
    assert sorted(id for id, n in times.items() if n > 1) == ids_with("duplicate_id")
    assert PLANTED["counts"]["duplicate_id"] == sum(n for n in times.values() if n > 1)


def test_the_counts_are_those_of_the_notice() -> None:
    stated: dict[str, int] = {}
    for names, numbers in re.findall(
        r"^\| ((?:`\w+`(?:, )?)+) \| ([\d, ]+) \|", NOTICE.split("## What is wrong")[1], re.M
    ):
        stated |= dict(zip(re.findall(r"\w+", names), map(int, numbers.split(", ")), strict=True))
    assert stated == PLANTED["counts"]


def test_the_documents_of_the_project_say_how_large_the_sample_is() -> None:
    root = FOLDER.parent.parent
    for page in ("README.md", "CHANGELOG.md", "dataqual/sample/NOTICE.md", "dataqual/sample/__init__.py"):
        assert f"{len(ROWS)}" in re.findall(
            r"(\d+)(?: of them)? documents", (root / page).read_text(encoding="utf-8")
        ), page


def test_the_notice_names_every_source_with_its_number_of_documents_and_a_licence() -> None:
    stated = {
        name: (int(number), licence)
        for name, number, licence in re.findall(r"^\| `([\w*-]+)` \| (\d+) \| .+ \| (.+) \|$", NOTICE, re.M)
    }
    have = Counter("invented-*" if row["source"].startswith("invented-") else row["source"] for row in ROWS)
    assert {name: number for name, (number, _) in stated.items()} == have
    assert all(re.search(r"public domain|CC0-1.0|MPL-2.0|MIT", licence) for _, licence in stated.values())


def test_only_reserved_domains_are_in_the_addresses() -> None:
    domains = {d for row in ROWS for d in re.findall(r"\w@([\w.-]*\w)", row["text"])}
    assert domains and all(re.fullmatch(r"example\.(com|net|org)|[\w.]+\.invalid", d) for d in domains)


def test_the_script_makes_the_same_bytes_again() -> None:
    """The natural texts are taken from the sample itself, so the test needs no other file."""
    script = make()
    copied = {entry["id"] for entry in PLANTED["copies"]}
    natural = [row for row in ROWS if not row["source"].startswith("invented-") and row["id"] not in copied]
    texts = [
        script.Document(r["text"], r["source"], r["lang"], r["label"]) for r in sorted(natural, key=lambda r: r["id"])
    ]
    documents = script.corpus(texts)
    assert script.lines(documents) == sample.path().read_bytes()
    assert script.planted_text(documents) == (FOLDER / "planted.json").read_text(encoding="utf-8")
