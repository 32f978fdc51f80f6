"""Functions of one module that run beside everything else: in a process of their own, else in a thread."""

from __future__ import annotations

import pickle
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from threading import Thread
from typing import Any

from dataqual.engine.helper import Process, possible
from dataqual.engine.messages import receive, send

UNWANTED = ("scipy",)
"""Loaded by seaborn wherever it is installed, for half a second, and used by no page; in a process of its own it is not there."""

Call = tuple[str, tuple[Any, ...], dict[str, Any]]
"""The name of a function, and what it is called with."""


@dataclass(frozen=True)
class _Of:
    """What the process does with an item, the name of a function and what it is called with."""

    module: str

    def __call__(self, item: Call) -> Any:
        name, args, options = item
        return getattr(import_module(self.module), name)(*args, **options)


class Aside:
    """A module that takes long to import is imported, and its `prepare()` called, while others work."""

    def __init__(self, module: str, *, process: bool = True) -> None:
        """Begin; without `process`, or where there can be none, in a thread, which shares Python's lock."""
        self._module = module
        self._process: Process | None = None
        self._thread: Thread | None = None
        self._unanswered = 0
        """Calls of which nobody has taken what came of them; if one fails, so does what it prepares."""
        if process and possible():
            with suppress(OSError):
                self._process = Process([module], without=UNWANTED)
                send(self._process.channel, pickle.dumps(_Of(module), protocol=5))
                self.begin("prepare")
        if self._process is None:
            self._thread = Thread(target=lambda: import_module(module).prepare(), daemon=True)
            self._thread.start()

    def begin(self, name: str, *args: Any) -> None:
        """Call a function meanwhile, for what it leaves ready there; only in a process: a thread would gain nothing."""
        if self._process is not None:
            with suppress(OSError):  # it has died, as `call` will find
                send(self._process.channel, (name, args, {}))
                self._unanswered += 1

    def call(self, name: str, *args: Any, **options: Any) -> Any:
        """What the function of this name makes of these; once. What it raises is raised.

        Where the process has died, as it may where memory runs short, the function is called here.
        """
        if self._process is not None:
            with suppress(OSError, EOFError):
                return self._ask(self._process, (name, args, options))
        if self._thread is not None:
            self._thread.join()
        return _Of(self._module)((name, args, options))

    def _ask(self, process: Process, item: Call) -> Any:
        try:
            receive(process.channel)  # it is ready
            send(process.channel, item)
            for _ in range(self._unanswered):
                receive(process.channel)
            fine, result = receive(process.channel)
        finally:
            process.end()
            process.channel.close()
        if not fine:
            raise result
        return result
