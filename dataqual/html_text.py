"""The text of a web page, and its title, by resiliparse; how its bytes are decoded, decided once."""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import Any

from dataqual.errors import MissingExtra

_META = re.compile(rb"""<meta[^>]*?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.I)
_PRESCAN = 4096
"""Bytes in which a page may say its encoding: browsers look at 1024, pages are less careful."""

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252"}
"""What browsers read in place of an encoding that is named (WHATWG Encoding Standard)."""


NO_BROWSER = (
    "utf-7",
    "unicode-escape",
    "raw-unicode-escape",
    "punycode",
    "idna",
    "unicode_escape",
    "raw_unicode_escape",
)
"""What Python can decode and no browser does: a page that says so is in none of them, and some yield halves of characters."""


def decoded(page: bytes, said: str | None = None) -> str:
    """A page as text: by its byte order mark, by what its server `said`, by its <meta>, as UTF-8, or as it looks.

    What an encoding that is named cannot read is read as UTF-8 if the page is that, else bytes that mean nothing become
    U+FFFD, which the signal `replacement_characters` counts.

    >>> decoded("<meta charset=gb2312>你好".encode("gbk")), decoded("é".encode())
    ('<meta charset=gb2312>你好', 'é')
    """
    for mark, name in MARKS:
        if page.startswith(mark):
            return page[len(mark) :].decode(name, "replace")
    meta = _META.search(page, 0, _PRESCAN)
    names = [name for name in (_known(said), _known(meta[1].decode()) if meta else None) if name]
    for name in [*names, "utf-8"]:
        try:
            return page.decode(name)
        except UnicodeDecodeError:
            continue
    return page.decode(names[0] if names else _known(_resiliparse().detect(page)) or "utf-8", "replace")


def shown_text(page: str, *, boilerplate: bool = False) -> str:
    """The text of a whole page; all of it where the extractor finds no main content."""
    extract = _resiliparse().extract
    text = "" if boilerplate else extract(page, main_content=True, alt_texts=False)
    return str(text or extract(page, alt_texts=False))


def title_of(page: str) -> str:
    """What stands in <title>; empty where there is none."""
    tree = _resiliparse().tree(page)
    return str(tree.title or "").strip() if tree is not None else ""


def check() -> None:
    """MissingExtra where the extractor is not installed."""
    _resiliparse()


def _known(name: str | None) -> str | None:
    """A name of an encoding as Python knows it; None for one that nobody knows, or that pages only pretend to be in."""
    try:
        found = codecs.lookup(name or "").name
        b"a".decode(found)
    except (LookupError, ValueError):  # hex, rot13 and undefined are codecs of Python, and no encodings
        return None
    if found in NO_BROWSER:
        return None
    if found.startswith("utf-16"):
        return "utf-8"  # a page that could be read so far is in no encoding of two bytes
    return WIDER.get(found, found)


class _Resiliparse:
    """What is used of it."""

    def __init__(self) -> None:
        try:
            from resiliparse.extract.html2text import extract_plain_text
            from resiliparse.parse.encoding import detect_encoding
            from resiliparse.parse.html import HTMLTree
        except ImportError:
            raise MissingExtra("resiliparse", "clean", "the text of HTML") from None
        self.extract: Any = extract_plain_text
        self.detect: Any = detect_encoding
        self.tree: Any = HTMLTree.parse


@cache
def _resiliparse() -> _Resiliparse:
    return _Resiliparse()
