"""Whom a corpus speaks of, how often beside a reference, and what it says of them; every number with its sentences.

Words are counted, not people: docs/people.md says what the numbers may not be used to claim.
"""

from dataqual.people.association import Association as Association
from dataqual.people.association import associations as associations
from dataqual.people.association import npmi as npmi
from dataqual.people.association import significant as significant
from dataqual.people.counterfactuals import counterfactual_pairs as counterfactual_pairs
from dataqual.people.embedding_tests import Weat as Weat
from dataqual.people.embedding_tests import weat as weat
from dataqual.people.fighting_words import LogOdds as LogOdds
from dataqual.people.fighting_words import log_odds as log_odds
from dataqual.people.mentions import Mentions as Mentions
from dataqual.people.references import reference as reference
from dataqual.people.representation import Represented as Represented
from dataqual.people.representation import represented as represented
from dataqual.people.word_vectors import Vectors as Vectors
from dataqual.people.words import Lexicon as Lexicon
from dataqual.people.words import lexicon as lexicon

__all__ = [
    "Association",
    "Lexicon",
    "LogOdds",
    "Mentions",
    "Represented",
    "Vectors",
    "Weat",
    "associations",
    "counterfactual_pairs",
    "lexicon",
    "log_odds",
    "npmi",
    "reference",
    "represented",
    "significant",
    "weat",
]
