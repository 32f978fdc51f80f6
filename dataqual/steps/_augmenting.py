"""What the steps `augment_*` share: which documents get children, how many, the gate, and what is told of it."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual import specs
from dataqual.children import Augmenter, Chance, Child, Everything, Failed, Judge, Refusal, Verdict
from dataqual.columns import look_up
from dataqual.corpus import Batch, Chunk, Corpus, File, Origin
from dataqual.drawing import document_keys, uniform
from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.gating import Gate, gate_of
from dataqual.images.hashing import picture_hashes
from dataqual.ledger import TORN_TURNS, Added, Change, Refused, addresses
from dataqual.mixing import splitmix64
from dataqual.naming import snake_case
from dataqual.operators import Engine, Step
from dataqual.readers.sources import as_corpus
from dataqual.series import like, texts_of
from dataqual.steps._gated import judge_of
from dataqual.steps._taking import By, Value, kinds
from dataqual.text import Text
from dataqual.turns import divided

SPLIT_NAMES = ("split", "part", "partition", "data_split", "fold")
"""Columns that may say in which part of a split a document is; they count only where they hold a name of `HELD_OUT`."""

HELD_OUT = re.compile(
    r"(test|testing|valid|validation|val|dev|development|eval|evaluation|held[-_ ]?out|hold[-_ ]?out"
    r"|(测试|測試|验证|驗證|评估|評估)(集|数据集?|資料集?|样本|樣本)?)(?![^\W\d_])",
    re.IGNORECASE,
)
"""What the parts are called that a model must not see: as values of such a column, and at the start of a file's name."""

UNCHANGED, SAME, FAILED = "nothing_to_change", "same_text", "engine_failed"
"""Rules of every augmentation: nothing could be made of a document; a child is its parent or one of its siblings; the engine
that should make it failed."""


@dataclass(frozen=True)
class Augmenting(Step):
    """A step that adds children of documents right behind them, and leaves the documents as they are.

    `gate` is `default`, `none`, the path of a YAML file of rules, or rules, each as YAML on one line where Python has it;
    `similarity_model` and `fluency_model` are models of which it may make use.

    A subclass is called `augment_METHOD`, has the method's own parameters as further fields, and opens an `augmenter`.
    """

    idempotent: ClassVar[bool] = False
    adds: ClassVar[bool] = True

    factor: float = 2.0
    balance: By | None = None
    only: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    split: str | None = None
    tries: int = 3
    seed: int = 0
    gate: str | tuple[str, ...] = "none"
    similarity_model: str | None = None
    fluency_model: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.factor <= 1000:
            raise SpecError(f"factor is {self.factor:g}; it is from 1, which adds nothing, to 1,000")
        if not 1 <= self.tries <= 100:
            raise SpecError(f"tries is {self.tries}; it is from 1 to 100")
        if not 0 <= self.seed < 2**64:
            raise SpecError(f"seed is {self.seed}; it is a whole number from 0 on")
        self.rules  # noqa: B018  what is wrong with a rule is told at once

    @classmethod
    def of_spec(cls, parameters: Mapping[str, Any], where: str) -> Self | None:
        """With rules and routes that YAML has as mappings on one line each."""
        flat = {name: specs.flat(value) for name, value in parameters.items()}
        return None if flat == parameters else specs.construct(cls, flat, where, snake_case(cls.__name__))

    @property
    def method(self) -> str:
        """What it is called in the ids of the children and on the command line, such as `back-translation`."""
        return snake_case(type(self).__name__).removeprefix("augment_").replace("_", "-")

    @abstractmethod
    def augmenter(self, corpus: Corpus, engine: Engine) -> Augmenter:
        """Who makes the children, with all files open that it needs; `corpus` is what it may learn from."""

    @property
    def rules(self) -> Gate:
        """The gate, before it has seen the corpus."""
        return gate_of(self.gate, similarity_model=self.similarity_model, fluency_model=self.fluency_model)

    @property
    def rests_on(self) -> object:
        """The models of the gate."""
        return self.rules.rests_on

    def judge(self, corpus: Corpus, engine: Engine, held: HeldOut) -> Judge:
        """Who lets the children through, once it has seen the originals."""
        gate = self.rules
        return judge_of(gate, corpus, engine, lambda batch: parents(batch, held)) if gate.rules else Everything()

    @property
    def told_as(self) -> tuple[str, ...]:
        """The method; the rules of a gate are told where they refused something."""
        return (self.method,)

    def prepare(self, corpus: Corpus, engine: Engine) -> GrowingStep:
        """Count what there is of each label where that matters, find what is held out, and open what makes children."""
        held = held_out(corpus, engine, self.split, self.held_out)
        return Growing(
            augmenter=self.augmenter(corpus, engine),
            judge=self.judge(corpus, engine, held),
            **growing_of(self, corpus, engine, held),
        )

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Change]]:
        """Only what `prepare` returns can."""
        raise TypeError("call prepare, and then what it returns")

    def on(self, column: Any, *, engine: Engine) -> Any:
        """The texts of a column, each as its first child that the gate lets through, or as it is where there is none.

        A missing text stays missing; a polars or pandas column gives one, anything else a list.
        """
        texts = texts_of(column)
        rows = [row for row, text in enumerate(texts) if text is not None]
        corpus = Corpus.of([texts[row] for row in rows])
        ready = replace(self, factor=max(2.0, self.factor)).prepare(corpus, engine)
        out = list(texts)
        for batch in corpus.batches():
            after, _ = ready(batch)
            for row in np.flatnonzero(after.made).tolist()[::-1]:  # the first child of each is written last
                out[rows[int(after.record[row]) - 1]] = after.text[row]
        return like(column, out)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Documents that are never parents: by address, and by a hash of their text."""

    addresses: NDArray[np.uint64]
    texts: NDArray[np.uint64]
    files: tuple[int, ...]
    """Input files that are held out whole."""
    why: tuple[str, ...] = ()
    """What was found, in words."""

    def mask(self, batch: Batch) -> NDArray[np.bool_]:
        """Which documents of a batch are held out."""
        held = np.isin(batch.file, self.files)
        if len(self.addresses):
            held |= np.isin(addresses(batch.file, batch.record), self.addresses)
        if len(self.texts) and len(batch):
            held |= np.isin(content_hashes(batch), self.texts)
        return held


def held_out(corpus: Corpus, engine: Engine, split: str | None, others: Sequence[str]) -> HeldOut:
    """Whatever must not be augmented: of files named as a held-out part, of a column that says so, of other corpora.

    UnknownColumn where `split` is not there, InputError for what cannot be read.
    """
    files = tuple(at for at, file in enumerate(corpus.files) if _by_name(file))
    why = [f"{corpus.files[at].path}: held out by its name" for at in files]
    if len(files) == len(corpus.files):  # whoever names that file alone means it
        files, why = (), []
    name = split or _split_column(corpus)
    found: NDArray[np.uint64] = np.zeros(0, np.uint64)
    if name is not None:
        found = _of_column(corpus.looking_at(name), name, engine)
        if split is None and not len(found):
            name = None
        if len(found):
            why.append(f"column {name!r}: {len(found):,} document{'s are' if len(found) != 1 else ' is'} held out")
    texts: list[NDArray[np.uint64]] = []
    for path in others:
        other = as_corpus(path, text=None)
        texts += [content_hashes(batch) for batch in other.batches()]
        own = tuple(at for at, file in enumerate(corpus.files) if other.holds(file.path))
        files += tuple(at for at in own if at not in files)
    hashes = np.unique(np.concatenate([np.zeros(0, np.uint64), *texts]))
    return HeldOut(np.sort(found), hashes, files, tuple(why))


def _by_name(file: File) -> bool:
    """Whether the name of a file says that it is held out: of an array of pictures any word of it, of a single picture none."""
    name = PurePath(file.path).name
    if file.format == "picture":
        return False
    if file.format in ("npz", "npy", "idx"):
        array = name.rpartition(":")[2].partition(".")[0]
        return any(HELD_OUT.fullmatch(word) or word == "t10k" for word in re.split(r"[-_]", array))
    return HELD_OUT.match(name) is not None


def content_hashes(batch: Batch) -> NDArray[np.uint64]:
    """A hash of each text, or of the pixels of each picture, (documents,)."""
    return text_hashes(batch.text) if batch.images is None else picture_hashes(batch.images)


def text_hashes(text: Text) -> NDArray[np.uint64]:
    """A hash of each text by its words, folded, so that white space and capitals hide no copy; of one without words, its bytes.

    >>> a, b, c = text_hashes(Text.of(["One  two!", "one two", "one"])).tolist()
    >>> a == b, b == c
    (True, False)
    """
    words = text.cut("unicode")
    folded = words.folded
    at = np.arange(len(words), dtype=np.uint64) - words.offsets[words.documents].astype(np.uint64)
    with np.errstate(over="ignore"):
        mixed = splitmix64(folded ^ splitmix64(at + np.uint64(1)))
        total = np.zeros(len(text), np.uint64)
        np.add.at(total, words.documents, mixed)
    bare = np.flatnonzero(words.counts == 0)
    for row in bare.tolist():
        total[row] = hash_of(text[row])
    return total


def hash_of(text: str) -> np.uint64:
    """Of a text without words: its bytes, rolled."""
    out = np.zeros(1, np.uint64)
    for byte in text.encode()[:4096]:
        out = splitmix64(out ^ np.uint64(byte + 1))
    return out[0]


def _split_column(corpus: Corpus) -> str | None:
    """A column that may say in which part a document is; None where there is none that could be seen."""
    names = _names(corpus)
    roles = {corpus.columns.text, *corpus.columns.extras().values()}
    return next(
        (name for wanted in SPLIT_NAMES for name in names if name.lower() == wanted and name not in roles), None
    )


def _names(corpus: Corpus) -> list[str]:
    """The columns of the first records of every file."""
    seen: dict[str, None] = {}
    looking = corpus.looking_at(*SPLIT_NAMES)
    done: set[int] = set()
    for piece in looking.pieces():
        if piece.file in done:
            continue
        done.add(piece.file)
        try:
            for _, (_, record) in zip(range(100), looking.records(piece), strict=False):
                seen |= dict.fromkeys(map(str, record))
        except InputError:
            continue
        if len(done) == len(corpus.files):
            break
    return list(seen)


def _of_column(corpus: Corpus, name: str, engine: Engine) -> NDArray[np.uint64]:
    """The addresses of documents whose value of a column is the name of a held-out part."""

    def look(chunk: Chunk) -> NDArray[np.uint64]:
        found = [
            (piece.file, number)
            for piece in chunk.pieces
            for number, record in corpus.records(piece)
            if _is_held_out(record, name)
        ]
        file, record = np.array(found, np.int64).reshape(-1, 2).T
        return addresses(file, record)

    return np.concatenate([np.zeros(0, np.uint64), *engine.map(look, corpus.chunks())])


def _is_held_out(record: Mapping[str, Any], name: str) -> bool:
    try:
        value = look_up(record, name)
    except KeyError:
        return False
    return isinstance(value, str) and HELD_OUT.fullmatch(value.strip()) is not None


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


def _shares(step: Augmenting, corpus: Corpus, engine: Engine, held: HeldOut, name: str) -> Mapping[Value, Share]:
    """By the value of what is balanced; all have one share, under None, where nothing is."""
    more = step.factor - 1
    if step.only and step.balance is None and "label" not in corpus.columns.extras():
        raise SpecError(f"{name}: only names labels, and the corpus has none; name their column with --label")
    for asked in step.only if (step.balance or "label") in corpus.columns.extras() else ():
        _must_be_there(asked, step.balance or "label", corpus, engine)
    if step.balance is None:
        return {None: Share(int(more), more - int(more))}
    keys = _tallied(corpus, engine, held, step.balance, name, step.seed)
    most = max((len(found) for found in keys.values()), default=0)
    shares = {}
    for value, found in keys.items():
        wanted = min(most, round(step.factor * len(found))) - len(found)
        whole, rest = divmod(wanted, len(found))
        largest = int(np.partition(found, rest - 1)[rest - 1]) if rest else -1
        shares[value] = Share(whole, largest=largest, wanted=wanted)
    return shares


def growing_of(step: Augmenting, corpus: Corpus, engine: Engine, held: HeldOut) -> dict[str, Any]:
    """What the prepared step knows, whatever it makes children of: the fields of `GrowingStep`."""
    name = snake_case(type(step).__name__)
    return {
        "step": name,
        "method": step.method,
        "shares": _shares(step, corpus, engine, held, name),
        "held": held,
        "balance": step.balance,
        "only": step.only,
        "tries": step.tries,
        "seed": step.seed,
        "files": _file_names(corpus),
        "taken": _taken(corpus, engine, step.method),
    }


def _must_be_there(value: str, by: By, corpus: Corpus, engine: Engine) -> None:
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


def _tallied(
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


def parents(batch: Batch, held: HeldOut) -> NDArray[np.bool_]:
    """Which documents, or pictures, of a batch may have children: those that were read, are not blank, and not held out."""
    if batch.images is None:
        blank = batch.text.characters.total == batch.text.characters.space
    else:  # of one level throughout
        blank = batch.images.spread(
            (
                pixels.max((1, 2, 3), initial=0) == pixels.min((1, 2, 3), initial=255)
                for _, pixels in batch.images.stacks()
            ),
            bool,
        )
    return ~(batch.made | held.mask(batch) | blank)


def _taken(corpus: Corpus, engine: Engine, method: str) -> dict[str, int]:
    """The highest number of a child of this method that each document has already, by its id."""
    if corpus.columns.id is None:
        return {}
    child = f"^(.*)~{re.escape(method)}-([0-9]{{1,9}})$"

    def look(chunk: Chunk) -> list[tuple[str, int]]:
        ids = corpus.parse(chunk).columns["id"].cast(pl.String).drop_nulls()
        made = ids.filter(ids.str.contains(child))
        return list(
            zip(made.str.extract(child, 1).to_list(), map(int, made.str.extract(child, 2).to_list()), strict=True)
        )

    found: dict[str, int] = {}
    for pairs in engine.map(look, corpus.chunks()):
        for parent, number in pairs:
            found[parent] = max(number, found.get(parent, 0))
    return found


def _file_names(corpus: Corpus) -> tuple[str, ...]:
    """Of each file its name, and its whole path where two have one name."""
    names = [PurePath(file.path).name or file.path for file in corpus.files]
    return tuple(name if names.count(name) == 1 else file.path for name, file in zip(names, corpus.files, strict=True))


@dataclass
class _Wanted:
    """A document that gets children: what it is, how many are still wanted, and what it has."""

    row: int
    text: str
    chance: Chance
    still: int
    turns: list[str] | None
    """What each turn says, of a chat."""
    accepted: list[tuple[Child, Verdict]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
    """Texts of earlier attempts."""
    refused: list[tuple[Child, Refusal]] = field(default_factory=list)

    def failed(self, made: Sequence[Child | Failed]) -> None:
        """Where an engine failed at it, what it said, once; the engine has tried as often as it does, and is not asked again."""
        why = next((one.why for one in made if isinstance(one, Failed)), None)
        if why is not None:
            self.refused.append((Child(self.text, ()), Refusal(FAILED, evidence=why)))
            self.still = sum(isinstance(one, Child) for one in made[: self.still])


@dataclass(frozen=True, eq=False, kw_only=True)
class GrowingStep(Step):
    """Adds children; each document for itself, so that batches may come in any order and thread."""

    idempotent: ClassVar[bool] = False

    step: str
    method: str
    shares: Mapping[Value, Share]
    held: HeldOut
    balance: By | None
    only: tuple[str, ...]
    tries: int
    seed: int
    files: tuple[str, ...]
    """Names by which documents without ids are called."""
    taken: Mapping[str, int]
    """How far the children are numbered that a document has of an earlier run, by its id."""

    @property
    def told_as(self) -> tuple[str, ...]:
        """The method."""
        return (self.method,)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of the gate."""
        return ()

    def _chance(self, batch: Batch, row: int, key: int) -> Chance:
        """Of a document; another one where it has children of this method already, which would be made once more."""
        before = self.taken.get(self._called(batch, row), 0)
        return Chance(key).of(f"after {before}") if before else Chance(key)

    def _called(self, batch: Batch, row: int) -> str:
        """Its id, or its place."""
        ids = batch.columns["id"] if "id" in batch.columns.columns else None
        return ids[row] if ids is not None and ids[row] is not None else self._place(batch, row)

    def _how_many(self, batch: Batch, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many children each document of a batch is to have, (documents,)."""
        can = parents(batch, self.held)
        if self.only:
            values = batch.columns[self.balance or "label"].to_list()
            can &= np.isin(np.array([value if value is not None else "" for value in values]), self.only)
        counts = np.zeros(len(batch), np.int64)
        for value, rows in kinds(batch, self.balance):
            share = self.shares.get(value)
            if share is not None:
                counts[rows] = share.of(keys[rows])
        return np.where(can, counts, 0)

    def _place(self, batch: Batch, row: int) -> str:
        return f"{self.files[int(batch.file[row])]}:{int(batch.record[row])}"


@dataclass(frozen=True, eq=False, kw_only=True)
class Growing(GrowingStep):
    """Adds children of texts."""

    augmenter: Augmenter
    judge: Judge

    @property
    def notes(self) -> tuple[str, ...]:
        """Rules that could not be applied."""
        return tuple(getattr(self.judge, "notes", ()))

    def __call__(self, batch: Batch) -> tuple[Batch, list[Change]]:
        if not len(batch):
            return batch, []
        keys = document_keys(batch.file, batch.record, self.step, self.seed)
        how_many = self._how_many(batch, keys)
        labels = batch.columns["label"].to_list() if "label" in batch.columns.columns else [None] * len(batch)
        wanted = [
            _Wanted(
                row,
                batch.text[row],
                self._chance(batch, row, int(keys[row])),
                int(how_many[row]),
                batch.parts(row) if batch.turns is not None else None,
            )
            for row in np.flatnonzero(how_many).tolist()
        ]
        for attempt in range(min(self.tries, self.augmenter.attempts or self.tries)):
            waiting = [one for one in wanted if one.still]
            if not waiting:
                break
            self._try(waiting, attempt, labels)
        for one in wanted:
            if not one.accepted and not one.refused:
                one.refused.append((Child(one.text, ()), Refusal(UNCHANGED)))
        return self._grown(batch, wanted)

    def _try(self, waiting: Sequence[_Wanted], attempt: int, labels: Sequence[str | None]) -> None:
        """One attempt to give each what it still wants."""
        purpose = f"attempt {attempt}"
        made = self.augmenter.children_of(
            [one.text for one in waiting], [one.chance.of(purpose) for one in waiting], [one.still for one in waiting]
        )
        for one, children in zip(waiting, made, strict=True):
            if not children and self.augmenter.settled:
                one.still = 0
            one.failed(children)
        fresh = [
            (one, child)
            for one, children in zip(waiting, made, strict=True)
            for child in children[: one.still]
            if isinstance(child, Child)
        ]
        judged = []
        for one, child in fresh:
            if child.text in one.tried:
                continue  # an earlier attempt made it, and its reason is told
            if child.text == one.text or child.text in one.seen:
                one.refused.append((child, Refusal(SAME)))
            elif one.turns is not None and divided(one.turns, child.text) is None:
                one.refused.append((child, Refusal(TORN_TURNS)))
            else:
                one.seen.add(child.text)
                judged.append((one, child))
        for one, child in fresh:
            one.tried.add(child.text)
        verdicts = self.judge.judge(
            [one.text for one, _ in judged], [child for _, child in judged], [labels[one.row] for one, _ in judged]
        )
        for (one, child), verdict in zip(judged, verdicts, strict=True):
            if verdict.accepted:
                one.accepted.append((child, verdict))
                one.still -= 1
            else:
                one.refused += [(child, verdict.refusals[0])]

    def _grown(self, batch: Batch, wanted: Sequence[_Wanted]) -> tuple[Batch, list[Change]]:
        """The batch with the children that were accepted behind their parents, and what is told of all of them."""
        changes: list[Change] = list(self._refused(batch, wanted))
        counts = np.ones(len(batch), np.int64)
        for one in wanted:
            counts[one.row] += len(one.accepted)
        if int(counts.sum()) == len(batch):
            return batch, changes
        ends = np.cumsum(counts)
        texts: dict[int, bytes] = {}
        origins: dict[int, Origin] = {}
        for one in wanted:
            for number, (child, verdict) in enumerate(one.accepted, 1):
                at = int(ends[one.row] - counts[one.row]) + number
                texts[at] = child.text.encode()
                origins[at] = self._origin(batch, one.row, number, child, verdict)
        grown = batch.take(np.repeat(np.arange(len(batch)), counts)).rewritten(texts).with_origins(origins)
        rows = np.array(sorted(texts), np.int64)
        before = batch.take(np.repeat(np.arange(len(batch)), counts - 1)).text
        return grown, [Added(grown.take(rows), self.step, self.method, before), *changes]

    def _origin(self, batch: Batch, row: int, number: int, child: Child, verdict: Verdict) -> Origin:
        parent = self._called(batch, row)
        number += self.taken.get(parent, 0)
        edits = tuple((edit.start, edit.end, edit.replacement, edit.reason) for edit in child.edits)
        return Origin(f"{parent}~{self.method}-{number}", parent, self.method, edits, verdict.similarity)

    def _refused(self, batch: Batch, wanted: Sequence[_Wanted]) -> Iterator[Refused]:
        """By rule and bounds, in the order of their names."""
        found: dict[tuple[str, str], list[tuple[int, Child, Refusal]]] = {}
        for one in wanted:
            for child, why in one.refused:
                found.setdefault((why.rule, why.threshold or ""), []).append((one.row, child, why))
        for (rule, threshold), those in sorted(found.items(), key=lambda item: item[0]):
            rows = np.array([row for row, _, _ in those], np.int64)
            there = batch.take(rows)
            children = there.rewritten({at: child.text.encode() for at, (_, child, _) in enumerate(those)})
            measured = any(why.value is not None for _, _, why in those)
            values = np.array([np.nan if why.value is None else why.value for _, _, why in those], np.float64)
            quoted = [why.evidence or "" for _, _, why in those] if rule == FAILED else None
            before = there.text if rule not in (UNCHANGED, FAILED) else None
            yield Refused(
                children, self.step, rule, before, values if measured else None, threshold or None, evidence=quoted
            )
