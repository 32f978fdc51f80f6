"""The metric `association`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.document_sample import DocumentSample
from dataqual.errors import SpecError, did_you_mean
from dataqual.intervals import z_of
from dataqual.operators import SampleMetric
from dataqual.people.association import associations
from dataqual.people.mentions import Mentions
from dataqual.people.words import OURS, lexicon
from dataqual.reading import Reading

LISTED = 20


@dataclass(frozen=True)
class Association(SampleMetric):
    """The surest of what is said more of one group of an axis than of the others: its |z|; None where nothing occurs often enough.

    Occupations, praise, blame and flagged words in the sentences that name one group alone, by log-odds with an informative
    prior, documents being the draws. `detail["significant"]` counts those left after a control of false ones at 5 per cent.

    >>> texts = [f"She is a nurse {i}. He is an engineer." for i in range(30)]
    >>> reading = Association()(texts)
    >>> reading.detail["significant"], reading.detail["strongest"][0]["group"]
    (2, 'female')
    """

    axis: str = "gender"
    lists: tuple[str, ...] = ()
    """Those of the lexicon that are looked at; none given: all."""
    lexicons: tuple[str, ...] = OURS

    def __post_init__(self) -> None:
        super().__post_init__()
        words = lexicon(*self.lexicons)
        words.groups(self.axis)
        for name in self.lists:
            if name not in words.lists:
                raise SpecError(f"no list {name!r}; {did_you_mean(name, words.lists)}")

    def estimate(self, sample: DocumentSample) -> Reading:
        mentions = Mentions.of(sample.text, lexicon(*self.lexicons))
        found = associations(mentions, self.axis, lists=self.lists or None)
        value = max((abs(one.z) for one in found), default=None)
        # a z is an estimate too, in units of its own standard error
        around = None if value is None else (max(0.0, value - z_of(0.95)), value + z_of(0.95))
        detail = {
            "axis": self.axis,
            "tested": len(found),
            "significant": sum(one.significant for one in found),
            "strongest": [one.facts() for one in found[:LISTED]],
        }
        return sample.reading("association", value, around, detail=detail)
