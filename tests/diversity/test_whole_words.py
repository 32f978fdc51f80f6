"""Words of unspaced scripts are told by the corpus itself, and name its topics."""

from __future__ import annotations

import random
from collections import Counter
from math import log2

import numpy as np
import pytest

from dataqual.diversity import whole_words
from dataqual.diversity.topics import Topics
from dataqual.diversity.whole_words import FREE, LONGEST, OFTEN, TOGETHER, words_of
from dataqual.document_sample import DocumentSample
from dataqual.text import Text

WORDS = "服务员 卫生间 酒店 房间 电池 屏幕 性价比 图书馆 漂亮 便宜 孩子 故事 作者 散热 键盘 早餐".split()
GLUE = list("的了很是也在我都不有")


def texts(words: list[str], n: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return [
        "".join(draw.choice([draw.choice(words), *GLUE[:3]]) + draw.choice(GLUE) for _ in range(12)) + "。"
        for _ in range(n)
    ]


def named(text: Text) -> list[str]:
    found = words_of(text)
    return [text.data[a:b].tobytes().decode() for a, b in zip(found.starts, found.ends, strict=True)]


def by_hand(documents: list[str]) -> set[str]:
    """The same by dictionaries of strings, character by character."""
    counts: Counter[str] = Counter()
    sides: dict[tuple[str, int], list[str]] = {}
    for number, document in enumerate(documents):
        for part_number, part in enumerate(document.replace("，", "。").split("。")):
            for n in range(1, LONGEST + 1):
                for at in range(len(part) - n + 1):
                    run = part[at : at + n]
                    counts[run] += 1
                    for side, place in ((0, at - 1), (1, at + n)):
                        inside = 0 <= place < len(part)
                        sides.setdefault((run, side), []).append(
                            part[place] if inside else f"{number} {part_number} {at}"
                        )
    total = sum(count for run, count in counts.items() if len(run) == 1)
    words = set()
    for run, count in counts.items():
        if len(run) == 1 or count < OFTEN:
            continue
        together = min(log2(count * total / (counts[run[:cut]] * counts[run[cut:]])) for cut in range(1, len(run)))
        free = [-sum(k / count * log2(k / count) for k in Counter(sides[run, side]).values()) for side in (0, 1)]
        if together >= TOGETHER and min(free) >= FREE:
            words.add(run)
    return words


def test_words_are_those_whose_halves_belong_together_and_whose_borders_are_free() -> None:
    documents = texts(WORDS, 150, 1)
    found = named(Text.of(documents))
    assert set(found) == by_hand(documents)
    assert len(found) == len(set(found))
    assert set(WORDS) <= set(found)
    assert not {"服务", "务员", "卫生", "生间", "性价", "价比", "的酒", "店的"} & set(found)


def test_every_occurrence_is_counted_in_its_document() -> None:
    documents = texts(WORDS, 120, 2)
    text = Text.of(documents)
    found = words_of(text)
    names = named(text)
    counted = Counter(zip(found.document.tolist(), [names[word] for word in found.word.tolist()], strict=True))
    for (document, word), count in counted.items():
        assert documents[document].count(word) == count


@pytest.mark.parametrize("documents", [[], [""], ["only spaced words here"] * 9, ["好"], ["好的", ""]])
def test_without_words_there_are_none(documents: list[str]) -> None:
    assert named(Text.of(documents)) == []


def test_a_large_text_is_looked_at_as_far_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = texts(WORDS, 150, 1)
    characters = [sum(map(len, documents[:at])) - at for at in (100, 101)]
    monkeypatch.setattr(whole_words, "CHARACTERS", characters[0])
    assert words_of(Text.of(documents)).document.max() == 99


def test_topics_are_named_by_words() -> None:
    half = len(WORDS) // 2
    sample = DocumentSample.of_texts([*texts(WORDS[:half], 120, 3), *texts(WORDS[half:], 120, 4)])
    names = [name for topic in Topics.of(sample, 2).names for name in topic]
    assert names
    assert set(names) <= set(WORDS)


def test_of_few_documents_topics_are_named_by_pairs_of_characters() -> None:
    sample = DocumentSample.of_texts(["天气很好", "天气不好", "书很有趣", "书不有趣"] * 12)
    assert any(np.array([len(names) for names in Topics.of(sample, 2).names]))
