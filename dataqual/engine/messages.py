"""Objects from process to process: each is one message on a socket, pickled, behind its length."""

from __future__ import annotations

import pickle
from socket import MSG_WAITALL, socket
from typing import Any

LENGTH = 8


class Enough:
    """Sent behind the last item, and sent back: another function, with items of its own, may follow."""


def send(channel: socket, message: object) -> None:
    """Send one object; OSError where the other side is gone."""
    data = pickle.dumps(message, protocol=5)
    channel.sendall(len(data).to_bytes(LENGTH, "little"))
    channel.sendall(data)


def receive(channel: socket) -> Any:
    """The next object; EOFError where the other side is gone.

    >>> from socket import socketpair
    >>> ours, theirs = socketpair()
    >>> send(ours, ["a", 1])
    >>> receive(theirs)
    ['a', 1]
    """
    return pickle.loads(_exactly(channel, int.from_bytes(_exactly(channel, LENGTH), "little")))


def _exactly(channel: socket, size: int) -> bytearray:
    """The next `size` bytes, in one call of the system where it can be: a thread that comes back from one waits for
    the interpreter's lock, and a pipe of 64 KiB would make it wait seventy times for a batch."""
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        try:
            got = channel.recv_into(rest, len(rest), MSG_WAITALL)
        except ConnectionError:
            got = 0
        if not got:
            raise EOFError
        rest = rest[got:]
    return data
