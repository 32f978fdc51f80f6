"""Steps in order: each surveys what those before it leave, then all judge batch after batch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dataqual import specs, suites
from dataqual.catalog import name_of
from dataqual.corpus import Address, Batch, Chunk, Corpus, Piece, Progress, Rows
from dataqual.engine import Local
from dataqual.errors import SpecError, did_you_mean
from dataqual.ledger import TORN_TURNS, Added, Change, Dropped, Edited
from dataqual.operators import Engine, Step, ViewName
from dataqual.remembered import Passed, Remembered
from dataqual.series import like, texts_of
from dataqual.text import Text
from dataqual.views import view_of

FOLDER = Path(__file__).parent / "recipes"


@dataclass(frozen=True)
class Recipe:
    """Steps in order, by name, resolved before a byte of data is read.

    >>> recipe = Recipe.of({"steps": ["dedup", {"keep": {"signal": "word_count", "min": 5}}]}, "mine.yaml")
    >>> recipe.told_as
    ('exact_copies', 'word_count')
    """

    name: str
    steps: tuple[Step, ...]
    about: str = ""
    language: str | None = None
    """The language it is meant for; None for any."""
    says: tuple[str, ...] = ()
    """Each step as YAML has it, on one line, without its secrets; empty where it was not made from YAML."""
    checks: suites.Suite | None = None
    """The suite that the cleaned corpus must pass; None where nothing is asked of it."""

    @classmethod
    def load(cls, name: str, base: Path | None = None) -> Recipe:
        """One that ships, by its name, or a .yaml file; SpecError where there is none or it is not sound.

        Relative paths start from the folder `base`, or the current one.
        """
        if name.endswith((".yaml", ".yml")):
            return cls.of(specs.read_yaml(base / name if base else Path(name)), name)
        if name not in recipes():
            raise SpecError(f"no recipe {name!r}; {did_you_mean(name, recipes())}; or name a .yaml file")
        return cls.of(specs.read_yaml(path_of(name)), name)

    @classmethod
    def of(cls, content: Mapping[str, Any] | Sequence[Any], where: str = "recipe") -> Recipe:
        """Of `{about: …, language: …, steps: [NAME or {NAME: {PARAMETER: VALUE}}, …], checks: [{SUBJECT: NAME, …}, …]}`,
        or of the steps alone. SpecError that says where.
        """
        given = specs.mapping(content, where) if isinstance(content, Mapping) else {"steps": content}
        specs.check_keys(given, where, required=("steps",), optional=("about", "language", "checks"))
        steps = specs.steps(given["steps"], f"{where}.steps")
        if not steps:
            raise SpecError(f"{where}.steps: expected at least one step")
        said = {key: specs.string(given, key, where) for key in ("about", "language") if key in given}
        check_order(steps, f"{where}.steps")
        checks = suites.Suite.of({"checks": given["checks"]}, where) if "checks" in given else None
        return cls(where, steps, **said, says=tuple(map(_said, steps, given["steps"])), checks=checks)

    def on(self, column: Any) -> Any:
        """The texts of a column as the steps leave them, None where one was dropped, or is missing as it came.

        A polars column gives one, so does a pandas column, with its index; anything else gives a list. SpecError
        for a step that adds documents, InputError for what is no text.

        >>> Recipe.of([{"keep": {"signal": "word_count", "min": 2}}]).on(["one two", "three"])
        ['one two', None]
        """
        texts = texts_of(column)
        rows = [row for row, text in enumerate(texts) if text is not None]
        corpus = Corpus.of([texts[row] for row in rows])
        steps = prepared(self.steps, corpus, Local())
        left: list[str | None] = [None] * len(texts)
        for batch in corpus.batches():
            after, changes = applied(steps, batch)
            for change in changes:
                if isinstance(change, Added):
                    raise SpecError(f"{self.name}: {change.step} adds documents, for which a column has no room")
            for row, record in enumerate(after.record.tolist()):
                left[rows[record - 1]] = after.text[row]
        return like(column, left)

    @property
    def told_as(self) -> tuple[str, ...]:
        """Every rule under which a step may tell of a document, each once."""
        return tuple(dict.fromkeys(rule for step in self.steps for rule in step.told_as))

    @property
    def surveys(self) -> bool:
        """Whether a step may look at the whole corpus before anything is written."""
        return any(step.surveys for step in self.steps)


def check_order(steps: Sequence[Step], where: str) -> None:
    """SpecError where a step that keeps one of two documents comes behind one that adds documents at the same address."""
    adding = None
    for at, step in enumerate(steps):
        if adding is not None and step.tells_by_address:
            name = name_of(step)
            raise SpecError(
                f"{where}[{at}].{name}: comes behind {adding}, whose new documents it cannot tell from those they were made of; "
                f"put {name} first, or clean again what {adding} has written"
            )
        adding = name_of(step) if step.adds else adding


def _said(step: Step, content: Any) -> str:
    """A step as YAML has it, "…" in the place of a secret; the name of an environment variable is none."""
    if isinstance(content, Mapping):
        content = {
            name: {key: _unsaid(value) if key in step.secrets else value for key, value in (given or {}).items()}
            or given
            for name, given in content.items()
        }
    return specs.flow(content)


def _unsaid(value: Any) -> Any:
    return "…" if isinstance(value, str) and not value.startswith("$") else value


def recipes() -> list[str]:
    """The names of the recipes that ship."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def content_of(name: str) -> str:
    """The YAML of a recipe that ships, as it stands; SpecError where there is none."""
    if name not in recipes():
        raise SpecError(f"no recipe {name!r}; {did_you_mean(name, recipes())}")
    return path_of(name).read_text(encoding="utf-8")


def summary() -> str:
    """The recipes that ship, one line each: name, language, and what it is for.

    >>> summary().splitlines()[1]
    'chat         any  Dialogues, instructions, forum posts and messages, in any language, one to a document'
    """
    width = max(map(len, recipes()))
    found = [Recipe.load(name) for name in recipes()]
    return "\n".join(f"{r.name:<{width}}  {r.language or 'any':<3}  {re.split(r'[.:] ', r.about)[0]}" for r in found)


def path_of(name: str) -> Path:
    """The file of a recipe that ships."""
    return FOLDER / f"{name}.yaml"


def prepared(
    steps: Sequence[Step],
    corpus: Corpus,
    engine: Engine,
    *,
    before: tuple[Step, ...] = (),
    progress: Progress | None = None,
    once: Callable[[str, Callable[[], Step]], Step] | None = None,
) -> tuple[Step, ...]:
    """The steps, each after a survey, if it needs one, of what `before` and the steps before it leave.

    What they left then they need not judge again. `once` gives a survey that was made earlier under a name, or makes it.
    """
    check_order((*before, *steps), "steps")
    ready = before
    for at, step in enumerate(steps):
        passed = Passed()
        left = replace(Remaining.after(ready, corpus, progress), passed=passed)
        own = engine.within(f"step-{at}")
        if once is None or not step.surveys:
            made = step.prepare(left, own)
        else:
            made = once(f"step-{at}", partial(step.prepare, left, own))
        ready = (*(Remembered.of(one, passed) for one in ready), made)
    return ready[len(before) :]


def applied(steps: Sequence[Step], batch: Batch) -> tuple[Batch, list[Change]]:
    """What prepared steps, one after the other, make of a batch, and all that was done to it."""
    changes: list[Change] = []
    for step in steps:
        batch, more = step(batch)
        batch, torn = _whole(batch, more, step)
        changes += [*more, *torn]
    return batch, changes


def _whole(batch: Batch, changes: Sequence[Change], step: Step) -> tuple[Batch, list[Dropped]]:
    """A batch without the chats of which a step left untold what is whose, and these, dropped by the same step.

    They cannot stay as they came either: what was to be redacted would be there.
    """
    if batch.turns is None or None not in batch.turns:
        return batch, []
    named = next((part.step for part in changes if isinstance(part, Edited)), name_of(step))
    torn = np.array([sizes is None for sizes in batch.turns])
    return batch.where(~torn), [Dropped(batch.take(np.flatnonzero(torn)), named, TORN_TURNS)]


@dataclass(frozen=True)
class Remaining(Corpus):
    """A corpus as steps that need no survey any more leave it."""

    source: Corpus = field(kw_only=True)
    steps: tuple[Step, ...] = ()
    progress: Progress | None = None
    passed: Passed | None = field(default=None, compare=False, repr=False)
    """Where it is kept what was left."""

    @classmethod
    def after(cls, steps: tuple[Step, ...], corpus: Corpus, progress: Progress | None = None) -> Remaining:
        """What prepared steps leave of a corpus."""
        told = corpus.files, corpus.columns, corpus.notes, corpus.max_unreadable
        return cls(*told, source=corpus, steps=steps, progress=progress)

    @property
    def view(self) -> ViewName:
        """Of the source."""
        return self.source.view

    def without(self, *roles: str) -> Corpus:
        """Of the source, where no step may look at them."""
        if self.steps:
            return self
        source = self.source.without(*roles)
        return replace(self, source=source, columns=source.columns)

    def pieces(self) -> Iterator[Piece]:
        """Those of the source."""
        return self.source.pieces()

    def rows(self, piece: Piece) -> Rows:
        """Those of the source: steps judge batches."""
        return self.source.rows(piece)

    def looking_at(self, *names: str) -> Corpus:
        """What is left, with what these columns of the source hold."""
        source = self.source.looking_at(*names)
        return replace(self, source=source, columns=source.columns)

    def records(self, piece: Piece) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The records of the source that stay, as they came."""
        kept = set(self.parse(Chunk(0, (piece,))).record.tolist())
        return (one for one in self.source.records(piece) if one[0] in kept)

    def fetch(self, addresses: Iterable[Address]) -> list[str]:
        """From the source, and then as the steps that rewrite text leave them: addresses stay."""
        wanted = list(addresses)
        texts = self.source.fetch(wanted)
        if not view_of(self).has_text:
            return texts
        rewriting = [step for step in self.steps if step.rewrites]
        if not rewriting or not wanted:
            return texts
        file, record = np.array(wanted, np.int64).T
        batch = Batch(0, Text.of(texts), file.astype(np.int32), record, (), pl.DataFrame())
        text = applied(rewriting, batch)[0].text
        return [text[i] for i in range(len(text))]

    def parse(self, chunk: Chunk) -> Batch:
        """What is left of the documents of a chunk."""
        left, _ = applied(self.steps, self.source.parse(chunk))
        if self.passed is not None and any(step.only_drops for step in self.steps):
            self.passed.add(left)
        return left

    def chunks(self) -> Iterator[Chunk]:
        """Those of the source, told as progress."""
        records = 0
        for chunk in self.source.chunks():
            if self.progress is not None:
                self.progress(records, chunk.done, self.size)
            records += sum(piece.records for piece in chunk.pieces)
            yield chunk
