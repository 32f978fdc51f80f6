"""Synonyms in their place: English by WordNet, Chinese by a thesaurus, other languages by MyThes files."""

from dataqual.synonyms.sources import sources_of
from dataqual.synonyms.substituting import Synonyms

__all__ = ["Synonyms", "sources_of"]
