"""`njit` and `intrinsic`, as numba has them, but numba is loaded only where a loop is not kept as machine code yet.

numba takes 0.4 s to be imported and as much, or twice that where scipy is installed, until it has made ready its first
loop, even one that lies compiled in its cache: more than a loop needs for a hundred megabytes of text.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from threading import Lock
from types import FunctionType
from typing import Any, TypeVar, cast

import numpy as np

from dataqual.kernels import keeping

Function = TypeVar("Function", bound=Callable[..., Any])

_lock = Lock()


class Kernel:
    """A function that is compiled when it is first called, for every combination of types it is called with.

    Called with arrays, whole numbers and truth values it runs without Python's lock, as machine code that an earlier
    process kept, if one did; else numba compiles it, or loads it from its own cache, and it is kept for next time.
    To numba an array that cannot be written is of another type; to a loop that is kept it is the same, so that nothing is
    compiled twice. Whether a loop leaves alone what it is given to read, the tests tell.
    """

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        self.__wrapped__ = function
        self.__name__, self.__doc__, self.__module__ = function.__name__, function.__doc__, function.__module__
        code = function.__code__
        self._names = code.co_varnames[: code.co_argcount]
        self._options = options
        self._ours = function.__module__.startswith(f"{__package__}.")  # what is kept depends on these sources alone
        self._dispatcher: Any = None
        self._ready: dict[str, keeping.Loop | None] = {}
        self._quick: dict[tuple[Any, ...], keeping.Loop] = {}

    def __call__(self, *args: Any, **named: Any) -> Any:
        args += tuple(named[name] for name in self._names[len(args) :]) if named else ()
        alike = tuple([(v.dtype, v.ndim, v.flags.num) if type(v) is np.ndarray else type(v) for v in args])
        loop = self._quick.get(alike)
        if loop is not None and not any(type(v) is int and v.bit_length() > 63 for v in args):
            done, result = loop(args)
            return result if done else self.dispatcher(*args)  # it failed: numba tells of what
        return self._called(alike, args)

    def _called(self, alike: tuple[Any, ...], args: tuple[Any, ...]) -> Any:
        """The first time with arguments of these types, or with such as are never kept."""
        types = keeping.types_of(args) if self._ours else None
        if types is None:
            return self.dispatcher(*args)
        if types not in self._ready:
            with _lock:
                self._ready[types] = keeping.find(self.__module__, self.__name__, types)
            if self._ready[types] is None:
                args = tuple(np.require(v, requirements="W") if isinstance(v, np.ndarray) else v for v in args)
                result = self.dispatcher(*args)
                if keeping.keep(self.dispatcher, self.__module__, self.__name__, types, args):
                    self._ready[types] = keeping.find(self.__module__, self.__name__, types)
                return result
        loop = self._ready[types]
        if loop is None:
            return self.dispatcher(*args)
        self._quick[alike] = loop
        return self(*args)

    @property
    def dispatcher(self) -> Any:
        """What numba makes of it."""
        if self._dispatcher is None:
            self._dispatcher = _numba().njit(**self._options)(resolved(self.__wrapped__))
        return self._dispatcher


class Intrinsic:
    """Instructions for the compiler, known to it when it is first needed."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._made: Any = None

    @property
    def made(self) -> Any:
        """What numba makes of it."""
        if self._made is None:
            names = {"ir": import_module("llvmlite.ir"), "types": _numba().types}
            self._made = import_module("numba.extending").intrinsic(resolved(self._function, names))
        return self._made


def njit(**options: Any) -> Callable[[Function], Function]:
    """As numba's, with its options."""

    def decorate(function: Function) -> Function:
        return cast(Function, Kernel(function, options))

    return decorate


def intrinsic(function: Function) -> Any:
    """As numba's; in the function `ir` is llvmlite's and `types` is numba's."""
    return Intrinsic(function)


def resolved(function: Callable[..., Any], names: dict[str, Any] | None = None) -> Callable[..., Any]:
    """The same function, in whose module everything made lazily here is what numba made of it."""
    assert isinstance(function, FunctionType)
    known = dict(function.__globals__) | (names or {})
    for name in function.__code__.co_names:
        value = known.get(name)
        if isinstance(value, Kernel):
            known[name] = value.dispatcher
        elif isinstance(value, Intrinsic):
            known[name] = value.made
    same = FunctionType(function.__code__, known, function.__name__, function.__defaults__, function.__closure__)
    same.__qualname__, same.__module__, same.__doc__ = function.__qualname__, function.__module__, function.__doc__
    same.__annotations__ = function.__annotations__
    return same


def _numba() -> Any:
    numba = import_module("numba")
    config: Any = numba.config
    if not config.CACHE_DIR and keeping.private():
        config.CACHE_DIR = str(keeping.folder())
    return numba
