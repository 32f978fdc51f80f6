"""Tokens: every text can be had back from them, and the end of text is nothing a text can say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual.errors import MissingExtra, SpecError
from dataqual.readers import open_corpus
from studies.data import tokenizing
from studies.data.tokenizing import GIVEN, Bpe, Bytes, Given, check_vocabulary, of_folder, vocabulary_of
from studies.design.study import Study
from studies.preparing.prepared import fingerprint
from studies.preparing.texts import prepare
from tests.studies import corpora
from tests.studies.corpora import texts

TEXTS = texts()


@pytest.fixture(scope="module")
def bpe() -> Bpe:
    pytest.importorskip("tokenizers")
    return Bpe.train(TEXTS[::2], 1000)


def test_bytes_are_bytes_and_an_end() -> None:
    [tokens] = Bytes().encode(["aé\n".encode()])
    assert (tokens.tolist(), tokens.dtype) == ([97, 195, 169, 10, 256], np.uint16)
    assert max(int(some.max()) for some in Bytes().encode([text.encode() for text in TEXTS])) == 256


@given(st.lists(st.text().map(lambda text: text.encode("utf-8", "ignore").decode()), max_size=5))
def test_a_bpe_gives_every_text_back(bpe: Bpe, some: list[str]) -> None:
    encoded = bpe.encode([text.encode() for text in some])
    assert [bpe.decode(tokens) for tokens in encoded] == some
    assert all((tokens < bpe.vocabulary).all() and tokens[-1] == bpe.vocabulary - 1 for tokens in encoded)


def test_a_bpe_gives_texts_it_never_saw_back_in_fewer_tokens_than_bytes(bpe: Bpe) -> None:
    unseen = [text.encode() for text in TEXTS[1::2]]
    encoded = bpe.encode(unseen)
    assert [bpe.decode(tokens).encode() for tokens in encoded] == unseen
    assert sum(map(len, encoded)) < 0.6 * sum(map(len, unseen))


def test_no_text_can_say_the_end_of_text(bpe: Bpe) -> None:
    [tokens] = bpe.encode([b"<|endoftext|> </s> [EOS]"])
    assert np.flatnonzero(tokens == bpe.vocabulary - 1).tolist() == [len(tokens) - 1]


def test_the_same_texts_give_the_same_bpe(bpe: Bpe, tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert Bpe.train(TEXTS[::2], 1000).json() == bpe.json()
    (tmp_path / "tokenizer.json").write_bytes(bpe.json())
    assert Bpe.load(tmp_path / "tokenizer.json").encode([b"some words"])[0].tolist() == (
        bpe.encode([b"some words"])[0].tolist()
    )


def test_the_vocabulary_is_what_was_asked_for(bpe: Bpe) -> None:
    assert (bpe.vocabulary, bpe.name) == (1000, "bpe-1000")


def test_too_little_text_for_the_vocabulary_is_told() -> None:
    with pytest.raises(SpecError) as error:
        check_vocabulary(4096, 300)
    assert str(error.value) == (
        "tokenizer.bpe: the neutral slice gives only 300 of 4,096 tokens; ask for fewer, or bytes"
    )


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tokenizers", None)
    tokenizing.needs("bytes")
    with pytest.raises(MissingExtra, match=r"^tokenizers is not installed; .*pip install '.\[studies\]'"):
        tokenizing.needs(1000)


def table(path: Path, special: str = "") -> Path:
    """A small byte-level table, as `tokenizers` saves it, with a special token last or without."""
    made = Bpe.train(["the cat sat on the mat, 猫坐在垫子上 " * 20], 300).model
    if special:
        made.add_special_tokens([special])
    made.save(str(path))
    return path


def test_a_given_table_keeps_its_own_end_of_text_and_else_gets_one(tmp_path: Path) -> None:
    bare, ended = Given.read(table(tmp_path / "bare.json")), Given.read(table(tmp_path / "ended.json", "<|endoftext|>"))
    assert bare.vocabulary == ended.vocabulary == bare.model.get_vocab_size() + 1
    for one in (bare, ended):
        [tokens] = one.encode(["the cat 猫".encode()])
        assert tokens[-1] == one.vocabulary - 1 and one.text(tokens[:-1].tolist()) == "the cat 猫"
    assert ended.model.id_to_token(ended.vocabulary - 1) == "<|endoftext|>"
    assert bare.name != ended.name and vocabulary_of(f"{GIVEN}{tmp_path / 'bare.json'}") == bare.vocabulary


def test_a_folder_of_transformers_is_a_table_and_anything_else_is_told(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    assert Given.read(table(tmp_path / "model" / "tokenizer.json").parent).vocabulary > 257
    (tmp_path / "bad.json").write_text("{}")
    for name, says in (
        ("none.json", "cannot be read (No such file or directory); name a tokenizer.json"),
        ("bad.json", "no table of tokenizers ("),
    ):
        with pytest.raises(SpecError) as error:
            Given.read(tmp_path / name)
        assert str(error.value).startswith(f"tokenizer.file: {tmp_path / name}: {says}")


def test_a_study_takes_a_given_table_from_beside_its_file(tmp_path: Path) -> None:
    table(tmp_path / "mine.json")
    corpora.write(tmp_path / "corpus.jsonl", corpora.texts()[20:])
    corpora.write(tmp_path / "other.jsonl", corpora.texts()[:20])
    content = {"corpus": "corpus.jsonl", "held_out": {"raw": {"share": 0.2}, "neutral": "other.jsonl"}}
    asked = Study.of({**content, "sizes": "30k", "tokens": "8k", "tokenizer": {"file": "mine.json"}}, "study", tmp_path)
    prepared = prepare(asked, tmp_path)
    there = of_folder(prepared.tokenizer, tmp_path / "data")
    assert isinstance(there, Given) and prepared.vocabulary == there.vocabulary
    tokens = prepared.held_out["raw"].read()
    texts = [there.text(part.tolist()) for part in np.split(tokens, np.flatnonzero(tokens == there.vocabulary - 1) + 1)]
    known = set(corpora.texts())
    assert sum(text.removesuffix("<|endoftext|>") in known for text in texts) >= len(texts) - 2
    before = fingerprint(asked, *[open_corpus(str(tmp_path / name)) for name in ("corpus.jsonl", "other.jsonl")])
    table(tmp_path / "mine.json", "</s>")
    assert before != fingerprint(
        asked, *[open_corpus(str(tmp_path / name)) for name in ("corpus.jsonl", "other.jsonl")]
    )
