"""Which windows of a token file are seen when, and proof of it: `TokenFile`, `Order`, `Exposure`.

Window i of a file is its tokens i·T … i·T+T: T to read and, one further on, T to predict. Windows tile the file, so
every token but the first is predicted once per pass.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import InputError, SpecError

Windows = NDArray[np.int64]
"""Numbers of windows, in the order in which they are seen."""

FALSE_ALARM = 1e-9
"""How often each of the two tests of a first epoch calls a good permutation unshuffled. A study has hundreds of
trunks, so one false alarm in a million studies; what the tests look for is tens of standard deviations away."""

BLOCK = 4096
"""Windows hashed at a time, whatever the batch: the hash of an order must not depend on the batch."""

DISTINCT = 20
"""Windows from which on two epochs in the same order are no coincidence: 20! is 2·10^18."""


@dataclass(frozen=True)
class TokenFile:
    """Tokens of one grade or held-out set on disk: little-endian uint16, documents joined by the end-of-text token."""

    path: Path
    tokens: int
    bytes: int
    """UTF-8 bytes of the documents: what bits per byte are per."""
    sha256: str

    @classmethod
    def of(cls, path: Path, *, bytes: int) -> TokenFile:
        """The file as it lies on disk, its hash taken; `bytes` is what its tokens stood for as text."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path, path.stat().st_size // 2, bytes, digest)

    def read(self) -> NDArray[np.uint16]:
        """All tokens, mapped and not copied; InputError if the file is not as long as it should be."""
        size = self.path.stat().st_size if self.path.exists() else None
        if size != 2 * self.tokens:
            found = "is not there" if size is None else f"has {size:,} bytes"
            raise InputError(f"{self.path}: {found}, expected {2 * self.tokens:,} for {self.tokens:,} tokens")
        return np.memmap(self.path, dtype="<u2", mode="r") if size else np.zeros(0, "<u2")

    def windows(self, window: int) -> int:
        """Whole windows in it; the last needs one token more than it reads, to predict."""
        return max(0, (self.tokens - 1) // window)

    def taker(self, window: int) -> Callable[[Windows], NDArray[Any]]:
        """What gives the tokens of windows, (n, window + 1) int64."""
        tokens, ahead = self.read(), np.arange(window + 1)
        return lambda numbers: tokens[numbers[:, None] * window + ahead].astype(np.int64)


@dataclass(frozen=True)
class Order:
    """The global permutation of a file's windows, of which every data size is a prefix.

    With `unique` None every window is fresh; else the first `unique` tokens of the permutation come again and again,
    each epoch in another order.
    """

    seed: int
    unique: int | None = None

    def distinct(self, file: TokenFile, window: int) -> int:
        """Different windows there are to see: `unique` in windows, or all; SpecError if the file has fewer."""
        there = file.windows(window)
        if self.unique is None:
            return there
        wanted = self.unique // window
        if not 1 <= wanted <= there:
            raise SpecError(
                f"{file.path}: {self.unique:,} unique tokens asked for, in windows of {window}; "
                f"allowed are {window:,} to {there * window:,}"
            )
        return wanted

    def windows(self, file: TokenFile, window: int, start: int, stop: int) -> Windows:
        """The windows at places `start` to `stop` of the order; SpecError where fresh ones run out."""
        distinct = self.distinct(file, window)
        if self.unique is None and stop > distinct:
            raise SpecError(
                f"{file.path}: {stop * window:,} fresh tokens asked for, in windows of {window}; it has "
                f"{distinct * window:,}. Ask for fewer, or say how often they may be repeated"
            )
        parts = []
        for epoch in range(start // distinct, -(-stop // distinct)):
            first = epoch * distinct
            parts.append(self.epoch(file, window, epoch)[max(0, start - first) : stop - first])
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def epoch(self, file: TokenFile, window: int, epoch: int) -> Windows:
        """All different windows as epoch 0, 1, … sees them: 0 is the permutation's prefix, the others permute it."""
        prefix = _permutation(file.windows(window), self.seed, file.sha256, 0)[: self.distinct(file, window)]
        return prefix if epoch == 0 else prefix[_permutation(len(prefix), self.seed, file.sha256, epoch)]


@lru_cache(maxsize=8)
def _permutation(n: int, seed: int, sha256: str, epoch: int) -> Windows:
    """A permutation of range(n), the same in every version of numpy.

    Sorted raw draws and not `Generator.permutation`: numpy keeps the stream of a bit generator for good, but not what
    a `Generator` makes of it. Two equal 64-bit draws keep their order, which biases nothing one could measure.
    """
    entropy = [seed, epoch, *(int(sha256[at : at + 8], 16) for at in range(0, 64, 8))]
    draws = np.random.PCG64(np.random.SeedSequence(entropy)).random_raw(n)
    permutation = np.argsort(draws, kind="stable").astype(np.int64, copy=False)
    permutation.flags.writeable = False
    return permutation


class WrongExposure(Exception):
    """A learner has not seen what was planned. A fault of the learner or of ours, so it keeps its traceback."""


class Exposed(TypedDict):
    """What was seen, for the record of a trial."""

    windows: int
    times: dict[str, int]
    """How often -> how many windows; those never seen are left out."""
    order: str
    """sha256 over the order in which they came."""
    adjacent: float | None
    """Share of neighbours among successive windows of the first epoch; None for fewer than two windows."""


class Exposure:
    """The recorder through which alone a learner gets its windows; what was seen can be checked against the plan.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "tokens.bin"
    >>> _ = path.write_bytes(np.arange(65, dtype="<u2").tobytes())
    >>> file, order = TokenFile.of(path, bytes=65), Order(seed=1)
    >>> exposure = Exposure(file, order, window=4)
    >>> exposure.take(order.windows(file, 4, 0, 2)).shape
    (2, 5)
    >>> exposure.seen, exposure.record()["times"]
    (2, {'1': 2})
    >>> exposure.check(tokens=8)
    """

    def __init__(self, file: TokenFile, order: Order, window: int) -> None:
        self.file, self.order, self.window = file, order, window
        self.distinct = order.distinct(file, window)
        self._times = np.zeros(file.windows(window), np.uint16)
        self._take = file.taker(window)
        self._hash = _OrderHash(self.distinct)
        self._first = _FirstEpoch()

    @property
    def seen(self) -> int:
        """Windows handed out so far: also the place in the order to go on from."""
        return self._hash.seen

    def take(self, numbers: Windows) -> NDArray[Any]:
        """The tokens of these windows, (n, window + 1), or these pictures, put on record; IndexError for a window that is not there."""
        if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(self._times):
            raise IndexError(f"{self.file.path}: no window {numbers.min()}…{numbers.max()} of {len(self._times)}")
        self._first.add(numbers[: max(0, self.distinct - self.seen)])
        self._hash.add(numbers)
        np.add.at(self._times, numbers, 1)
        return self._take(numbers)

    def fork(self) -> Exposure:
        """A recorder that goes on from here alone: a branch leaves its trunk."""
        other = Exposure(self.file, self.order, self.window)
        other.restore(self.state())
        return other

    def state(self) -> dict[str, Any]:
        """All it remembers, in plain values and bytes, for a snapshot."""
        return {"times": self._times.tobytes(), "hash": self._hash.state(), "first": self._first.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Remember what `state` says and nothing else."""
        self._times = np.frombuffer(state["times"], np.uint16).copy()
        self._hash.restore(state["hash"])
        self._first.restore(state["first"])

    def record(self) -> Exposed:
        """What was seen so far."""
        times, windows = np.unique(self._times[self._times > 0], return_counts=True)
        return {
            "windows": self.seen,
            "times": {str(t): int(n) for t, n in zip(times, windows, strict=True)},
            "order": self._hash.digest(),
            "adjacent": self._first.adjacent_share,
        }

    def check(self, tokens: int) -> None:
        """WrongExposure unless exactly the first `tokens` of the order were seen, in their order, and it is shuffled.

        Fresh windows exactly once each; repeated ones once per epoch, the last epoch as far as it goes. The order
        itself is tested too: neighbours must not follow each other, nor early windows come early (each test
        calls one good permutation in 10^9 bad; it can tell from 18 and 40 windows on).
        """
        self._check_number(tokens // self.window)
        self._check_times()
        self._first.check(len(self._times), str(self.file.path))
        self._hash.check_epochs(str(self.file.path))
        planned = _OrderHash(self.distinct)
        planned.add(self.order.windows(self.file, self.window, 0, self.seen))
        if planned.digest() != self._hash.digest():
            raise WrongExposure(
                f"{self.file.path}: the {self.seen:,} windows seen are not the planned ones in their order"
            )

    def _check_number(self, planned: int) -> None:
        if self.seen != planned:
            raise WrongExposure(f"{self.file.path}: {self.seen:,} windows were seen, {planned:,} were planned")

    def _check_times(self) -> None:
        epochs, more = divmod(self.seen, self.distinct)
        touched = int((self._times > 0).sum())
        often = int((self._times > epochs + (more > 0)).sum())
        seldom = min(self.seen, self.distinct) - int((self._times >= max(1, epochs)).sum())
        if often or seldom > 0 or touched > self.distinct:
            raise WrongExposure(
                f"{self.file.path}: of {min(self.seen, self.distinct):,} windows to be seen "
                f"{'once' if epochs + (more > 0) == 1 else f'{epochs} to {epochs + (more > 0)} times'} each, "
                f"{often:,} were seen more often, {max(0, seldom):,} less often or never"
            )


def planned_exposure(file: TokenFile, order: Order, window: int, tokens: int) -> dict[str, Any]:
    """What the record of a run over `tokens` must say: windows, times and order; no token is read for it."""
    seen, distinct = tokens // window, order.distinct(file, window)
    epochs, more = divmod(seen, distinct)
    planned = _OrderHash(distinct)
    planned.add(order.windows(file, window, 0, seen))
    times = {epochs: distinct - more, epochs + 1: more}
    return {
        "windows": seen,
        "times": {str(often): windows for often, windows in times.items() if often and windows},
        "order": planned.digest(),
    }


class _OrderHash:
    """sha256 over a sequence of windows, epoch by epoch; equal whatever the batches it came in."""

    def __init__(self, distinct: int) -> None:
        self.distinct = distinct
        self.seen = 0
        self.epochs: list[str] = []
        self.chain = ""
        self.pending = np.zeros(0, np.int64)

    def add(self, numbers: Windows) -> None:
        while len(numbers):
            room = self.distinct - self.seen % self.distinct
            now, numbers = numbers[:room], numbers[room:]
            self.pending = np.concatenate([self.pending, now])
            self.seen += len(now)
            while len(self.pending) >= BLOCK:
                self.chain = self._link(self.pending[:BLOCK])
                self.pending = self.pending[BLOCK:]
            if self.seen % self.distinct == 0:
                self.epochs.append(self._link(self.pending))
                self.chain, self.pending = "", np.zeros(0, np.int64)

    def _link(self, numbers: Windows) -> str:
        return hashlib.sha256(self.chain.encode() + numbers.astype("<i8").tobytes()).hexdigest()

    def digest(self) -> str:
        return hashlib.sha256(" ".join([*self.epochs, self._link(self.pending)]).encode()).hexdigest()

    def check_epochs(self, where: str) -> None:
        """WrongExposure if two epochs saw the windows in the same order; too few windows cannot tell."""
        if self.distinct >= DISTINCT and len(set(self.epochs)) < len(self.epochs):
            raise WrongExposure(f"{where}: two epochs saw their {self.distinct:,} windows in the same order")

    def state(self) -> dict[str, Any]:
        return {
            "seen": self.seen,
            "epochs": list(self.epochs),
            "chain": self.chain,
            "pending": self.pending.astype("<i8").tobytes(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.seen, self.epochs, self.chain = state["seen"], list(state["epochs"]), state["chain"]
        self.pending = np.frombuffer(state["pending"], "<i8").astype(np.int64)


class _FirstEpoch:
    """Is a first epoch shuffled? Neighbours that follow each other, and the correlation of place and number.

    Sums in Python's integers: they are exact, so a resumed run has the same ones.
    """

    def __init__(self) -> None:
        self.sums = {"n": 0, "adjacent": 0, "last": -2, "x": 0, "xx": 0, "ix": 0}

    def add(self, numbers: Windows) -> None:
        if not len(numbers):
            return
        s, n = self.sums, len(numbers)
        before = np.concatenate([[s["last"]], numbers[:-1]])
        steps = np.abs(numbers - before)[1 if s["n"] == 0 else 0 :]
        x = [int(number) for number in numbers]
        s["adjacent"] += int((steps == 1).sum())
        s["x"] += sum(x)
        s["xx"] += sum(v * v for v in x)
        s["ix"] += sum((s["n"] + i) * v for i, v in enumerate(x))
        s["n"] += n
        s["last"] = x[-1]

    @property
    def adjacent_share(self) -> float | None:
        """Of successive pairs, those one apart; None without a pair."""
        return self.sums["adjacent"] / (self.sums["n"] - 1) if self.sums["n"] > 1 else None

    @property
    def correlation(self) -> float:
        """Of place and number, from -1 to 1; 0 where it cannot be told."""
        n, x, xx, ix = (self.sums[name] for name in ("n", "x", "xx", "ix"))
        i, ii = n * (n - 1) // 2, n * (n - 1) * (2 * n - 1) // 6
        spread = (n * ii - i * i) * (n * xx - x * x)
        return (n * ix - i * x) / math.sqrt(spread) if spread > 0 else 0.0

    def check(self, there: int, where: str) -> None:
        """WrongExposure if neighbours follow each other, or numbers rise or fall, more than chance allows."""
        n, adjacent = self.sums["n"], self.sums["adjacent"]
        if n < 2:
            return
        expected = 2 * (n - 1) / there
        if _poisson_tail(adjacent, expected) < FALSE_ALARM:
            raise WrongExposure(
                f"{where}: not shuffled: {adjacent:,} of {n - 1:,} successive windows are neighbours in the file, "
                f"{expected:.1f} would be chance"
            )
        # Under a random order the correlation has mean 0 and variance 1/(n-1) exactly, and is near normal.
        z = self.correlation * math.sqrt(n - 1)
        if math.erfc(abs(z) / math.sqrt(2)) < FALSE_ALARM:
            raise WrongExposure(
                f"{where}: not shuffled: place and number of {n:,} windows correlate by {self.correlation:.2f}, "
                f"{abs(z):.0f} standard deviations from chance"
            )

    def state(self) -> dict[str, int]:
        return dict(self.sums)

    def restore(self, state: dict[str, int]) -> None:
        self.sums = dict(state)


def _poisson_tail(k: int, mean: float) -> float:
    """P(at least k) for a Poisson count, summed from the top so that small tails keep their digits.

    >>> round(_poisson_tail(1, 2.0), 6), f"{_poisson_tail(18, 2.0):.1e}"
    (0.864665, '6.2e-12')
    """
    if k <= 0:
        return 1.0
    term = math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) if mean > 0 else 0.0
    total = 0.0
    while term > total * 1e-17:
        total += term
        k += 1
        term *= mean / k
    return total
