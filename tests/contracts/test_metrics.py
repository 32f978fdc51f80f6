"""What every metric promises: states form a monoid, blind to batch borders, and readings are plain facts."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Mapping
from functools import reduce
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dataqual import catalog
from dataqual.bounds import Bounds
from dataqual.corpus import Batch, Corpus
from dataqual.measured import Measured
from dataqual.metric_reading import read
from dataqual.operators import Metric, SampleMetric
from dataqual.reading import Method
from dataqual.rules import load
from dataqual.signals.digit_share import DigitShare
from dataqual.signals.email_addresses import EmailAddresses
from dataqual.signals.unique_word_share import UniqueWordShare
from dataqual.signals.word_count import WordCount
from dataqual.signals.word_entropy import WordEntropy
from tests.strange import DOCUMENTS, documents

RULES = (load("gopher@datatrove"), load("gopher@dolma"), load("c4@tfds"))

MAKE: Mapping[str, tuple[Callable[[], Metric[Any]], ...]] = {
    "counterfactual_pairs": (lambda: _find("counterfactual_pairs")(), lambda: _find("counterfactual_pairs")(size=2)),
    "distribution": (
        lambda: _find("distribution")(WordCount()),
        lambda: _find("distribution")(DigitShare()),
        lambda: _find("distribution")(WordEntropy()),
    ),
    "documents": (lambda: _find("documents")(),),
    "gender_ratio": (lambda: _find("gender_ratio")(),),
    "groups": (lambda: _find("groups")("group", RULES), lambda: _find("groups")("label")),
    "label_balance": (lambda: _find("label_balance")(),),
    "languages": (lambda: _find("languages")(), lambda: _find("languages")("exact")),
    "personal_data": (lambda: _find("personal_data")(),),
    "representation": (lambda: _find("representation")(), lambda: _find("representation")(axis="age", group="old")),
    "rule_failures": (lambda: _find("rule_failures")(RULES), lambda: _find("rule_failures")(())),
    "script_mix": (lambda: _find("script_mix")(),),
    "share": (
        lambda: _find("share")(EmailAddresses(), Bounds(min=1)),
        lambda: _find("share")(UniqueWordShare(), Bounds(below=1)),
    ),
    "stale_dates": (lambda: _find("stale_dates")(), lambda: _find("stale_dates")(years=1)),
}
"""Sensible arguments for every metric that is not of a sample."""

SAMPLED: Mapping[str, Any] = {name: kind for name, kind in catalog.metrics().items() if issubclass(kind, SampleMetric)}
"""Metrics of a sample: their states are all of one kind, so one of them, with a sample of four too, stands for all."""


def _find(name: str) -> Any:
    return catalog.find("metrics", name)


METRICS = [pytest.param(make(), id=f"{name}-{i}") for name, makes in MAKE.items() for i, make in enumerate(makes)]
OF_SAMPLES = [pytest.param(SAMPLED["mattr"](size=size), id=f"mattr-of-{size}") for size in (4, 2000)]
every_metric = pytest.mark.parametrize("metric", [*METRICS, *OF_SAMPLES])
every_sampled = pytest.mark.parametrize("name", SAMPLED)

POOL = [text for text in DOCUMENTS if len(text) < 10_000] + [
    "Write to ann@example.com and bob@example.org about the 3 of them, and that is that.\n" * 4,
    "The cat and the dog have to be with that man of the house.\n" * 12,
    "浣犲ソ锛屼笘鐣",
]
rows = st.tuples(
    st.one_of(st.sampled_from(POOL), documents),
    st.one_of(st.none(), st.sampled_from(["a", "b", "", "你", "z"])),
)


def batch_of(pairs: list[tuple[str, str | None]]) -> Batch:
    """One batch of documents, each with a group that is its label too."""
    if not pairs:
        return Batch.empty(corpus_of([("a", "b")]).columns)
    [batch] = corpus_of(pairs).batches()
    return batch


def corpus_of(pairs: list[tuple[str, str | None]]) -> Corpus:
    """The documents with a group that is their label too, and a date that goes with it."""
    texts, groups = zip(*pairs, strict=True) if pairs else ((), ())
    dated = {"text": texts, "group": groups, "label": groups, "date": [DATES.get(group or "") for group in groups]}
    return Corpus.of(
        pl.DataFrame(dated, schema=dict.fromkeys(dated, pl.String)),
        text="text",
        group="group",
        label="label",
        date="date",
    )


DATES = {"a": "2024-03-05", "b": "1999年", "你": "soon", "z": "1700000000"}


def split(batch: Batch, borders: list[int]) -> list[Batch]:
    """The batch cut at these rows; a border twice leaves an empty batch."""
    ends = [0, *sorted(min(border, len(batch)) for border in borders), len(batch)]
    row = np.arange(len(batch))
    return [batch.where((row >= a) & (row < b)) for a, b in pairwise(ends)]


def same(first: Any, second: Any) -> bool:
    """Whether two states are equal to the last bit."""
    if isinstance(first, np.ndarray):
        return first.dtype == second.dtype and np.array_equal(first, second)
    if dataclasses.is_dataclass(first):
        names = [field.name for field in dataclasses.fields(first)]
        return type(first) is type(second) and all(same(getattr(first, n), getattr(second, n)) for n in names)
    if isinstance(first, Mapping):
        return first.keys() == second.keys() and all(same(first[key], second[key]) for key in first)
    if isinstance(first, tuple):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second)


def as_json(metric: Metric[Any], state: Any) -> str:
    return json.dumps(metric.read(state).facts(), allow_nan=False)


def test_every_metric_is_tried_here() -> None:
    assert sorted([*MAKE, *SAMPLED]) == catalog.names("metrics")


@every_metric
@given(st.lists(rows, max_size=12), st.lists(st.integers(0, 12), max_size=4))
@example([], [0])
@example([("a b", "x"), ("", None), ("3 4", None)], [0, 1, 1, 3])
def test_merging_any_split_equals_measuring_the_whole(
    metric: Metric[Any], pairs: list[tuple[str, str | None]], borders: list[int]
) -> None:
    batch = batch_of(pairs)
    whole = metric.measure(Measured(batch))
    parts = [metric.measure(Measured(part)) for part in split(batch, borders)]
    merged = reduce(metric.merge, parts)
    assert same(merged, whole)
    assert as_json(metric, merged) == as_json(metric, whole)


@every_metric
@given(st.lists(rows, max_size=9), st.integers(0, 9), st.integers(0, 9))
def test_merging_is_associative(metric: Metric[Any], pairs: list[tuple[str, str | None]], one: int, two: int) -> None:
    a, b, c = (metric.measure(Measured(part)) for part in split(batch_of(pairs), [one, two]))
    assert same(metric.merge(metric.merge(a, b), c), metric.merge(a, metric.merge(b, c)))


@every_metric
def test_the_state_of_no_documents_changes_nothing(metric: Metric[Any]) -> None:
    state = metric.measure(Measured(batch_of([(text, "a") for text in POOL])))
    nothing = metric.measure(Measured(batch_of([])))
    assert same(metric.merge(nothing, state), state)
    assert same(metric.merge(state, nothing), state)


@every_metric
def test_merging_changes_neither_state(metric: Metric[Any]) -> None:
    pairs = [(text, None) for text in POOL]
    first, second = (metric.measure(Measured(part)) for part in split(batch_of(pairs), [5]))
    again = metric.measure(Measured(split(batch_of(pairs), [5])[0]))
    metric.merge(first, second)
    assert same(first, again)


@every_metric
def test_a_reading_is_defined_on_the_empty_corpus(metric: Metric[Any]) -> None:
    reading = metric.read(metric.measure(Measured(batch_of([]))))
    assert reading.n == 0
    assert reading.value in (None, 0)
    assert reading.interval is None
    json.dumps(reading.facts(), allow_nan=False)


@every_metric
@given(st.lists(rows, min_size=1, max_size=8))
def test_a_reading_is_plain_json_and_says_on_what_it_rests(
    metric: Metric[Any], pairs: list[tuple[str, str | None]]
) -> None:
    reading = read(metric, corpus_of(pairs))
    assert json.loads(json.dumps(reading.facts(), allow_nan=False)) == reading.facts()
    assert reading.n == len(pairs) or reading.of != "documents" or reading.method == "sample"
    assert reading.method in get_args(Method)
    assert reading.interval is None or (
        reading.value is not None and reading.interval[0] <= reading.value <= reading.interval[1]
    )
    assert reading.value is None or math.isfinite(reading.value)


@every_sampled
def test_a_reading_of_a_sample_is_exact_where_it_holds_all_and_has_an_interval_elsewhere(name: str) -> None:
    texts = [f"{word} of the {i % 7} {word} 你好" for i, word in enumerate(("cat", "dog", "sea", "sky") * 10)]
    whole, part = SAMPLED[name](), SAMPLED[name](size=25)
    pairs = [(text, "ab"[i % 2]) for i, text in enumerate(texts)]
    reading, estimate = read(whole, corpus_of(pairs)), read(part, corpus_of(pairs))
    assert (reading.method, reading.interval) == ("exact", None) or not whole.certain
    assert estimate.method == "sample"
    if estimate.value is not None:
        assert estimate.interval is not None
        assert estimate.interval[0] <= estimate.value <= estimate.interval[1]
    assert read(part, corpus_of(pairs)).facts() == estimate.facts()


@every_sampled
@pytest.mark.parametrize("texts", [[], [""], ["", "\0", " "], ["a"], POOL, ["好"] * 3, ["😀 😀"]])
def test_a_sample_of_strange_documents_gives_plain_json(name: str, texts: list[str]) -> None:
    reading = read(SAMPLED[name](), corpus_of([(text, None) for text in texts]))
    assert json.loads(json.dumps(reading.facts(), allow_nan=False)) == reading.facts()
    assert reading.n == len(texts) or reading.of != "documents" or reading.value is None
