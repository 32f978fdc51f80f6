"""Everyday Chinese words that may stand for others, and those that never may, by a list of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Everyday:
    """Of each word those that may stand for it, in the order of the list, and those that may not."""

    may: Mapping[str, tuple[str, ...]]
    never: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, listed: str) -> Everyday:
        """Of lines: a group, each for each; `a > b c`, the first by the others alone; `! a b c`, the first never by the others.

        >>> Everyday.of("但是 可是\\n觉得 > 感觉\\n! 感觉 觉得").may
        {'但是': ('可是',), '可是': ('但是',), '觉得': ('感觉',)}
        """
        may: dict[str, dict[str, None]] = {}
        never: dict[str, set[str]] = {}
        for line in listed.splitlines():
            words = line.split()
            if not words or line.startswith("#"):
                continue
            if words[0] == "!":
                never.setdefault(words[1], set()).update(words[2:])
            elif words[1] == ">":
                may.setdefault(words[0], {}).update(dict.fromkeys(words[2:]))
            else:
                for word in words:
                    may.setdefault(word, {}).update(dict.fromkeys(other for other in words if other != word))
        return cls(
            {word: tuple(others) for word, others in may.items()},
            {word: frozenset(others) for word, others in never.items()},
        )

    @property
    def words(self) -> frozenset[str]:
        """All that may stand for another."""
        return frozenset(other for others in self.may.values() for other in others)


@cache
def everyday() -> Everyday:
    """That which ships."""
    return Everyday.of((Path(__file__).parent / "everyday.zh.txt").read_text(encoding="utf-8"))
