"""Children of different parents that came out as near copies of each other: in the order of the corpus the first stays."""

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

    @classmethod
    def find(cls, survey: Survey, fetch: Fetch, parents: NDArray[np.int64], bounds: Bounds) -> Apart:
        """Of the children of a survey, (children,) numbers of their parents; those of one parent may be alike.

        >>> from dataqual.near_duplicates import NearDuplicates
        >>> from dataqual.text import Text
        >>> texts = ["one two three four five six", "One two three four five six!", "seven eight"]
        >>> survey = Survey(NearDuplicates())
        >>> survey.add(survey.measure(Text.of(texts)))
        >>> found = Apart.find(survey, lambda numbers: [texts[n] for n in numbers], np.arange(3), Bounds(below=0.8))
        >>> found.like.tolist(), found.similarity.tolist()
        ([-1, 0, -1], [0.0, 1.0, 0.0])
        """
        like, most = np.full(len(parents), -1, np.int64), np.zeros(len(parents))
        for children, earlier, similarity in survey.between(fetch, parents):
            near = np.round(similarity, 4)
            near = np.where(bounds.accept(near), 0.0, near)
            close = np.flatnonzero(near > 0)
            for child, other, value in zip(
                children[close].tolist(), earlier[close].tolist(), near[close].tolist(), strict=True
            ):
                if (
                    like[other] < 0 and value > most[child]
                ):  # what is settled stays: pairs come in the order of the child
                    like[child], most[child] = other, value
        return cls(like, most)
