"""The result: asked by name, saved, loaded, shown."""

from __future__ import annotations

from pathlib import Path

import pytest

import dataqual
from dataqual.errors import InputError
from dataqual.profiling import Profile
from tests.profiling.conftest import Profiled


def test_a_profile_survives_saving_and_loading(sampled: Profiled, tmp_path: Path) -> None:
    path = sampled.profile.save(tmp_path / "there" / "p.json")
    loaded = Profile.load(path)
    assert loaded.facts == sampled.facts
    assert loaded.findings == sampled.profile.findings
    assert loaded["near_copies"] == sampled.profile["near_copies"]


def test_a_folder_gets_and_gives_its_profile_json(sampled: Profiled, tmp_path: Path) -> None:
    assert sampled.profile.save(tmp_path) == tmp_path / "profile.json"
    assert sampled.profile.save(tmp_path / "new") == tmp_path / "new" / "profile.json"
    assert Profile.load(tmp_path).facts == Profile.load(tmp_path / "new").facts == sampled.facts


def test_an_unknown_reading_is_a_key_error_that_names_the_nearest(sampled: Profiled) -> None:
    with pytest.raises(KeyError) as error:
        sampled.profile["near_copys"]
    assert error.value.args[0].startswith("no reading 'near_copys'; did you mean 'near_copies'? there are: bytes, ")


def test_every_reading_can_be_asked_for(sampled: Profiled) -> None:
    names = list(sampled.profile)
    assert {"documents", "exact_copies", "near_copies", "mojibake"} <= set(names)
    for name in names:
        reading = sampled.profile[name]
        assert reading.name == name
        blocks = [sampled.facts, *(block for block in sampled.facts.values() if isinstance(block, dict))]
        [facts] = [block["readings"][name] for block in blocks if name in block.get("readings", ())]
        assert reading.facts() == facts


def test_what_is_no_profile_is_refused_in_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    for content, message in [
        (
            "{",
            f"{bad}: not a saved profile (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))",
        ),
        ("[]", f"{bad}: its schema is 'list', this version reads 'dataqual.profile/1'; profile the corpus again"),
        (
            '{"schema": "x/9"}',
            f"{bad}: its schema is 'x/9', this version reads 'dataqual.profile/1'; profile the corpus again",
        ),
    ]:
        bad.write_text(content)
        with pytest.raises(InputError) as error:
            Profile.load(bad)
        assert str(error.value) == message
    with pytest.raises(InputError, match=r"none\.json: no such file"):
        Profile.load(tmp_path / "none.json")


def test_a_profile_that_cannot_be_saved_says_where(sampled: Profiled, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as error:
        sampled.profile.save(tmp_path / "file" / "p.json")
    assert str(error.value) == f"{tmp_path / 'file' / 'p.json'}: cannot be written (File exists)"


def test_a_notebook_shows_a_small_table_with_foreign_text_escaped(tmp_path: Path) -> None:
    path = tmp_path / "<img src=x onerror=alert(1)>.jsonl"
    path.write_text('{"text": "a"}\n{"text": "a"}\n')
    shown = dataqual.profile(path, rules=())._repr_html_()
    assert shown.startswith("<table><caption>2 documents, 2 words</caption>")
    assert "50 % of the documents are exact copies" in shown
    assert "<img" not in shown
    assert "&lt;img" in shown
    assert len(shown) < 20_000


def test_a_profile_says_what_it_is_of(sampled: Profiled) -> None:
    assert repr(sampled.profile) == (
        f"<Profile of {sampled.facts['corpus']['inputs'][0]}: {len(sampled.profile.findings)} findings>"
    )
    facts = sampled.facts | {"corpus": sampled.facts["corpus"] | {"inputs": []}}
    assert repr(Profile(facts)).startswith("<Profile of the sample corpus: ")
