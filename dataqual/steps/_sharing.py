"""How many children each document gets: by its own chance, or in exact numbers by label or group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Chunk, Corpus
from dataqual.drawing import document_keys, uniform
from dataqual.errors import SpecError, did_you_mean
from dataqual.operators import Engine
from dataqual.steps._held_out import HeldOut, parents
from dataqual.steps._taking import By, Value, kinds
from dataqual.views import view_of


class Sharing(Protocol):
    """What a step says of it: see `Augmenting`."""

    @property
    def factor(self) -> float: ...
    @property
    def balance(self) -> By | None: ...
    @property
    def only(self) -> tuple[str, ...]: ...
    @property
    def seed(self) -> int: ...


@dataclass(frozen=True)
class Share:
    """How many children each document of a value gets: `whole`, and one more with the chance `more`, or up to a key."""

    whole: int
    more: float = 0.0
    largest: int | None = None
    """Where numbers are to be exact, the largest key of a document that gets one more; -1 where none does."""
    wanted: int = 0
    """Where numbers are to be exact, the children of all its documents."""

    def of(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The number for each key, (documents,)."""
        if self.largest is None:
            return self.whole + (uniform(keys) < self.more).astype(np.int64)
        more = keys <= np.uint64(self.largest) if self.largest >= 0 else np.zeros(len(keys), bool)
        return self.whole + more.astype(np.int64)


def shares_of(step: Sharing, corpus: Corpus, engine: Engine, held: HeldOut, name: str) -> Mapping[Value, Share]:
    """By the value of what is balanced; all have one share, under None, where nothing is."""
    more = step.factor - 1
    if step.only and step.balance is None and "label" not in corpus.columns.extras():
        raise SpecError(f"{name}: only names labels, and the corpus has none; name their column with --label")
    for asked in step.only if (step.balance or "label") in corpus.columns.extras() else ():
        must_be_there(asked, step.balance or "label", corpus, engine)
    if step.balance is None:
        return {None: Share(int(more), more - int(more))}
    keys = tallied(corpus, engine, held, step.balance, name, step.seed)
    most = max((len(found) for found in keys.values()), default=0)
    shares = {}
    for value, found in keys.items():
        wanted = min(most, round(step.factor * len(found))) - len(found)
        whole, rest = divmod(wanted, len(found))
        largest = int(np.partition(found, rest - 1)[rest - 1]) if rest else -1
        shares[value] = Share(whole, largest=largest, wanted=wanted)
    return shares


def must_be_there(value: str, by: By, corpus: Corpus, engine: Engine) -> None:
    """SpecError where no document has this label, or group."""

    def look(chunk: Chunk) -> set[str]:
        columns = corpus.parse(chunk).columns
        return set(columns[by].drop_nulls().to_list()) if by in columns.columns else set()

    there: set[str] = set()
    for part in engine.map(look, corpus.chunks()):
        there |= part
        if value in there:
            return
    raise SpecError(f"only: no document has the {by} {value!r}; {did_you_mean(value, there)}")


def tallied(
    corpus: Corpus, engine: Engine, held: HeldOut, by: By, name: str, seed: int
) -> dict[Value, NDArray[np.uint64]]:
    """The keys of the documents of each value that may be parents, 8 bytes each; SpecError where there is no such column."""
    if by not in corpus.columns.extras():
        raise SpecError(f"{name}: balance is {by}, but the corpus has no {by}; name its column with --{by}")

    def look(chunk: Chunk) -> list[tuple[Value, NDArray[np.uint64]]]:
        batch = corpus.parse(chunk)
        batch = batch.where(parents(batch, held))
        keys = document_keys(batch.file, batch.record, name, seed)
        return [(value, keys[rows]) for value, rows in kinds(batch, by) if value is not None]

    found: dict[Value, list[NDArray[np.uint64]]] = {}
    for parts in engine.map(look, corpus.chunks()):
        for value, keys in parts:
            found.setdefault(value, []).append(keys)
    return {value: np.concatenate(parts) for value, parts in found.items()}


def eligible(batch: Batch, held: HeldOut, only: tuple[str, ...], balance: By | None) -> NDArray[np.bool_]:
    """Which documents of a batch may have children by what they are, (documents,)."""
    return parents(batch, held) & _named(batch, only, balance)


def barren(batch: Batch, held: HeldOut, only: tuple[str, ...], balance: By | None) -> NDArray[np.bool_]:
    """Which could have children but that they are blank, (documents,)."""
    return view_of(batch).blank(batch) & ~batch.made & ~held.mask(batch) & _named(batch, only, balance)


def _named(batch: Batch, only: tuple[str, ...], balance: By | None) -> NDArray[np.bool_]:
    """Which have one of the labels, or groups, that grow at all, (documents,)."""
    if not only:
        return np.ones(len(batch), bool)
    values = batch.columns[balance or "label"].to_list()
    return np.isin(np.array([value if value is not None else "" for value in values]), only)
