"""What a helping process does: take a function, then item after item, and answer with what it makes of each; then the next function."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from socket import socket
from typing import Any, NoReturn

from dataqual import starting
from dataqual.engine.messages import Enough, receive, send
from dataqual.engine.read_ahead import read_ahead
from dataqual.errors import DataqualError

Answer = tuple[bool, Any]
"""(True, the result) or (False, the error)."""


def main(descriptor: int) -> NoReturn:
    """Serve whoever holds the other end of this socket, until it is closed; what is printed goes to stderr."""
    os.dup2(2, 1)
    starting.alone()
    with suppress(OSError, EOFError):
        serve(socket(fileno=descriptor))
    os._exit(0)


def serve(channel: socket) -> None:
    """Say of each function that it could be loaded, or end without a word: then the items are worked on elsewhere."""
    sys.path[:], modules, without = receive(channel)
    hidden: dict[str, Any] = dict.fromkeys(without)
    sys.modules.update(hidden)  # as if it were not installed
    for module in modules:
        import_module(module)
    while True:
        given = receive(channel)
        try:
            function = pickle.loads(given)
        except Exception:  # it lives in a notebook, or in the script that was started, which nobody imports
            return
        send(channel, "ready")
        for item in read_ahead(_items(channel), 1):
            send(channel, answer(function, item))
        function = given = None  # it may hold much, and the next may be long in coming
        send(channel, Enough())


def _items(channel: socket) -> Iterator[Any]:
    """What is asked for; once nobody asks any more this process ends, in the middle of an item if need be."""
    while True:
        try:
            item = receive(channel)
        except EOFError:
            os._exit(0)
        if isinstance(item, Enough):
            return
        yield item


def answer(function: Callable[[Any], Any], item: Any) -> Answer:
    """What becomes of one item.

    >>> answer(len, "abc")
    (True, 3)
    >>> answer(len, 5)[1]
    TypeError("object of type 'int' has no len()")
    """
    try:
        return True, function(item)
    except Exception as error:
        if not isinstance(error, DataqualError):  # that one is our bug, and its traceback stays here
            error.add_note(f"in a helping process:\n{traceback.format_exc()}")
        return False, _portable(error)


def _portable(error: Exception) -> Exception:
    """The error itself if it survives the way, else one with its message and, if the user can mend it, its kind."""
    try:
        if type(pickle.loads(pickle.dumps(error))) is type(error):
            return error
    except Exception:  # an exception may be made of arguments that it does not keep
        pass
    plain: Exception = DataqualError(*error.args) if isinstance(error, DataqualError) else RuntimeError(repr(error))
    for note in getattr(error, "__notes__", ()):
        plain.add_note(note)
    return plain
