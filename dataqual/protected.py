"""What no augmentation may touch: addresses, numbers, code, markup, names of files, and on request what is quoted."""

from __future__ import annotations

import re
from bisect import bisect_right

_PARTS = {
    "fenced code": r"```.*?(?:```|\Z)",
    "inline code": r"`[^`\n]+`",
    "markup": r"<[/!?]?[A-Za-z][^<>\n]{0,200}>|&(?:[A-Za-z]{2,10}|#\d{1,7});",
    "link": r"(?:https?|ftp)://[^\s<>\"'，。；！？、）》”]+|(?<![\w.])www\.[\w-]+\.[^\s<>\"'，。；！？、）》”]+",
    "e-mail address": r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+",
    "domain": r"(?<![\w@./-])(?:[A-Za-z0-9-]+\.)+(?:com|org|net|edu|gov|io|cn|de|uk|fr|jp|co|info|ai|dev)\b(?:/[^\s，。]*)?",
    "mention": r"(?<!\w)[@#][^\W\d_][\w-]*",
    "path": r"(?<![\w/])(?:[A-Za-z]:\\|~?/)[\w.-]+(?:[/\\][\w.-]+)+",
    "identifier": r"\b[A-Za-z]+(?:_\w+)+\b|\b\w+\(\)|\b[a-z]+(?:[A-Z][a-z0-9]+)+\b",
    "variable": r"\$\{?\w+\}?|%\(\w+\)s|\{\w*\}|%[sdif]\b",
    "grouped number": r"\d{1,3}(?:[\u00a0\u202f]\d{3})+(?:[\u00a0\u202f]?[€$£¥%])?|\d+[\u00a0\u202f][€$£¥%]",
    "number": r"[+-]?[A-Za-z]*\d(?:[A-Za-z\d.,:/%‰°−-]*[A-Za-z\d%‰°])?|\d+",
}
"""Forms, by what they are; the first that fits at a place counts."""

_QUOTED = r"“[^“”]{1,400}”|「[^「」]{1,400}」|『[^『』]{1,400}』|«[^«»]{1,400}»|„[^„“”]{1,400}[“”]|《[^《》]{1,100}》|(?<!\w)\"[^\"\n]{1,400}\"(?!\w)|‘[^‘’]{1,200}’(?!\w)"

_CLOSED = re.compile("|".join(_PARTS.values()), re.DOTALL)
_WITH_QUOTES = re.compile("|".join((*list(_PARTS.values())[:2], _QUOTED, *list(_PARTS.values())[2:])), re.DOTALL)
_SUSPECT = re.compile(
    r"[\d`<&@#/\\_$%{(“「『«„《\"‘]|www|[a-z][A-Z]|\.(?:com|org|net|edu|gov|io|cn|de|uk|fr|jp|co|info|ai|dev)\b"
)
"""Without any of these there is nothing to protect, in most short texts."""


class Protected:
    """The places of a text that stay as they are: spans of characters, in order.

    >>> Protected("See https://a.org/x for 3.5 kg of `foo`, 约 20 元").spans
    [(4, 19), (24, 27), (34, 39), (43, 45)]
    >>> Protected('He said "go home" twice', quotes=True).spans
    [(8, 17)]
    """

    def __init__(self, text: str, *, quotes: bool = False) -> None:
        pattern = _WITH_QUOTES if quotes else _CLOSED
        self.spans = [match.span() for match in pattern.finditer(text)] if _SUSPECT.search(text) else []
        self._ends = [end for _, end in self.spans]

    def touches(self, start: int, end: int) -> bool:
        """Whether a span has a character in common with a place that stays."""
        if not self.spans:
            return False
        at = bisect_right(self._ends, start)
        return at < len(self.spans) and self.spans[at][0] < end
