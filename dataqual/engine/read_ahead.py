"""Items made in a thread of their own, a few ahead of whoever takes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from threading import Condition, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


def read_ahead(items: Iterable[T], depth: int) -> Generator[T, None, None]:
    """The same items, made in a thread that runs at most `depth` ahead.

    An error of the source is raised where its item would have come. Closing the generator stops the thread and
    closes the source.
    """
    shelf: _Shelf[T] = _Shelf(depth)
    thread = Thread(target=shelf.fill, args=(items,), name="dataqual-read-ahead", daemon=True)
    thread.start()
    try:
        while taken := shelf.take():
            yield taken[0]
    finally:
        shelf.close()
        thread.join()


class _Shelf(Generic[T]):
    """A bounded queue that either side can end."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._items: deque[T] = deque()
        self._changed = Condition()
        self._full = self._closed = False
        self._error: BaseException | None = None

    def fill(self, items: Iterable[T]) -> None:
        """Put all items on the shelf, waiting for room; stop when the shelf is closed."""
        source = iter(items)
        try:
            while self._room():
                try:
                    item = next(source)
                except StopIteration:
                    break
                with self._changed:
                    self._items.append(item)
                    self._changed.notify_all()
        except BaseException as error:
            self._error = error
        finally:
            if isinstance(source, Generator):
                source.close()
            with self._changed:
                self._full = True
                self._changed.notify_all()

    def _room(self) -> bool:
        """Wait until there is room; False when the shelf was closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._depth)
            return not self._closed

    def take(self) -> tuple[T] | None:
        """The next item in a tuple, or None behind the last; raises what the source raised."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._full)
            if self._items:
                item = self._items.popleft()
                self._changed.notify_all()
                return (item,)
        if self._error is not None:
            raise self._error
        return None

    def close(self) -> None:
        """Let the filling thread stop; what lies on the shelf is dropped."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
