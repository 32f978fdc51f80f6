"""Any command of the user's that translates its standard input."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from dataqual.errors import InputError, SpecError
from dataqual.translation.pipe import Pipe
from dataqual.translation.translator import Said, Translator


@dataclass(frozen=True)
class Command(Translator):
    """Lines in, as many lines out. It is run anew for each batch, or with `keep` stays open and must not hold lines back.

    No shell is in between: write `sh -c '…'` where one is wanted. `timeout`: seconds for a batch, or with `keep` without an
    answer.

    >>> Command("tr a-z A-Z")(["one\\n\\ntwo", "3"])
    ['ONE\\n\\nTWO', '3']
    """

    command: str
    keep: bool = False
    timeout: float = 600.0

    def __post_init__(self) -> None:
        if not _words(self.command):
            raise SpecError("command: there is none")

    def translate(self, texts: Sequence[str]) -> list[Said]:
        asked = [text.encode() for text in texts]
        answers = _pipe(self.command, self.timeout).exchange(asked) if self.keep else self._run(asked)
        return [answer.decode(errors="replace").removesuffix("\r") for answer in answers]

    def _run(self, asked: Sequence[bytes]) -> list[bytes]:
        words = _words(self.command)
        try:
            done = subprocess.run(
                words, input=b"".join(text + b"\n" for text in asked), capture_output=True, timeout=self.timeout
            )
        except OSError as error:
            raise InputError(f"{words[0]}: cannot be started ({error.strerror})") from None
        except subprocess.TimeoutExpired:
            raise InputError(f"{words[0]}: took more than {self.timeout:g} seconds for {len(asked)} lines") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise InputError(
                f"{words[0]}: ended with {done.returncode} ({said[-1][:200] if said else 'and said nothing'})"
            )
        lines = done.stdout.removesuffix(b"\n").split(b"\n") if done.stdout else []
        if len(lines) != len(asked):
            raise InputError(f"{words[0]}: gave {len(lines)} lines for {len(asked)}; it must give one for each")
        return lines


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        raise SpecError(f"command: {command!r}: {error}") from None


@cache
def _pipe(command: str, timeout: float) -> Pipe:
    return Pipe(_words(command), b"\n", timeout)
