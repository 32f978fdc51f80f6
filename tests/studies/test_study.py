"""The study file: what it may say, and what is said of a wrong one before any data is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dataqual.errors import SpecError
from dataqual.recipe import Recipe
from dataqual.steps.spoil_typos import SpoilTypos
from studies import learners
from studies.design.quantities import quantity
from studies.design.sources import Grade
from studies.design.study import OPTIONAL, REQUIRED, TEMPLATE, Repeats, Study

LEAST: dict[str, Any] = {"sizes": ["30k", "100k", "300k"], "tokens": ["128k", "256k"]}


def study(**more: Any) -> Study:
    return Study.of(LEAST | more, "scaling.yaml")


def test_the_text_of_a_file_is_kept_and_a_grade_knows_its_recipe(tmp_path: Path) -> None:
    text = "# 我的实验\nsizes: 30k\ntokens: 8k\ngrades: {网页: {recipe: chinese-web}}\n"
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    study = Study.load(tmp_path / "mine.yaml")
    assert (study.text, study.grades[0].recipe) == (text, "chinese-web")
    assert Study.of(study.content or {}, "study").text is None


def test_the_least_study_has_everything_else_by_default() -> None:
    least = study()
    assert least.resolved() == {
        "name": "scaling",
        "corpus": None,
        "held_out_share": 0.05,
        "held_out_tokens": 1_000_000,
        "neutral": None,
        "grades": {"corpus": {"share": 1.0, "steps": []}},
        "reference": "corpus",
        "again": ["corpus"],
        "tokenizer": "bytes",
        "learner": "gpt2",
        "sizes": [30_000, 100_000, 300_000],
        "window": 128,
        "tokens": [128_000, 256_000],
        "repeats": None,
        "seeds": [1, 1, 1],
        "grade_sizes": [30_000, 100_000, 300_000],
        "device": "auto",
        "precision": "auto",
        "compile": "auto",
        "learning_rate": 1.0,
        "generate": {"samples": 24, "tokens": 256, "temperature": 0.8, "seed": 0},
        "gpu_hour": None,
        "data_price": None,
        "operating_point": {"size": 300_000, "tokens": 256_000, "unique": 256_000},
    }
    assert least.notes == ()


def test_the_embedded_study_is_what_init_writes_and_is_fit_for_a_law() -> None:
    embedded = Study.default()
    assert (embedded.name, embedded.corpus, embedded.neutral, embedded.notes) == ("scaling", None, None, ())
    assert len(embedded.sizes) >= 3
    assert [grade.name for grade in embedded.grades] == ["clean", "typos"]
    assert embedded.grade("typos").steps == (SpoilTypos(dose=0.5, rate=0.3),)
    assert embedded.again == ("clean",)
    assert embedded.repeats == Repeats((61_440,), (2, 4, 8), (60_000,))
    assert max(embedded.seeds) > 1


def test_what_the_embedded_file_shows_in_comments_is_valid_too() -> None:
    """Every commented line is put in the place of what it stands beside."""
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    shown = [line.replace("# ", "", 1) if line.lstrip().startswith("# ") and ": {" in line else line for line in lines]
    content = yaml.safe_load("\n".join(shown))
    whole = Study.of(content, "scaling.yaml")
    assert [grade.name for grade in whole.grades] == (
        ["clean", "typos", "shuffled", "copies", "mojibake", "half", "rules", "long", "both"]
    )
    assert whole.gpu_hour is not None and whole.gpu_hour.price == 2.5
    assert whole.grade("both").says == ("{dedup: {near: true}}", "{keep: {signal: mojibake, max: 0}}")


def test_grades_are_a_share_or_steps_or_one_step_or_both() -> None:
    given = study(
        grades={
            "clean": {},
            "half": {"share": 0.5},
            "typos": {"spoil_typos": {"dose": 0.3}},
            "both": {"share": 0.5, "steps": [{"spoil_typos": {"dose": 1, "seed": 2}}]},
            "recipe": {"share": 0.5, "recipe": "minimal"},
            "干净": None,
        }
    )
    assert given.grades == (
        Grade("clean"),
        Grade("half", 0.5),
        Grade("typos", 1.0, (SpoilTypos(0.3),), ("{spoil_typos: {dose: 0.3}}",)),
        Grade("both", 0.5, (SpoilTypos(1, seed=2),), ("{spoil_typos: {dose: 1, seed: 2}}",)),
        Grade("recipe", 0.5, Recipe.load("minimal").steps, Recipe.load("minimal").says, "minimal"),
        Grade("干净"),
    )


@pytest.mark.parametrize("name", ["held_out", "ดี", "साफ़", "نظيف", "a.b-c_1", "_a", "raw"])
def test_a_grade_may_be_called_by_letters_of_any_script(name: str) -> None:
    assert study(grades={name: {}}).reference == name


def test_sizes_and_stops_ascend_each_once() -> None:
    given = study(sizes=["1M", "30k", 30_000], tokens=["256k", 128_000, "128k"])
    assert (given.sizes, given.tokens) == ((30_000, 1_000_000), (128_000, 256_000))


def test_seeds_may_differ_by_size() -> None:
    assert study(seeds={"30k": 3, 100_000: 2}).seeds == (3, 2, 1)
    assert study(seeds=4).seeds == (4, 4, 4)


def test_repeats_run_where_the_grades_do_unless_told() -> None:
    repeats = {"unique": "64k", "epochs": [4, 2]}
    assert study(grade_sizes="30k", repeats=repeats).repeats == Repeats((64_000,), (2, 4), (30_000,))
    assert study(grade_sizes="30k", repeats=repeats | {"sizes": ["100k"]}).repeats == (
        Repeats((64_000,), (2, 4), (100_000,))
    )


def test_the_longest_trunk_may_be_one_that_repeats() -> None:
    assert study().longest == 256_000
    assert study(repeats={"unique": ["1M"], "epochs": [2]}).longest == 1_000_000


def test_paths_start_at_the_folder_of_the_study(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("corpus: {paths: [a.jsonl, /b.csv], text: body}\nsizes: 30k\ntokens: 1M\n", encoding="utf-8")
    loaded = Study.load(path)
    assert loaded.corpus is not None
    assert loaded.corpus.places() == [str(tmp_path / "a.jsonl"), "/b.csv"]
    assert (loaded.name, loaded.corpus.text) == ("mine", "body")
    assert loaded.resolved()["corpus"] == {"paths": ["a.jsonl", "/b.csv"], "text": "body"}


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"sizes": ["30k", "1M"]}, "scaling.yaml.sizes: 2 of them; a law needs 3 at least, better 5"),
        ({"tokens": ["1M"]}, "scaling.yaml.tokens: 1 stop; a law needs 2 at least, better 5"),
        ({"corpus": "c.jsonl"}, "scaling.yaml.held_out.neutral: absent, so the neutral text is English prose (Moby-Dick, the World English Bible), which says little of a corpus in another script; name text of the corpus' own language, of another kind"),
        ({"again": []}, "scaling.yaml.again: empty, so nothing shows what two equal grades seem to be worth (A/A)"),
        ({"repeats": {"unique": "64k", "epochs": [2, 3]}}, "scaling.yaml.repeats: 64,000 × 3 = 192,000 tokens is no stop of fresh data"),
    ],
)  # fmt: skip
def test_what_says_less_than_hoped_is_noted(more: dict[str, Any], note: str) -> None:
    assert study(**more).notes == (note,)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"size": 1}, "no key 'size'; did you mean 'sizes'? there are: again, batch, beside, compile, corpus, data_price, device, early_stopping, ensembles, generate, gpu_hour, grade_sizes, grades, held_out, learner, learning_rate, learning_rate_check, name, operating_point, precision, probes, reference, repeats, seeds, sizes, tokenizer, tokens, window"),
        ({"grades": {"typos": {"spoil_typos": {"dos": 1}}}}, "grades.typos.spoil_typos: no parameter 'dos'; did you mean 'dose'? there are: dose, rate, seed"),
        ({"grades": {"a": {"steps": [{"spoil_tpos": {}}]}}}, "grades.a.steps[0]: no step 'spoil_tpos'; did you mean 'spoil_typos'? there are: "),
        ({"grades": {"a": {"keep": {"rules": "gopher"}}}}, "grades.a.keep.rules: 'gopher' exists in 4 versions that differ: gopher@datatrove, gopher@dclm, gopher@dolma, gopher@nemo; name one of them"),
        ({"grades": {"a": {"recipe": "minimum"}}}, "grades.a.recipe: no recipe 'minimum'; did you mean 'minimal'? there are: "),
        ({"grades": {"a": {"recipe": "minimal", "steps": ["dedup"]}}}, "grades.a: has both a recipe and steps; put the steps into the recipe"),
        ({"grades": {"a": {"share": 0}}}, "grades.a.share: 0 is no share above 0 and at most 1 (5 % is 0.05)"),
        ({"grades": {"a": {"share": 0.5, "keep": {}}}}, "grades.a: no key 'keep'; there are: recipe, share, steps"),
        ({"grades": {"a": {"shair": 0.5}}}, "grades.a: no key or step 'shair'; did you mean 'share'? there are: "),
        ({"grades": {"a": {"shair": 0.5, "keep": {}}}}, "grades.a: no key or step 'shair'; did you mean 'share'? there are: "),
        ({"grades": {"a/b": {}}}, "grades: 'a/b' cannot name a file; a grade is called by letters, digits, - _ and ."),
        ({"grades": {"held_out-raw": {}}}, "grades: 'held_out-raw' is taken: files that begin with held_out- hold the held-out text"),
        ({"grades": {"Held_Out-neutral": {}}}, "grades: 'Held_Out-neutral' is taken: files that begin with held_out- hold the held-out text"),
        ({"grades": {"clean": {}, "Clean": {}}}, "grades: 'clean' and 'Clean' would be one file where case does not count"),
        ({"grades": {"e\u0301": {}, "\u00c9": {}}}, "grades: 'e\u0301' and '\u00c9' would be one file where case does not count"),
        ({"grades": {"": {}}}, "grades: '' cannot name a file; a grade is called by letters, digits, - _ and ."),
        ({"grades": {"..": {}}}, "grades: '..' cannot name a file; a grade is called by letters, digits, - _ and ."),
        ({"grades": {"a\\b": {}}}, "grades: 'a\\\\b' cannot name a file; a grade is called by letters, digits, - _ and ."),
        ({"grades": {}}, "grades: expected at least one grade, NAME: {} is the corpus as it is"),
        ({"grades": {"clean": {}}, "reference": "clena"}, "reference: 'clena' is unknown; did you mean 'clean'? there are: clean"),
        ({"again": ["x"]}, "again: 'x' is unknown; there are: corpus"),
        ({"sizes": ["30k", "10q"]}, "sizes[1]: '10q' is no whole number above 0; write it as 30000, 30k, 1.5M or 1.5B"),
        ({"sizes": 0.5}, "sizes: 0.5 is no whole number above 0; write it as 30000, 30k, 1.5M or 1.5B"),
        ({"tokens": []}, "tokens: expected at least one number, got an empty list"),
        ({"seeds": {"31k": 2}}, "seeds: 31,000 is none of the sizes; did you mean 30,000? there are: 30,000, 100,000, 300,000"),
        ({"seeds": {"30k": 3, 30000: 2}}, "seeds: 30k and 30000 are both 30,000; name that size once"),
        ({"grade_sizes": "1M"}, "grade_sizes: 1,000,000 is none of the sizes; did you mean 300,000? there are: 30,000, 100,000, 300,000"),
        ({"learner": "gtp2"}, "learner: 'gtp2' is unknown; did you mean 'gpt2'? there are: "),
        ({"device": "gpu"}, "device: 'gpu' is unknown; did you mean 'cuda'? there are: auto, cpu, cuda"),
        ({"precision": 16}, "precision: 16 is unknown; there are: auto, bfloat16, float32"),
        ({"compile": 1}, "compile: 1 is unknown; there are: auto, false, true"),
        ({"tokenizer": "bpe"}, "tokenizer: 'bpe' is no tokenizer; there are: bytes, {bpe: VOCABULARY}, {file: PATH}"),
        ({"tokenizer": {"bpe": "70k"}}, "tokenizer.bpe: 70000 is not from 257 (bytes, end of text) to 65536 (16 bits)"),
        ({"held_out": {"raw": 0.1}}, "held_out.raw: expected a mapping of names, got 0.1"),
        ({"held_out": {"raw": {"share": 1}}}, "held_out.raw.share: 1 leaves nothing to train on; 0.05 is usual"),
        ({"repeats": {"unique": 1, "epochs": [1, 2]}}, "repeats.epochs: 1 is no repeat; what is seen once is a stop of tokens"),
        ({"repeats": {"unique": 1}}, "repeats: the key 'epochs' is missing"),
        ({"gpu_hour": {"price": "2"}}, "gpu_hour.price: expected a number, 0 or more, got '2'"),
        ({"operating_point": {"unique": "1M"}}, "operating_point.unique: 1,000,000 different tokens cannot be among 256,000 seen"),
        ({"operating_point": {"size": "1M"}}, "operating_point.size: 1,000,000 is none of the sizes; did you mean 300,000? there are: 30,000, 100,000, 300,000"),
        ({"operating_point": {"tokens": "257k"}}, "operating_point.tokens: 257,000 is outside what is trained, 128,000 to 256,000 tokens"),
        ({"operating_point": {"tokens": 127_999}}, "operating_point.tokens: 127,999 is outside what is trained, 128,000 to 256,000 tokens"),
        ({"operating_point": {"unique": "64k"}}, "operating_point.unique: 64,000 is outside what is trained, 128,000 different tokens at least"),
        ({"operating_point": {"unique": "63k"}, "repeats": {"unique": "64k", "epochs": 4}}, "operating_point.unique: 63,000 is outside what is trained, 64,000 different tokens at least"),
        ({"corpus": []}, "corpus: expected a path, a glob or a list of them, got []"),
        ({"learning_rate": 0}, "learning_rate: 0 is no number above 0; 1.0 is the learner's own rate, 0.5 half of it"),
        ({"window": 1}, "window: 1 is too small; it is at least 2"),
    ],
)  # fmt: skip
def test_a_wrong_study_is_told_in_one_line_with_the_place(more: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as error:
        study(**more)
    place = "scaling.yaml: " if message.startswith("no key") else "scaling.yaml."
    assert str(error.value).startswith(place + message)
    assert "\n" not in str(error.value)
    if not message.startswith("learner") and not message.endswith("there are: "):  # of both there will be more
        assert str(error.value) == place + message


def test_a_grade_that_is_there_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    file = tmp_path / "scaling.yaml"
    file.write_text("sizes: 1\ntokens: 1\ngrades:\n  a: {}\n  b: {}\n  a: {share: 0.5}\n")
    with pytest.raises(SpecError, match=r"scaling\.yaml:6: not YAML \(the key 'a' is there already, in line 4\)$"):
        Study.load(file)


def test_a_key_may_take_the_place_of_one_that_is_merged_in(tmp_path: Path) -> None:
    file = tmp_path / "scaling.yaml"
    file.write_text(
        "sizes: 1\ntokens: 1\ngrades:\n"
        "  a: {share: 0.5, steps: [{spoil_typos: &mild {dose: 0.1, rate: 0.2}}]}\n"
        "  b: {spoil_typos: &more {<<: *mild, dose: 0.3}}\n"
        "  c: {spoil_typos: {<<: *more, seed: 2}}\n"
    )
    grades = Study.load(file).grades
    assert [grade.steps[0] for grade in grades] == [SpoilTypos(0.1, 0.2), SpoilTypos(0.3, 0.2), SpoilTypos(0.3, 0.2, 2)]


def test_the_operating_point_may_be_between_the_stops_and_repeat() -> None:
    repeats = {"unique": "64k", "epochs": [2, 4]}
    point = study(repeats=repeats, operating_point={"size": "100k", "tokens": "200k", "unique": "64k"}).operating_point
    assert (point.size, point.tokens, point.unique) == (100_000, 200_000, 64_000)


def test_a_study_names_the_learners_that_can_be_found_and_no_parts_of_them() -> None:
    with pytest.raises(SpecError, match=rf"there are: {', '.join(learners.names())}$"):
        study(learner="gpt2_weights")


@pytest.mark.usefixtures("toy_package")
def test_a_learner_of_another_package_is_one_too() -> None:
    assert study(learner="toy").learner == "toy"


def test_the_page_on_studies_has_every_key_and_its_files_are_valid() -> None:
    page = (Path(__file__).parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")
    table = page[page.index("| key |") : page.index("## Grades")]
    keys = {key.split(".")[0] for key in re.findall(r"(?m)^\| `([a-z_.]+)` \|", table)}
    assert keys == {*REQUIRED, *OPTIONAL}
    whole, probes, grades = re.findall(r"(?s)```yaml\n(.*?)```", page)
    assert [probe.kind for probe in study(**yaml.safe_load(probes)).probes] == ["documents", "words"]
    assert Study.of(yaml.safe_load(whole), "scaling.yaml").notes == ()
    assert len(study(**yaml.safe_load(grades)).grades) == 7


def test_what_is_missing_is_named() -> None:
    with pytest.raises(SpecError, match=r"^s\.yaml: the key 'tokens' is missing$"):
        Study.of({"sizes": 1}, "s.yaml")


@pytest.mark.parametrize("value", [True, None, -1, 0, float("nan"), float("inf"), "1.5", "1e999", "k", "1 000", [1]])
def test_what_is_no_quantity_is_refused(value: object) -> None:
    with pytest.raises(SpecError, match=r"^x: .* is no whole number above 0; "):
        quantity(value, "x")
