"""The gate of pictures made of others: which may be added, and why the others may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual import specs
from dataqual.bounds import Bounds
from dataqual.children import Refusal, Verdict
from dataqual.errors import SpecError, did_you_mean
from dataqual.images.features import Classifier, side_of
from dataqual.images.squares import squares

Pixels = NDArray[np.uint8]
DEFAULT = Path(__file__).parent / "gate.yaml"
SECTIONS = ("rules", "with_originals", "with_labels")
SIGNALS = ("distance", "contrast_kept", "resemblance", "copies_original", "label_agreement")
SMALL = 16
"""Side of the squares by which pictures are compared: as large as what a turn by some degrees leaves alike."""
ALIKE = 6
"""Average levels of 255 within which two small squares are copies of one another."""
SIDE = 32
"""Side of the squares that classifiers see at most: four times as many pixels take four times as long, and tell labels hardly better."""
FOLDS = 3
"""Classifiers that learn from the originals, each from two thirds: of more, each learns little more and all take longer."""
STEPS = 600
"""Steps of training at most for each."""
FEWEST = 10
"""Originals of each of two labels at least: with fewer a classifier tells nothing."""
LEAST_RIGHT = 0.75
"""Share of originals that never seen classifiers must tell right: who is wrong at one in four refuses as many good children."""


@dataclass(frozen=True, eq=False)
class PicturePairs:
    """Parent i and child i belong together."""

    parents: Sequence[Pixels]
    children: Sequence[Pixels]
    labels: Sequence[str | None]
    """The label of each parent; None where there is none, or the child has shares of several."""
    keys: NDArray[np.uint64]
    """A number of each parent that tells its fold."""

    def __len__(self) -> int:
        return len(self.children)


@dataclass(frozen=True)
class PictureRule:
    """Bounds on what is measured of a pair; a child that lies outside is refused."""

    signal: str
    bounds: Bounds
    about: str = ""


@dataclass(frozen=True, eq=False)
class Originals:
    """All pictures of a corpus, small, in the order of their brightness, so that few are compared with a child.

    The mean of two pictures, and so that of each of 16 blocks of them, is no farther apart than their pixels are on average:
    what lies farther apart in these is passed over, and nothing is missed.
    """

    small: NDArray[np.uint8]
    """(n, 256) levels."""
    blocks: NDArray[np.float32]
    """(n, 16): means of 4 x 4."""
    means: NDArray[np.float32]
    """(n,), ascending."""

    @classmethod
    def of(cls, small: NDArray[np.uint8]) -> Originals:
        """Of small pictures (n, 256)."""
        means = small.mean(1, dtype=np.float32)
        order = np.argsort(means, kind="stable")
        return cls(small[order], _blocks(small[order]), means[order])

    def nearest(self, pairs: PicturePairs, reach: float = ALIKE) -> NDArray[np.float64]:
        """The least average distance in levels of each child from an original that is no copy of its parent, (pairs,).

        NaN where none lies within `reach`.
        """
        out = np.full(len(pairs), np.nan)
        children, parents = small_of(pairs.children), small_of(pairs.parents)
        means, blocks = children.mean(1, dtype=np.float32), _blocks(children)
        first, last = (
            np.searchsorted(self.means, means - reach, "left"),
            np.searchsorted(self.means, means + reach, "right"),
        )
        for at in range(len(pairs)):
            near = first[at] + np.flatnonzero(
                np.abs(self.blocks[first[at] : last[at]] - blocks[at]).mean(1) <= reach + 1e-3
            )
            apart = np.abs(self.small[near].astype(np.int16) - children[at]).mean(1)
            near, apart = near[apart <= reach], apart[apart <= reach]
            others = np.abs(self.small[near].astype(np.int16) - parents[at]).mean(1) > ALIKE
            if others.any():
                out[at] = apart[others].min()
        return out


def _blocks(small: NDArray[np.uint8]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = small.reshape(-1, 4, 4, 4, 4).mean((2, 4), dtype=np.float32).reshape(-1, 16)
    return found


@dataclass(frozen=True, eq=False)
class LabelModels:
    """Classifiers, each of which learnt from the originals of all folds but one."""

    models: tuple[Classifier, ...]

    @classmethod
    def fit(
        cls, pictures: Sequence[Pixels], labels: Sequence[str], keys: NDArray[np.uint64], threads: int = 1
    ) -> LabelModels | None:
        """Learn from pictures with a label, `threads` classifiers at once; None where fewer than two labels have `FEWEST`."""
        names, counts = np.unique(list(labels), return_counts=True)
        known = names[counts >= FEWEST].tolist()
        if len(known) < 2:
            return None
        rows = [row for row, label in enumerate(labels) if label in known]
        some, fold = [pictures[row] for row in rows], fold_of(keys[rows])
        parts = [np.flatnonzero(fold != held) for held in range(FOLDS)]
        told: dict[str, Any] = {"known": known, "side": min(SIDE, side_of(some)), "most": STEPS, "threads": threads}
        return cls(Classifier.fit_each(some, [labels[row] for row in rows], parts, **told))

    def agreement(
        self, pictures: Sequence[Pixels], labels: Sequence[str | None], keys: NDArray[np.uint64]
    ) -> NDArray[np.float64]:
        """The chance of each picture's label over that of the likeliest, by the classifier that did not learn from its fold."""
        number = {label: at for at, label in enumerate(self.models[0].labels)}
        own = np.array([number.get(label, -1) if label is not None else -1 for label in labels], np.int64)
        out, fold = np.full(len(pictures), np.nan), fold_of(keys)
        for held, model in enumerate(self.models):
            rows = np.flatnonzero((fold == held) & (own >= 0))
            if len(rows):
                found = model.probabilities([pictures[row] for row in rows.tolist()])
                out[rows] = found[np.arange(len(rows)), own[rows]] / found.max(1)
        return out

    def share_right(self, pictures: Sequence[Pixels], labels: Sequence[str], keys: NDArray[np.uint64]) -> float:
        """On how many of the originals the classifiers that did not see them are right; 0 of none."""
        found = self.agreement(pictures, labels, keys)
        known = found[~np.isnan(found)]
        return float((known >= 1).mean()) if len(known) else 0.0


@dataclass(frozen=True, eq=False)
class PictureGate:
    """Rules, and what they must know of the originals; a rule for which there is nothing does not apply."""

    picture_rules: tuple[PictureRule, ...]
    originals: Originals | None = None
    models: LabelModels | None = None
    notes: tuple[str, ...] = ()
    """What the user should know: rules that could not be applied."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of all rules under which it may refuse."""
        return tuple(rule.signal for rule in self.picture_rules)

    def judge(self, pairs: PicturePairs) -> list[Verdict]:
        """A verdict on each child."""
        refusals: list[list[Refusal]] = [[] for _ in range(len(pairs))]
        if not len(pairs):
            return []
        measured = {rule.signal: self._measured(rule, pairs) for rule in self.picture_rules}
        for rule in self.picture_rules:
            values = measured[rule.signal]
            for at in np.flatnonzero(~(rule.bounds.accept(values) | np.isnan(values))).tolist():
                refusals[at].append(Refusal(rule.signal, float(values[at]), str(rule.bounds)))
        like = measured.get("resemblance", np.full(len(pairs), np.nan)).tolist()
        return [
            Verdict(tuple(found), None if np.isnan(value) else value)
            for found, value in zip(refusals, like, strict=True)
        ]

    def _measured(self, rule: PictureRule, pairs: PicturePairs) -> NDArray[np.float64]:
        nothing, signal = np.full(len(pairs), np.nan), rule.signal
        if signal == "copies_original":
            reach = max(end for end in (rule.bounds.min, rule.bounds.above, 0.0) if end is not None)
            return nothing if self.originals is None else np.round(self.originals.nearest(pairs, reach), 4)
        if signal == "label_agreement":
            told = nothing if self.models is None else self.models.agreement(pairs.children, pairs.labels, pairs.keys)
            return np.round(told, 4)
        return np.round(OF_A_PAIR[signal](pairs), 4)


def distance(pairs: PicturePairs) -> NDArray[np.float64]:
    """The average distance of the pixels of parent and child in levels of 255, (pairs,)."""
    each = zip(pairs.parents, pairs.children, strict=True)
    return np.array(
        [np.abs(one.astype(np.int16) - other).mean() if one.shape == other.shape else 255.0 for one, other in each]
    )


def contrast_kept(pairs: PicturePairs) -> NDArray[np.float64]:
    """The standard deviation of the child's brightness over its parent's, (pairs,); of a blank parent 1."""
    before, after = (small_of(side).astype(np.float64).std(1) for side in (pairs.parents, pairs.children))
    return np.where(before > 0, after / np.where(before > 0, before, 1), 1.0)


def resemblance(pairs: PicturePairs) -> NDArray[np.float64]:
    """The highest correlation of brightness of child and parent, 16 x 16, the parent as it is, mirrored or turned, (pairs,).

    NaN where either is blank.
    """
    child = _centred(small_of(pairs.children).reshape(-1, SMALL, SMALL))
    parent = _centred(small_of(pairs.parents).reshape(-1, SMALL, SMALL))
    ways = [np.rot90(side, turn, (1, 2)) for side in (parent, parent[:, :, ::-1]) for turn in range(4)]
    found = np.max([(child * way).sum((1, 2)) for way in ways], axis=0)
    blank = ~(child.any((1, 2)) & parent.any((1, 2)))
    return np.where(blank, np.nan, found)


def _centred(small: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Less the mean, and of length 1; 0 of a blank one."""
    own = small.astype(np.float64) - small.mean((1, 2), keepdims=True)
    length = np.sqrt((own**2).sum((1, 2), keepdims=True))
    return own / np.where(length > 0, length, 1)


OF_A_PAIR: Mapping[str, Callable[[PicturePairs], NDArray[np.float64]]] = {
    "distance": distance,
    "contrast_kept": contrast_kept,
    "resemblance": resemblance,
}


def small_of(pictures: Sequence[Pixels]) -> NDArray[np.uint8]:
    """Each as 256 levels of brightness, (n, 256)."""
    return np.rint(squares(pictures, SMALL, 1) * 255).astype(np.uint8).reshape(len(pictures), SMALL * SMALL)


def fold_of(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The fold of each, 0 to `FOLDS` - 1."""
    return ((keys >> np.uint64(11)) % np.uint64(FOLDS)).astype(np.int64)


def rules_of(given: str | Sequence[Any]) -> tuple[PictureRule, ...]:
    """The rules a parameter says: "default", "none", the path of a YAML file, or a list of rules; SpecError otherwise.

    >>> [rule.signal for rule in rules_of(["{signal: distance, min: 1}"])], rules_of("none")
    (['distance'], ())
    """
    if given == "none":
        return ()
    if given == "default":
        return default_rules()
    if isinstance(given, str):
        if not given.endswith((".yaml", ".yml")):
            raise SpecError(f"gate: {given!r} is neither default nor none, nor the path of a .yaml file of rules")
        return _of_file(Path(given))
    return tuple(_rule(specs.unfolded(one), f"gate[{at}]") for at, one in enumerate(given))


@cache
def default_rules() -> tuple[PictureRule, ...]:
    """Those that ship."""
    return _of_file(DEFAULT)


def _of_file(path: Path) -> tuple[PictureRule, ...]:
    content = specs.read_yaml(path)
    specs.check_keys(content, str(path), required=("rules",), optional=("about", *SECTIONS))
    return tuple(
        _rule(one, f"{path}.{name}[{at}]") for name in SECTIONS for at, one in enumerate(content.get(name) or [])
    )


def _rule(content: object, where: str) -> PictureRule:
    given = specs.mapping(content, where)
    specs.check_keys(given, where, required=("signal",), optional=("about", *specs.ENDS))
    name = specs.string(given, "signal", where)
    if name not in SIGNALS:
        raise SpecError(f"{where}: no signal of pairs of pictures {name!r}; {did_you_mean(name, SIGNALS)}")
    return PictureRule(
        name, specs.bounds(given, where), specs.string(given, "about", where) if "about" in given else ""
    )
