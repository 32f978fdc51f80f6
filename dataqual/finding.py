"""`Finding`: one thing that is wrong with a corpus, or with what was done to it, and how numbers are said in its headline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SEVERITIES = ("error", "warning", "note")
SIGNS = {"error": "✗", "warning": "!", "note": "·"}
"""What stands before a headline on a terminal."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or worth knowing."""

    name: str
    severity: str
    """"error": training on it will show; "warning": worth an hour; "note": good to know."""
    headline: str
    reading: dict[str, Any]
    why: str
    example: dict[str, Any] | None = None
    say: str | None = None
    """What mends it, in words."""
    command: str | None = None
    """What mends it, as a command that can be pasted."""
    where: str = ""
    """Anchor of the section of the page with the details."""

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        mend = {"say": self.say, "command": self.command} if self.say else None
        own = ("name", "severity", "headline", "reading", "why", "example", "where")
        return {name: getattr(self, name) for name in own} | {"mend": mend}

    @classmethod
    def of_facts(cls, facts: dict[str, Any]) -> Finding:
        """What `facts` gave."""
        own = {name: facts[name] for name in ("name", "severity", "headline", "reading", "why", "example", "where")}
        mend = facts["mend"] or {}
        return cls(**own, say=mend.get("say"), command=mend.get("command"))


def percent(share: float) -> str:
    """A share for a headline; neither nothing nor everything by rounding.

    >>> percent(0.0234), percent(0.00012), percent(0.3), percent(0.000001), percent(0.9997)
    ('2.3 %', '0.012 %', '30 %', '< 0.001 %', '> 99 %')
    """
    hundred = share * 100
    if 0 < hundred < 0.001:
        return "< 0.001 %"
    if 99.5 <= hundred < 100:
        return "> 99 %"
    digits = 0 if hundred >= 9.95 or hundred == 0 else 1 if hundred >= 0.095 else 3
    return f"{hundred:.{digits}f} %"


def below_one(similarity: float, bound: float = 1) -> str:
    """A similarity with three decimals, or with as many as show on which side of 1, and of a bound, it lies.

    >>> below_one(0.9872), below_one(0.99996), below_one(1.0), below_one(0.98499, 0.985)
    ('0.987', '0.99996', '1.000', '0.98499')
    """
    for digits in range(3, 12):
        shown = float(f"{similarity:.{digits}f}")
        if all((shown >= line) == (similarity >= line) for line in (1, bound)):
            return f"{shown:.{digits}f}"
    return repr(float(similarity))


def plural(count: int, noun: str) -> str:
    """A number with its noun.

    >>> plural(1, "word"), plural(2000, "word")
    ('1 word', '2,000 words')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
