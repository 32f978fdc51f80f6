"""The step `strip_markup`."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dataqual.corpus import Batch, Corpus
from dataqual.html_text import check, shown_text
from dataqual.ledger import Edited
from dataqual.line_cuts import evidence
from dataqual.operators import Engine, Step
from dataqual.signals.html_residue import HtmlResidue, scan
from dataqual.steps._rewriting import rewritten
from dataqual.text import Text

Place = tuple[int, int]

_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(<)(?:!doctype\s+html|html|head|body)[\s>]", re.I | re.S)
"""A whole page begins like one; one that is quoted further down is a fragment."""

_CODE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)|(`+)(?!`)[^\n]*?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL)
"""Fenced code, to the end where the fence stays open, and code between backticks in a line."""

_NAME = re.compile(r"</?([a-z][a-z0-9]*)", re.IGNORECASE)
_HIDDEN = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style")}
"""What a browser does not show goes up to its end, where it has one."""

_COMMENT_END = re.compile("-->")

_QUOTES = tuple("\"'“‘«「(`")

_ALONE = frozenset(("br", "hr", "img"))
"""Tags that close nothing and yet say that a text is HTML, unless they are quoted, as in: use '<br>'."""

_BREAKS = {
    "\n\n": "address article aside blockquote body dl fieldset figure footer form h1 h2 h3 h4 h5 h6 head header hr html main "
    "nav ol p pre section table title ul",
    "\n": "br caption dd div dt figcaption legend li option summary tbody tfoot thead tr",
    "\t": "td th",
}
_BREAK_OF = {name: between for between, names in _BREAKS.items() for name in names.split()}
"""What stands between two pieces of text for a tag that parts them; the largest, where there are several."""


@dataclass(frozen=True)
class StripMarkup(Step):
    """HTML to text: whole pages by an extractor, fragments by taking out tags and comments and reading entities.

    Only documents with places that `html_residue` counts are touched. Tags go where the document is HTML: some tag is
    closed, or there is a line break, a rule or an image; text that speaks of the `<script>` tag keeps it. Code between
    fences or backticks stays, and so does every `<` that begins no tag of HTML. What a page shows as HTML (a tutorial)
    stays escaped, so that no second run takes it for markup.

    >>> from dataqual.corpus import Corpus
    >>> [batch] = Corpus.of(["<p>One &amp; two</p><p>3 &lt; 4</p>", "if a < b: `<p>`", "the <p> tag"]).batches()
    >>> after, [edited] = StripMarkup()(batch)
    >>> [after.text[i] for i in range(3)], edited.values.tolist()
    (['One & two\\n\\n3 < 4', 'if a < b: `<p>`', 'the <p> tag'], [21])
    """

    rewrites: ClassVar[bool] = True

    boilerplate: bool = False
    """Whether menus, headers and footers of whole pages stay; the extractor's rules say what these are."""

    def prepare(self, corpus: Corpus, engine: Engine) -> StripMarkup:
        """MissingExtra, before any work is done, where the extractor is not installed."""
        check()
        return self

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Edited]]:
        marked = np.flatnonzero(HtmlResidue()(batch.text) > 0).tolist()
        return rewritten(batch, marked, "strip_markup", self.text_of)

    def text_of(self, document: str) -> str:
        """The text that a page or a fragment shows.

        >>> StripMarkup().text_of("<html><body><nav>Menu</nav><p>Hi &lt;b&gt;</p></body></html>")
        'Hi <b>'
        """
        found = places(document)
        page = _PAGE.match(document)
        if page and any(start == page.start(1) for start, _ in found):
            return escaped(shown_text(document, boilerplate=self.boilerplate))
        return escaped(shown(document, found))


def places(document: str) -> list[Place]:
    """Where tags, beginnings of comments and entities stand, outside of code: character spans in order."""
    at, ends = scan(Text.of([document]))
    marks = evidence(document, at[ends > 0].tolist(), ends[ends > 0].tolist(), "markup")
    code = [span.span() for span in _CODE.finditer(document)] if marks else []
    starts = [first for first, _ in code]
    return [(a, b) for a, b, _ in marks if not (before := bisect_right(starts, a)) or a >= code[before - 1][1]]


def is_html(document: str, found: list[Place]) -> bool:
    """Whether the markup in these places is meant as such: a tag or comment is closed, or one needs no closing.

    >>> [is_html(text, places(text)) for text in ("the <p> and <div> tags", "use '<br>'", "one<br>two", "<b>x</b>")]
    [False, False, True, True]
    """
    opened = set()
    last = document.rfind("-->")
    for start, end in found:
        name = _NAME.match(document, start)
        if name is None:
            if document.startswith("<!--", start) and last >= end:
                return True
        elif document[start + 1] != "/":
            opened.add(name[1].lower())
            if name[1].lower() in _ALONE and document[start - 1 : start] not in _QUOTES:
                return True
        elif name[1].lower() in opened:
            return True
    return False


def shown(document: str, found: list[Place]) -> str:
    """What a browser would show of a fragment with markup in these places; white space between tags is none.

    Where it is not HTML as a whole only entities are read.

    >>> document = "<ul><li>one<li>t<b>w</b>o</ul><!-- three -->"
    >>> shown(document, places(document))
    'one\\ntwo'
    """
    if not is_html(document, found):
        found = [(start, end) for start, end in found if document[start] == "&"]
    out, between, at = _Written(), "", 0
    hidden = _Hidden(document)
    for start, end in [*found, (len(document), len(document))]:
        if start < at:  # within what is not shown
            continue
        piece, mark = document[at:start], document[start:end]
        if between and (piece.strip() or not mark):
            out.rstrip()
            piece = piece.lstrip("\n" if document.endswith("<pre>", 0, at) else None)
            out.write(between if out.pieces and piece else "")
            between = ""
        out.write("" if between else piece)
        at = hidden.until(start, end)
        if mark.startswith("&"):
            out.write(html.unescape(mark))
        elif name := _NAME.match(mark):
            between = max(between, _BREAK_OF.get(name[1].lower(), ""), key=["", "\t", "\n", "\n\n"].index)
    return "".join(out.pieces)


class _Written:
    """Text that grows at its end, each character of which is looked at once."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        """None of them empty."""

    def write(self, piece: str) -> None:
        if piece:
            self.pieces.append(piece)

    def rstrip(self) -> None:
        last = ""
        while self.pieces and not last:
            last = self.pieces.pop().rstrip()
        self.write(last)


class _Hidden:
    """Where the text of a document goes on behind a mark; what is looked for in vain is not looked for again."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.open: set[re.Pattern[str]] = set()
        """What closes nothing from here on; marks are asked for in order."""

    def until(self, start: int, end: int) -> int:
        """At the end of the mark, or at the end of what it hides, where that has one."""
        if self.document.startswith("<!--", start):
            return self._behind(_COMMENT_END, end)
        name = _NAME.match(self.document, start)
        closing = _HIDDEN.get(name[1].lower()) if name and self.document[start + 1] != "/" else None
        return self._behind(closing, end) if closing else end

    def _behind(self, closing: re.Pattern[str], end: int) -> int:
        if closing in self.open:
            return end
        if found := closing.search(self.document, end):
            return found.end()
        self.open.add(closing)
        return end


def escaped(text: str) -> str:
    """With every entity, and if it would be taken for HTML every tag, as one that is quoted: `&amp;nbsp;`, `&lt;p&gt;`.

    >>> escaped("write <b>bold</b> or &nbsp;"), escaped("the <p> tag")
    ('write &lt;b&gt;bold&lt;/b&gt; or &amp;nbsp;', 'the <p> tag')
    """
    found = places(text)
    html_too = is_html(text, found)
    found = [(start, end) for start, end in found if html_too or text[start] == "&"]
    while found:
        signs = {start for start, _ in found} | {end - 1 for start, end in found if text[end - 1] == ">"}
        pieces, at = [], 0
        for sign in sorted(signs):
            pieces += [text[at:sign], html.escape(text[sign])]
            at = sign + 1
        text = "".join([*pieces, text[at:]])
        more = places(text) if html_too else []
        found = [(start, end) for start, end in more if text[start] == "<"]  # one that had another inside
    return text
