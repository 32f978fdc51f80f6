"""The texts of the embedded study: what the notice says of them holds."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from dataqual.readers import open_corpus
from studies.design.study import Study
from studies.preparing.opening import CORPUS, EMBEDDED, NEUTRAL
from studies.preparing.texts import prepare

NOTICE = (EMBEDDED / "NOTICE.md").read_text(encoding="utf-8")


def sources() -> Counter[str]:
    """Documents by source, read from the two files."""
    found: Counter[str] = Counter()
    for path in (CORPUS, NEUTRAL):
        for batch in open_corpus(str(path), group="source").batches():
            found.update(batch.columns["group"].to_list())
    return found


def test_every_source_is_in_the_notice_with_its_number_and_licence() -> None:
    rows = re.findall(r"(?m)^\| `([\w-]+)` \| ([\d,]+) \| .+ \| (public domain.*) \|$", NOTICE)
    assert {name: int(number.replace(",", "")) for name, number, _ in rows} == sources()


def test_the_texts_take_less_than_two_megabytes() -> None:
    assert sum(path.stat().st_size for path in EMBEDDED.iterdir() if path.is_file()) < 2_000_000


def test_every_document_is_a_page_of_clean_text() -> None:
    for path in (CORPUS, NEUTRAL):
        for batch in open_corpus(str(path), id="id").batches():
            assert batch.unreadable == []
            assert batch.text.byte_counts.min() > 40
            assert batch.text.byte_counts.max() < 10_000
            assert len(set(batch.columns["id"].to_list())) == len(batch)
            assert "\ufffd" not in batch.text.data.tobytes().decode()


@pytest.mark.slow
def test_the_embedded_study_has_the_tokens_it_asks_for(tmp_path: object) -> None:
    study = Study.default()
    prepared = prepare(study, str(tmp_path))
    for file in prepared.grades.values():
        assert file.tokens > study.longest * 1.02
    assert all(90_000 < file.bytes <= 96_000 for file in prepared.held_out.values())
    assert prepared.facts["grades"]["typos"]["removed"] == prepared.facts["grades"]["clean"]["removed"]
