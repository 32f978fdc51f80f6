"""Checking a study against its learner, before any data is read: sizes it can be, stops it can have, each another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import TYPE_CHECKING

from dataqual.errors import SpecError
from studies import learners
from studies.data.tokenizing import vocabulary_of
from studies.learner import Learner
from studies.training.schedule import SHORTEST, nearest_stop, whole_stop

if TYPE_CHECKING:
    from studies.design.study import Study

MOST = 2
"""Times what was asked for that the shortest run may be; further from it is refused."""
BYTES = 257
"""The vocabulary of `tokenizer: bytes`."""

Written = tuple[str, str]
"""Where in the study file a quantity stands, and how it is written there."""


def check(study: Study, learner: Learner, vocabulary: int | None = None) -> None:
    """SpecError, with the place in the study file, for a size or a stop that the learner cannot have.

    Nor may two come to the same: what is trained twice is no second piece of evidence. `vocabulary` is what the
    tokenizer came to; until that is known it is what the study asks for.
    """
    _check_learner(study, learner)
    if study.probes and not getattr(learner, "tunable", False):
        raise SpecError(
            f"{study.where}.probes: {study.learner} has no models that can be tuned on labels; gpt2, lstm and tuned have"
        )
    if study.early_stopping and not getattr(learner, "tunable", False):
        raise SpecError(f"{study.where}.early_stopping: {study.learner} does not stop early; gpt2, lstm and tuned do")
    if study.ensembles and not getattr(learner, "predicts", False):
        raise SpecError(
            f"{study.where}.ensembles: {study.learner} does not tell what its models give each token; gpt2, lstm and tuned do"
        )
    vocabulary = vocabulary or vocabulary_asked(study)
    _differ(study, "parameters", _parameters(study, learner, vocabulary))
    for size in study.sizes:
        batch = study.batch_of(learner, size)
        at = f" at size {study.written('sizes', size)[1]}"
        _differ(study, f"{study.things}{at}", _stops(study, batch, at))
        if study.repeats and size in study.repeats.sizes:
            _check_repeats(study, batch, at)


def _check_learner(study: Study, learner: Learner) -> None:
    """SpecError for a learner of pictures in a study of text, and for a checkpoint that cannot be read."""
    if study.pictures is None and learners.kind(study.learner) == "pictures":
        raise SpecError(
            f"{study.where}.learner: {study.learner!r} learns pictures, and the study is of text; say pictures and seen in the "
            "place of tokens, or take gpt2"
        )
    if (checkpoint := getattr(learner, "check_checkpoint", None)) is not None:
        try:
            checkpoint()
        except SpecError as error:
            raise SpecError(f"{study.where}.learner.{study.learner}.{error}") from None


def vocabulary_asked(study: Study) -> int:
    """Tokens that the tokenizer of a study comes to, or is to come to; SpecError, with the place, for one that cannot be read."""
    try:
        return vocabulary_of(study.tokenizer)
    except SpecError as error:
        raise SpecError(f"{study.where}.{error}") from None


def lengthened(study: Study, learner: Learner) -> list[str]:
    """A note for each stop that the shortest run, 50 steps, makes longer than a rounding to whole steps does.

    What it would make more than twice as long is no stop at all: `check` refuses it, and no note says that it became one.
    """
    sizes: dict[tuple[str, int], list[str]] = {}
    for size in study.sizes:
        batch = study.batch_of(learner, size)
        for said, tokens in _asked(study, size):
            stop = whole_stop(tokens, batch)
            if nearest_stop(tokens, batch) < stop <= MOST * tokens:
                sizes.setdefault((said, stop), []).append(study.written("sizes", size)[1])
    return [
        f"{study.where}.{said} becomes {stop:,} {study.things} at size {', '.join(at)}, as no run has fewer than {SHORTEST} steps"
        for (said, stop), at in sizes.items()
    ]


def _asked(study: Study, size: int) -> Iterator[tuple[str, int]]:
    """The stops of a size as the study file has them, each with its place."""
    for tokens in study.tokens:
        yield ": ".join(study.written(study.stops_key, tokens)), tokens
    if study.repeats and size in study.repeats.sizes:
        for unique, epochs in product(study.repeats.unique, study.repeats.epochs):
            yield f"repeats: {study.written('repeats.unique', unique)[1]} × {epochs}", unique * epochs


def rounded(tokens: int, batch: int, things: str = "tokens") -> int:
    """The nearest number of tokens (of pictures, where these are the `things`) at which a run can stop; SpecError where that is more than double.

    >>> rounded(128_000, batch=2048)
    133120
    >>> rounded(1_000, batch=2048)
    Traceback (most recent call last):
    dataqual.errors.SpecError: 1,000 tokens are too few; the shortest run takes 102,400
    """
    stop = whole_stop(tokens, batch)
    if stop > MOST * tokens:
        raise SpecError(f"{tokens:,} {things} are too few; the shortest run takes {stop:,}")
    return stop


def whole_windows(tokens: int, window: int) -> int:
    """The nearest number of tokens that is a whole number of windows, one at least.

    >>> whole_windows(1_000, window=128), whole_windows(1, window=128)
    (1024, 128)
    """
    return max(1, round(tokens / window)) * window


def _parameters(study: Study, learner: Learner, vocabulary: int) -> Iterator[tuple[Written, int]]:
    """Every size with the parameters it comes to."""
    for size in study.sizes:
        written = study.written("sizes", size)
        try:
            shape = learner.shape(size, vocabulary, study.window)
        except SpecError as error:
            raise SpecError(f"{study.where}.{written[0]}: {error}") from None
        yield written, shape.parameters


def _stops(study: Study, batch: int, at: str) -> Iterator[tuple[Written, int]]:
    """Every stop with the tokens it comes to."""
    for tokens in study.tokens:
        written = study.written(study.stops_key, tokens)
        yield written, _rounded(tokens, batch, study, written[0], at)


def _check_repeats(study: Study, batch: int, at: str) -> None:
    assert study.repeats is not None
    amounts = [(study.written("repeats.unique", unique), unique) for unique in study.repeats.unique]
    _differ(study, "tokens", [(written, whole_windows(unique, study.window)) for written, unique in amounts])
    for (place, name), unique in amounts:
        stops = []
        for epochs in study.repeats.epochs:
            written = study.written("repeats.epochs", epochs)
            stops.append((written, _rounded(unique * epochs, batch, study, written[0], at)))
        _differ(study, f"tokens{at} and {place} {name}", stops)


def _rounded(tokens: int, batch: int, study: Study, place: str, at: str) -> int:
    try:
        return rounded(tokens, batch, study.things)
    except SpecError as error:
        raise SpecError(f"{study.where}.{place}: {error}{at}") from None


def _differ(study: Study, what: str, found: Iterable[tuple[Written, int]]) -> None:
    """SpecError for the first two that come to the same number."""
    before: dict[int, Written] = {}
    for (place, name), number in found:
        if number in before:
            other, first = before[number]
            raise SpecError(f"{study.where}: {other} and {place}: {first} and {name} are both {number:,} {what}")
        before[number] = place, name
