"""The steps `spoil_*`: they spoil the documents they say they spoil, and as much as they say."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual import specs
from dataqual.corpus import Batch, Corpus
from dataqual.errors import SpecError
from dataqual.ledger import Added, Edited
from dataqual.operators import Step
from dataqual.readers import open_corpus
from dataqual.sample import __file__ as sample
from dataqual.signals.mojibake import Mojibake
from dataqual.steps.spoil_duplicates import SpoilDuplicates
from dataqual.steps.spoil_mojibake import SpoilMojibake
from dataqual.steps.spoil_shuffled_words import SpoilShuffledWords
from dataqual.steps.spoil_typos import SpoilTypos
from dataqual.text import Text

LINES = (Path(sample).parent / "sample.jsonl").read_bytes().split(b"\n")
SPOIL = [SpoilTypos, SpoilShuffledWords, SpoilDuplicates, SpoilMojibake]


def _records() -> list[dict[str, str]]:
    """The sound documents of the sample: prose in a dozen languages, of several scripts."""
    records = []
    for line in LINES:
        try:
            records.append(json.loads(line))
        except ValueError:
            continue
    return [record for record in records if record["text"].strip()]


RECORDS = _records()
TEXTS = [record["text"] for record in RECORDS]
CHINESE = [record["text"] for record in RECORDS if record["lang"].startswith("zh")]
ENGLISH = [record["text"] for record in RECORDS if record["lang"] == "en"]


def batch_of(texts: list[str]) -> Batch:
    [batch] = Corpus.of(texts).batches()
    return batch


def texts_of(batch: Batch) -> list[str]:
    return [batch.text[i] for i in range(len(batch))]


@pytest.mark.parametrize("spoil", SPOIL)
def test_a_dose_of_nothing_changes_nothing(spoil: type[Step]) -> None:
    batch = batch_of(TEXTS)
    after, changes = spoil(dose=0.0)(batch)  # type: ignore[call-arg]
    assert texts_of(after) == TEXTS
    assert list(changes) == []


@pytest.mark.parametrize("spoil", SPOIL)
def test_the_dose_is_the_share_of_documents_that_are_spoilt(spoil: type[Step]) -> None:
    texts = [f"{i}: {'über allen Gipfeln ist Ruh '}{'你好世界今天天气很好' * 3}" for i in range(4000)]
    _, [change] = spoil(dose=0.3)(batch_of(texts))  # type: ignore[call-arg]
    assert 0.27 * 4000 < len(change) < 0.33 * 4000  # four standard deviations


@pytest.mark.parametrize("spoil", SPOIL)
def test_a_larger_dose_spoils_the_same_documents_and_more(spoil: type[Step]) -> None:
    batch = batch_of([f"{i} über 你好世界 words that follow" for i in range(400)])
    small, large = (
        set(spoil(dose=dose)(batch)[1][0].batch.record.tolist())  # type: ignore[call-arg]
        for dose in (0.2, 0.6)
    )
    assert small < large


@pytest.mark.parametrize("spoil", SPOIL)
def test_a_document_is_spoilt_the_same_way_wherever_the_batches_end(spoil: type[Step]) -> None:
    batch, step = batch_of(TEXTS), spoil(dose=0.5)  # type: ignore[call-arg]
    whole = texts_of(step(batch)[0])
    numbers = np.arange(len(batch))
    parts = [batch.where((numbers >= a) & (numbers < a + 37)) for a in range(0, len(batch), 37)]
    assert [text for part in parts for text in texts_of(step(part)[0])] == whole


@pytest.mark.parametrize("spoil", SPOIL)
def test_another_seed_spoils_other_documents(spoil: type[Step]) -> None:
    batch = batch_of([f"{i} über 你好世界 words that follow" for i in range(400)])
    one, other = (
        set(spoil(dose=0.5, seed=seed)(batch)[1][0].batch.record.tolist())  # type: ignore[call-arg]
        for seed in (0, 1)
    )
    assert 60 < len(one & other) < 140  # a quarter of 400


@pytest.mark.parametrize("spoil", [SpoilTypos, SpoilShuffledWords, SpoilMojibake])
def test_what_is_told_as_edited_is_what_differs_and_as_it_was(spoil: type[Step]) -> None:
    batch = batch_of(TEXTS)
    after, [edited] = spoil(dose=0.5)(batch)  # type: ignore[call-arg]
    assert isinstance(edited, Edited)
    differs = [i for i, (a, b) in enumerate(zip(TEXTS, texts_of(after), strict=True)) if a != b]
    assert (edited.batch.record - 1).tolist() == differs
    assert texts_of(edited.batch) == [TEXTS[i] for i in differs]
    assert edited.values is not None and (edited.values > 0).all()
    assert len(after.raw) == 0


@given(st.lists(st.text(), min_size=1, max_size=4), st.sampled_from(SPOIL))
def test_whatever_is_spoilt_stays_text(texts: list[str], spoil: type[Step]) -> None:
    sound = [text.encode("utf-8", "ignore").decode() for text in texts]
    after, _ = spoil(dose=1.0)(batch_of(sound))  # type: ignore[call-arg]
    assert after.text.data.tobytes().decode("utf-8") == "".join(texts_of(after))


def test_typos_hit_letters_at_their_rate_in_english_and_in_chinese() -> None:
    for texts in (ENGLISH, CHINESE):
        letters = sum(char.isalnum() for text in texts for char in text)
        _, [edited] = SpoilTypos(dose=1.0, rate=0.05)(batch_of(texts))
        assert edited.values is not None
        assert 0.04 < edited.values.sum() / letters < 0.055  # a swap takes two letters, and hides a slip on the second


def test_typos_leave_white_space_and_punctuation_where_they_are() -> None:
    after, _ = SpoilTypos(dose=1.0, rate=0.5)(batch_of(TEXTS))
    for before, typed in zip(TEXTS, texts_of(after), strict=True):
        others = [[c for c in text if c.isspace() or c in ".,;:!?。，！？、"] for text in (before, typed)]
        assert others[0] == others[1]


def test_a_wrong_key_is_a_neighbour_and_as_large() -> None:
    typed = "".join(texts_of(SpoilTypos(dose=1.0, rate=1.0)(batch_of([f"H{' ' * i}" for i in range(200)]))[0]))
    assert set(typed) - {" "} == set("H") | set("YUGJBN")


def test_shuffled_words_are_the_same_words_between_the_same_gaps() -> None:
    after, _ = SpoilShuffledWords(dose=1.0)(batch_of(TEXTS))
    before = Text.of(TEXTS).cut("unicode")
    shuffled = after.text.cut("unicode")
    # Where two scripts touch without a gap, two Latin words may come to touch: so words are compared in English alone.
    for i, text in enumerate(TEXTS):
        assert Counter(after.text[i].encode()) == Counter(text.encode())
        if RECORDS[i]["lang"] == "en":
            assert Counter(before.strings(i)) == Counter(shuffled.strings(i))


def test_chinese_is_shuffled_by_character() -> None:
    text = "我们今天去公园散步，天气很好。"
    [shuffled] = texts_of(SpoilShuffledWords(dose=1.0)(batch_of([text]))[0])
    assert shuffled != text
    assert (shuffled[9], shuffled[-1], sorted(shuffled)) == ("，", "。", sorted(text))


def test_half_of_the_words_trade_places_where_the_rate_is_a_half() -> None:
    text = " ".join(f"w{i}" for i in range(2000))
    [shuffled] = texts_of(SpoilShuffledWords(dose=1.0, rate=0.5)(batch_of([text]))[0])
    moved = sum(a != b for a, b in zip(text.split(), shuffled.split(), strict=True))
    assert 900 < moved < 1100


def test_copies_stand_behind_their_original_with_its_address() -> None:
    batch = batch_of(TEXTS)
    after, [added] = SpoilDuplicates(dose=0.5, copies=3)(batch)
    assert isinstance(added, Added)
    copied = set(added.batch.record.tolist())
    expected = [(i + 1, text) for i, text in enumerate(TEXTS) for _ in range(4 if i + 1 in copied else 1)]
    assert list(zip(after.record.tolist(), texts_of(after), strict=True)) == expected
    assert len(added) == 3 * len(copied) == len(after) - len(batch)


def test_the_copies_of_a_file_keep_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    lines = ['{"id": "a", "text": "one"}', '{"text": "二", "id": "b"}']
    path.write_text("\n".join(lines), encoding="utf-8")
    [batch] = open_corpus(str(path)).batches()
    after, _ = SpoilDuplicates(dose=1.0)(batch)
    assert [line.decode() for line in after.raw] == [lines[0], lines[0], lines[1], lines[1]]
    assert after.columns["id"].to_list() == ["a", "a", "b", "b"]


MISREAD = [
    ("utf-8 as windows-1252", "für “Ä” naïve", "fÃ¼r â€œÃ„â€\x9d naÃ¯ve"),
    ("utf-8 as latin-1", "für “x”", "fÃ¼r â\x80\x9cxâ\x80\x9d"),
    ("utf-8 as gbk", "你好，世界", "浣犲ソ锛屼笘鐣�"),
    ("gbk as latin-1", "你好，世界", "ÄãºÃ£¬ÊÀ½ç"),
    ("utf-8 as windows-1252", "plain ASCII", "plain ASCII"),
]


@pytest.mark.parametrize(("mistake", "text", "expected"), MISREAD)
def test_mojibake_is_what_the_wrong_decoder_shows(mistake: str, text: str, expected: str) -> None:
    step = specs.step({"spoil_mojibake": {"dose": 1, "mistake": mistake}}, "x")
    assert texts_of(step(batch_of([text]))[0]) == [expected]


def test_the_usual_mistakes_are_found_by_the_signal_mojibake() -> None:
    texts = [text for text in CHINESE if len(text) > 40 and Mojibake()([text])[0] == 0]
    step = SpoilMojibake(dose=1.0)
    spoilt = texts_of(step(batch_of(texts))[0])
    read_as_gbk = [text for text in spoilt if any(char >= "\u4e00" for char in text)]
    assert 0.25 * len(texts) < len(read_as_gbk) < 0.75 * len(texts)
    assert (Mojibake()(read_as_gbk) > 0).all()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"spoil_typos": {"dos": 0.5}}, "w.spoil_typos: no parameter 'dos'; did you mean 'dose'? there are: dose, rate, seed"),
        ({"spoil_typos": {"dose": "half"}}, "w.spoil_typos: dose is 'half', not a number"),
        ({"spoil_typos": {"dose": 1.5}}, "w.spoil_typos: dose is 1.5, not from 0 to 1"),
        ({"spoil_typos": {}}, "w.spoil_typos: needs the parameter 'dose'"),
        ({"spoil_duplicates": {"dose": 0.1, "copies": 0}}, "w.spoil_duplicates: copies is 0; it is at least 1"),
        ({"spoil_typos": {"dose": 1}, "dedup": {}}, "w: expected one step, {NAME: {PARAMETER: VALUE}}, got a mapping"),
        ({"keep": {"rules": 3}}, "w.keep.rules: expected the name of a rule set, got 3"),
        ({"keep": {"signal": "word_count"}}, "w.keep: needs at least one of min, max, above, below"),
        ({"keep": {"rules": "c4@tfds", "min": 3}}, "w.keep: no key 'min'; there are: rules"),
        ({"dedup": {"near": {"treshold": 0.7}}}, "w.dedup.near: no parameter 'treshold'; did you mean 'threshold'? there are: cut, permutations, seed, shingle, threshold"),
        ({"dedup": {"exact": False}}, "w.dedup: neither exact nor near copies are to go; set one of them"),
    ],
)  # fmt: skip
def test_a_step_that_is_written_wrongly_is_told_in_one_line(content: object, message: str) -> None:
    with pytest.raises(SpecError) as error:
        specs.step(content, "w")
    assert str(error.value) == message


def test_steps_are_read_from_yaml() -> None:
    [rule] = specs.step({"keep": {"signal": "word_count", "min": 50}}, "w").rules  # type: ignore[attr-defined]
    assert (rule.name, str(rule.bounds)) == ("word_count", ">= 50")
    rules = specs.step({"keep": {"rules": ["c4@tfds", "gopher@dolma"]}}, "w").rules  # type: ignore[attr-defined]
    assert {rule.name.split("@", 1)[1] for rule in rules} == {"c4@tfds", "gopher@dolma"}
    assert repr(specs.step("dedup", "w")) == "Dedup(exact=True, near=None, normalized=False, keep='first')"
    near = specs.step({"dedup": {"exact": False, "near": {"threshold": 0.7}}}, "w").near  # type: ignore[attr-defined]
    assert near.threshold == 0.7
