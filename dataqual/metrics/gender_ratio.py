"""The metric `gender_ratio`."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.measured import Measured
from dataqual.operators import Metric
from dataqual.people.mentions import Mentions
from dataqual.people.representation import AxisTally, odds, read
from dataqual.people.words import OURS, lexicon
from dataqual.reading import Reading

AXIS = "gender"


@dataclass(frozen=True)
class GenderRatio(Metric[AxisTally]):
    """Words for women for each word for men; None where no word is for men.

    `first` by `second`: groups of the axis gender. `detail` has both with their intervals, documents being the draws.

    >>> from dataqual.corpus import Corpus
    >>> from dataqual.metric_reading import read
    >>> round(read(GenderRatio(), Corpus.of(["She met her sister and her father.", "他走了"])).value or 0, 9)
    2.0
    """

    first: str = "female"
    second: str = "male"
    lexicons: tuple[str, ...] = OURS

    def __post_init__(self) -> None:
        for name in (self.first, self.second):
            lexicon(*self.lexicons).group(AXIS, name)

    def measure(self, measured: Measured) -> AxisTally:
        mentions = Mentions.of(measured.text, lexicon(*self.lexicons))
        return AxisTally.of(mentions, AXIS, (self.first, self.second))

    def merge(self, first: AxisTally, second: AxisTally) -> AxisTally:
        return first + second

    def read(self, state: AxisTally) -> Reading:
        value, around = odds(state.sums[0].value, state.sums[0].interval())
        groups = [found.facts() for found in read(state, AXIS)]
        ends = None if around is None else [x if x != float("inf") else None for x in around]
        detail = {"groups": groups, "interval": ends, "documents": state.documents}
        return Reading("gender_ratio", value, state.sums[0].whole, of="mentions", detail=detail)
