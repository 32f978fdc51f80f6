"""What augmentation did to a corpus: readings of diversity and of copies, of the originals and of all that was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dataqual.checking import check
from dataqual.corpus import Corpus
from dataqual.errors import DataqualError

TOLD: Mapping[str, str] = {
    "exact_copies": "share of documents that have the text of an earlier one",
    "near_copies": "share of documents that share four fifths of their 5-word shingles with an earlier one",
    "distinct": "different bigrams among all bigrams of as many words",
    "mtld": "words in a row until they repeat themselves, on average",
    "self_bleu": "how much of a document stands in others",
    "vendi": "how many documents there effectively are in a sample",
    "compression_ratio": "how much smaller the text can be packed",
}
"""What is read, and what it says."""


OF_PICTURES: Mapping[str, str] = {
    "label_balance": "how even the labels are, 1 where all are as frequent",
    "vendi": "how many pictures there effectively are in a sample",
}
"""The same of pictures."""


def _told(corpus: Corpus) -> Mapping[str, str]:
    if corpus.view == "text":
        return TOLD
    labelled = "label" in corpus.columns.extras()
    return {name: about for name, about in OF_PICTURES.items() if labelled or name != "label_balance"}


def readings(corpus: Corpus) -> dict[str, dict[str, Any]]:
    """Of each name its value, interval and n, in one pass; empty where the corpus cannot be read."""
    try:
        checked = check(corpus, [{"metric": name, "min": 0} for name in _told(corpus)])
    except DataqualError:
        return {}
    return {
        told["name"]: {key: told[key] for key in ("value", "interval", "n", "of")} for told in checked.facts()["checks"]
    }


def compared(before: Corpus, after: Corpus | None) -> list[dict[str, Any]]:
    """Each reading before and after, as plain JSON values."""
    first = readings(before)
    second = readings(after) if after is not None else {}
    return [
        {"name": name, "about": about, "before": first[name], "after": second.get(name)}
        for name, about in _told(before).items()
        if name in first
    ]
