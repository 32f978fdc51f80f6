"""Over all scripts, ten thousand documents: bytes outside of the recorded edits are the parent's, whatever the method."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataqual.children import Augmenter, Chance
from dataqual.noise import KINDS, Noise, SentenceShuffle
from dataqual.synonyms import Synonyms
from dataqual.synonyms.chinese import Chinese
from dataqual.synonyms.english import English
from tests.synonyms.small_wordnet import SENSES, small_wordnet
from tests.test_children import MIXED, check_locality

_FOLDER = TemporaryDirectory()
_THESAURUS = Path(_FOLDER.name) / "thesaurus.txt"
_THESAURUS.write_text("漂亮 美观 好看\n高兴 愉快\n", encoding="utf-8")

AUGMENTERS: list[Augmenter] = [
    Noise(tuple(KINDS), rate=0.3),
    SentenceShuffle(),
    Synonyms(
        (
            English(str(small_wordnet(Path(_FOLDER.name) / "wordnet")), "none"),
            Chinese(str(_THESAURUS), "none", "longest"),
        ),
        0.5,
    ),
]
WORDS = st.sampled_from(
    [word for _, lemmas in SENSES for word, _ in lemmas] + "the a an of was 漂亮 高兴 不漂亮 films 3.5 “x”".split()
)
DOCUMENTS = st.one_of(
    MIXED, st.lists(st.one_of(WORDS, MIXED), max_size=12).map(" ".join), st.lists(WORDS, max_size=20).map(" ".join)
)


def check(augmenter: Augmenter, text: str, key: int) -> None:
    for child in augmenter.children(text, Chance(key), 2):
        check_locality(text, child)


@given(augmenter=st.sampled_from(AUGMENTERS), text=DOCUMENTS, key=st.integers(0, 2**53))
@settings(deadline=None)
def test_a_few_documents(augmenter: Augmenter, text: str, key: int) -> None:
    check(augmenter, text, key)


@pytest.mark.slow
@given(augmenter=st.sampled_from(AUGMENTERS), text=DOCUMENTS, key=st.integers(0, 2**53))
@settings(deadline=None, max_examples=10_000, suppress_health_check=list(HealthCheck))
def test_ten_thousand_documents(augmenter: Augmenter, text: str, key: int) -> None:
    check(augmenter, text, key)
