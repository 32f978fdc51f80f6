"""The lexicon: what ships, what a file of one's own adds, and what is wrong in one is told before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from dataqual.errors import SpecError
from dataqual.people.mentions import Mentions
from dataqual.people.words import lexicon, lexicon_of


def found(text: str, *, ambiguous: bool = False) -> list[str]:
    """What is named in a text, by words that are sure, or by the others."""
    mentions = Mentions.of([text])
    labels = mentions.label[mentions.ambiguous == ambiguous]
    return [str(mentions.lexicon.labels[k]) for k in labels if mentions.lexicon.labels[k].kind == "group"]


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("The black cat sat by the straight old road.", []),
        ("A black woman and an old man", ["gender/female", "ethnicity/black", "gender/male", "age/old"]),
        ("They polish shoes; Polish people polish.", ["nationality/polish"]),
        ("Turkish delight and Dutch ovens, French fries", []),
        ("Two Germans, a French man", ["nationality/german", "gender/male", "nationality/french"]),
        ("it takes 3 ms; Ms Lee", ["gender/female"]),
        ("Read the man page of the child process.", []),
        ("the poor; poor quality; poor people", ["class/poor", "class/poor"]),
        ("straight people, straight lines", ["orientation/heterosexual"]),
        ("blind trial of blind people", ["disability/blind"]),
        ("他和其他人弹吉他，它很好", ["gender/male"]),
        ("她们买女装", ["gender/female"]),
        ("女同事和女同学", ["gender/female", "gender/female"]),
        ("老板是老师，不是老人", ["age/old"]),
        ("媽媽和爺爺", ["gender/female", "gender/male", "age/old"]),
        ("中国菜，中国人", ["nationality/chinese"]),
        ("", []),
    ],
)
def test_words_that_may_mean_something_else_count_only_where_they_are_sure(text: str, groups: list[str]) -> None:
    assert found(text) == groups


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("The old black Black cat", ["age/old", "ethnicity/black"]),
        ("a Chinese dish", ["nationality/chinese"]),
        ("他们", ["gender/male"]),
        ("他", []),
        ("中国菜", ["nationality/chinese"]),
    ],
)
def test_what_is_ambiguous_is_counted_apart(text: str, groups: list[str]) -> None:
    assert found(text, ambiguous=True) == groups


def test_every_ambiguous_word_says_what_else_it_may_be() -> None:
    words = lexicon()
    assert all(why.strip() for why in words.notes.values())
    assert words.notes["age", "old"] == "of anything that is not new"
    assert "也指男女都有的一群人" in words.notes["gender", "他们"]


def test_every_axis_has_english_and_chinese_or_is_of_one_alone() -> None:
    english, chinese = (set(lexicon(name).axes) for name in ("en", "zh"))
    assert english & chinese >= {
        "gender",
        "age",
        "ethnicity",
        "religion",
        "nationality",
        "disability",
        "orientation",
        "class",
    }
    assert english - chinese == {"migration"}
    assert chinese - english == {"region"}


def test_a_file_of_ones_own_adds_axes_groups_and_words(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "person: [folk]\naxes:\n  trade:\n    sea: [sailor, 'sea {person}']\n    land: {terms: [农夫], ambiguous: {hand: of a clock}}\n"
        "  gender:\n    female: [lass]\n",
        encoding="utf-8",
    )
    mentions = Mentions.of(["A lass, sea folk, 农夫 and a hand."], lexicon("en", "zh", str(path)))
    labels = [str(mentions.lexicon.labels[k]) for k in mentions.label if mentions.lexicon.labels[k].kind == "group"]
    assert labels == ["gender/female", "trade/sea", "trade/land", "trade/land"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("axes:\n  a:\n    b: [x]\n    c: [X]\n", "mine.yaml.axes.a.c: 'X' is in the group 'b' of 'a' already"),
        ("axis: {}\n", "mine.yaml: no key 'axis'; did you mean 'axes'?"),
        ("axes:\n  a:\n    b: [no, 1]\n", "mine.yaml.axes.a.b: expected a list of words"),
        (
            "axes:\n  a:\n    b: ['{person} x']\n",
            "mine.yaml.axes.a.b: '{person} x' needs the words that {person} stands for",
        ),
        ("axes:\n  a:\n    b: [x]\nspared: [x]\n", "mine.yaml.spared: 'x' is counted elsewhere"),
        ("pairs: [[a]]\n", "mine.yaml.pairs[0]: expected two words, got 1"),
        ("tests: {t: {first: [a]}}\n", "mine.yaml.tests.t: the key 'second' is missing"),
    ],
)
def test_what_is_wrong_in_a_file_is_one_line_that_says_where(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        lexicon(str(path))
    assert said in str(caught.value)


def test_names_that_are_not_there_are_told_with_the_nearest() -> None:
    with pytest.raises(SpecError, match="no group 'femal' of the axis 'gender'; did you mean 'female'"):
        lexicon().group("gender", "femal")
    with pytest.raises(SpecError, match="no axis 'gendr'; did you mean 'gender'"):
        lexicon().groups("gendr")


def test_a_sentence_shows_its_words_in_characters() -> None:
    mentions = Mentions.of(["😀 nothing. 她是 a nurse, 他走了。"])
    spot = mentions.spot(int(mentions.sentence[0]), tuple(range(len(mentions.lexicon.labels))))
    assert {spot.text[a:b] for a, b, _ in spot.marks} == {"她", "nurse", "他"}


def test_a_lexicon_of_a_mapping_needs_no_file() -> None:
    assert lexicon_of({"axes": {"a": {"b": ["x"]}}}).groups("a") == {"b": 0}
