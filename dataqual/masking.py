"""Personal data made unreadable wherever a document is quoted: pages, facts, ledgers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dataqual.personal.finding import Kind, places

SHOWN = 2
"""Characters that stay of anything but an address: what a telephone number or a token begins with is many people's."""


def mask(text: str, sorts: int | None = None) -> str:
    """The same text, as long, with the personal data and the secrets in it unreadable but for how they begin.

    `sorts`: what `suspicious` says of it, if that is known.

    >>> mask("Ask ann.lee@example.com now, or call 415-555-2671")
    'Ask a••••••@•••••••.com now, or call 41•-•••-••••'
    """
    parts, at = [], 0
    for place in places(text, sorts=sorts):
        parts += [text[at : place.start], hide(place.kind, text[place.start : place.end])]
        at = place.end
    return "".join([*parts, text[at:]])


def hidden(text: str, marks: Sequence[tuple[int, int, str]]) -> str:
    """The same text, as long, with all but the first letter of each marked span hidden.

    >>> hidden("what a word", [(7, 11, "flagged")])
    'what a w•••'
    """
    parts, at = [], 0
    for start, end, _ in sorted(marks):
        first = max(start + 1, at)
        if first < end:
            parts += [text[at:first], re.sub(r"\w", "•", text[first:end])]
            at = end
    return "".join([*parts, text[at:]])


def hide(kind: Kind, value: str) -> str:
    """One value masked, as long as it was.

    >>> hide("ip", "93.184.216.34"), hide("email", "ann@example.org")
    ('93.•••.•••.••', 'a••@•••••••.org')
    """
    return mask_address(value) if kind == "email" else value[:SHOWN] + re.sub(r"\w", "•", value[SHOWN:])


def mask_address(address: str) -> str:
    """An e-mail address with first letter and last label kept; the signs may be full-width."""
    local, at, name, ending = re.fullmatch(r"(.*)([@＠])(.*)([.．].*)", address, re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{local[:1]}{'•' * (len(local) - 1)}{at}{'•' * len(name)}{ending}"
