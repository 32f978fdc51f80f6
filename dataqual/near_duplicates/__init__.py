"""Exact and near copies in a corpus: shingles, signatures, bands, verification, and the survey that does it all;
copies by meaning: embeddings, buckets, cosines."""

from dataqual.near_duplicates.copies import Cluster, NearCopies
from dataqual.near_duplicates.parameters import NearDuplicates
from dataqual.near_duplicates.ranking import Before
from dataqual.near_duplicates.semantic import Embedding, Semantic, SemanticCopies, SemanticSurvey
from dataqual.near_duplicates.shingling import jaccard, shingles
from dataqual.near_duplicates.signing import Part, Signing
from dataqual.near_duplicates.survey import Survey

__all__ = [
    "Before",
    "Cluster",
    "Embedding",
    "NearCopies",
    "NearDuplicates",
    "Part",
    "Semantic",
    "SemanticCopies",
    "SemanticSurvey",
    "Signing",
    "Survey",
    "jaccard",
    "shingles",
]
