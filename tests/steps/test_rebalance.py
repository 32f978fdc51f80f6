"""The step `rebalance`: values have their shares, and nothing goes that need not."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import dataqual
from dataqual import specs
from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import InputError, SpecError, UnknownColumn
from dataqual.ledger import Dropped
from dataqual.operators import Step
from dataqual.steps.rebalance import Rebalance, apportioned

LANGUAGES = ["en"] * 6_000 + ["zh"] * 3_000 + [None] * 40 + ["th"] * 1_000
FRAME = pl.DataFrame({"text": [f"{n}" for n in range(len(LANGUAGES))], "lang": LANGUAGES}).sample(
    fraction=1, shuffle=True, seed=0
)


def run(step: Step, frame: pl.DataFrame = FRAME, workers: int = 1) -> tuple[pl.DataFrame, list[Dropped]]:
    """What stays of the frame, and what is told of the rest."""
    corpus = Corpus.of(frame, group="lang")
    ready = step.prepare(corpus, Local(workers=workers))
    kept: list[str] = []
    dropped: list[Dropped] = []
    for batch in corpus.batches():
        left, more = ready(batch)
        kept += [left.text[i] for i in range(len(left))]
        dropped += more  # type: ignore[arg-type]
    return frame.filter(pl.col("text").is_in(kept)), dropped


def step_of(**parameters: object) -> Step:
    return specs.step({"rebalance": {"by": "group", **parameters}}, "w")


def counts(frame: pl.DataFrame) -> dict[str | None, int]:
    return dict(Counter(frame["lang"].to_list()))


WAYS = {
    "uniform": ({"to": "uniform"}, {"en": 1_000, "zh": 1_000, "th": 1_000, None: 40}),
    "at most": ({"at_most": 2_500}, {"en": 2_500, "zh": 2_500, "th": 1_000, None: 40}),
    "at most more than there are": ({"at_most": 7_000}, {"en": 6_000, "zh": 3_000, "th": 1_000, None: 40}),
    "shares": ({"to": {"en": 0.5, "zh": 0.3, "th": 0.2}}, {"en": 2_500, "zh": 1_500, "th": 1_000, None: 40}),
    "of two": ({"to": {"en": 0.5, "zh": 0.5}}, {"en": 3_000, "zh": 3_000, "th": 1_000, None: 40}),
    "none of one": ({"to": {"en": 0.5, "zh": 0.5, "th": 0}}, {"en": 3_000, "zh": 3_000, None: 40}),
    "thirds": ({"to": {"en": 0.333, "zh": 0.333, "th": 0.333}}, {"en": 1_000, "zh": 1_000, "th": 1_000, None: 40}),
}


@pytest.mark.parametrize("way", WAYS)
def test_values_have_their_shares_and_what_has_none_stays(way: str) -> None:
    parameters, expected = WAYS[way]
    kept, dropped = run(step_of(**parameters))
    assert counts(kept) == expected
    assert sum(map(len, dropped)) == len(FRAME) - len(kept)


@pytest.mark.parametrize("way", WAYS)
def test_a_second_time_nothing_goes_and_workers_change_nothing(way: str) -> None:
    step = step_of(**WAYS[way][0])
    kept, _ = run(step)
    assert run(step, workers=3)[0].equals(kept)
    again, dropped = run(step, kept)
    assert again.equals(kept) and not dropped


def test_the_ledger_tells_value_and_numbers() -> None:
    _, dropped = run(step_of(to="uniform"))
    rest = "; 40 without a group stay"
    assert {part.threshold for part in dropped} == {
        f"group 'en': 1,000 of 6,000{rest}",
        f"group 'zh': 1,000 of 3,000{rest}",
    }
    assert {(part.step, part.rule) for part in dropped} == {("rebalance", "rebalance")}


def test_what_stays_is_chance_by_seed() -> None:
    one, other = (set(run(step_of(to="uniform", seed=seed))[0].filter(lang="en")["text"]) for seed in (0, 1))
    assert len(one) == len(other) == 1_000
    assert 100 < len(one & other) < 235  # a sixth of 1,000, and five standard deviations


def test_labels_are_told_apart_too(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("text,label\n" + "".join(f"good {n},1\nbad {n},0\n" for n in range(20)) + "good too,1\n" * 9)
    (tmp_path / "r.yaml").write_text("steps:\n  - rebalance: {by: label, to: {1: 0.5, 0: 0.5}}\n")
    cleaned = dataqual.clean(str(source), tmp_path / "out.csv", recipe=str(tmp_path / "r.yaml"), label="label")
    assert (cleaned.kept, cleaned.dropped, cleaned.rules) == (40, 9, {"rebalance": 9})
    ledger = pl.read_parquet(tmp_path / "out.csv.ledger.parquet")
    assert ledger["threshold"].unique().to_list() == ["label '1': 20 of 29"]


@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 20)), min_size=1, max_size=6))
def test_as_many_stay_as_the_shares_allow(values: list[tuple[int, int]]) -> None:
    whole = sum(weight for _, weight in values)
    assume(whole)
    held = {str(n): count for n, (count, _) in enumerate(values)}
    shares = {str(n): Fraction(weight, whole) for n, (_, weight) in enumerate(values)}
    stay = apportioned(held, shares)
    total = sum(stay.values())
    assert all(stay[value] <= held[value] for value in held)
    assert all(abs(stay[value] - shares[value] * total) < 1 for value in held)
    assert any(shares[value] * (total + 1) > held[value] for value in held)
    assert apportioned(stay, shares) == stay


def test_a_value_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError) as error:
        run(step_of(to={"eng": 0.5, "zh": 0.5}))
    assert str(error.value) == "rebalance: no document has the group 'eng'; did you mean 'en'? there are: en, th, zh"
    with pytest.raises(InputError) as error:
        run(step_of(to="uniform"), FRAME.with_columns(lang=pl.lit(None, pl.String)))
    assert str(error.value) == "rebalance: no document has a group"
    with pytest.raises(UnknownColumn) as unknown:
        step_of(to="uniform").prepare(Corpus.of(["one"]), Local(workers=1))
    assert str(unknown.value) == "rebalance: by is group, but the corpus has no group; name its column with --group"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"by": "group"}, "w.rebalance: needs `to` or `at_most`, and not both"),
        ({"by": "group", "to": "uniform", "at_most": 3}, "w.rebalance: needs `to` or `at_most`, and not both"),
        ({"by": "group", "to": {"a": 1}, "at_most": 3}, "w.rebalance: needs `to` or `at_most`, and not both"),
        ({"to": {"a": 1}}, "w.rebalance: needs the parameter 'by'"),
        ({"by": "source", "to": {"a": 1}}, "w.rebalance: by is 'source', not one of group, label"),
        ({"by": "group", "at_most": 0}, "w.rebalance: at_most is 0; it is at least 1"),
        ({"by": "group", "to": ["a"]}, "w.rebalance.to: expected uniform, or a mapping of values to shares, got ['a']"),
        ({"by": "group", "to": {"a": "half"}}, "w.rebalance.to: the share of 'a' is 'half', not a number"),
        ({"by": "group", "to": {"a": 1.5}}, "w.rebalance: to: the share of 'a' is 1.5, not from 0 to 1"),
        ({"by": "group", "to": {"a": 0.5, "b": 0.4}}, "w.rebalance: to: the shares add up to 0.9, not to 1"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_told_in_one_line(content: object, message: str) -> None:
    with pytest.raises(SpecError) as error:
        specs.step({"rebalance": content}, "w")
    assert str(error.value) == message


def test_what_is_built_and_what_is_read_is_one_value() -> None:
    assert step_of(to={"en": 0.5, True: 0.5}) == Rebalance(by="group", to=(("en", 0.5), ("true", 0.5)))


def test_a_step_that_saw_nothing_says_so() -> None:
    [batch] = Corpus.of(["one"]).batches()
    with pytest.raises(TypeError, match="call prepare"):
        step_of(to="uniform")(batch)
