"""A page in another language: its own words are translated, what others wrote stays, whatever it says.

What is foreign stands in <bdi>, <code>, <pre>, <blockquote> or beneath `translate="no"` (HTML's own attribute), and is
never looked up, so a label called "none" keeps its name. `translate="yes"` inside it makes an exception again.

Whatever stands between two tags of a block (`<p>`, `<td>`, …) is one run. Its longest parts that the dictionary knows
are taken first; tags inside are numbered, `<1>{count}</1> fail`, and what is foreign is one sign, `<2/>`, so that a
sentence may put them in another order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape

from dataqual.translating import FULL, STOPS, Translation

ATTRIBUTES = ("aria-label", "title", "alt", "data-says")
"""Attributes that are read out or shown."""

INLINE = frozenset(("a", "abbr", "b", "bdi", "code", "em", "i", "mark", "small", "span", "strong", "tag", "wbr"))
FOREIGN = frozenset(("bdi", "blockquote", "code", "mark", "pre"))
RAW = frozenset(("script", "style"))
VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "wbr"))

_TOKEN = re.compile(r"<!--.*?-->|<!doctype[^>]*>|</?[a-zA-Z][^>]*?/?>", re.DOTALL | re.IGNORECASE)
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_SET = re.compile(f"(?<=[{''.join(FULL)}]) +$")
_ATTRIBUTE = re.compile(rf'\b({"|".join(ATTRIBUTES)})="([^"]*)"')


@dataclass(frozen=True)
class Token:
    """A tag or a piece of text, as it stands in the page."""

    raw: str
    name: str = ""
    """Of the tag in lower case; "" for text."""
    kind: str = "text"
    """"text", "open", "close", "void", or "foreign": an element that is not looked into."""


def translated(page: str, language: str, say: Translation) -> str:
    """The page in that language (a tag of BCP 47, such as `zh`)."""
    page = re.sub(r'<html lang="[^"]*"', f'<html lang="{language}"', page, count=1)
    out: list[str] = []
    run: list[Token] = []
    for token in _folded(_tokens(page)):
        if token.kind == "text" or token.name in INLINE:
            run.append(token)
            continue
        out.append(_run(run, say))
        out.append(_tag(token.raw, say) if token.kind != "foreign" else token.raw)
        run = []
    return "".join([*out, _run(run, say)])


def _tokens(page: str) -> list[Token]:
    tokens, at = [], 0
    while found := _TOKEN.search(page, at):
        if found.start() > at:
            tokens.append(Token(page[at : found.start()]))
        tag = found.group()
        at = found.end()
        named = _NAME.match(tag)
        name = named[1].lower() if named else "!"
        if name in RAW and not tag.startswith("</"):
            end = page.index(f"</{name}", at)
            tokens.append(Token(tag + page[at:end], name, "foreign"))
            at = end
            continue
        kind = (
            "close" if tag.startswith("</") else "void" if name in VOID or tag.endswith("/>") or name == "!" else "open"
        )
        tokens.append(Token(tag, name, kind))
    return [*tokens, Token(page[at:])] if at < len(page) else tokens


def _folded(tokens: Sequence[Token]) -> list[Token]:
    """What is foreign, with all that is in it, as one token each."""
    folded, at = [], 0
    while at < len(tokens):
        end = _end(tokens, at) if _foreign(tokens[at]) else at + 1
        if end > at + 1:
            folded.append(Token("".join(token.raw for token in tokens[at:end]), tokens[at].name, "foreign"))
        else:
            folded.append(tokens[at])
        at = end
    return folded


def _foreign(token: Token) -> bool:
    if token.kind != "open" or 'translate="yes"' in token.raw:
        return False
    return token.name in FOREIGN or 'translate="no"' in token.raw


def _end(tokens: Sequence[Token], start: int) -> int:
    """Behind the tag that closes the element which opens at `start`."""
    depth = 0
    for at in range(start, len(tokens)):
        if tokens[at].name == tokens[start].name:
            depth += {"open": 1, "close": -1}.get(tokens[at].kind, 0)
            if depth == 0:
                return at + 1
    return len(tokens)


def _run(run: Sequence[Token], say: Translation) -> str:
    """The run with its longest known parts translated, from the left."""
    out: list[str] = []
    at = 0
    while at < len(run):
        for end in range(len(run), at, -1):
            if (told := _part(run[at:end], say)) is not None:
                break
        else:
            end, told = at + 1, _alone(run[at], say)
        if run[at].kind == "text" and _full("".join(out)):
            told = told.lstrip(" ")
        out.append(_SET.sub("", told))
        at = end
    return "".join(out)


def _full(before: str) -> bool:
    """Whether what stands before, tags aside, ends in a sign that fills a square and needs no blank behind it."""
    return re.sub(r"(?:<[^>]*>)+$", "", before[-200:]).endswith(FULL)


def _part(part: Sequence[Token], say: Translation) -> str | None:
    """What these tokens are in the other language; None where the dictionary does not know them together."""
    if not any(token.kind == "text" and any(c.isalpha() for c in token.raw) for token in part):
        return None
    written: list[str] = []
    tags: dict[str, str] = {}
    opened: list[int] = []
    for token in part:
        if token.kind == "text":
            written.append(unescape(token.raw))
        elif token.kind == "open":
            opened.append(_next(tags))
            written.append(_mark(f"{opened[-1]}", _tag(token.raw, say), tags))
        elif token.kind == "close":
            if not opened:
                return None
            written.append(_mark(f"/{opened.pop()}", token.raw, tags))
        else:
            written.append(_mark(f"{_next(tags)}/", token.raw, tags))
    text = "".join(written)
    bare = re.sub(r"\s+", lambda blank: "\u00a0" if "\u00a0" in blank.group() else " ", text).strip(" \n")
    if opened or (told := say.find(bare)) is None:
        return None
    return _blank(text, 0) + _put_back(told, tags) + _blank(text, -1)


def _next(tags: dict[str, str]) -> int:
    return sum(not tag.startswith("/") for tag in tags) + 1


def _mark(name: str, raw: str, tags: dict[str, str]) -> str:
    """What stands for a tag in the text that is looked up; the tag is kept under that name."""
    tags[name] = raw
    return f"\ue000{name}\ue001"


def _put_back(text: str, tags: dict[str, str]) -> str:
    pieces = re.split("\ue000(.*?)\ue001", text)
    return "".join(tags.get(piece, "") if at % 2 else escape(piece, quote=False) for at, piece in enumerate(pieces))


def _blank(text: str, end: int) -> str:
    return " " if text[end].isspace() and text[end] != "\u00a0" else ""


def _alone(token: Token, say: Translation) -> str:
    """A token for which nothing longer was known: a tag with its attributes, or a text by its sentences."""
    if token.kind == "foreign":
        return token.raw
    if token.kind != "text":
        return _tag(token.raw, say)
    told = say(re.sub("[ \n\t]+", " ", unescape(token.raw)))
    return escape(_stops(told) if getattr(say, "stops", True) else told, quote=False)


def _stops(text: str) -> str:
    """A text between two tags with the stops of the other language where it begins with one, or is a number and its stop.

    >>> _stops(". 这些"), _stops("."), _stops(" 0.5. "), _stops(".jsonl")
    ('。这些', '。', ' 0.5。', '.jsonl')
    """
    text = re.sub(r"^([.;:])( |$)", lambda found: STOPS[found[1]], text)
    return text if any(c.isalpha() for c in text) else re.sub(r"([.;:]) ?$", lambda found: STOPS[found[1]], text)


def _tag(raw: str, say: Translation) -> str:
    return _ATTRIBUTE.sub(lambda found: f'{found[1]}="{escape(say(unescape(found[2])))}"', raw)
