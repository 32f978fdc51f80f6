"""What every step promises: every one there is a file for, with the parameters in which it is used."""

from __future__ import annotations

import dataclasses
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pandas as pd
import polars as pl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings

import dataqual.steps
from dataqual import catalog, rules, specs
from dataqual.bounds import Bounds
from dataqual.corpus import Batch, Corpus
from dataqual.dropping import Drop
from dataqual.engine import Local
from dataqual.errors import DataqualError
from dataqual.ledger import Added, Change, Dropped, Edited
from dataqual.near_duplicates import NearDuplicates
from dataqual.noise import KINDS
from dataqual.operators import Step
from dataqual.recipe import Recipe
from dataqual.rules.rule_set import Rule
from dataqual.signals.word_count import WordCount
from dataqual.steps import decontaminate
from dataqual.steps._growing import Augmenting
from dataqual.steps.augment_back_translation import AugmentBackTranslation
from dataqual.steps.augment_llm import AugmentLlm
from dataqual.steps.augment_nlpaug import AugmentNlpaug
from dataqual.steps.augment_noise import AugmentNoise
from dataqual.steps.augment_shuffle import AugmentShuffle
from dataqual.steps.augment_synonyms import AugmentSynonyms
from dataqual.steps.decontaminate import Decontaminate
from dataqual.steps.dedup import Dedup
from dataqual.steps.dedup_lines import DedupLines
from dataqual.steps.dedup_paragraphs import DedupParagraphs
from dataqual.steps.dedup_semantic import DedupSemantic
from dataqual.steps.dedup_substrings import DedupSubstrings
from dataqual.steps.drop_outliers import DropOutliers
from dataqual.steps.fix_encoding import FixEncoding
from dataqual.steps.keep import Keep
from dataqual.steps.language import Language
from dataqual.steps.normalize import Normalize
from dataqual.steps.rebalance import Rebalance
from dataqual.steps.redact import Redact
from dataqual.steps.remove_lines import RemoveLines
from dataqual.steps.sample import Sample
from dataqual.steps.spoil_duplicates import SpoilDuplicates
from dataqual.steps.spoil_mojibake import SpoilMojibake
from dataqual.steps.spoil_shuffled_words import SpoilShuffledWords
from dataqual.steps.spoil_typos import SpoilTypos
from dataqual.steps.strip_markup import StripMarkup
from tests.embeddings.models import static
from tests.generating.servers import adding
from tests.strange import DOCUMENTS, corpora
from tests.synonyms.small_wordnet import small_wordnet

EVALUATION = str(Path(__file__).parent.parent / "cases" / "evaluation.jsonl")

_FOLDER = TemporaryDirectory()
MODEL = static(Path(_FOLDER.name) / "model", {"the": [1.0, 0.0], "a": [0.0, 1.0], "我": [0.6, 0.8]})

NLPAUG = find_spec("nlpaug") is not None
WORDNET = small_wordnet(Path(_FOLDER.name) / "wordnet")
(Path(_FOLDER.name) / "thesaurus.txt").write_text("上海 申城\n今天 今日\n", encoding="utf-8")

STEPS: dict[str, Step] = {
    "augment_back_translation": AugmentBackTranslation(
        through=("{commands: [cat, tr aeiou eioua]}",), gate=("{signal: length_ratio, max: 1.5}",)
    ),
    "augment_llm": AugmentLlm(
        model="a model", url=adding(), prompt="{text}", gate=("{signal: length_ratio, max: 1.5}",)
    ),
    "augment_noise": AugmentNoise(factor=1.5),
    "augment_noise, all": AugmentNoise(factor=3, balance="group", kinds=tuple(KINDS), rate=0.3),
    **({"augment_nlpaug": AugmentNlpaug(aug="KeyboardAug")} if NLPAUG else {}),
    "augment_shuffle": AugmentShuffle(factor=2.5),
    "augment_synonyms": AugmentSynonyms(
        wordnet=str(WORDNET), chinese=f"{_FOLDER.name}/thesaurus.txt", frequency="none", segment="longest"
    ),
    "keep": Keep((Rule("words", "One or two words.", WordCount(cut="tokens"), Bounds(min=1, below=3)),)),
    **{f"keep, {name}": Drop.of([name]).steps[0] for name in ("mojibake", *rules.rule_sets("text"))},
    "dedup_semantic": DedupSemantic(str(MODEL), threshold=0.9),
    "decontaminate": Decontaminate(EVALUATION),
    "drop_outliers": DropOutliers(),
    "drop_outliers, of few": DropOutliers(documents=60, seed=1),
    "decontaminate, remove_spans": Decontaminate((EVALUATION,), ngram=4, shortest=2, action="remove_spans"),
    "dedup": Dedup(),
    "dedup, near": Dedup(exact=False, near=NearDuplicates(threshold=0.7)),
    "dedup_lines": DedupLines(min_words=2),
    "dedup_lines, exact": DedupLines(min_words=1, fold=False, max_loss=0.5),
    "dedup_paragraphs": DedupParagraphs(min_words=1, max_loss=0.7),
    "dedup_substrings": DedupSubstrings(),
    "dedup_substrings, short": DedupSubstrings(words=3),
    "rebalance": Rebalance(by="group", to="uniform"),
    "rebalance, at most": Rebalance(by="group", at_most=3),
    "redact": Redact(),
    "redact, pseudonym": Redact(kinds=("email", "iban"), replace_with="pseudonym", key="0123456789abcdef"),
    "redact, map": Redact(replace_with="pseudonym", key="0123456789abcdef", map=True),
    "sample": Sample(share=0.5),
    "sample, number": Sample(documents=5, seed=1),
    "sample, spread": Sample(documents=5, by="group"),
    "fix_encoding": FixEncoding(),
    "language": Language(keep=("zh", "ja", "en"), short="drop", min_words=2),
    "normalize": Normalize(),
    "normalize, all": Normalize("NFKC", "straight", "collapse", chinese="simplified"),
    "strip_markup": StripMarkup(),
    "remove_lines, c4": RemoveLines("c4@tfds"),
    "remove_lines, refinedweb": RemoveLines("refinedweb@dclm"),
    "dedup, normalized": Dedup(near=NearDuplicates(cut="characters"), normalized=True, keep="longest"),
    "dedup, by a signal": Dedup(keep="digit_share"),
    "spoil_duplicates": SpoilDuplicates(dose=0.5, copies=2),
    "spoil_mojibake": SpoilMojibake(dose=0.5),
    "spoil_shuffled_words": SpoilShuffledWords(dose=0.5),
    "spoil_typos": SpoilTypos(dose=0.5, rate=0.2),
}

every_step = pytest.mark.parametrize("step", [pytest.param(step, id=name) for name, step in STEPS.items()])

WORDS = " ".join(f"word{n}" for n in range(60))
DOCS = [*DOCUMENTS, *DOCUMENTS[::2], WORDS, f"{WORDS} more", "two words", "", "cafÃ© by the sea", WORDS]

ENDS = {"<": "below", "<=": "max", ">": "above", ">=": "min"}

Row = tuple[int, str]


def test_every_file_of_steps_is_held_to_its_promises() -> None:
    files = {path.stem for path in Path(dataqual.steps.__file__).parent.glob("*.py") if not path.stem.startswith("_")}
    held = {name.split(",")[0] for name in STEPS} | ({"augment_nlpaug"} if not NLPAUG else set())
    assert files == held


def rows(batch: Batch) -> list[Row]:
    return [(int(record), batch.text[i]) for i, record in enumerate(batch.record)]


def run(step: Step, docs: list[str], workers: int = 1) -> tuple[list[Row], list[Change]]:
    """What the step leaves of these documents, and what it did to them."""
    groups = [str(len(doc) % 2) for doc in docs]
    corpus = Corpus.of(pl.DataFrame({"text": docs, "group": groups}), group="group")
    ready = step.prepare(corpus, Local(workers=workers))
    left: list[Row] = []
    changes: list[Change] = []
    for batch in corpus.batches():
        kept, more = ready(batch)
        left += rows(kept)
        changes += more
    return left, changes


def said(changes: list[Change]) -> list[Any]:
    return [
        (type(part), row, part.step, part.rule, getattr(part, "threshold", ""), None if values is None else values[i])
        for part in changes
        for values in [getattr(part, "values", None)]
        for i, row in enumerate(rows(part.batch))
    ]


def told(changes: list[Change], kind: type) -> Counter[Row]:
    """The documents to which that happened, with the text they had before, or for added ones have."""
    return Counter(row for part in changes if isinstance(part, kind) for row in rows(part.batch))


@every_step
def test_the_same_documents_give_the_same_whatever_the_workers(step: Step) -> None:
    (left, dropped), (again, and_again) = run(step, DOCS), run(step, DOCS, workers=3)
    assert again == left
    assert said(and_again) == said(dropped)


def _check_ledger(step: Step, docs: list[str]) -> None:
    left, changes = run(step, docs)
    before, after = Counter(enumerate(docs, 1)), Counter(left)
    gone, edited, added = (told(changes, kind) for kind in (Dropped, Edited, Added))
    assert gone + edited <= before
    untouched = before - gone - edited
    assert untouched + added <= after
    changed = after - untouched - added
    assert sorted(record for record, _ in changed.elements()) == sorted(record for record, _ in edited.elements())
    assert not changed & edited  # what is told as edited is not what it was
    assert step.rewrites or not edited
    assert [record for record, _ in left] == sorted(record for record, _ in left)
    for part in changes:
        assert len(part) and part.step == catalog.name_of(step)
        assert part.rule
        if isinstance(part, Dropped | Edited) and part.originals is not None:  # what went is told with what stays
            assert set(part.originals.record.tolist()) <= {record for record, _ in left}


@every_step
def test_what_is_left_and_what_is_told_are_together_what_was_there(step: Step) -> None:
    _check_ledger(step, DOCS)


@every_step
@settings(suppress_health_check=[HealthCheck.differing_executors], max_examples=15, deadline=None)
@given(corpus=corpora)
def test_so_it_is_for_text_of_any_script(step: Step, corpus: list[str]) -> None:
    if corpus:
        _check_ledger(step, [*corpus, *corpus[:1]])


@every_step
def test_values_that_are_told_lie_outside_of_the_bounds_that_are_told(step: Step) -> None:
    own = {rule.name: rule.bounds for rule in step.rules} if isinstance(step, Keep) else {}
    for part in run(step, DOCS)[1]:
        if isinstance(part, Dropped) and part.signal is not None and part.values is not None:
            bounds = own.get(part.rule, decontaminate.NONE)
            assert part.threshold == str(bounds)
            assert not bounds.accept(part.values).any()
            assert part.values.tolist() == part.signal(part.batch.text).tolist()
        elif isinstance(part, Dropped) and part.values is not None and part.threshold is not None:
            sign, end = part.threshold.split()
            assert not Bounds(**{ENDS[sign]: float(end)}).accept(part.values).any()


@every_step
def test_one_that_is_idempotent_changes_nothing_the_second_time(step: Step) -> None:
    ordinary = [f"an ordinary sentence about the weather, number {n}, and nothing else" for n in range(80)]
    left, dropped = run(
        step, [*DOCS, *ordinary] if isinstance(step, DropOutliers) else DOCS
    )  # of few nothing is unlike the rest
    assert dropped
    again, more = run(step, [text for _, text in left])
    if step.idempotent:
        assert more == []
        assert [text for _, text in again] == [text for _, text in left]


def through_yaml(value: Any) -> Any:
    return yaml.safe_load(yaml.safe_dump(value))


def _rule(rule: Rule) -> dict[str, Any]:
    bounds = {end: value for end, value in dataclasses.asdict(rule.bounds).items() if value is not None}
    parameters = {f.name: getattr(rule.signal, f.name) for f in dataclasses.fields(rule.signal)}  # type: ignore[arg-type]
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in parameters.items()}
    return {"name": rule.name, "about": rule.about, "signal": catalog.name_of(rule.signal), "with": plain} | bounds


@every_step
def test_its_parameters_survive_yaml(step: Step, tmp_path: Path) -> None:
    if isinstance(step, Keep):
        written = {"name": "own", "about": "Own.", "source": "me", "rules": [_rule(rule) for rule in step.rules]}
        (tmp_path / "own.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
        again: Step = Keep(rules.load(tmp_path / "own.yaml").rules)
    elif not isinstance(step, Dedup):
        again = specs.step(through_yaml({catalog.name_of(step): dataclasses.asdict(step)}), "web.yaml.steps[0]")  # type: ignore[call-overload]
    else:
        plain = through_yaml(dataclasses.asdict(step))
        again = specs.step({"dedup": plain}, "web.yaml.steps[0]")
    assert again == step
    assert repr(again) == repr(step)


@every_step
def test_it_is_a_frozen_value(step: Step) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(step, next((field.name for field in dataclasses.fields(step)), "anything"), None)  # type: ignore[arg-type]
    assert hash(step) == hash(dataclasses.replace(step))  # type: ignore[type-var]


class _Forgets(Step):
    """Drops the first document of every batch and says nothing."""

    idempotent: ClassVar[bool] = True

    def __call__(self, batch: Batch) -> tuple[Batch, list[Dropped]]:
        mask = batch.record > 1
        return batch.where(mask), []


def test_a_step_that_does_not_tell_what_it_drops_is_caught() -> None:
    with pytest.raises(AssertionError):
        _check_ledger(_Forgets(), DOCS)


GROUPED = ("rebalance", "rebalance, at most", "sample, spread")


@pytest.mark.parametrize(
    "name", [name for name, step in STEPS.items() if not isinstance(step, SpoilDuplicates | Augmenting)]
)
def test_on_a_column_missing_texts_stay_missing_the_index_stays_and_the_others_go_as_without_them(name: str) -> None:
    recipe = Recipe(name, (STEPS[name],))
    if name in GROUPED:
        with pytest.raises(DataqualError, match="group"):
            recipe.on(["one two"])
        return
    there = recipe.on(DOCS)
    gaps = [None, *DOCS[:3], None, *DOCS[3:], None]
    expected = [None, *there[:3], None, *there[3:], None]
    if name.startswith(("sample", "spoil")):  # these draw by the place
        expected = [None if text is None else left for text, left in zip(gaps, recipe.on(gaps), strict=True)]
    assert recipe.on(pl.Series("t", gaps)).to_list() == expected
    for dtype, missing in ((object, float("nan")), ("string", pd.NA), ("category", None)):
        given = pd.Series([missing if text is None else text for text in gaps], dtype=dtype, name="t")
        given.index = [f"row {i}" for i in range(len(gaps))]
        after = recipe.on(given)
        assert (after.index.tolist(), after.name) == (given.index.tolist(), "t")
        assert [None if pd.isna(text) else text for text in after] == expected
