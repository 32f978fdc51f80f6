"""Apertium (Forcada et al. 2011): translation by rules, offline; Debian and others package it and its pairs of languages."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dataqual.errors import InputError, did_you_mean
from dataqual.translation.pipe import Pipe
from dataqual.translation.translator import Said, Translator

MODES = Path("/usr/share/apertium/modes")
ESCAPED = re.compile(r"([\[\]\\/@<>^${}])")
"""What has a meaning in Apertium's stream; a backslash before it takes that away."""
_PLAIN = re.compile(r"\\(.)", re.DOTALL)
UNBROKEN = re.compile(r"\S{5000}")
"""What no dictionary knows; Apertium's time for such a run grows with its square, and a million letters take minutes. A line
that has one stays as it is."""
END = ".[]"
"""A full stop that is not part of the text: no rule reaches over it (apertium-destxt puts the same)."""

UNKNOWN_AS_THEY_ARE = "-n"
"""What the last part is told, as `apertium -u` does: no mark before words that nobody knows."""


@dataclass(frozen=True)
class Apertium(Translator):
    """One direction, such as `eng-spa`, in one process that stays open for all texts; unknown words stay as they are.

    `apt-get install apertium-eng-spa` brings the program and the pair. InputError where either is missing.
    """

    pair: str
    timeout: float = 60.0

    def __post_init__(self) -> None:
        if shutil.which("apertium-wblank-mode") is None:
            raise InputError(
                f"apertium is not installed, which {self.pair} needs; on Debian and Ubuntu: apt-get install apertium-{self._package}"
            )
        known = sorted(path.stem for path in MODES.glob("*.mode"))
        if known and self.pair not in known:
            raise InputError(
                f"apertium has no {self.pair}; {did_you_mean(self.pair, known)}; others: apt-cache search apertium-"
            )

    @property
    def _package(self) -> str:
        """Packages are called after both languages, in either order; English comes first in most."""
        there, _, back = self.pair.partition("-")
        return f"{back}-{there}" if back == "eng" else self.pair

    def translate(self, texts: Sequence[str]) -> list[Said]:
        spoken = [text for text in texts if not UNBROKEN.search(text)]
        found = dict(zip(spoken, self._translated(spoken), strict=True)) if spoken else {}
        return [found.get(text, text) for text in texts]

    def _translated(self, texts: Sequence[str]) -> list[str]:
        asked = [(ESCAPED.sub(r"\\\1", text) + END).encode() for text in texts]
        answers = _pipe(self.pair, self.timeout).exchange(asked)
        return [_PLAIN.sub(r"\1", answer.decode(errors="replace").removesuffix(END)) for answer in answers]


@cache
def _pipe(pair: str, timeout: float) -> Pipe:
    """The pair's pipeline itself, each part of which hands on what it has at every NUL; the script `apertium` waits for more."""
    mode = subprocess.run(
        ["apertium-wblank-mode", "-z", str(MODES / f"{pair}.mode")], capture_output=True, text=True, check=True
    ).stdout
    return Pipe(["bash", "-c", mode, "apertium", UNKNOWN_AS_THEY_ARE, ""], b"\0", timeout)
