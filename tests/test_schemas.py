"""What an editor is told by the schemas is what dataqual takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from dataqual import schemas
from dataqual.checking import Suite
from dataqual.cli import main
from dataqual.commands.schema import SCHEMAS
from dataqual.errors import SpecError
from dataqual.recipe import Recipe
from dataqual.rules import load
from dataqual.suites.schema import recipe, suite
from studies.design.picture_keys import KEYS as PICTURE_KEYS
from studies.design.schema import study
from studies.design.study import OPTIONAL, REQUIRED, TEMPLATE, Study

ROOT = Path(__file__).parent.parent
MADE = {"recipe": recipe(), "rules": schemas.rules_file(), "suite": suite(), "study": study()}
SHIPPED = [
    *(("recipe", path) for path in sorted((ROOT / "dataqual" / "recipes").glob("*.yaml"))),
    *(("rules", path) for path in sorted((ROOT / "dataqual" / "rules").glob("*.yaml"))),
    ("study", TEMPLATE),
    ("study", ROOT / "tests" / "studies" / "tiny.yaml"),
]
RULES = "{name: n, about: a, source: s, rules: [{name: r, about: x, signal: word_count, min: 2}]}"
STUDY = "{sizes: [10k, 30k, 100k], tokens: [12800, 25600], learner: oracle}"

GOOD = [
    ("recipe", "{steps: [dedup]}"),
    ("recipe", "{steps: [dedup], checks: [{metric: documents, min: 1}, {column: label, allowed: [a, 一]}]}"),
    ("recipe", "{about: x, language: zh, steps: [{dedup: {near: {threshold: 0.9}}}, {keep: {rules: [gopher@dclm, c4@tfds]}}]}"),
    ("recipe", "{steps: [{keep: {signal: top_ngram_share, with: {n: 3, least: 2}, below: 0.5}}]}"),
    ("recipe", "{steps: [{keep: {rules: [{name: r, about: x, signal: stop_words, with: {words: [的, 了]}, min: 1}]}}]}"),
    ("recipe", "{steps: [{rebalance: {by: group, to: {en: 0.5, zh: 0.5}}}, {rebalance: {by: label, at_most: 9}}]}"),
    ("recipe", "{steps: [{sample: {share: 0.5}}, {normalize: null}, {redact: {kinds: [email]}}]}"),
    ("rules", RULES),
    ("rules", RULES.replace("source: s", "source: s, includes: [c4@tfds], language: null")),
    ("suite", "{checks: [{metric: near_copies, with: {threshold: 0.7}, max: 0.1}, {metric: mojibake, max: 0}]}"),
    ("suite", "{about: a, sampled: true, checks: [{signal: word_count, min: 2, mostly: 0.9, by: group, severity: warn}]}"),
    ("suite", "{checks: [{rules: c4@tfds, mostly: 0.5}, {unique: [a, b]}, {columns: [a], exactly: true}, {columns: {min: 1}}]}"),
    ("suite", "{checks: [{column: a, nulls: false, type: [string, date], length: {max: 3}}, {column: a, statistic: mean, max: 1}]}"),
    ("study", STUDY),
    ("study", STUDY.replace("{sizes", "{grades: {a: {}, b: {share: 0.5, steps: [dedup]}, c: {dedup: {exact: true}}}, sizes")),
    ("study", STUDY.replace("{sizes", "{seeds: {10k: 2}, tokenizer: {bpe: 4096}, sizes")),
]  # fmt: skip

WRONG = [
    ("recipe", "{step: [dedup]}"),
    ("recipe", "{steps: [dedup], checks: [{metric: documnts, min: 1}]}"),
    ("recipe", "{steps: []}"),
    ("recipe", "{steps: [dedupe]}"),
    ("recipe", "{steps: [decontaminate]}"),
    ("recipe", "{steps: [{dedup: {exacty: true}}]}"),
    ("recipe", "{steps: [{dedup: {exact: false}}]}"),
    ("recipe", "{steps: [{dedup: {keep: best}}]}"),
    ("recipe", "{steps: [{dedup: {}, normalize: {}}]}"),
    ("recipe", "{steps: [{dedup: {near: {treshold: 0.9}}}]}"),
    ("recipe", "{steps: [{keep: {signal: wrod_count, min: 2}}]}"),
    ("recipe", "{steps: [{keep: {signal: word_count}}]}"),
    ("recipe", "{steps: [{keep: {signal: word_count, min: two}}]}"),
    ("recipe", "{steps: [{keep: {signal: word_count, min: true}}]}"),
    ("recipe", "{steps: [{keep: {signal: word_count, min: 2, maximum: 3}}]}"),
    ("recipe", "{steps: [{keep: {signal: word_count, with: {cut: words}, min: 2}}]}"),
    ("recipe", "{steps: [{keep: {signal: word_count, with: {cuts: tokens}, min: 2}}]}"),
    ("recipe", "{steps: [{keep: {rules: gopher@nobody}}]}"),
    ("recipe", "{steps: [{keep: {rules: gopher@dolma, min: 2}}]}"),
    ("recipe", "{steps: [{rebalance: {by: source, at_most: 3}}]}"),
    ("recipe", "{steps: [{normalize: {form: NFD}}]}"),
    ("recipe", "{steps: [{redact: {kinds: email}}]}"),
    ("rules", RULES.replace("source: s, ", "")),
    ("rules", RULES.replace("min: 2", "least: 2")),
    ("rules", RULES.replace("about: a", "about: ''")),
    ("rules", RULES.replace("source: s", "source: s, includes: [c4]")),
    ("rules", "{name: n, about: a, source: s, rules: []}"),
    ("suite", "{checks: []}"),
    ("suite", "{checks: [{metric: near_copies}]}"),
    ("suite", "{checks: [{metric: near_copy, max: 0}]}"),
    ("suite", "{checks: [{signal: word_count, min: 2, mosty: 0.9}]}"),
    ("suite", "{checks: [{signal: word_count, min: 2, mostly: 90}]}"),
    ("suite", "{checks: [{column: a, type: str}]}"),
    ("suite", "{checks: [{metric: documents, min: 1, severity: error}]}"),
    ("suite", "{checks: [{rules: gopher@nobody}]}"),
    ("study", "{sizes: [10k]}"),
    ("study", STUDY.replace("oracle", "gpt9")),
    ("study", STUDY.replace("10k", "ten")),
    ("study", STUDY.replace("{sizes", "{device: gpu, sizes")),
    ("study", STUDY.replace("{sizes", "{grades: {a: {shares: 0.5}}, sizes")),
    ("study", STUDY.replace("{sizes", "{grades: {a: {share: 1.5}}, sizes")),
    ("study", STUDY.replace("{sizes", "{grades: {a: {dedup: {exact: 3}}}, sizes")),
    ("study", STUDY.replace("{sizes", "{grades: {a: {recipe: web, steps: [dedup]}}, sizes")),
    ("study", STUDY.replace("{sizes", "{repeats: {unique: 10k}, sizes")),
]  # fmt: skip


def refused(kind: str, content: Any, folder: Path) -> bool:
    """Whether dataqual or studies themselves refuse it."""
    try:
        if kind == "recipe":
            Recipe.of(content, "x.yaml")
        elif kind == "suite":
            Suite.of(content, "x.yaml")
        elif kind == "study":
            Study.of(content, "x.yaml")
        else:
            (folder / "x.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
            load(folder / "x.yaml")
    except SpecError:
        return True
    return False


@pytest.mark.parametrize("kind", MADE)
def test_a_schema_is_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(MADE[kind])
    assert MADE.keys() == SCHEMAS.keys()


@pytest.mark.parametrize(("kind", "path"), [pytest.param(*one, id=one[1].name) for one in SHIPPED])
def test_every_file_that_ships_is_valid(kind: str, path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(MADE[kind]).iter_errors(content)] == []


@pytest.mark.parametrize(("kind", "text"), GOOD)
def test_what_dataqual_takes_is_valid(kind: str, text: str, tmp_path: Path) -> None:
    content = yaml.safe_load(text)
    assert not refused(kind, content, tmp_path)
    assert Draft202012Validator(MADE[kind]).is_valid(content)


@pytest.mark.parametrize(("kind", "text"), WRONG)
def test_what_dataqual_refuses_is_not(kind: str, text: str, tmp_path: Path) -> None:
    content = yaml.safe_load(text)
    assert refused(kind, content, tmp_path)
    assert not Draft202012Validator(MADE[kind]).is_valid(content)


def test_the_schema_of_a_study_knows_its_keys() -> None:
    assert MADE["study"]["properties"].keys() == {*REQUIRED, *OPTIONAL, *PICTURE_KEYS}


def test_the_command_prints_what_the_function_makes() -> None:
    made = {
        "recipe": recipe(),
        "rules": schemas.rules_file(),
        "suite": suite(),
        "study": study(),
    }  # now: a learner of another package may have come
    assert made.keys() == MADE.keys()
    for kind, schema in made.items():
        done = CliRunner().invoke(main, ["schema", kind])
        assert json.loads(done.output) == json.loads(json.dumps(schema))
