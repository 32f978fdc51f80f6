"""The signal `html_residue`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels import scanning
from dataqual.line_cuts import Phrases, evidence
from dataqual.operators import Signal
from dataqual.text import Text

TAGS = """
    a abbr address article aside audio b base big blink blockquote body br button canvas caption center cite
    code col colgroup dd del details dfn dir div dl dt em embed fieldset figcaption figure font footer form
    frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li link main
    map mark menu meta nav noscript object ol option p param picture pre progress q s samp script section select
    small source span strike strong style sub summary sup svg table tbody td textarea tfoot th thead time title
    tr tt u ul var video wbr
"""

WORDS = """
    a address base del dir header input label link main map mark menu meta object option param progress s
    section select source summary time title u var
"""
"""Tags whose names also stand in angle brackets as placeholders ("cd <dir>") and type parameters ("vector<u>"): they
count only with attributes or when they close something, which HTML with such tags has as well."""

ENTITIES = """
    nbsp amp lt gt quot apos copy reg trade hellip mdash ndash lsquo rsquo ldquo rdquo laquo raquo bull middot
    times deg euro pound cent yen sect para eacute egrave agrave ccedil auml ouml uuml szlig ntilde iexcl iquest
    shy zwnj zwj ensp emsp thinsp larr rarr uarr darr hearts
"""


@dataclass(frozen=True)
class HtmlResidue(Signal):
    """HTML tags with known names, comments and character entities left in the text; text about HTML has them too.

    >>> HtmlResidue()(["<p>One&nbsp;two</p>", "if a < b and b > c", "AT&T; R&D", "cd <dir>"]).tolist()
    [3, 0, 0, 0]
    """

    unit: ClassVar[str] = "places"

    def measure(self, text: Text) -> NDArray[Any]:
        at, ends = scan(text)
        documents = np.searchsorted(text.offsets, at[ends > 0], side="right") - 1
        return np.bincount(documents, minlength=len(text))

    def evidence(self, document: str) -> list[tuple[int, int, str]]:
        """The first ten places."""
        at, ends = scan(Text.of([document]))
        found = np.flatnonzero(ends > 0)[:10]
        return evidence(document, at[found].tolist(), ends[found].tolist(), "markup")


def scan(text: Text) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every `<` and `&`, and where the tag, beginning of a comment or entity that it begins ends; -1 for none."""
    at = Phrases.of(text, ("<", "&")).positions("<", "&")
    limits = text.offsets[np.searchsorted(text.offsets, at, side="right")]
    ends = np.empty(len(at), np.int64)
    scanning.find_markup(text.data, at, limits, _packed(TAGS), _packed(WORDS), _packed(ENTITIES), ends)
    return at, ends


@cache
def _packed(names: str) -> NDArray[np.uint64]:
    return scanning.pack(names.split())
