"""A planted leak: found by the decontaminator as it is, missed by one that has been broken."""

from __future__ import annotations

import numpy as np

from dataqual.text import Text
from studies.preparing.holding_out import Document, Grams
from studies.preparing.planting import EXCERPT, excerpt, plant

ENGLISH = [" ".join(f"word{number}x{i}" for i in range(80)) for number in range(6)]
CHINESE = ["".join(chr(0x4E00 + 97 * number + i) for i in range(90)) + "。" for number in range(6)]


def grams(texts: list[str]) -> Grams:
    return Grams.of([Document("raw", "a.jsonl", i, text) for i, text in enumerate(texts)])


def test_all_that_is_planted_is_found_in_english_and_in_chinese() -> None:
    found = plant(grams([*ENGLISH, *CHINESE, "too short"]))
    assert found == {"documents": 13, "found": 13, "excerpts": 12, "excerpts_found": 12, "words": EXCERPT}


def test_excerpts_of_common_phrases_alone_may_escape_but_whole_documents_do_not() -> None:
    known = grams(ENGLISH)
    common = known.knowing(np.full(len(known), 99))
    found = plant(common)
    assert (found["found"], found["excerpts_found"]) == (6, 6)  # most of their words in a row are held out
    around = [f"{' '.join(f'other{i}' for i in range(60))}\n{excerpt(text)}" for text in ENGLISH]
    assert common.overlaps(Text.of(around)) == []


def test_of_many_held_out_documents_fifty_from_all_over_are_planted() -> None:
    texts = [" ".join(f"w{number}y{i}" for i in range(60)) for number in range(130)]
    assert plant(grams(texts))["documents"] == 50


def test_no_held_out_document_no_leak() -> None:
    assert plant(grams([])) == {"documents": 0, "found": 0, "excerpts": 0, "excerpts_found": 0, "words": EXCERPT}
