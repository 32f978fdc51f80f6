"""A helping process, as seen by the one it helps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socketpair
from threading import Lock, Thread
from typing import Any

from dataqual.engine.messages import Enough, receive, send
from dataqual.errors import WorkerLost

START = "import sys; sys.path.insert(0, sys.argv[2]); from dataqual.engine.worker import main; main(int(sys.argv[1]))"
"""A process of its own, not a fork: polars and numba have threads, which a fork would leave with their locks held. And
not `multiprocessing`, which imports the user's script a second time, and so asks of it that it be written for that."""

HOME = str(Path(__file__).parents[2])

AHEAD = 2
"""Items given to a helper at once: the next one is there when it has finished one."""


def possible() -> bool:
    """Whether this program can start another Python: not on Windows, nor where it is frozen into one executable."""
    return os.name == "posix" and bool(sys.executable) and not getattr(sys, "frozen", False)


class Process:
    """A process that has been started and told what to import, and a socket to it."""

    def __init__(self, modules: Sequence[str] = (), *, without: Sequence[str] = ()) -> None:
        """`without`: packages that are not to be found there. OSError where the system gives no process."""
        self.channel, theirs = socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-c", START, str(theirs.fileno()), HOME],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    process_group=0,  # Ctrl-C is for this process alone, which then ends that one
                    env=os.environ | {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},  # it is for one core
                )
            except OSError:
                self.channel.close()
                raise
        send(self.channel, (sys.path, list(modules), list(without)))

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        return self._process.wait()

    def end(self) -> None:
        """End it now, whatever it does."""
        self._process.kill()
        self._process.wait()


_started: list[Process] = []


def start_early(processes: int, module: str) -> None:
    """Start processes that the next helpers will take, and let them import `module` meanwhile.

    One that nobody takes ends with this process.
    """
    with suppress(OSError):
        while len(_started) < processes:
            _started.append(Process([module]))


_blocks: list[object] = []
"""Of `staying`, those that are entered."""


@contextmanager
def staying() -> Iterator[None]:
    """Until the outermost of these blocks is left, helpers that have done their work wait for more: they need not import again."""
    block = object()
    _blocks.append(block)
    try:
        yield
    finally:
        _blocks.remove(block)
        while _started and not _blocks:
            process = _started.pop()
            process.end()
            process.channel.close()


class Helper:
    """One more process that applies a function to items; `changed` is called whenever it has room again.

    It ends with this one, however that ends: it reads from a socket whose other end vanishes then.
    """

    def __init__(self, function: bytes, changed: Callable[[], None]) -> None:
        """Start it; `function` is pickled. OSError where the system gives no process."""
        self._room = 0  # until it is ready, and for ever if it cannot load the function
        self._changed = changed
        self._lock = Lock()
        self._waiting: deque[Future[Any]] = deque()
        self._lost: Exception | None = None
        self._ready = self._stays = False
        self._process = _started.pop() if _started else Process()
        self._channel = self._process.channel
        self._thread = Thread(target=self._converse, args=(function,), name="dataqual-helper", daemon=True)
        self._thread.start()

    @property
    def load(self) -> float:
        """How busy it is: 0 idle, 1 no room for another item."""
        return 1 - self._room / AHEAD

    def submit(self, item: Any) -> Future[Any]:
        """Give it an item; ask only where there is room."""
        future: Future[Any] = Future()
        with self._lock:
            self._room -= 1
            if self._lost is None:
                self._waiting.append(future)
            else:
                future.set_exception(self._lost)
        with suppress(OSError):  # it has died; whoever reads its answers finds out why
            send(self._channel, item)
        return future

    def close(self) -> None:
        """End the process now, whatever it does; where helpers are `staying`, one with nothing to do is left for the next."""
        if not (_blocks and self._let_go()):
            self._process.end()
        self._thread.join()
        if self._stays:
            _started.append(self._process)
        else:
            self._process.end()
            self._channel.close()

    def _let_go(self) -> bool:
        """Tell it that nothing more will come, unless it still does something, or is not there yet."""
        with self._lock, suppress(OSError):
            if self._ready and not self._waiting and self._lost is None:
                send(self._channel, Enough())
                return True
        return False

    def _converse(self, function: bytes) -> None:
        """Tell it what to do, then hand on what it answers until it is gone."""
        try:
            send(self._channel, function)
            receive(self._channel)
        except (EOFError, OSError):
            return
        self._ready = True
        self._more_room(AHEAD)
        try:
            while not isinstance(answer := receive(self._channel), Enough):
                fine, result = answer
                with self._lock:
                    future = self._waiting.popleft()
                _settle(future, result, fine)
                self._more_room(1)
            self._stays = True
        except EOFError:
            self._give_up(WorkerLost(_why(self._process.wait())))
        except Exception as error:  # an answer that cannot be loaded
            self._give_up(error)

    def _more_room(self, items: int) -> None:
        with self._lock:
            self._room += items
        self._changed()

    def _give_up(self, error: Exception) -> None:
        with self._lock:
            self._lost = error
            for future in self._waiting:
                future.set_exception(error)
            self._waiting.clear()


def _settle(future: Future[Any], result: Any, fine: bool) -> None:
    if fine:
        future.set_result(result)
    else:
        future.set_exception(result)


def _why(code: int) -> str:
    """What a user should know of a process that ended before its work did.

    >>> _why(-9)
    'a helping process was ended from outside (signal 9: Killed), as happens where memory runs short; give a smaller --max-memory, or --workers 1'
    """
    how = f"signal {-code}: {signal.strsignal(-code)}" if code < 0 else f"exit code {code}"
    mend = "as happens where memory runs short; give a smaller --max-memory, or --workers 1"
    return f"a helping process was ended from outside ({how}), {mend}"
