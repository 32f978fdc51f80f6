"""What every signal promises, ours and those of other packages: found by the catalog, no list to edit."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from dataqual import catalog
from dataqual.errors import InputError
from dataqual.operators import Signal
from dataqual.rules import load, rule_sets
from dataqual.text import Text
from tests.strange import DOCUMENTS, corpora, documents

SIGNALS = catalog.defaults()
VARIANTS = {catalog.label(rule.signal): rule.signal for name in rule_sets("text") for rule in load(name).rules}
"""As the published rule sets mean them, with other parameters than the defaults."""

every_signal = pytest.mark.parametrize("signal", [pytest.param(signal, id=name) for name, signal in SIGNALS.items()])
every_variant = pytest.mark.parametrize(
    "signal", [pytest.param(signal, id=name) for name, signal in (SIGNALS | VARIANTS).items()]
)


def test_the_rule_sets_mean_variants_of_many_signals() -> None:
    assert len(VARIANTS.keys() - SIGNALS.keys()) > 20


@every_variant
def test_one_finite_number_for_every_document(signal: Signal) -> None:
    values = signal(DOCUMENTS)
    assert isinstance(values, np.ndarray)
    assert values.shape == (len(DOCUMENTS),)
    assert values.dtype.kind in "iuf"
    assert np.isfinite(values).all()
    assert signal([]).shape == (0,)


@every_variant
def test_no_document_has_less_than_nothing_and_no_share_is_more_than_all_unless_it_says_so(signal: Signal) -> None:
    values = signal(DOCUMENTS)
    assert (values >= 0).all()
    says_so = "above 1" in (inspect.getdoc(type(signal)) or "")
    if catalog.name_of(signal).endswith(("_share", "_fraction")) and not says_so:
        assert (values <= 1).all()


@every_variant
def test_each_document_is_measured_on_its_own(signal: Signal) -> None:
    together = signal(DOCUMENTS)
    alone = np.array([signal([document]).item() for document in DOCUMENTS])
    assert together.tolist() == alone.tolist()
    assert signal(DOCUMENTS[::-1]).tolist() == alone[::-1].tolist()


@every_variant
@settings(suppress_health_check=[HealthCheck.differing_executors], max_examples=30)
@given(corpus=corpora)
def test_neighbours_change_nothing_for_text_of_any_script(signal: Signal, corpus: list[str]) -> None:
    alone = [signal([document]).item() for document in corpus]
    assert np.isfinite(alone).all()
    assert signal([*corpus, "", *corpus]).tolist() == [*alone, signal([""]).item(), *alone]


@every_signal
def test_it_is_a_frozen_value_whose_repr_is_its_specification(signal: Signal) -> None:
    assert dataclasses.is_dataclass(signal)
    fields = dataclasses.fields(signal)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(signal, fields[0].name if fields else "x", 1)
    module = vars(sys.modules[type(signal).__module__])
    again = eval(repr(signal), dict(module))
    assert again == signal
    assert hash(again) == hash(signal)
    assert {signal: 1}[type(signal)()] == 1


@every_signal
def test_its_names_agree_and_its_one_sentence_has_an_example(signal: Signal) -> None:
    name = catalog.name_of(signal)
    assert SIGNALS[name] is signal
    about = inspect.getdoc(type(signal)) or ""
    assert about.split("\n")[0].strip()
    assert f">>> {type(signal).__name__}(" in about
    assert isinstance(signal.unit, str)


@every_signal
def test_every_kind_of_column_gives_the_same(signal: Signal) -> None:
    docs = [document for document in DOCUMENTS if len(document) < 1000]
    expected = signal(docs).tolist()
    columns: list[object] = [
        pl.Series(docs),
        pd.Series(docs, dtype="str", index=range(7, 7 + len(docs))),
        pd.Series(docs, dtype=object),
        np.array(docs, dtype=object),
        Text.of(docs),
        tuple(docs),
    ]
    assert [signal(column).tolist() for column in columns] == [expected] * len(columns)


@every_signal
@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pl.Series(["a", None]), "row 1: the text is missing; drop or fill such rows first"),
        (pd.Series(["a", "b", np.nan]), "row 2: the text is missing; drop or fill such rows first"),
        (["a", 7], "row 1: the text is int, not a string; drop or fill such rows first"),
        (["\ud800"], "row 0: half a surrogate pair at character 0; it is not text"),
        ("text", "expected a column of documents, got one string: put it into a list"),
    ],
    ids=["null", "NaN", "number", "surrogate", "one string"],
)
def test_what_is_no_text_is_refused_with_its_row(signal: Signal, column: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        signal(column)
    assert str(caught.value) == message


def _check_evidence(signal: Signal, document: str) -> None:
    spans = signal.evidence(document)
    assert spans == sorted(spans)
    for start, end, why in spans:
        assert 0 <= start < end <= len(document)
        assert why


@every_variant
def test_evidence_lies_within_the_document(signal: Signal) -> None:
    for document in DOCUMENTS:
        if len(document) < 600_000:
            _check_evidence(signal, document)


@every_signal
@settings(suppress_health_check=[HealthCheck.differing_executors], max_examples=30)
@given(document=documents)
def test_evidence_lies_within_text_of_any_script(signal: Signal, document: str) -> None:
    _check_evidence(signal, document)


def _broken(measure: Callable[[Text], object]) -> type[Signal]:
    @dataclasses.dataclass(frozen=True)
    class Broken(Signal):
        def measure(self, text: Text) -> np.ndarray:
            return np.asarray(measure(text))

    return Broken


@pytest.mark.parametrize(
    ("promise", "measure"),
    [
        (test_one_finite_number_for_every_document, lambda text: np.full(len(text), np.nan)),
        (test_one_finite_number_for_every_document, lambda text: np.zeros(len(text) + 1)),
        (test_each_document_is_measured_on_its_own, lambda text: text.byte_counts / max(1, text.byte_counts.sum())),
        (test_each_document_is_measured_on_its_own, lambda text: np.arange(len(text))),
    ],
)
def test_a_signal_that_breaks_its_promise_is_caught(
    promise: Callable[[Signal], None], measure: Callable[[Text], object]
) -> None:
    with pytest.raises(AssertionError):
        promise(_broken(measure)())
