"""What a learner is: given a `Task` that hides which grade it trains on, it yields what it saw and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from dataqual.errors import DataqualError
from studies.data.probe import Probe
from studies.data.prompts import Prompts
from studies.data.windows import Exposed, Order, TokenFile

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class Shape:
    """What a size on the dial comes to, before anything is trained."""

    parameters: int
    """All trained numbers, embeddings included (tied ones once): the N of the laws."""
    non_embedding: int
    flops_per_token: float
    """Of one training step, forward and backward, counted term by term: not 6 N, which is 5 to 8 % short here."""
    says: Mapping[str, int | float] = field(default_factory=dict)
    """Derived numbers by name (layers, width, heads, …), for the record."""


@dataclass(frozen=True)
class Judging:
    """By what made pictures are judged: how many, on which features."""

    extractor: Path
    """Of features, as `studies.evaluating.extracting` reads it."""
    name: str
    """Of the extractor, by which its numbers are called: numbers of another one mean something else."""
    pictures: int
    """Made at every stop."""


@dataclass(frozen=True)
class Task:
    """One trunk and its branches: train over `order` and give the held-out loss at every stop.

    Every stop is a whole number of steps, and so is the fifth of it over which its branch cools down.
    """

    size: int
    """The dial: parameters asked for."""
    vocabulary: int
    window: int
    """Tokens of context."""
    batch: int
    """Tokens per step, a multiple of `window`."""
    train: TokenFile
    order: Order
    """Which windows of `train` are seen, in which order."""
    stops: tuple[int, ...]
    """Tokens seen at the end of each branch, ascending: the D of the points."""
    held_out: Mapping[str, TokenFile]
    seed: int
    """Of the initial weights; the order has its own."""
    device: str = "cpu"
    precision: Precision = "float32"
    compile: bool = False
    learning_rate: float = 1.0
    """Times the learner's own."""
    prompts: Prompts | None = None
    """What the final model is to write on; None: nothing."""
    judging: Judging | None = None
    """Of pictures; None of text."""
    probes: Mapping[str, Probe] = field(default_factory=dict)
    """On what a copy of the model is tuned further at every stop, by name."""
    validation: TokenFile | None = None
    """Text whose loss says when to stop early; None: never."""
    patience: int = 1
    """Stops in a row without a lower loss on it, after which the run ends."""
    predictions: bool = False
    """Whether the nats of each held-out token are wanted at every stop, for averaging models."""


@dataclass(frozen=True)
class Point:
    """The held-out losses at one stop."""

    tokens: int
    """Seen, D."""
    unique: int
    """Of them different ones, U."""
    parameters: int
    flops: float
    """What a run of this length alone would have cost."""
    losses: Mapping[str, float]
    """Bits per byte by held-out set; bits per label by probe."""
    measures: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    """What else was measured on each held-out set or probe, by name: `value`, its 95 % `interval` and `n`, unknown as None."""
    validation: float | None = None
    """Bits per byte of the validation text, where the task has one."""


@dataclass(frozen=True)
class Sheet:
    """Pictures that a model makes, many of them side by side."""

    picture: bytes
    """A PNG."""


@dataclass(frozen=True)
class Texts:
    """What a model writes on the prompts of its task."""

    texts: tuple[tuple[int, ...], ...]
    """Tokens of each, without the end of text."""
    nats: tuple[float, ...]
    """The summed loss over what really follows each prompt."""


@dataclass(frozen=True)
class Made:
    """What the model of a stop makes, after its `Point`: to be shown and measured, and not fitted."""

    tokens: int
    """The stop."""
    what: Sheet | Texts


@dataclass(frozen=True)
class Predicted:
    """What a model gives the tokens of one held-out set, after the `Point` of its stop, where the task wants it."""

    tokens: int
    """The stop."""
    held_out: str
    nats: bytes
    """Of each token of the set, in its order: little-endian float32."""


@dataclass(frozen=True)
class Progress:
    """How far it is: for people, never for results."""

    tokens: int
    """Trained so far in this trial, branches included."""
    loss: float
    """Of the last batch, in nats per token."""


@dataclass(frozen=True)
class Snapshot:
    """All that is needed to go on from here, with the same numbers as if nothing had happened."""

    state: bytes


@dataclass(frozen=True)
class Ledger:
    """The last event of a trial: what it took, and what it has seen."""

    flops_spent: float
    """In trunk and branches, each step once: what was trained again after a kill is not in it, nor is evaluation."""
    flops_apart: float
    """What a run of its own for every stop would have taken."""
    exposure: Exposed
    """Of the longest branch, checked against the plan; the shorter ones saw a prefix of it."""


class Diverged(DataqualError):
    """The loss is no number any more; a lower learning rate mends it."""


Event = Point | Made | Predicted | Progress | Snapshot | Ledger


@runtime_checkable
class Learner(Protocol):
    """A frozen dataclass found by its file name in `studies/learners`, or by an entry point `studies.learners`."""

    def shape(self, size: int, vocabulary: int, window: int) -> Shape:
        """What the dial gives at `size`; a larger size, more parameters. SpecError for a size it cannot be."""

    def batch(self, size: int, window: int) -> int:
        """Tokens per step it wants at this size, a multiple of `window`."""

    def run(self, task: Task, state: bytes | None = None) -> Iterator[Event]:
        """Train; one `Point` per stop, in order, `Progress` often, a `Snapshot` now and then, at last the `Ledger`.

        A `Made` may follow a point: the last one where the task has prompts and the model can write, or makes pictures. Where
        the task wants predictions a `Predicted` of each held-out set follows every point, before its snapshot.

        With the `state` of a snapshot it goes on from there: the points that follow are those that would have come.
        Same task, same points (bit for bit on a CPU). Diverged where the loss is no number: the other trials go on.
        """
