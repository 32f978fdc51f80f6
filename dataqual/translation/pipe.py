"""A process that stays open: text in, text out, one mark behind each."""

from __future__ import annotations

import atexit
import os
import select
import subprocess
import threading
import time
from collections.abc import Sequence

from dataqual.errors import InputError

AT_ONCE = 1 << 16
"""Bytes read at once: as much as a pipe of Linux holds."""


class Pipe:
    """One process for all texts. Writes and reads go on side by side, so that neither waits for a full pipe.

    >>> pipe = Pipe(["cat"], b"\\n", timeout=10)
    >>> pipe.exchange([b"one", b"two"]), pipe.exchange([b"three"])
    ([b'one', b'two'], [b'three'])
    """

    def __init__(self, command: Sequence[str], mark: bytes, timeout: float) -> None:
        """Nothing is started before there is something to say. `timeout`: seconds without any answer, at most."""
        self._command, self._mark, self._timeout = list(command), mark, timeout
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._rest = b""
        atexit.register(self.close)

    def exchange(self, texts: Sequence[bytes]) -> list[bytes]:
        """The answers, in order; InputError where the process ends or is silent. What is asked next starts a new one."""
        with self._lock:
            if self._process is None or self._owner != os.getpid():
                self._start()
            try:
                return self._exchange(texts)
            except BaseException:
                self._kill()
                raise

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._process is not None and self._owner == os.getpid():
                self._kill()

    def finish(self) -> None:
        """Let the process come to its own end, as it does when its input ends."""
        with self._lock:
            process, self._process = self._process, None
            if process is not None and self._owner == os.getpid():
                process.communicate()

    def _start(self) -> None:
        try:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
            )
        except OSError as error:
            raise InputError(f"{self._command[0]}: cannot be started ({error.strerror})") from None
        self._owner, self._rest = os.getpid(), b""

    def _exchange(self, texts: Sequence[bytes]) -> list[bytes]:
        process = self._process
        assert process is not None and process.stdin and process.stdout and process.stderr
        waiting = memoryview(b"".join(text + self._mark for text in texts))
        answers: list[bytes] = []
        into, out, aside = process.stdin.fileno(), process.stdout.fileno(), process.stderr.fileno()
        os.set_blocking(into, False)
        said, last, open_aside = b"", time.monotonic(), True
        while len(answers) < len(texts):
            readers = [out, aside] if open_aside else [out]
            ready, writable, _ = select.select(readers, [into] if waiting else [], [], 1.0)
            if writable:
                waiting = waiting[self._write(into, waiting) :]
            if aside in ready:
                more = os.read(aside, AT_ONCE)
                said, open_aside = (said + more)[-2000:], bool(more)
            if out in ready:
                more = os.read(out, AT_ONCE)
                if not more:
                    raise InputError(f"{self._said(said)}: ended after {len(answers)} of {len(texts)} texts")
                *whole, self._rest = (self._rest + more).split(self._mark)
                answers += whole
            if ready or writable:
                last = time.monotonic()
            elif time.monotonic() - last > self._timeout:
                raise InputError(f"{self._said(said)}: gave no answer for {self._timeout:g} seconds")
        if len(answers) > len(texts):
            raise InputError(f"{self._said(said)}: gave {len(answers)} answers to {len(texts)} texts")
        return answers

    def _write(self, into: int, waiting: memoryview) -> int:
        try:
            return os.write(into, waiting[:AT_ONCE])
        except BlockingIOError:
            return 0
        except BrokenPipeError:
            return len(waiting)  # what it said before it ended is still read, and then told

    def _said(self, aside: bytes) -> str:
        lines = aside.decode(errors="replace").strip().splitlines()
        return f"{self._command[0]} ({lines[-1][:200]})" if lines else self._command[0]

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
            process.wait()
