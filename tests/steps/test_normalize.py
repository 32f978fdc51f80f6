"""The step `normalize`: one spelling for the same text, and no letter, joiner or indentation lost."""

from __future__ import annotations

import dataclasses
import pickle
import sys
import unicodedata
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import MissingExtra, SpecError
from dataqual.recipe import Recipe
from dataqual.steps import normalize
from dataqual.steps.normalize import Normalize
from tests.steps.rewriting import after, batch_of, cases, check_cases, parameters
from tests.strange import DOCUMENTS, corpora

EVERYTHING = Normalize("NFKC", "straight", "collapse")
SHORT = [document for document in DOCUMENTS if len(document) < 10_000]
STEPS = {
    "usual": Normalize(),
    "everything": EVERYTHING,
    "blanks": Normalize(None, whitespace="collapse", control="keep", line_ends="keep"),
    "line ends": Normalize(None, control="keep"),
    "controls": Normalize(None, line_ends="keep"),
    "quotes": Normalize(None, "straight", control="keep", line_ends="keep"),
    "simplified": Normalize(chinese="simplified"),
    "traditional": Normalize(whitespace="collapse", chinese="traditional"),
}
ALPHABET = "a e\u0301\u00ad\u200b\ufeffก\r\n\t \u3000\u00a0\x1b[0m\x00“‘’”好漢汉\uf902\x0c`~\u212b"


def steps_with(**fixed: Any) -> st.SearchStrategy[Normalize]:
    """Every combination of the other parameters."""
    hints = get_type_hints(Normalize)
    free = {field.name: st.from_type(hints[field.name]) for field in dataclasses.fields(Normalize)}
    return st.builds(Normalize, **free | {name: st.just(value) for name, value in fixed.items()})


any_step = st.one_of(  # something is always to be done
    steps_with(form="NFC"), steps_with(form="NFKC"), steps_with(quotes="straight"), steps_with(whitespace="collapse"),
    steps_with(control="drop"), steps_with(line_ends="lf"), steps_with(chinese="simplified"),
    steps_with(chinese="traditional"),
)  # fmt: skip
every_step = pytest.mark.parametrize("step", [pytest.param(step, id=name) for name, step in STEPS.items()])


@pytest.mark.parametrize("case", parameters("normalize"))
def test_a_case_comes_out_as_it_should(case: dict[str, Any]) -> None:
    step = Normalize(**case["with"])
    neighbours = ("plain", "今天天气")
    assert after(step, neighbours[0], case["text"], neighbours[1])[1] == case["normal"]
    assert step.normal(case["normal"]) == case["normal"]


def test_the_cases_say_why_and_half_of_them_stay() -> None:
    check_cases("normalize", "normal")


@every_step
@given(documents=corpora)
def test_only_documents_that_change_are_looked_at_and_all_of_them(step: Normalize, documents: list[str]) -> None:
    documents = [*documents, *SHORT]
    assert after(step, *documents) == [step.normal(document) for document in documents]


@every_step
def test_one_character_is_enough_to_be_looked_at(step: Normalize) -> None:
    points = [*range(0x300), *range(0x0E00, 0x0E10), *range(0x1680, 0x1682), *range(0x2000, 0x2070), 0x3000, 0xFEFF]
    documents = [f"a{chr(point)}{more}b" for point in points for more in ("", chr(point), " ", "\n", "\n\n")]
    assert after(step, *documents) == [step.normal(document) for document in documents]


@every_step
@given(
    document=st.text(
        st.sampled_from("a e\u0301\u00ad\u200b\ufeffก\r\n\t \u3000\u00a0\x1b[0m\x00“‘’”好漢汉\x0c`~\u212b")
    )
)
def test_a_second_run_changes_nothing(step: Normalize, document: str) -> None:
    once = step.normal(document)
    assert step.normal(once) == once


@given(step=any_step, document=st.text(st.sampled_from(ALPHABET)))
def test_a_second_run_changes_nothing_whatever_the_parameters(step: Normalize, document: str) -> None:
    once = step.normal(document)
    assert step.normal(once) == once


def test_a_wide_blank_does_not_keep_the_quotes_curly() -> None:
    step = Normalize(None, "straight", "collapse", "keep", "keep")
    assert step.normal("“a”\u3000\n“b” \u3000c\n“好”\u3000d") == '"a"\n"b" c\n“好”\u3000d'


def test_a_compatibility_character_is_rewritten_as_the_one_it_stands_for() -> None:
    assert Normalize(chinese="simplified").normal("\uf902") == "车"


def test_what_is_normal_keeps_its_batch() -> None:
    batch = batch_of(
        [case["text"] for case in cases("normalize") if not case["with"] and case["text"] == case["normal"]]
    )
    assert Normalize()(batch) == (batch, [])


@given(documents=corpora)
def test_the_form_is_the_one_of_unicode(documents: list[str]) -> None:
    step = Normalize("NFKC", control="keep", line_ends="keep")
    assert after(step, "a", *documents) == ["a", *(unicodedata.normalize("NFKC", document) for document in documents)]


def test_the_value_is_how_many_characters_went() -> None:
    _, [edited] = Normalize()(batch_of(["fine", "a\x07\x07b", "x\r\ny"]))
    assert edited.values is not None
    assert (edited.values.tolist(), edited.batch.record.tolist()) == ([2, 1], [2, 3])


def test_doing_nothing_at_all_is_refused() -> None:
    content = {"steps": [{"normalize": {"form": None, "control": "keep", "line_ends": "keep"}}]}
    with pytest.raises(SpecError) as error:
        Recipe.of(content, "mine.yaml")
    assert str(error.value) == "mine.yaml.steps[0].normalize: nothing is to be done: every parameter says keep"


def test_without_opencc_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opencc", None)
    normalize._opencc.cache_clear()
    with pytest.raises(MissingExtra) as error:
        Normalize(chinese="simplified").prepare(Corpus.of(["a"]), Local())
    assert str(error.value) == "opencc is not installed; it comes with: pip install '.[clean]' -c constraints.txt"
    assert Normalize().prepare(Corpus.of(["a"]), Local()) == Normalize()


def test_it_goes_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(EVERYTHING)).normal("“ａ”  b") == '"a" b'
