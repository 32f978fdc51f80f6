"""The step `redact`: personal data goes, all else stays, and the ledger tells it without showing it."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dataqual
from dataqual import specs
from dataqual.corpus import Batch, Corpus
from dataqual.errors import SpecError
from dataqual.personal.finding import KINDS
from dataqual.recipe import Recipe
from dataqual.steps.redact import Redact

CASES = json.loads((Path(__file__).parent.parent / "cases" / "personal.json").read_text(encoding="utf-8"))
TEXTS = ["".join(case["text"]) for case in CASES]
KEY = "a key of sixteen"
EVERY = {
    "mask": Redact(kinds=KINDS),
    "pseudonym": Redact(kinds=KINDS, replace_with="pseudonym", key=KEY),
    "phones alone": Redact(kinds=("phone",)),
}
every_way = pytest.mark.parametrize("step", EVERY.values(), ids=EVERY)


def batch_of(texts: list[str]) -> Batch:
    [batch] = Corpus.of(texts).batches()
    return batch


def redacted(step: Redact, *texts: str) -> list[str]:
    after = step(batch_of(list(texts)))[0].text
    return [after[i] for i in range(len(texts))]


def plain(text: str) -> str:
    """Letters and digits alone: one value may be written in several ways."""
    return "".join(char for char in unicodedata.normalize("NFKC", text.lower()) if char.isalnum())


def test_a_placeholder_stands_for_each_value_and_nothing_else_changes() -> None:
    for case, text, after in zip(CASES, TEXTS, redacted(EVERY["mask"], *TEXTS), strict=True):
        for kind, value in case["finds"]:
            text = text.replace(value, f"[{kind.upper()}]", 1)
        assert after == text, case["label"]


def test_only_documents_in_which_something_was_found_are_told_with_the_number_of_places() -> None:
    _, [told] = EVERY["mask"](batch_of(TEXTS))
    expected = {row: len(case["finds"]) for row, case in enumerate(CASES) if case["finds"]}
    assert told.values is not None
    assert dict(zip((told.batch.record - 1).tolist(), told.values.tolist(), strict=True)) == expected


def test_the_usual_kinds_leave_bank_accounts() -> None:
    assert redacted(Redact(), "DE89 3704 0044 0532 0130 00 a@b.cn") == ["DE89 3704 0044 0532 0130 00 [EMAIL]"]


@every_way
@given(
    parts=st.lists(
        st.one_of(st.sampled_from(TEXTS), st.sampled_from([" ", "-", ".", "+", "1", "@", "/", "，", "："])), max_size=8
    )
)
def test_what_was_redacted_has_nothing_more_to_redact(step: Redact, parts: list[str]) -> None:
    once = redacted(step, "".join(parts))
    assert redacted(step, *once) == once


@every_way
def test_the_ledger_shows_no_value(step: Redact) -> None:
    _, [told] = step(batch_of(TEXTS))
    assert told.evidence is not None
    for row, shown in zip((told.batch.record - 1).tolist(), told.evidence, strict=True):
        for kind, value in CASES[row]["finds"]:
            assert value not in shown
            assert kind in shown or kind not in step.kinds


def test_many_values_are_told_in_short() -> None:
    [shown] = Redact()(batch_of(["a@b.cn c@d.cn e@f.cn g@h.cn i@j.cn"]))[1][0].evidence or []
    assert shown == "email a@•.cn, c@•.cn, e@•.cn and 2 more"


def test_the_same_value_has_the_same_pseudonym_however_it_is_written() -> None:
    step = Redact(replace_with="pseudonym", key=KEY)
    one, two, three = redacted(step, "Ann@Example.org", "to ann@example.org", "ａｎｎ＠example.org")
    assert two == f"to {one}" and three == one
    assert (
        redacted(step, "138-1234-5678", "13812345678", "１３８１２３４５６７８")
        == [redacted(step, "138 1234 5678")[0]] * 3
    )
    assert redacted(step, "bob@example.org") != [one]


def test_a_pseudonym_has_only_letters_and_depends_on_the_key() -> None:
    [one] = redacted(Redact(replace_with="pseudonym", key=KEY), "a@b.cn")
    [other] = redacted(Redact(replace_with="pseudonym", key=KEY[::-1]), "a@b.cn")
    assert one == "[EMAIL:owroocfihlaa]" and other != one


def test_secrets_that_differ_in_case_alone_are_two() -> None:
    secret = "".join(next(case["text"] for case in CASES if case["label"] == "GitLab"))
    step = Redact(replace_with="pseudonym", key=KEY)
    assert len(set(redacted(step, secret, secret[:-1] + secret[-1].swapcase()))) == 2


def test_pseudonyms_are_undone_with_the_corpus_as_it_was() -> None:
    step = Redact(kinds=KINDS, replace_with="pseudonym", key=KEY)
    known = step.pseudonyms(TEXTS)
    for case, text, after in zip(CASES, TEXTS, redacted(step, *TEXTS), strict=True):
        for pseudonym, value in known.items():
            after = after.replace(pseudonym, value)
        assert plain(after) == plain(text), case["label"]


def test_the_key_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDACTION_KEY", KEY)
    step = specs.step({"redact": {"replace_with": "pseudonym", "key": "$REDACTION_KEY"}}, "w")
    assert isinstance(step, Redact) and KEY not in repr(step)
    assert redacted(step, "a@b.cn") == redacted(Redact(replace_with="pseudonym", key=KEY), "a@b.cn")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"kinds": ["emial"]}, "w.redact: kinds is ['emial'], not a list, each one of email, phone, ip, id_number, card, iban, account, secret"),
        ({"kinds": []}, "w.redact: kinds is empty; there are: email, phone, ip, id_number, card, iban, account, secret"),
        ({"replace_with": "stars"}, "w.redact: replace_with is 'stars', not one of mask, pseudonym"),
        ({"replace_with": "pseudonym"}, "w.redact: a key goes with pseudonyms, and pseudonyms with a key: key: $NAME of an environment variable"),
        ({"key": KEY}, "w.redact: a key goes with pseudonyms, and pseudonyms with a key: key: $NAME of an environment variable"),
        ({"replace_with": "pseudonym", "key": "short"}, "w.redact: the key has 5 characters; it needs 16"),
        ({"replace_with": "pseudonym", "key": "$NOT_SET_HERE"}, "w.redact: key: no environment variable 'NOT_SET_HERE' is set"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_told_in_one_line(content: object, message: str) -> None:
    with pytest.raises(SpecError) as error:
        specs.step({"redact": content}, "w")
    assert str(error.value) == message


def test_a_recipe_redacts_a_file_and_the_other_records_keep_their_bytes(tmp_path: Path) -> None:
    lines = [
        '{"text": "write to ann@example.org", "n": 1.50}',
        ' {"text":"arXiv:2301.12345" }',
        '{"text": "手机１３８１２３４５６７８。"}',
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("steps: [redact]", encoding="utf-8")
    out = tmp_path / "out.jsonl"
    cleaned = dataqual.clean(str(tmp_path / "in.jsonl"), out, recipe=str(tmp_path / "mine.yaml"))
    assert (cleaned.kept, cleaned.edited, cleaned.rules) == (3, 2, {"redact": 2})
    written = out.read_text(encoding="utf-8").split("\n")
    assert written[1] == lines[1]
    assert [json.loads(line)["text"] for line in written[:3]] == [
        "write to [EMAIL]",
        "arXiv:2301.12345",
        "手机[PHONE]。",
    ]
    ledger = pl.read_parquet(f"{out}.ledger.parquet")
    assert ledger["evidence"].to_list() == ["email a••@•••••••.org", "phone １３•••••••••"]


@pytest.mark.parametrize(("key", "said"), [(KEY, "…"), ("$DATAQUAL_TEST_KEY", "$DATAQUAL_TEST_KEY")])
def test_a_key_that_is_written_out_stands_in_no_facts(key: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAQUAL_TEST_KEY", KEY)
    recipe = Recipe.of([{"redact": {"replace_with": "pseudonym", "key": key}}, "redact", {"redact": None}])
    assert recipe.says == (f"{{redact: {{replace_with: pseudonym, key: {said}}}}}", "redact", "{redact: null}")
    cleaned = dataqual.clean(pl.DataFrame({"text": ["Ask ann@example.org."]}), recipe=recipe, dry_run=True)
    assert KEY not in json.dumps(cleaned.facts())
    assert cleaned.facts()["recipe"]["steps"][0] == {"redact": {"replace_with": "pseudonym", "key": said}}
