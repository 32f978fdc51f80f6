"""English synonyms: in their part of speech and sense, in the same form and case, and nothing else is touched."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from dataqual.children import Chance
from dataqual.errors import InputError
from dataqual.synonyms import Synonyms
from dataqual.synonyms.english import English
from dataqual.synonyms.frequency import Frequency
from dataqual.synonyms.inflecting import article, inflected
from dataqual.synonyms.tagging import tags
from dataqual.synonyms.vocabulary import Vocabulary
from dataqual.synonyms.wordnet import WordNet
from dataqual.word_spans import word_spans
from tests.synonyms.small_wordnet import small_wordnet
from tests.test_children import check_locality


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_wordnet(tmp_path_factory.mktemp("wordnet") / "dict")


@pytest.fixture(scope="module")
def english(place: Path) -> English:
    return English(str(place), "none")


def swapped(english: English, text: str) -> dict[str, set[str]]:
    """What may be replaced by what, over many children of which all places are drawn."""
    found: dict[str, set[str]] = {}
    for child in Synonyms((english,), 1.0).children(text, Chance(3), 30):
        check_locality(text, child)
        for edit in child.edits:
            found.setdefault(text[edit.start : edit.end], set()).add(edit.replacement)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was a terrible film for the children.", {"terrible": {"awful"}, "a": {"an"}, "film": {"movie"}, "children": {"kids"}}),
        ("She was buying the biggest story of them all.", {"buying": {"purchasing"}, "biggest": {"largest"}, "story": {"tale"}}),
        ("They bought it, and then they purchased more.", {"bought": {"purchased"}, "purchased": {"bought"}}),
        ("He had an idea about the films.", {"an": {"a"}, "idea": {"thought"}, "films": {"movies"}}),
        ("What they said of the last quarter was that it was awful.", {"awful": {"terrible"}}),  # nlpaug: "last poop"
        ("The hot dog was awful.", {"awful": {"terrible"}}),
        ("The dog was not there with the Kid.", {"dog": {"hound"}}),
        ("It began with the begun tale.", {"tale": {"story"}}),  # two past forms: which is which cannot be told
        ('The man said "a terrible film" to the child.', {"child": {"kid"}}),
        ("See https://film.org/big and the `film` or the 35mm film-maker film_name.", {}),
        ("Das ist ein film und die idea war gut.", {}),
    ],
)  # fmt: skip
def test_what_is_replaced_and_by_what(english: English, text: str, expected: dict[str, set[str]]) -> None:
    assert swapped(english, text) == expected


def test_a_document_has_the_same_children_alone_and_among_others(english: English) -> None:
    texts = [
        "It was the big story. The film\u2019s children wasn't there!",
        "很好的电影",
        "",
        "Das ist der Film",
        "a terrible idea",
    ]
    augmenter = Synonyms((english,), 0.5)
    together = augmenter.children_of(texts, [Chance(at) for at in range(5)], [2] * 5)
    assert [bool(children) for children in together] == [True, False, False, False, True]
    for at, text in enumerate(texts):
        assert augmenter.children(text, Chance(at), 2) == together[at]


def test_tags_go_by_the_words_beside(place: Path) -> None:
    vocabulary = Vocabulary(WordNet(str(place)))
    listed = ["the", "film", ",", "nothing", "was", "terrible"]
    assert [kind for kind, _ in tags(listed, vocabulary)] == ["D", "n", ",", "P", "B", "a"]
    assert min(sure for _, sure in tags(listed, vocabulary)) > 0.99
    assert tags(["zzz", "the"], vocabulary)[0] == ("o", 0.0)


def test_so_many_words_are_replaced_as_the_rate_says(english: English) -> None:
    text = "the big story of the terrible film and the clever child and the idea of the weather was with them " * 5
    words = len(word_spans([text])[0])
    for rate, expected in ((0.05, round(0.05 * words)), (0.2, round(0.2 * words)), (0.001, 1)):
        [child] = Synonyms((english,), rate).children(text, Chance(1), 1)
        assert sum(edit.reason == "synonym" for edit in child.edits) == expected


def test_children_of_one_document_differ_and_seeds_hold(english: English) -> None:
    text = "It was the big story of the terrible film with the clever children."
    augmenter = Synonyms((english,), 0.2)
    first = augmenter.children(text, Chance(1), 5)
    assert first == augmenter.children(text, Chance(1), 5)
    assert len({child.text for child in first}) > 1
    assert first == Synonyms((pickle.loads(pickle.dumps(english)),), 0.2).children(text, Chance(1), 5)


@pytest.mark.parametrize(
    ("base", "form", "part", "expected"),
    [
        ("film", "s", "n", "films"), ("child", "s", "n", "children"), ("story", "s", "n", "stories"), ("box", "s", "n", "boxes"),
        ("purchase", "ing", "v", "purchasing"), ("see", "ing", "v", "seeing"), ("lie", "ing", "v", "lying"),
        ("buy", "ed", "v", "bought"), ("begin", "ed", "v", None), ("carry", "ed", "v", "carried"), ("play", "ed", "v", "played"),
        ("large", "er", "a", "larger"), ("clever", "er", "a", None), ("terrible", "est", "a", None), ("odd", "est", "a", "oddest"),
    ],
)  # fmt: skip
def test_inflection(base: str, form: str, part: str, expected: str | None, place: Path) -> None:
    assert inflected(base, form, part, WordNet(str(place))) == expected  # type: ignore[arg-type]


def test_bases_are_found_as_morphy_finds_them(place: Path) -> None:
    wordnet = WordNet(str(place))
    assert wordnet.bases("films", "n") == ("film",)
    assert wordnet.bases("began", "v") == ("begin",)
    assert wordnet.bases("stories", "n") == ("story",)
    assert wordnet.bases("nothing", "n") == ()
    assert [article(word) for word in ("hour", "user", "umbrella", "one", "elk")] == ["an", "a", "an", "a", "an"]


def test_wordnet_is_found_where_it_may_lie_and_told_how_to_get_where_not(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "corpora").mkdir()
    shutil.make_archive(str(tmp_path / "corpora" / "wordnet"), "zip", place.parent, place.name)
    (tmp_path / "nltk").mkdir()
    shutil.copytree(place, tmp_path / "nltk" / "corpora" / "wordnet")
    monkeypatch.setenv("WNSEARCHDIR", str(place))
    assert WordNet.open().place == str(place)
    assert WordNet.open(str(tmp_path / "nltk")).senses("film", "n")
    with pytest.raises(InputError, match="apt-get install wordnet-base brings it"):
        WordNet.open(str(tmp_path))
    monkeypatch.delenv("WNSEARCHDIR")
    monkeypatch.setattr("dataqual.synonyms.wordnet.places", lambda: iter([tmp_path]))
    with pytest.raises(InputError, match="no WordNet is found"):
        WordNet.open()


def test_only_words_that_people_use_come_in(place: Path) -> None:
    pytest.importorskip("wordfreq")
    assert swapped(English(str(place), "wordfreq"), "The dog was in the story with them.") == {"story": {"tale"}}
    english = Frequency("en", "wordfreq")
    assert not english.fits("perambulate", "walk")
    assert not english.fits("motorcar", "car")
    assert english.fits("movie", "film")
    assert Frequency("zh", "wordfreq").fits("宾馆", "酒店")
    assert Frequency("xx", "wordfreq").fits("anything", "else")  # no list, no filter
