"""Parents and the children made from them, side by side, and what a gate measures of each pair."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.gating.same_words import Apart, apart
from dataqual.gating.wording import mostly_han, words
from dataqual.lazy import lazy
from dataqual.text import Text


@dataclass(frozen=True, eq=False)
class Pairs:
    """Parent i and child i belong together; what is known of a parent is known of its child."""

    parents: Text
    children: Text
    labels: Sequence[str | None] = ()
    """(pairs,): the label of each parent, which its child keeps; empty where there are none."""
    vouched: Sequence[Collection[tuple[str, str]]] = ()
    """(pairs,): words of the parent, in lower case, and what a source of synonyms put in their place; empty where nobody knows."""

    @classmethod
    def of(
        cls,
        parents: Sequence[str],
        children: Sequence[str],
        labels: Sequence[str | None] = (),
        vouched: Sequence[Collection[tuple[str, str]]] = (),
    ) -> Pairs:
        """Of texts; ValueError where not every child has its parent."""
        if len(parents) != len(children) or (labels and len(labels) != len(parents)):
            raise ValueError(f"{len(parents)} parents, {len(children)} children and {len(labels)} labels")
        return cls(Text.of(list(parents)), Text.of(list(children)), labels, vouched)

    def __len__(self) -> int:
        return len(self.children)

    def at(self, row: int) -> Pairs:
        """One of them."""
        parent, child = self.texts[row]
        return Pairs.of([parent], [child], self.labels[row : row + 1], self.vouched[row : row + 1])

    @lazy
    def texts(self) -> list[tuple[str, str]]:
        """Each parent with its child, as str."""
        return [(self.parents[i], self.children[i]) for i in range(len(self))]

    @lazy
    def worded(self) -> list[tuple[list[str], list[str]]]:
        """The words of each, in lower case, in their order; a Han character is a word, and `don't` is one."""
        return [(words(parent), words(child)) for parent, child in self.texts]

    @lazy
    def words(self) -> list[tuple[Counter[str], Counter[str]]]:
        """The same words with how often each is there.

        >>> Pairs.of(["Don't go. 不"], ["go"]).words
        [(Counter({"don't": 1, 'go': 1, '不': 1}), Counter({'go': 1}))]
        """
        return [(Counter(parent), Counter(child)) for parent, child in self.worded]

    @lazy
    def replaced(self) -> list[tuple[Counter[str], Counter[str]]]:
        """The words that only the parent has, or has more often, and those of the child."""
        return [(parent - child, child - parent) for parent, child in self.words]

    @lazy
    def apart(self) -> list[Apart]:
        """Each parent with its child, without what our list of everyday Chinese words lets stand for one another."""
        return [apart(parent, child) for parent, child in self.texts]

    @lazy
    def mostly_han(self) -> NDArray[np.bool_]:
        """(pairs,): whether at least half of the parent's words are Han characters."""
        return np.array([mostly_han(parent) for parent, _ in self.texts], bool)


class PairSignal(ABC):
    """One number for every pair; NaN where it does not apply, and then no bound refuses the child.

    A subclass is a frozen dataclass whose fields are its parameters, named as in YAML.
    """

    @property
    def rests_on(self) -> object:
        """What beside its parameters decides its numbers, such as the weights of a model."""
        return None

    @abstractmethod
    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        """(pairs,); pure, each pair on its own."""

    def evidence(self, pairs: Pairs, at: int) -> str | None:
        """What it saw in one pair, to be quoted where that is refused; None where the number says all."""
        return None


def each(pairs: Pairs, number: Any) -> NDArray[np.float64]:
    """`number(parent, child)` of every pair."""
    return np.array([number(parent, child) for parent, child in pairs.texts], np.float64)
