"""`Slices`: byte strings that lie in one buffer, as the records of a chunk do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Slices(Sequence[bytes]):
    """Byte strings that lie in one buffer, made when they are asked for; `starts` and `ends` are (strings,).

    >>> slices = Slices(np.frombuffer(b"one\\ntwo\\nthree", np.uint8), np.array([0, 4, 8]), np.array([3, 7, 13]))
    >>> list(slices), b"".join(slices.take(np.array([1, 2])).lines()), slices == [b"one", b"two", b"three"]
    ([b'one', b'two', b'three'], b'two\\nthree\\n', True)
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return Slices(self.data, self.starts[at], self.ends[at])
        return self.data[self.starts[at] : self.ends[at]].tobytes()

    def __iter__(self) -> Iterator[bytes]:
        view: Any = memoryview(self.data)  # type: ignore[arg-type]
        return (bytes(view[start:end]) for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def take(self, rows: NDArray[np.int64]) -> Slices:
        """Those of these numbers, in this order."""
        return Slices(self.data, self.starts[rows], self.ends[rows])

    def packed(self) -> NDArray[np.uint8]:
        """All in a row; nothing is copied where they lie so already."""
        parts = [self.data[start:end] for start, end in self._runs(0)]
        return parts[0] if len(parts) == 1 else np.concatenate([self.data[:0], *parts])

    @property
    def borders(self) -> NDArray[np.int64]:
        """Where each begins in `packed`, and the last one ends."""
        borders = np.zeros(len(self) + 1, np.int64)
        np.cumsum(self.ends - self.starts, out=borders[1:])
        return borders

    def lines(self) -> list[bytes | memoryview]:
        """Each with a newline behind it, in a row; those that lie so already are one part, which is not copied."""
        view: Any = memoryview(self.data)  # type: ignore[arg-type]
        parts: list[Any] = []
        for start, end in self._runs(1):
            newline = end < len(view) and view[end] == _NEWLINE
            parts += [view[start : end + 1]] if newline else [view[start:end], b"\n"]
        return parts

    def _runs(self, gap: int) -> Iterator[tuple[int, int]]:
        """From where to where those lie that follow each other, `gap` bytes apart, which is one newline or nothing."""
        if not len(self):
            return
        follows = self.starts[1:] == self.ends[:-1] + gap
        if gap:
            follows &= self.data[np.minimum(self.ends[:-1], len(self.data) - 1)] == _NEWLINE
        first = np.flatnonzero(np.concatenate([[True], ~follows]))
        last = np.append(first[1:], len(self)) - 1
        yield from zip(self.starts[first].tolist(), self.ends[last].tolist(), strict=True)


_NEWLINE = ord("\n")
