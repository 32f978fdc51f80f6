"""The step `augment_synonyms`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.children import Augmenter
from dataqual.corpus import Corpus
from dataqual.errors import SpecError
from dataqual.operators import Engine
from dataqual.steps._augmenting import AugmentingTexts
from dataqual.synonyms import Synonyms, sources_of
from dataqual.synonyms.chinese import Evidence
from dataqual.synonyms.frequency import By as CommonBy
from dataqual.synonyms.segmenting import By as CutBy


@dataclass(frozen=True)
class AugmentSynonyms(AugmentingTexts):
    """Add children of documents in which a share `rate` of the words is replaced by synonyms, in the same form and case.

    English from WordNet, by part of speech and commonest sense; Chinese from a thesaurus; other languages from MyThes files.
    Numbers, names, addresses, code and what is quoted stay, and only words that people use come in.
    """

    rate: float = 0.1
    wordnet: str | None = None
    chinese: str | None = None
    mythes: tuple[str, ...] = ()
    frequency: CommonBy = "wordfreq"
    segment: CutBy = "jieba"
    source: Evidence = "both"
    gate: str | tuple[str, ...] = "default"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.rate <= 1:
            raise SpecError(f"rate is {self.rate:g}; it is above 0, and 1 at most")

    def augmenter(self, corpus: Corpus, engine: Engine) -> Augmenter:
        """With the sources for the languages of the corpus open."""
        return Synonyms(
            sources_of(corpus, self.wordnet, self.chinese, self.mythes, self.frequency, self.segment, self.source),
            self.rate,
        )
