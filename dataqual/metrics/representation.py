"""The metric `representation`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.errors import SpecError
from dataqual.measured import Measured
from dataqual.operators import Metric
from dataqual.people.mentions import Mentions
from dataqual.people.references import Shares, reference
from dataqual.people.representation import AxisTally, read
from dataqual.people.words import OURS, Lexicon, lexicon
from dataqual.reading import Reading


@dataclass(frozen=True)
class Representation(Metric[AxisTally]):
    """How much of the words that name any group of an axis name this one; with a reference, divided by its share there.

    `reference`: a file of shares, see docs/people.md. `detail["groups"]` has every group with the interval of its share.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.metric_reading import read
    >>> read(Representation(axis="gender", group="female"), Corpus.of(["She met her sister.", "他走了", "none"])).value
    0.75
    """

    axis: str = "gender"
    group: str = "female"
    reference: str = ""
    lexicons: tuple[str, ...] = OURS

    def __post_init__(self) -> None:
        self._words.group(self.axis, self.group)
        if self.reference and self.group not in self._shares:
            raise SpecError(
                f"{self.reference}: no share of {self.axis} {self.group}; there are: {', '.join(self._shares)}"
            )

    @property
    def _words(self) -> Lexicon:
        return lexicon(*self.lexicons)

    @property
    def _shares(self) -> dict[str, float]:
        shares: Shares = reference(self.reference) if self.reference else {}
        if self.reference and self.axis not in shares:
            raise SpecError(f"{self.reference}: no shares of the axis {self.axis}; there are: {', '.join(shares)}")
        for name in shares.get(self.axis, {}):
            self._words.group(self.axis, name)
        return shares.get(self.axis, {})

    def measure(self, measured: Measured) -> AxisTally:
        groups = self._words.groups(self.axis)
        counted = self._shares or groups
        names = tuple(name for name in groups if name in counted)
        return AxisTally.of(Mentions.of(measured.text, self._words), self.axis, names)

    def merge(self, first: AxisTally, second: AxisTally) -> AxisTally:
        return first + second

    def read(self, state: AxisTally) -> Reading:
        groups = read(state, self.axis, self._shares)
        own = next((found for found in groups if found.group == self.group), None)
        n = state.sums[0].whole
        share = own.share if own else 0.0 if n else None
        value = own.ratio if own and self.reference else share
        detail = {"axis": self.axis, "group": self.group, "groups": [found.facts() for found in groups]}
        return Reading("representation", value, n, of="mentions", detail=detail | {"documents": state.documents})
