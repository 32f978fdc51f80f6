"""`lazy`: an attribute that is computed when it is first asked for, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functools import cached_property as lazy
else:

    class lazy:
        """`functools.cached_property` without its lock, which before Python 3.12 is one for all objects of a class.

        With that lock no two threads cut two batches at once, and two attributes that need each other can wait
        for each other for ever. Without it two threads may both compute the same value; the last one stays.
        """

        def __init__(self, make: Any) -> None:
            self._make = make
            self.__doc__ = make.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self._name = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            value = instance.__dict__[self._name] = self._make(instance)
            return value


__all__ = ["lazy"]
