"""The signal `terminal_punctuation_lines`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import LineCut, evident, last_points, lines
from dataqual.operators import Signal
from dataqual.text import Segments, Text

TERMINAL = (
    "21 2E 3F 589 61D-61F 6D4 700-702 7F9 837 839 83D-83E 964-965 104A-104B 1362 1367-1368 166E 1735-1736 17D4-17D6 "
    "17D9-17DA 1803 1809 1944-1945 1AA8-1AAB 1B5A-1B5B 1B5E-1B5F 1B7D-1B7E 1C3B-1C3C 1C7E-1C7F 203C-203D 2047-2049 "
    "2E2E 2E3C 2E53-2E54 3002 A4FF A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F A9C8-A9C9 AA5D-AA5F AAF0-AAF1 ABEB "
    "FE52 FE56-FE57 FF01 FF0E FF1F FF61 10A56-10A57 10F55-10F59 10F86-10F89 11047-11048 110BE-110C1 11141-11143 "
    "111C5-111C6 111CD 111DE-111DF 11238-11239 1123B-1123C 112A9 1144B-1144C 115C2-115C3 115C9-115D7 11641-11642 "
    "1173C-1173E 11944 11946 11A42-11A43 11A9B-11A9C 11C41-11C42 11EF7-11EF8 11F43-11F44 16A6E-16A6F 16AF5 "
    "16B37-16B38 16B44 16E98 1BC9F 1DA88"
)
"""Marks that end a sentence, by code point: those datatrove 0.10.1 lists, which are nearly Unicode's
Sentence_Terminal. Neither a quotation mark nor `…` is among them."""


@dataclass(frozen=True)
class TerminalPunctuationLines(Signal):
    """Share of lines whose last character is a full stop, question or exclamation mark of any script; 0 without lines.

    White space or a quotation mark after it does not count as an end, as in FineWeb.

    >>> TerminalPunctuationLines()(["Yes.\\nno\\n\\n是的。\\n'Oh!'", ""]).tolist()
    [0.5, 0.0]
    """

    lines: LineCut = "nonblank"

    def measure(self, text: Text) -> NDArray[Any]:
        segments, mask = self._marked(text)
        return segments.share(mask)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The lines without."""
        segments, mask = self._marked(Text.of([document]))
        return evident(document, segments, ~mask, "no terminal punctuation")

    def _marked(self, text: Text) -> tuple[Segments, NDArray[np.bool_]]:
        segments = lines(text, self.lines)
        return segments, _terminal()[last_points(segments)]


@cache
def _terminal() -> NDArray[np.bool_]:
    """Which code points are terminal; the last entry, where -1 points, is False."""
    listed = np.zeros(0x110001, np.bool_)
    for span in TERMINAL.split():
        first, _, last = span.partition("-")
        listed[int(first, 16) : int(last or first, 16) + 1] = True
    return listed
