"""Checks for pipelines and tests: each is a plain callable on a path, a frame, a list of str or a dataset.

from dataqual import checks

assert checks.signal("word_count", min=5, mostly=0.95)(frame)
checks.assert_corpus("corpus.jsonl", "suite.yaml")

@checks.gate("suite.yaml")
def extract(): ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from dataqual.checking import Check, Checked, Outcome, Suite
from dataqual.checking import check as run
from dataqual.errors import CheckFailed, InputError, SpecError, did_you_mean
from dataqual.suites.suite import check as one
from dataqual.suites.suite import suite_of

__all__ = [
    "Check",
    "CheckFailed",
    "Checked",
    "Gate",
    "Outcome",
    "Ready",
    "Suite",
    "assert_corpus",
    "column",
    "columns",
    "gate",
    "metric",
    "rules",
    "run",
    "signal",
    "suite",
    "unique",
]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Ready:
    """Checks that are ready to be called on a corpus, which gives their verdicts: true where all pass."""

    suite: Suite

    def __call__(self, source: Any, **asked: Any) -> Checked:
        """The verdicts; `source` and `asked` are those of `dataqual.check`."""
        return run(source, self.suite, **asked)

    def __and__(self, other: Ready) -> Ready:
        """Both, in one pass.

        >>> both = signal("word_count", min=1) & metric("documents", min=2)
        >>> [outcome.status for outcome in both(["one", "two"]).outcomes]
        ['passed', 'passed']
        """
        return Ready(Suite.of([*self.suite.checks, *other.suite.checks]))


def suite(given: Any) -> Ready:
    """The checks of a suite: of a YAML file, a list of checks as YAML has them, or a `Suite`."""
    return Ready(suite_of(given))


def metric(name: str, **keys: Any) -> Ready:
    """Bounds on a metric of the corpus, or on the share of documents with a fault of that name.

    >>> bool(metric("exact_copies", max=0)(["one", "two", "one"]))
    False
    """
    return _ready("metric", name, keys)


def signal(name: str, **keys: Any) -> Ready:
    """Bounds on a signal that documents, at least the share `mostly` of them, keep; or on a `statistic` of all.

    >>> bool(signal("word_count", min=2, mostly=0.5)(["one two", "三个词"]))
    True
    """
    return _ready("signal", name, keys)


def rules(name: str, **keys: Any) -> Ready:
    """The share `mostly` of the documents at least passes a rule set."""
    return _ready("rules", name, keys)


def column(name: str, **keys: Any) -> Ready:
    """What the values of a column are: `type`, `nulls`, `unique`, `min` and `max`, `pattern`, `allowed`, `length`, …

    >>> import polars as pl
    >>> bool(column("stars", min=1, max=5, nulls=False)(pl.DataFrame({"stars": [1, 5]})))
    True
    """
    return _ready("column", name, keys)


def columns(names: Sequence[str], **keys: Any) -> Ready:
    """Which columns there are."""
    return _ready("columns", list(names), keys)


def unique(names: Sequence[str], **keys: Any) -> Ready:
    """No two records have the same values in all of these columns."""
    return _ready("unique", list(names), keys)


def assert_corpus(source: Any, wanted: Any = None, *, baseline: Any = None, **asked: Any) -> Checked:
    """The verdicts where all checks pass; an AssertionError that tells what failed, why, and what mends it, where not.

    `wanted` is whatever `suite` takes, or checks that are `Ready`.

    >>> assert_corpus(["one"], [{"signal": "word_count", "min": 2}])
    Traceback (most recent call last):
    AssertionError: <list>: 1 document, 1 check: 1 failed
    ...
    """
    __tracebackhide__ = True
    checked = run(source, wanted.suite if isinstance(wanted, Ready) else wanted, baseline=baseline, **asked)
    if not checked.ok:
        raise AssertionError(str(checked))
    return checked


@dataclass(frozen=True)
class Gate:
    """A place in a pipeline that only a corpus passes that is as a suite says; what does not raises CheckFailed.

    As a decorator it checks what a function returns, or before the call the argument called `argument`. As a context it
    gives itself, to be called on whatever is to pass. See `gate`.
    """

    suite: Suite
    argument: str | None = None
    baseline: Any = None
    told: Callable[[Checked], object] | None = None
    """Is told of every verdict, also of those that pass: for logs."""

    def through(self, source: Any, **asked: Any) -> Any:
        """The source, if it passes; InputError for an iterator, of which the checks would leave nothing."""
        if isinstance(source, Iterator):
            raise InputError(
                f"a gate would use up this {type(source).__name__}, which comes once; give it a list or a frame"
            )
        checked = run(source, self.suite, baseline=self.baseline, **asked)
        if self.told is not None:
            self.told(checked)
        checked.or_raise()
        return source

    def __call__(self, work: Any, **asked: Any) -> Any:
        """Around a function: the same function with the gate; else what is called on passes through it."""
        return self._around(work) if callable(work) and not asked else self.through(work, **asked)

    def _around(self, work: Callable[P, R]) -> Callable[P, R]:
        parameters = signature(work)
        if self.argument is not None and self.argument not in parameters.parameters:
            raise SpecError(f"no argument {self.argument!r}; {did_you_mean(self.argument, parameters.parameters)}")

        @wraps(work)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if self.argument is not None:
                self.through(parameters.bind(*args, **kwargs).arguments[self.argument])
                return work(*args, **kwargs)
            result = work(*args, **kwargs)
            self.through(result)
            return result

        return guarded

    def __enter__(self) -> Gate:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def gate(
    wanted: Any, *, argument: str | None = None, baseline: Any = None, told: Callable[[Checked], object] | None = None
) -> Gate:
    """A gate for a suite, which is read at once, so that a fault in it is told before anything runs.

    >>> @gate([{"metric": "documents", "min": 2}])
    ... def extract():
    ...     return ["only one"]
    >>> extract()
    Traceback (most recent call last):
    dataqual.errors.CheckFailed: <list>: 1 document, 1 check: 1 failed
    ...
    >>> with gate([{"metric": "documents", "min": 2}]) as passing:
    ...     documents = passing(["one", "two"])
    """
    return Gate(wanted.suite if isinstance(wanted, Ready) else suite_of(wanted), argument, baseline, told)


def _ready(subject: str, name: Any, keys: dict[str, Any]) -> Ready:
    if subject == "column":
        return Ready(Suite.of([{subject: name, **keys}], "check"))
    return Ready(Suite("check", (one({subject: name, **keys}),)))
