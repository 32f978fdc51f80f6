"""The signal `code_share`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.line_cuts import evidence
from dataqual.operators import Signal
from dataqual.text import Text

CODE = re.compile(
    rb"^[ \t]*(?:"
    rb"[{}\[\]()]+[;,]?"  # nothing but brackets
    rb"|[^\n]*[(=][^\n]*;"  # a call or an assignment that ends in a semicolon
    rb"|[^\n]*[)\w>][ \t]*\{"  # a block that opens
    rb"|(?:def|class|if|elif|else|for|while|try|except|with)\b[^\n]*:"  # and in Python
    rb"|(?:import|from|return|export|const|let|var|use|package|#include|#define)[ \t]+[\w.<\"{*'][^\n]*"
    rb"|[\w.\[\]]+[ \t]*(?:=|\+=|-=|:=)[ \t]*[^\s=][^\n]*"  # an assignment
    rb")[ \t\r]*$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class CodeShare(Signal):
    """Share of a document's lines, blank ones aside, that look like program code; 0 without lines.

    By the shape of a line, a rule of ours for the usual languages: brackets alone, blocks that open, assignments, imports,
    calls that end in a semicolon. A few prose lines look so too ("from here on", "let us go"): read it as a share, not line by line.

    >>> CodeShare()(["x = f(1);\\nif (x) {\\n}\\n", "He said: no.\\nThen he left;", ""]).tolist()
    [1.0, 0.0, 0.0]
    """

    profiled: ClassVar[bool] = False

    def measure(self, text: Text) -> NDArray[Any]:
        data, borders = text.data.tobytes(), text.offsets.tolist()
        documents = [data[a:b] for a, b in pairwise(borders)]
        lines = [sum(bool(line.strip()) for line in document.split(b"\n")) for document in documents]
        code = [len(_spans(document)) for document in documents]
        return np.array(code, np.int64) / np.maximum(np.array(lines, np.int64), 1)

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The lines that look like code."""
        spans = _spans(document.encode())
        return evidence(document, [a for a, _ in spans], [b for _, b in spans], "looks like code")


def _spans(raw: bytes) -> list[tuple[int, int]]:
    return [match.span() for match in CODE.finditer(raw) if match[0].strip()]
