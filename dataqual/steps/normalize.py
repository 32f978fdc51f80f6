"""The step `normalize`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus
from dataqual.errors import MissingExtra, SpecError
from dataqual.ledger import Edited
from dataqual.operators import Engine, Step
from dataqual.steps._rewriting import rewritten
from dataqual.text import Text

Change = Callable[[str], str]

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
"""What Unicode counts as a new line (5.8, newline guidelines) beside the line feed."""

_CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # a terminal's colours and cursor moves, whole
    r"|[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\xad\u2060\ufeff]"
    # between letters of a script without spaces a zero-width space says where a word ends
    r"|(?<![\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf])\u200b"
)
_QUOTES = str.maketrans(dict.fromkeys("“”„‟", '"') | dict.fromkeys("‘’‚‛", "'"))
_CURLY = re.compile("[“”„‟‘’‚‛]")
_EAST_ASIAN = re.compile(
    "[\u2e80-\u2fff\u3001-\u312f\u31a0-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uffee\U00020000-\U0003ffff]"
)
"""Letters and signs, not the wide blank U+3000: that may be collapsed away, and then would not be seen again."""

_BLANK = r"[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_WITHIN = re.compile(rf"(?<=\S){_BLANK}{{2,}}(?=\S)")
_BEHIND = re.compile(rf"{_BLANK}+$", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{3,}")
_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)

_HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0x20000, 0x2A6E0))


@dataclass(frozen=True)
class Normalize(Step):
    """Write the same text in one way: Unicode `form`, `line_ends`, `control` characters, `quotes`, `whitespace`, script.

    By default NFC, line feeds alone, and no control or invisible characters; joiners, variation selectors and marks
    of direction, by which emoji, Persian, Hindi and Hebrew are spelt, always stay. docs/clean.md says what each
    parameter does to which characters. A document that is normal already keeps its bytes.

    >>> from dataqual.corpus import Corpus
    >>> [batch] = Corpus.of(["cafe\\u0301\\r\\n", "\\ufeffco\\u00adop\\x07", "👩\\u200d🚀 می\\u200cخواهم"]).batches()
    >>> after, [edited] = Normalize()(batch)
    >>> [after.text[i] for i in range(2)], after.text[2] == batch.text[2]
    (['café\\n', 'coop'], True)
    """

    rewrites: ClassVar[bool] = True

    form: Literal["NFC", "NFKC"] | None = "NFC"
    """NFKC also unfolds ligatures and full-width forms: right for a search index, lossy for text that is to be read."""
    quotes: Literal["keep", "straight"] = "keep"
    """`straight`: curly quotation marks become " and ', but in lines with Chinese, Japanese or Korean letters, where
    they are the right ones."""
    whitespace: Literal["keep", "collapse"] = "keep"
    """`collapse`: one blank between words, none at the end of a line, one empty line at most. Indentation and what
    stands between code fences keep theirs."""
    control: Literal["drop", "keep"] = "drop"
    line_ends: Literal["lf", "keep"] = "lf"
    chinese: Literal["keep", "simplified", "traditional"] = "keep"
    """By OpenCC's phrases, in documents that hold characters of the other script alone."""

    def __post_init__(self) -> None:
        if not self._changes:
            raise SpecError("nothing is to be done: every parameter says keep")

    def prepare(self, corpus: Corpus, engine: Engine) -> Normalize:
        """MissingExtra, before any work is done, where OpenCC is needed and not installed."""
        if self.chinese != "keep":
            _opencc(self.chinese)
        return self

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Edited]]:
        return rewritten(batch, self._candidates(batch.text), "normalize", self.normal)

    def normal(self, document: str) -> str:
        """The document as it should be written.

        >>> Normalize(quotes="straight", whitespace="collapse").normal("  “a”  b  \\n“好”")
        '  "a" b\\n“好”'
        """
        for change in self._changes:
            document = change(document)
        return document

    @property
    def _changes(self) -> tuple[Change, ...]:
        """In an order in which no change makes work for one before it."""
        changes: list[tuple[bool, Change]] = [
            (self.control == "drop", lambda document: _CONTROL.sub("", document)),
            (self.line_ends == "lf", lambda document: _LINE_ENDS.sub("\n", document)),
            (self.form is not None, lambda document: unicodedata.normalize(self.form or "NFC", document)),
            (self.chinese != "keep", lambda document: _rewrite_chinese(document, self.chinese)),
            (self.quotes == "straight", _straightened),
            (self.whitespace == "collapse", _collapsed),
        ]
        return tuple(change for wanted, change in changes if wanted)

    def _candidates(self, text: Text) -> list[int]:
        """The documents that may change, by their bytes, those outside of ASCII by a quick check of their form too."""
        seen = _Seen(text)
        found = np.zeros(len(text), bool)
        if self.control == "drop":
            found |= seen.control
        if self.line_ends == "lf":
            found |= seen.line_ends
        if self.quotes == "straight":
            found |= seen.quotes
        if self.whitespace == "collapse":
            found |= seen.blanks
        if seen.foreign.any() and self._is_odd(text.data.tobytes().decode()):  # most batches are done at once
            for row in np.flatnonzero(seen.foreign & ~found).tolist():
                found[row] = self._is_odd(text[row])
        return np.flatnonzero(found).tolist()

    def _is_odd(self, document: str) -> bool:
        if self.form is not None and not unicodedata.is_normalized(self.form, document):
            return True
        return self.chinese != "keep" and not _other_script(self.chinese).isdisjoint(document)


class _Seen:
    """What the bytes of each document say; arrays are (documents,)."""

    def __init__(self, text: Text) -> None:
        self.text = text
        flags = np.take(_BYTES, text.data)
        self.lead = np.flatnonzero(flags >= _LEAD)
        more = np.concatenate([text.data, np.zeros(2, np.uint8)])
        self.first, self.second, self.third = text.data[self.lead], more[self.lead + 1], more[self.lead + 2]
        self.flags = np.zeros(len(text), np.uint8)
        full = text.offsets[1:] > text.offsets[:-1]
        if full.any():
            self.flags[full] = np.bitwise_or.reduceat(flags, text.offsets[:-1][full])

    @property
    def foreign(self) -> NDArray[np.bool_]:
        """Whether there is anything but ASCII."""
        return self.flags & _FOREIGN > 0

    @property
    def control(self) -> NDArray[np.bool_]:
        second = self.second
        c1 = (self.first == 0xC2) & (((second < 0xA0) & (second != 0x85)) | (second == 0xAD))
        invisible = self._is(0xE2, 0x80, 0x8B) | self._is(0xE2, 0x81, 0xA0) | self._is(0xEF, 0xBB, 0xBF)
        return (self.flags & _C0 > 0) | self._where(c1 | invisible)

    @property
    def line_ends(self) -> NDArray[np.bool_]:
        nel = (self.first == 0xC2) & (self.second == 0x85)
        return (self.flags & _BREAK > 0) | self._where(nel | self._is(0xE2, 0x80, 0xA8) | self._is(0xE2, 0x80, 0xA9))

    @property
    def quotes(self) -> NDArray[np.bool_]:
        return self._where((self.first == 0xE2) & (self.second == 0x80) & (self.third >= 0x98) & (self.third <= 0x9F))

    @property
    def blanks(self) -> NDArray[np.bool_]:
        """Two blanks, a blank before a line end or at the end, three line feeds, or a blank that is not ASCII."""
        data, ends = self.text.data, self.text.offsets[1:] - 1
        blank, feed = (data == 32) | (data == 9), data == 10
        twice = np.flatnonzero(blank[:-1] & (blank | feed)[1:])
        thrice = np.flatnonzero(feed[:-2] & feed[1:-1] & feed[2:])
        found = self._documents(np.concatenate([twice, thrice]))
        found |= self._where(
            ((self.first == 0xC2) & (self.second == 0xA0))
            | ((self.first == 0xE1) & (self.second == 0x9A))
            | ((self.first == 0xE2) & ((self.second == 0x80) | (self.second == 0x81)))
            | self._is(0xE3, 0x80, 0x80)
        )
        full = ends >= self.text.offsets[:-1]
        found[full] |= blank[ends[full]]
        return found

    def _is(self, first: int, second: int, third: int) -> NDArray[np.bool_]:
        return (self.first == first) & (self.second == second) & (self.third == third)

    def _where(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return self._documents(self.lead[mask])

    def _documents(self, at: NDArray[np.int64]) -> NDArray[np.bool_]:
        found = np.zeros(len(self.text), bool)
        found[np.searchsorted(self.text.offsets, at, side="right") - 1] = True
        return found


_FOREIGN, _C0, _BREAK, _LEAD = 1, 2, 4, 0x80
_BYTES = np.zeros(256, np.uint8)
_BYTES[0x80:] = _FOREIGN
_BYTES[[*range(9), *range(14, 32), 127]] = _C0
_BYTES[[11, 12, 13]] = _BREAK
_BYTES[[0xC2, 0xE1, 0xE2, 0xE3, 0xEF]] |= _LEAD  # what a character that is looked for begins with


def _straightened(document: str) -> str:
    lines = document.split("\n")
    for at, line in enumerate(lines):
        if _CURLY.search(line) and not _EAST_ASIAN.search(line):
            lines[at] = line.translate(_QUOTES)
    return "\n".join(lines)


def _collapsed(document: str) -> str:
    """Outside of code fences, blanks of one kind become one of that kind and others a space."""
    pieces, at = [], 0
    for fence in _FENCED.finditer(document):
        pieces += [_collapsed_prose(document[at : fence.start()]), fence[0]]
        at = fence.end()
    return "".join([*pieces, _collapsed_prose(document[at:])])


def _collapsed_prose(text: str) -> str:
    text = _WITHIN.sub(lambda run: run[0][0] if len(set(run[0])) == 1 else " ", text)
    return _EMPTY_LINES.sub("\n\n", _BEHIND.sub("", text))


def _rewrite_chinese(document: str, script: str) -> str:
    if _other_script(script).isdisjoint(document):
        return document
    text: str = _opencc(script).convert(document)
    return text


@cache
def _other_script(script: str) -> frozenset[str]:
    """The characters that only the other script has: those that change, and are not in this one's own standard.

    For traditional characters that is Big5, so that 后 and 里, which it has, do not make simplified text of a
    traditional one; for simplified characters GB 2312.
    """
    standard = {"simplified": "gb2312", "traditional": "big5"}[script]
    han = "".join(chr(point) for block in _HAN for point in block)
    pairs = zip(han, _opencc(script).convert("\n".join(han)).split("\n"), strict=True)
    own = han.encode(standard, errors="ignore").decode(standard)
    return frozenset(old for old, new in pairs if new != old).difference(own)


@cache
def _opencc(script: str) -> Any:
    try:
        import opencc
    except ImportError:
        raise MissingExtra("opencc", "clean") from None
    return opencc.OpenCC({"simplified": "t2s", "traditional": "s2t"}[script])
