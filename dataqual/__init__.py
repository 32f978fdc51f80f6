"""Measure a text corpus: what is in it, what is wrong with it, and what mends it.

Names load what they need when they are first asked for, so that `import dataqual` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataqual.lazy import face
from dataqual.version import __version__ as __version__

if TYPE_CHECKING:
    from dataqual.agreeing import Agreement as Agreement
    from dataqual.agreeing import agreement as agreement
    from dataqual.augmenting import Augmented as Augmented
    from dataqual.augmenting import augment as augment
    from dataqual.augmenting import augment_column as augment_column
    from dataqual.bounds import Bounds as Bounds
    from dataqual.checking import Checked as Checked
    from dataqual.checking import Suite as Suite
    from dataqual.checking import check as check
    from dataqual.cleaning import clean as clean
    from dataqual.comparing import Comparison as Comparison
    from dataqual.comparing import compare as compare
    from dataqual.corpus import Batch as Batch
    from dataqual.corpus import Corpus as Corpus
    from dataqual.deduplicating import Deduplicated as Deduplicated
    from dataqual.deduplicating import dedup as dedup
    from dataqual.errors import DataqualError as DataqualError
    from dataqual.explaining import explain as explain
    from dataqual.labelling import Labelled as Labelled
    from dataqual.labelling import label_errors as label_errors
    from dataqual.leaks import Leakage as Leakage
    from dataqual.leaks import leakage as leakage
    from dataqual.near_duplicates import jaccard as jaccard
    from dataqual.operators import Metric as Metric
    from dataqual.operators import Signal as Signal
    from dataqual.profiling import Finding as Finding
    from dataqual.profiling import Profile as Profile
    from dataqual.profiling import profile as profile
    from dataqual.pseudonyms import restore as restore
    from dataqual.readers import read as read
    from dataqual.reading import Reading as Reading
    from dataqual.recipe import Recipe as Recipe
    from dataqual.rewriting import Cleaned as Cleaned
    from dataqual.splitting import Split as Split
    from dataqual.splitting import split as split
    from dataqual.text import Text as Text

_HOMES = {
    "Agreement": "dataqual.agreeing",
    "Augmented": "dataqual.augmenting",
    "Batch": "dataqual.corpus",
    "Bounds": "dataqual.bounds",
    "Checked": "dataqual.checking",
    "Cleaned": "dataqual.rewriting",
    "Comparison": "dataqual.comparing",
    "Corpus": "dataqual.corpus",
    "DataqualError": "dataqual.errors",
    "Deduplicated": "dataqual.deduplicating",
    "Finding": "dataqual.profiling",
    "Labelled": "dataqual.labelling",
    "Leakage": "dataqual.leaks",
    "Metric": "dataqual.operators",
    "Profile": "dataqual.profiling",
    "Reading": "dataqual.reading",
    "Recipe": "dataqual.recipe",
    "Signal": "dataqual.operators",
    "Split": "dataqual.splitting",
    "Suite": "dataqual.checking",
    "Text": "dataqual.text",
    "agreement": "dataqual.agreeing",
    "augment": "dataqual.augmenting",
    "augment_column": "dataqual.augmenting",
    "check": "dataqual.checking",
    "clean": "dataqual.cleaning",
    "compare": "dataqual.comparing",
    "dedup": "dataqual.deduplicating",
    "explain": "dataqual.explaining",
    "jaccard": "dataqual.near_duplicates",
    "label_errors": "dataqual.labelling",
    "leakage": "dataqual.leaks",
    "profile": "dataqual.profiling",
    "read": "dataqual.readers",
    "restore": "dataqual.pseudonyms",
    "split": "dataqual.splitting",
}

__all__ = sorted(_HOMES)  # pyright: ignore[reportUnsupportedDunderAll]
__getattr__, __dir__ = face(__name__, _HOMES, "__version__")
