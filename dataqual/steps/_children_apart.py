"""Children that came out as near copies of each other: of those of different parents the first that was made stays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.bounds import Bounds
from dataqual.near_duplicates import Survey
from dataqual.near_duplicates.verification import Fetch


@dataclass(frozen=True, eq=False)
class Apart:
    """Children, by their numbers, that are no other child's near copy, and those that are."""

    like: NDArray[np.int64]
    """(children,): which child that stays each is most like of those it may not be like; -1 of one that stays."""
    similarity: NDArray[np.float64]
    """(children,): how similar it is to that one, exactly; 0 of one that stays."""
    close: NDArray[np.bool_]
    """(children,): whether each is as like as that an earlier one of its own parent, which stays."""

    @classmethod
    def all_stay(cls, n: int) -> Apart:
        """So many of which nobody asks whether they are alike."""
        return cls(np.full(n, -1, np.int64), np.zeros(n), np.zeros(n, bool))

    @property
    def stays(self) -> NDArray[np.bool_]:
        """(children,): whether each is no near copy of another parent's."""
        return self.like < 0

    @classmethod
    def find(cls, survey: Survey, fetch: Fetch, parents: NDArray[np.int64], bounds: Bounds) -> Apart:
        """Of the children of a survey, (children,) numbers of their parents.

        >>> from dataqual.near_duplicates import NearDuplicates
        >>> from dataqual.text import Text
        >>> texts = ["one two three four five six", "One two three four five six!", "seven eight"]
        >>> survey = Survey(NearDuplicates())
        >>> survey.add(survey.measure(Text.of(texts)))
        >>> found = Apart.find(survey, lambda numbers: [texts[n] for n in numbers], np.arange(3), Bounds(below=0.8))
        >>> found.like.tolist(), found.similarity.tolist()
        ([-1, 0, -1], [0.0, 1.0, 0.0])
        """
        found = cls.all_stay(len(parents))
        like, most = found.like, found.similarity
        for children, earlier, similarity in survey.between(fetch, np.arange(len(parents))):
            near = np.round(similarity, 4)
            near = np.where(bounds.accept(near), 0.0, near)
            close = np.flatnonzero(near > 0)
            for child, other, value in zip(
                children[close].tolist(), earlier[close].tolist(), near[close].tolist(), strict=True
            ):
                if like[other] >= 0:
                    continue  # what is settled stays: pairs come in the order of the child
                if parents[child] == parents[other]:
                    found.close[child] = True
                elif value > most[child]:
                    like[child], most[child] = other, value
        return found
