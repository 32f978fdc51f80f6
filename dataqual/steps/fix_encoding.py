"""The step `fix_encoding`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.kernels import scanning
from dataqual.ledger import Edited
from dataqual.operators import Step
from dataqual.signals.mojibake import TELLTALES, Mojibake
from dataqual.steps._rewriting import rewritten
from dataqual.text import Text

MISREAD_AS = ("cp1250", "cp1251", "cp1253", "cp1257", "mac_roman", "cp437")
"""What ftfy knows UTF-8 to be read as, beside Windows-1252 and its near relations."""

ONLY_ENCODING = {
    "unescape_html": False,
    "remove_terminal_escapes": False,
    "fix_latin_ligatures": False,
    "fix_character_width": False,
    "uncurl_quotes": False,
    "fix_line_breaks": False,
    "fix_surrogates": False,
    "remove_control_chars": False,
    "normalization": None,
    "explain": False,
}
"""What ftfy would do beside mending: the steps `normalize` and `strip_markup` are there for that."""

LATIN_RUN = 8
"""Characters of Latin-1 in a row, none of them ASCII, from which on they may be GBK: no language writes so many."""

_TELLTALE = re.compile(f"[{TELLTALES}]")
_FOREIGN_RUN = re.compile(r"([^\x00-\x7f\ufffd]{3,})([?\ufffd]?)")
_LATIN_RUN = re.compile(r"[\xa1-\xfe]{2,}")
_LONG_LATIN_RUN = re.compile(rf"[\xa1-\xfe]{{{LATIN_RUN},}}")
_HAN = re.compile("[一-龥]")
_FREQUENT = re.compile(
    "[的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成"
    "方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工"
    "使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西月话合回特代内信]"
)
"""175 of the most frequent characters of Chinese, about half of any text. A list of the accented letters of Latin-1, in
alphabetical order or not, becomes Chinese characters too, but seldom one of these."""


@dataclass(frozen=True)
class FixEncoding(Step):
    """Mend text that was decoded wrongly: UTF-8 read as Windows-1252, Latin-1, another one-byte encoding or GBK, and GBK
    read as Latin-1. Nothing else changes, neither quotes nor ligatures nor widths.

    ftfy mends the first kind, line by line; GBK is undone only where that comes out without a rest. What cannot be
    undone for certain stays as it is. Only documents that hold a suspicious sequence of bytes are looked at.

    >>> from dataqual.corpus import Corpus
    >>> [batch] = Corpus.of(["cafÃ© â€œau laitâ€\\x9d", "浣犲ソ锛屼笘鐣�", "café", "你好"]).batches()
    >>> after, [edited] = FixEncoding()(batch)
    >>> [after.text[i] for i in range(4)], edited.values.tolist()
    (['café “au lait”', '你好，世�', 'café', '你好'], [8, 7])
    """

    rewrites: ClassVar[bool] = True

    def __call__(self, batch: Batch) -> tuple[Batch, Sequence[Edited]]:
        return rewritten(batch, np.flatnonzero(suspicious(batch.text)).tolist(), "fix_encoding", mended)


def suspicious(text: Text) -> NDArray[np.bool_]:
    """Which documents may hold something to mend, by their bytes; most that are flagged do, and few others."""
    found: NDArray[np.bool_] = Mojibake()(text) > 0
    if not (text.data >= 0x80).any():
        return found
    counts, start, end = (np.zeros(len(text), np.int64) for _ in range(3))
    for encoding in MISREAD_AS:
        scanning.find_misdecoded(text.data, text.offsets, _as_byte(encoding), counts, start, end)
    found |= counts > 0
    second = np.zeros(len(text.data), bool)
    second[1:] = (text.data[1:] < 0xA0) & (text.data[:-1] == 0xC2)  # controls of C1
    lead = (text.data & 0xFE) == 0xC2
    run = lead[: max(0, len(lead) - 2 * LATIN_RUN)].copy()
    for step in range(1, LATIN_RUN):
        run &= lead[2 * step : 2 * step + len(run)]
    for at in (np.flatnonzero(second & (text.data >= 0x80)), np.flatnonzero(run)):
        found[np.searchsorted(text.offsets, at, side="right") - 1] = True
    return found


def mended(document: str) -> str:
    """The document with every line mended that can be.

    >>> mended("donâ€™t: 浣犲ソ锛屼笘鐣�")
    'don’t: 你好，世�'
    """
    return "\n".join(map(_mended_line, document.split("\n")))


def _mended_line(line: str) -> str:
    """Again and again, for what was decoded wrongly twice, until nothing changes."""
    while not line.isascii():
        after = _mended_once(line)
        if after == line:
            break
        line = after
    return line


def _mended_once(line: str) -> str:
    if _TELLTALE.search(line):
        line = _FOREIGN_RUN.sub(_utf8_of_gbk, line)
    if any(_is_chinese(_gbk_of_latin(run)) for run in _LONG_LATIN_RUN.findall(line)):
        return _LATIN_RUN.sub(lambda run: _gbk_of_latin(run[0]) or run[0], line)
    fixed: str = _ftfy().fix_text(line, **ONLY_ENCODING)
    return fixed


def _utf8_of_gbk(run: re.Match[str]) -> str:
    """A run as UTF-8 if it is nothing else; a sequence that broke off before a sign of loss becomes U+FFFD."""
    raw = run[1].encode("gb18030")
    try:
        text, rest = raw.decode(), run[2]
    except UnicodeDecodeError as error:
        if not run[2] or error.end < len(raw) or error.reason != "unexpected end of data":
            return run[0]
        text, rest = raw[: error.start].decode(), "\ufffd"
    return text + rest if text.isprintable() else run[0]


def _gbk_of_latin(run: str) -> str:
    """A run of Latin-1 as GBK, if each of its characters is in GB 2312; empty if not."""
    try:
        return run.encode("latin-1").decode("gb2312")
    except UnicodeDecodeError:
        return ""


def _is_chinese(text: str) -> bool:
    """Whether it is mostly Han characters, a quarter of them frequent ones and two at least."""
    return 2 * len(_HAN.findall(text)) > len(text) and len(_FREQUENT.findall(text)) >= max(2, len(text) / 4)


def _ftfy() -> Any:
    """Loaded when the first document needs it, which in a clean corpus none does."""
    import ftfy

    return ftfy


@cache
def _as_byte(encoding: str) -> NDArray[np.int16]:
    """The byte that an encoding writes for each character below 0x10000; -1 for none and for ASCII."""
    table = np.full(0x10000, -1, np.int16)
    for byte in range(0x80, 0x100):
        char = bytes([byte]).decode(encoding, errors="ignore")
        if char:
            table[ord(char)] = byte
    return table
