"""Stand-ins for packages that reading a corpus needs and running a pack does not.

A borrowed GPU often has torch and no more than what is usual beside it, and nothing can be fetched there. `stand_in` lets
modules that only name polars, orjson, zstandard or ftfy be imported where these are not installed; whoever calls anything of
theirs is told in one line that it is not there. What is installed stays what it is.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NoReturn

from dataqual.errors import DataqualError

NOT_NEEDED = ("polars", "orjson", "zstandard", "ftfy")
"""Of what dataqual rests on, that a run of a pack has no use for."""


class _Absent(type):
    """A class of a package that is not there: it can be named, listed in `except` and asked `isinstance` of, and not called."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _absent(f"{cls.__qualname__}.{name}")

    def __call__(cls, *given: object, **named: object) -> NoReturn:
        package = cls.__qualname__.partition(".")[0]
        raise DataqualError(
            f"{package} is not installed here: studies run FILE.pack goes without it, and nothing else; "
            "for the rest install dataqual: pip install . -c constraints.txt"
        )


class StandIn(ModuleType):
    """In the place of a package that is not there.

    >>> polars = StandIn("polars")
    >>> isinstance(1, polars.DataFrame), polars.DataFrame.__qualname__
    (False, 'polars.DataFrame')
    >>> polars.read_parquet("corpus.parquet")
    Traceback (most recent call last):
        ...
    dataqual.errors.DataqualError: polars is not installed here: studies run FILE.pack goes without it, and nothing else; ...
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _absent(f"{self.__name__}.{name}")


def stand_in() -> tuple[str, ...]:
    """Put a stand-in into the place of each of `NOT_NEEDED` that is not installed; their names."""
    missing = tuple(name for name in NOT_NEEDED if name not in sys.modules and not _there(name))
    for name in missing:
        sys.modules[name] = StandIn(name)
    return missing


def _there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _absent(name: str) -> Any:
    return _Absent(name.rpartition(".")[2], (Exception,), {"__qualname__": name, "__module__": __name__})
