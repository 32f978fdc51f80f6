"""What augmentation makes: a `Child` of a document, the `Edit`s that make it, and the verdict on it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from dataqual.drawing import stream


def child_id(methods: Iterable[str]) -> str:
    r"""A pattern of the end of the id of a child, `PARENT~METHOD-NUMBER`, and of a child of that, of methods of these names.

    Of a picture its kind of file stands behind, and the names of several methods with + between them. With what the two groups
    hold in its place it is the id of the document from which all stem. Ids that are like it, but name no method, are none.

    >>> ids = ["d1~noise-2", "d1~noise-1~noise-3", "a~crop+noise-1.png", "lee~page-7"]
    >>> [re.sub(child_id(["crop", "noise"]), r"\1\2", one) for one in ids]
    ['d1', 'd1', 'a.png', 'lee~page-7']
    """
    one = f"(?:{'|'.join(sorted(map(re.escape, methods)))})"
    return rf"(.)(?:~{one}(?:\+{one})*-[0-9]{{1,9}})+(\.[A-Za-z0-9]{{1,5}})?$"


@dataclass(frozen=True)
class Edit:
    """The characters of the parent from `start` to `end` are `replacement` in the child; why is `reason`, one word."""

    start: int
    end: int
    replacement: str
    reason: str


@dataclass(frozen=True)
class Child:
    """A document made of another one: its text, and the edits that make it, in order, none overlapping.

    >>> Child.of("a good film", [Edit(2, 6, "fine", "synonym")])
    Child(text='a fine film', edits=(Edit(start=2, end=6, replacement='fine', reason='synonym'),))
    """

    text: str
    edits: tuple[Edit, ...]

    @classmethod
    def of(cls, parent: str, edits: Iterable[Edit]) -> Child:
        """What the edits, in any order, make of the parent; ValueError where two of them overlap.

        Characters outside the edits' spans are the parent's.
        """
        ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
        parts, done = [], 0
        for edit in ordered:
            if not done <= edit.start <= edit.end <= len(parent):
                raise ValueError(f"edit {edit} overlaps another, or is not within {len(parent)} characters")
            parts += [parent[done : edit.start], edit.replacement]
            done = edit.end
        return cls("".join([*parts, parent[done:]]), tuple(ordered))

    @classmethod
    def rewritten(cls, parent: str, text: str, reason: str) -> Child:
        """Of a text that was written anew: the words in which the two differ are the edits.

        >>> [(edit.start, edit.end, edit.replacement) for edit in Child.rewritten("我很喜欢", "我非常喜欢", "x").edits]
        [(1, 2, '非常')]
        """
        return cls(text, tuple(differing(parent, text, reason)))


@dataclass(frozen=True)
class Failed:
    """What stands in the place of a child where the engine that should make it failed, and what it said."""

    why: str


WORDS_COMPARED = 4_000
"""Words of two texts that are compared one by one; difflib takes a second for ten times as many. Beyond, what lies between
the common beginning and the common end is one edit."""


def differing(parent: str, text: str, reason: str) -> list[Edit]:
    """The edits, each of whole pieces, that make `text` of `parent`."""
    first, second = pieces(parent), pieces(text)
    if max(len(first), len(second)) > WORDS_COMPARED:
        first, second = _ends(parent, text)
    starts = np.concatenate([[0], np.cumsum([len(piece) for piece in first], dtype=np.int64)]).tolist()
    found = SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
    return [Edit(starts[a], starts[b], "".join(second[c:d]), reason) for kind, a, b, c, d in found if kind != "equal"]


_PIECE = re.compile(r"[^\W_\u0e00-\u0eff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0010ffff]+|[\s\S]")
"""A run of letters and digits, but for Thai, Lao, Han and kana, in which a character is a word by itself; or any character."""


def pieces(text: str) -> list[str]:
    """A text cut at every border of a run of letters and digits; a Han, kana or Thai character is a piece alone.

    >>> pieces("It's 很好_ok")
    ['It', "'", 's', ' ', '很', '好', '_', 'ok']
    """
    return _PIECE.findall(text)


def _ends(parent: str, text: str) -> tuple[list[str], list[str]]:
    """Common beginning, what lies between, common end."""
    size = min(len(parent), len(text))
    one, two = (np.frombuffer(part.encode("utf-32-le", "surrogatepass"), np.uint32) for part in (parent, text))
    head = _agreeing(one[:size], two[:size])
    tail = _agreeing(one[head:][::-1][: size - head], two[head:][::-1][: size - head])
    cut = [[part[:head], part[head : len(part) - tail], part[len(part) - tail :]] for part in (parent, text)]
    return cut[0], cut[1]


def _agreeing(one: NDArray[np.uint32], two: NDArray[np.uint32]) -> int:
    different = np.flatnonzero(one != two)
    return int(different[0]) if len(different) else len(one)


@dataclass(frozen=True)
class Chance:
    """Randomness that belongs to one document, seed and method, the same in every process and version.

    >>> Chance(7).numbers(2).round(3).tolist(), Chance(7).pick("abc")
    ([0.722, 0.156], 'c')
    """

    key: int

    def numbers(self, n: int, purpose: str = "") -> NDArray[np.float64]:
        """`n` numbers from 0 to below 1 that belong to this purpose; those of another have nothing to do with them."""
        return stream(self.key, n, purpose)

    def of(self, purpose: str) -> Chance:
        """Another randomness, of this one and a purpose."""
        return Chance(int(self.numbers(1, f"of {purpose}")[0] * 2.0**53))

    def pick(self, among: Sequence[str], purpose: str = "") -> str:
        """One of several, each as likely; IndexError of none."""
        return among[int(self.numbers(1, purpose)[0] * len(among))]


class Augmenter(ABC):
    """Makes children of documents. A subclass defines `children`, or `children_of` where many at once are quicker."""

    settled: ClassVar[bool] = False
    """Whether a document of which it makes nothing in one attempt gets nothing in any other."""

    @property
    def dear(self) -> bool:
        """Whether a child costs money, or seconds: then nobody has one in the place of another unless that is said."""
        return False

    @property
    def attempts(self) -> int | None:
        """In how many attempts it may make other children of a document; None for any number."""
        return None

    def children(self, text: str, chance: Chance, how_many: int) -> list[Child]:
        """At most so many different children of a document; fewer where no more can be made."""
        return [one for one in self.children_of([text], [chance], [how_many])[0] if isinstance(one, Child)]

    @abstractmethod
    def children_of(
        self, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]
    ) -> Sequence[Sequence[Child | Failed]]:
        """The children of each document; what one gets depends on its text and its chance alone."""

    def attempt(
        self,
        number: int,
        texts: Sequence[str],
        chances: Sequence[Chance],
        how_many: Sequence[int],
        asked: Sequence[int],
    ) -> Sequence[Sequence[Child | Failed]]:
        """The children of an attempt, the first being 0; `asked` is how many each document was to have in those before."""
        return self.children_of(texts, [chance.of(f"attempt {number}") for chance in chances], how_many)


@dataclass(frozen=True)
class Refusal:
    """Why a child is refused: the rule, what was measured, and the bounds it should lie in, such as `>= 0.5`."""

    rule: str
    value: float | None = None
    threshold: str | None = None
    evidence: str | None = None
    """What to quote, where no child is there to be shown."""


@dataclass(frozen=True)
class Verdict:
    """Whether a child may be added; if not, why; and how similar it is to its parent where that was measured."""

    refusals: tuple[Refusal, ...] = ()
    similarity: float | None = None

    @property
    def accepted(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.refusals


class Judge(Protocol):
    """Who lets children through: a gate."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of all rules under which it may refuse."""

    def judge(self, parents: Sequence[str], children: Sequence[Child], labels: Sequence[str | None]) -> list[Verdict]:
        """A verdict on each child, whose parent and label stand in the same place."""


@dataclass(frozen=True)
class Everything:
    """Lets all through."""

    rules: tuple[str, ...] = ()

    def judge(self, parents: Sequence[str], children: Sequence[Child], labels: Sequence[str | None]) -> list[Verdict]:
        """Nothing speaks against any."""
        return [Verdict()] * len(children)
