"""Prompts: where held-out text is broken off; between characters, within one document, the same every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studies.data.prompts import Prompts, Writing
from studies.data.tokenizing import Bytes
from studies.data.windows import TokenFile

ASKED = Writing(samples=5, tokens=40)


def file(path: Path, *documents: str) -> TokenFile:
    tokens = np.concatenate(Bytes().encode([text.encode() for text in documents]))
    path.write_bytes(tokens.astype("<u2").tobytes())
    return TokenFile.of(path, bytes=sum(len(text.encode()) for text in documents))


def test_a_prompt_ends_between_two_characters_of_any_script(tmp_path: Path) -> None:
    text = "他走了很久a🙂，" * 40
    prompts = Prompts.of(file(tmp_path / "t", text), 32, 257, ASKED)
    assert len(prompts) == 5
    for asked, follows in zip(prompts.tokens(), prompts.references(), strict=True):
        assert len(asked) == 16
        assert (
            bytes(follows.tolist()).decode("utf-8", "ignore")[:1]
            == bytes(follows.tolist()[:4]).decode(errors="ignore")[:1]
        )
        assert not 0x80 <= follows[0] < 0xC0
        said = Bytes().text(asked.tolist()) + Bytes().text(follows.tolist())
        assert said in text and "\ufffd" not in said


def test_prompt_and_what_follows_are_of_one_document_and_end_with_it(tmp_path: Path) -> None:
    documents = ["a" * 30, "b" * 100, "c" * 25, "d" * 57]
    prompts = Prompts.of(file(tmp_path / "t", *documents), 32, 257, Writing(samples=50, tokens=40))
    found = [
        (bytes(a.tolist()), bytes(f.tolist())) for a, f in zip(prompts.tokens(), prompts.references(), strict=True)
    ]
    a, b, d = (documents[i].encode() for i in (0, 1, 3))
    assert found == [
        (a[:16], a[16:]), (b[:16], b[16:56]), (b[56:72], b[72:]), (d[:16], d[16:56]),
    ]  # "c" has 25 bytes: 16 of a prompt and 9, less than a quarter of 40  # fmt: skip


def test_text_that_is_too_short_gives_none_and_the_seed_chooses(tmp_path: Path) -> None:
    assert len(Prompts.of(file(tmp_path / "short", "too short"), 32, 257, ASKED)) == 0
    there = file(tmp_path / "long", *[f"{i} " * 100 for i in range(30)])
    first, again, other = (
        Prompts.of(there, 32, 257, Writing(samples=5, tokens=40, seed=seed)).starts for seed in (0, 0, 1)
    )
    assert first == again != other
