"""Leakage: what of a test set stands in a training corpus, counted a second, slower way, with places one can look up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click.testing
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dataqual
from dataqual.cli import main
from dataqual.errors import InputError, NoDocuments, SpecError
from dataqual.leaks import leakage
from dataqual.reading import wilson
from dataqual.recipe import Recipe
from dataqual.steps.decontaminate import Decontaminate
from dataqual.text import Text
from tests.readers.helpers import opened

RIVER = "The river ran for miles and the men went on along it without a word until night came down on them"
HAN = "我们今天去公园散步，天气很好，大家都很高兴，晚上一起吃饭。"
TRAIN = ["nothing of the kind", RIVER, HAN, "What is the boiling point of water in London?", "Yes"]
TEST = {
    "exact": RIVER,
    "near": RIVER + " again",
    "near, Chinese": HAN.replace("，", " "),
    "passage": "He said THAT THE MEN went, on along it without a word until night came down on them — all of it was new",
    "passage, Chinese": "昨天听说：天气很好，大家都很高兴，晚上一起吃饭；还有别的事情要说，请看下一页的内容。",
    "question": "Q. What is the boiling point of water in London? A. 100",
    "too short a passage": "the men went on along it without a word until morning came",
    "answer": "Yes!",
    "said elsewhere": "Yes, and the water boiled.",
    "new": "这是一篇全新的文章。",
    "empty": "",
}
LEAKED = {
    "exact_copies": {"exact"},
    "near_copies": {"near", "near, Chinese", "answer"},
    "ngrams": {"exact", "near", "near, Chinese", "passage", "passage, Chinese", "answer"},
}


def ids(*kinds: str) -> set[str]:
    """The test documents that leak in these ways, each tested alone."""
    found = set()
    for name, text in TEST.items():
        readings = leakage(TRAIN, [text]).readings
        found |= {name} if any(readings[kind].value for kind in kinds) else set()
    return found


@pytest.mark.parametrize("kind", LEAKED)
def test_each_way_to_leak_is_found_and_what_only_looks_like_one_is_not(kind: str) -> None:
    assert ids(kind) == LEAKED[kind]


def test_together_they_are_shares_with_wilsons_interval() -> None:
    found = leakage(TRAIN, [*TEST.values()])
    counts = {name: reading.detail["documents"] for name, reading in found.readings.items()}
    assert counts == {"leaked": 6, "exact_copies": 1, "near_copies": 3, "ngrams": 6, "mostly": 4}
    for name, reading in found.readings.items():
        assert (reading.value, reading.n) == (counts[name] / 11, 11)
        assert reading.interval == wilson(counts[name], 11)
    assert (found.train, found.test, found.share) == (5, 11, 6 / 11)


def test_words_in_shared_passages_are_counted_once() -> None:
    new = " ".join(f"new{i}" for i in range(10))
    found = leakage([RIVER, RIVER + " today", new[:20]], [f"{new} {RIVER}", new])
    assert (found.words.value, found.words.n) == (21 / 41, 41)


def test_examples_say_where_to_look_and_how_much_it_is() -> None:
    found = leakage(TRAIN, [*TEST.values()])
    told = {(leak.kind, leak.test[1]): leak for leak in found.examples}
    names = [*TEST]
    assert [(kind, names[record - 1]) for kind, record in told] == [
        ("exact_copies", "exact"),
        ("near_copies", "near, Chinese"), ("near_copies", "near"), ("near_copies", "answer"),
        ("ngrams", "passage, Chinese"), ("ngrams", "passage"),
    ]  # fmt: skip
    passage = told["ngrams", names.index("passage") + 1]
    assert (passage.train, passage.similarity, passage.shared) == (("<list>", 2), None, 15 - 12)
    assert passage.text == "THE MEN went, on along it without a word until night came down on them — all of it was new"
    chinese = told["ngrams", names.index("passage, Chinese") + 1]
    assert (chinese.train, chinese.text[:6]) == (("<list>", 3), "天气很好，大")
    near = told["near_copies", names.index("near") + 1]
    assert near.similarity == dataqual.jaccard(RIVER, TEST["near"])
    assert told["exact_copies", 1].similarity == 1


def test_a_copy_leaks_though_it_has_no_words_to_share() -> None:
    found = leakage(["…"], ["…", "other"])
    assert (found.share, found.readings["ngrams"].value) == (0.5, 0)


def test_an_example_quotes_the_longest_passage() -> None:
    short, long = " ".join(f"s{i}" for i in range(13)), RIVER
    between = " ".join(f"new{i}" for i in range(30))
    [leak] = leakage([f"x {short}", f"y {long}"], [f"{short} {between} {long}"]).examples
    assert (leak.text, leak.train) == (long, ("<list>", 2))


def test_addresses_in_examples_are_masked() -> None:
    text = "for the full list of all the many rivers please write to ann.lee@example.com or call us"
    [leak] = leakage([text], [text]).examples
    assert leak.text == text.replace("ann.lee@example.com", "a••••••@•••••••.com")


def test_of_several_training_documents_the_first_with_the_passage_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        *(f"filler {i} " * 30 for i in range(50)),
        f"x y z {RIVER}",
        *(f"filler {i} " * 9 for i in range(9)),
        RIVER + " a b c d e f",
    ]
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps({"text": row}) + "\n" for row in rows), encoding="utf-8")
    held = [f"{' '.join(f'new{i}' for i in range(60))} {RIVER}"]
    for chunk in (500, 4 << 20):
        monkeypatch.setattr("dataqual.corpus.CHUNK_BYTES", chunk)
        for workers in (1, 3):
            [leak] = leakage(opened(path, chunk=chunk), held, workers=workers).examples
            assert (leak.kind, leak.train) == ("ngrams", (str(path), 51))


def test_the_size_of_an_ngram_is_what_was_asked() -> None:
    text = " ".join(RIVER.split()[:9]) + " and nothing else of this was ever said before by anyone at all"
    assert leakage([RIVER], [text], ngram=9).share == 1
    assert leakage([RIVER], [text], ngram=10).share == 0


def test_near_copies_are_looked_for_unless_told() -> None:
    words = RIVER.split()
    far = " ".join([*words[:12], "X", *words[12:]])
    assert leakage([RIVER], [far], ngram=25).readings["near_copies"].value == 0
    assert "near_copies" not in leakage([RIVER], [far], near_copies=False).readings
    assert leakage([RIVER], [RIVER], near_copies=False).readings["exact_copies"].value == 1


SOME = st.lists(st.text(alphabet="aB 月我。", max_size=40), min_size=1, max_size=5)


@settings(suppress_health_check=[HealthCheck.differing_executors], max_examples=40, deadline=None)
@given(train=SOME, test=SOME, ngram=st.integers(2, 13))
def test_shares_are_what_sets_of_words_say(train: list[str], test: list[str], ngram: int) -> None:
    def words(text: str) -> tuple[str, ...]:
        return tuple(word.lower() for word in Text.of([text]).cut("unicode").strings(0))

    def grams(text: str) -> set[tuple[str, ...]]:
        own = words(text)
        return {own[i : i + ngram] for i in range(len(own) - ngram + 1)}

    whole = {words(text) for text in train}
    phrases = {own[i:j] for own in whole for i in range(len(own)) for j in range(i + 1, len(own) + 1)}

    def shares(text: str) -> bool:
        own = words(text)
        if len(own) >= ngram:
            return any(grams(text) & grams(other) for other in train)
        return own in (phrases if len(own) >= min(8, ngram) else whole) and own != ()

    found = leakage(train, test, ngram=ngram, near_copies=False).readings
    assert found["ngrams"].detail["documents"] == sum(map(shares, test))
    assert found["exact_copies"].detail["documents"] == sum(text in train for text in test)


def test_a_training_corpus_is_not_its_own_test_set(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n')
    with pytest.raises(
        InputError, match=r"a\.jsonl: is in the training corpus as it is; name what is to be kept from it"
    ):
        leakage(str(tmp_path), str(tmp_path / "a.jsonl"))


def test_nothing_to_compare_with_is_an_error_and_no_clean_bill() -> None:
    for train, test in (([], ["a"]), (["a"], [])):
        with pytest.raises(NoDocuments):
            leakage(train, test)


def test_an_unknown_option_is_told() -> None:
    with pytest.raises(SpecError, match="no option 'ngrams'; did you mean 'ngram'"):
        leakage(TRAIN, TRAIN, ngrams=12)


# The command


def run(*words: str) -> click.testing.Result:
    return click.testing.CliRunner().invoke(main, ["leakage", *words], prog_name="dataqual")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    for name, texts in (("train", TRAIN), ("test", TEST.values())):
        written = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
        (tmp_path / f"{name}.jsonl").write_text(written, encoding="utf-8")
    return str(tmp_path / "train.jsonl"), str(tmp_path / "test.jsonl")


def test_the_command_prints_shares_intervals_and_places(files: tuple[str, str]) -> None:
    done = run(*files)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    low, high = wilson(6, 11) or (0, 0)
    assert lines[0] == "11 test documents, looked for in 5 training documents"
    assert lines[1] == f"  54.55% [{low:.2%}, {high:.2%}] leak in one way or another (6 of 11)"
    assert lines[4].endswith("share 13 words in a row with one (6 of 11)")
    assert f"exact_copies: {files[1]}:1 is in {files[0]}:2 (similarity 1.000): {RIVER}" in lines
    assert f"ngrams: {files[1]}:4 is in {files[0]}:2 (3 of {23 - 12} n-grams): THE MEN went" in done.stdout
    assert (
        lines[-1]
        == f"to take them out of the training text, a recipe: {{steps: [{{decontaminate: {{against: {files[1]}}}}}]}}"
    )


def test_the_recipe_that_is_printed_takes_out_what_leaks(files: tuple[str, str], tmp_path: Path) -> None:
    for name in files:
        there = Path(name).read_text(encoding="utf-8")
        Path(name).write_text(there.replace('{"text"', '{"text": "n", "said"'), encoding="utf-8")
    *_, last = run(*files, "--ngram", "12", "--text", "said").stdout.splitlines()
    (tmp_path / "mine.yaml").write_text(last.partition("a recipe: ")[2], encoding="utf-8")
    step = Recipe.load(str(tmp_path / "mine.yaml")).steps
    assert step == (Decontaminate(files[1], ngram=12, text="said"),)
    assert dataqual.clean(files[0], tmp_path / "out.jsonl", recipe=str(tmp_path / "mine.yaml"), text="said").dropped
    assert "against: TEST}}" in str(dataqual.leakage(TRAIN, list(TEST.values())))


def test_facts_come_as_json(files: tuple[str, str]) -> None:
    facts = json.loads(run(*files, "--json", "--ngram", "12").stdout)
    assert facts["readings"]["leaked"]["n"] == 11
    assert facts["ngram"] == 12
    assert facts["examples"][0]["train"] == {"path": files[0], "record": 2}


@pytest.mark.parametrize(("options", "code"), [
    ([], 0), (["--strict"], 1), (["--strict", "--max-share", "0.54"], 1), (["--strict", "--max-share", "0.55"], 0),
    (["--max-share", "0.1"], 0),
])  # fmt: skip
def test_strict_exits_with_one_where_more_leaks_than_is_allowed(
    options: list[str], code: int, files: tuple[str, str]
) -> None:
    done = run(*files, *options)
    assert done.exit_code == code
    assert ("of the test documents leak, more than the" in done.stderr) == bool(code)


def test_one_path_is_not_enough(files: tuple[str, str]) -> None:
    for given_ in ([], [files[0]]):
        done = run(*given_)
        assert done.exit_code == 2
        assert done.stderr == (
            "dataqual: name two paths or more: the training corpus, and last the test set that is looked for in it\n"
        )


def test_several_paths_are_one_training_corpus(files: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "more.jsonl").write_text(json.dumps({"text": TEST["new"]}) + "\n", encoding="utf-8")
    facts: dict[str, Any] = json.loads(run(str(tmp_path / "more.jsonl"), *files, "--json", "--quiet").stdout)
    assert facts["train"]["documents"] == 6
    assert facts["readings"]["exact_copies"]["detail"]["documents"] == 2
