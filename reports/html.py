"""Foreign text made fit for a page: what is invisible becomes visible, what is long is cut, all is escaped.

Nothing that comes from a corpus (text, ids, file names, labels, addresses) reaches a page but through here or
through the autoescape of the templates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

LABEL = 80  # characters of a name shown in a table: more breaks every layout and tells no more
LINES = 12  # lines of one excerpt: a table of one-word lines would fill a screen
MARKS = 24  # pieces of evidence highlighted in one excerpt; beyond that the eye sees a pattern, not a list

MORE = '<span class="quiet"> …</span>'

_CONTROLS = re.compile(
    "\U0001f3f4[\U000e0020-\U000e007f]+"  # flags of Scotland, Wales, …: tags that belong to an emoji stay
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_NAMES = {
    "\u00ad": "SHY", "\u061c": "ALM", "\u180e": "MVS", "\u200b": "ZWSP", "\u200c": "ZWNJ", "\u200d": "ZWJ",
    "\u200e": "LRM", "\u200f": "RLM", "\u2028": "LSEP", "\u2029": "PSEP", "\u202a": "LRE", "\u202b": "RLE",
    "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO", "\u2060": "WJ", "\u2066": "LRI", "\u2067": "RLI",
    "\u2068": "FSI", "\u2069": "PDI", "\ufeff": "BOM",
}  # fmt: skip
_JOINERS = "\u200b\u200c\u200d"  # spelling, not tricks, in Persian, Hindi, Thai, Khmer and emoji


_PICTURE = re.compile("data:image/(png|jpeg|webp);base64,[A-Za-z0-9+/]+=*")


def picture(address: object) -> Markup:
    """The address of a picture that lies in it, whole; nothing where it is another one.

    >>> picture("data:image/png;base64,iVBOR=="), picture("https://example.org/a.png")
    (Markup('data:image/png;base64,iVBOR=='), Markup('data:,'))
    """
    return Markup(address) if isinstance(address, str) and _PICTURE.fullmatch(address) else Markup("data:,")


def visible(text: str) -> str:
    r"""`text` with every control, bidi and stray zero-width character replaced by a sign one can see.

    Newlines and tabs stay, and so do joiners beside a non-ASCII character, where they are spelling.

    >>> visible("a\x1b[31m\u202eb\x00")
    'a␛[31m⟨RLO⟩b␀'
    >>> visible("می\u200cخواهم") == "می\u200cخواهم"
    True
    """
    return _CONTROLS.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    found, whole = match.group(), match.string
    if len(found) > 1:
        return found
    code = ord(found)
    if code < 0x20 or code == 0x7F:
        return chr(0x2421 if code == 0x7F else 0x2400 + code)
    if found in _JOINERS and any(c > "\x7f" and not _CONTROLS.match(c) for c in _neighbours(whole, match.start())):
        return found
    return f"⟨{_NAMES.get(found) or f'U+{code:04X}'}⟩"


def _neighbours(text: str, at: int) -> str:
    return text[max(0, at - 1) : at] + text[at + 1 : at + 2]


def cut(text: object, limit: int = LABEL) -> str:
    """`text` as visible characters, at most `limit` of them; the end of a longer one is an ellipsis."""
    whole = str(text)
    return visible(whole) if len(whole) <= limit else visible(whole[: limit - 1]) + "…"


def label(text: object, limit: int = LABEL) -> Markup:
    """A name of theirs, apart from the writing direction of what surrounds it.

    >>> label("<b>x")
    Markup('<bdi>&lt;b&gt;x</bdi>')
    >>> label(None)
    Markup('<i class="quiet">none</i>')
    """
    if text is None:
        return Markup('<i class="quiet">none</i>')
    if str(text) == "":
        return Markup('<i class="quiet">empty</i>')
    return Markup(f"<bdi>{_breakable(cut(text, limit))}</bdi>")


def told(text: object, limit: int = 400) -> Markup:
    """A sentence of ours about what is theirs: as `label`, but in the language of the page.

    >>> told("2 % are copies")
    Markup('<bdi translate="yes">2 % are copies</bdi>')
    """
    return Markup(f'<bdi translate="yes">{escape(cut(text, limit))}</bdi>')


def _breakable(name: str) -> str:
    """A visible name, escaped, that may break after what joins its parts, rather than anywhere."""
    return re.sub(r"([@_/])(?=\w)", r"\1<wbr>", str(escape(name)))


def prose(text: object, limit: int = 400) -> Markup:
    """A sentence whose `names` in backticks are code.

    >>> prose("see `c4_lines` <here>")
    Markup('see <code>c4_lines</code> &lt;here&gt;')
    """
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(cut(text or "", limit)))))


def path(text: object, limit: int = LABEL) -> Markup:
    """A file name, cut in front where it is long: the end tells files apart."""
    whole = str(text)
    return label(whole) if len(whole) <= limit else Markup(f"<bdi>…{_breakable(visible(whole[1 - limit :]))}</bdi>")


def excerpt(example: Mapping[str, Any], limit: int = 600) -> Markup:
    """The text of an example, its evidence in <mark>; empty text says so.

    Marks are spans of characters; those that overlap, or lie outside the text, are shown where they can be.

    >>> excerpt({"text": "buy <now>", "marks": [[4, 9, "tag"]]})
    Markup('buy <mark title="tag">&lt;now&gt;</mark>')
    """
    text = str(example.get("text") or "")
    if not text.strip():
        return Markup('<i class="quiet">{}</i>').format("only white space" if text else "an empty document")
    shown, marks = _window(text, list(example.get("marks") or []), limit)
    parts, at = [], 0
    for start, end, why in _apart(marks, len(shown)):
        parts.append(_safe(shown[at:start]))
        parts.append(f'<mark title="{_safe(cut(why))}">{_safe(shown[start:end])}</mark>')
        at = end
    parts.append(_safe(shown[at:]))
    if example.get("cut") or len(shown) < len(text):
        parts.append(MORE)
    return Markup("".join(parts))


def _safe(text: str) -> str:
    """Visible and escaped; a plain str, because joining thousands of Markup takes seconds."""
    return str(escape(visible(text)))


def _window(text: str, marks: Sequence[Sequence[Any]], limit: int) -> tuple[str, list[tuple[int, int, str]]]:
    """At most `limit` characters of `text`, moved so that the first evidence is seen."""
    spans = [(int(m[0]), int(m[1]), str(m[2]) if len(m) > 2 else "evidence") for m in marks]
    first = min((s for s, _, _ in spans), default=0)
    start = 0 if len(text) <= limit or first < limit * 2 // 3 else min(first - limit // 3, len(text) - limit)
    if text.count("\n", start, first) > LINES - 4:
        start = text.rfind("\n", start, first) + 1
    lines = text[start : start + limit].split("\n")
    return "\n".join(lines[:LINES]), [(s - start, e - start, why) for s, e, why in spans]


def _apart(marks: list[tuple[int, int, str]], length: int) -> list[tuple[int, int, str]]:
    """The first marks in order of place, clipped to the text and to each other; empty ones are left out."""
    apart: list[tuple[int, int, str]] = []
    at = 0
    for start, end, why in sorted(marks):
        start, end = max(start, at), min(end, length)
        if start < end and len(apart) < MARKS:
            apart.append((start, end, why))
            at = end
    return apart


def copies(diff: Sequence[Sequence[str]], limit: int = 900) -> tuple[Markup, Markup]:
    """Two near copies from their `diff`: what only one has is marked; long common runs keep their ends.

    >>> copies([["same", "a "], ["first", "cat"], ["second", "dog"]])[1]
    Markup('a <mark class="second">dog</mark>')
    """
    return _side(diff, "first", limit), _side(diff, "second", limit)


def _side(diff: Sequence[Sequence[str]], which: str, limit: int) -> Markup:
    parts, room = [], limit
    for kind, text in diff:
        if kind not in ("same", which) or not text:
            continue
        shown = _middle_out(text, 240 if kind == "same" else 400)[:room]
        room -= len(shown)
        parts.append(_safe(shown) if kind == "same" else f'<mark class="{which}">{_safe(shown)}</mark>')
        if room <= 0:
            parts.append(MORE)
            break
    return Markup("".join(parts))


def _middle_out(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit // 2]} […] {text[-limit // 2 :]}"


_TAGS = (
    ("HIRAGANA", "ja"), ("KATAKANA", "ja"), ("HANGUL", "ko"), ("CJK", "zh"), ("THAI", "und-Thai"),
    ("ARABIC", "und-Arab"), ("HEBREW", "und-Hebr"), ("DEVANAGARI", "und-Deva"), ("CYRILLIC", "und-Cyrl"),
    ("GREEK", "und-Grek"), ("BENGALI", "und-Beng"), ("TAMIL", "und-Taml"), ("KHMER", "und-Khmr"),
)  # fmt: skip


def language(text: object) -> str | None:
    """A `lang` for an excerpt, from its script, so that fonts and voices fit; None where it is Latin or mixed.

    >>> language("今日は"), language("你好,世界"), language("hello")
    ('ja', 'zh', None)
    """
    letters = [c for c in str(text)[:200] if c.isalpha() and c > "\x7f"]
    names = [unicodedata.name(c, "").split(" ")[0] for c in letters]
    for script, tag in _TAGS:
        found = sum(name.startswith(script) for name in names)
        if found and (tag in ("ja", "ko") or found * 2 > len(names)) and found * 8 > len(str(text)[:200].split()):
            return tag
    return None
