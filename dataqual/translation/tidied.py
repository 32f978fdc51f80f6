"""What comes back from an engine, in the letter case and with the blanks of what it was made of."""

from __future__ import annotations

import re

_RUN = re.compile(r"(?<=\S) {2,}(?=\S)")
_BEFORE_MARK = re.compile(r"(?<=\w) +(?=[,.;:!?)](?:\s|$))")
_I = re.compile(r"I\b")


def tidied(parent: str, said: str) -> str:
    """A translation that came back, without habits of an engine that the parent does not share.

    Two blanks in a row, or one before a comma, where the parent has none are taken out; where the parent has no capital
    there is none, and a line that begins with a small or a capital letter still does.

    >>> tidied("if signs is a good film, and it is", "If the signs is a good film , and  is")
    'if the signs is a good film, and is'
    >>> tidied("The film.", "the film."), tidied("he is. And I am", "He is. And I am"), tidied("很好 , 是", "很好 ,  是")
    ('The film.', 'he is. And I am', '很好 , 是')
    """
    if not _RUN.search(parent):
        said = _RUN.sub(" ", said)
    if not _BEFORE_MARK.search(parent):
        said = _BEFORE_MARK.sub("", said)
    if parent == parent.lower() != parent.upper():
        return said.lower()
    lines, own = said.split("\n"), parent.split("\n")
    if len(lines) != len(own):
        return said
    return "\n".join(_begun(line, back) for line, back in zip(own, lines, strict=True))


def _begun(parent: str, said: str) -> str:
    """A line whose first letter is as large as the parent's."""
    first, at = next((char for char in parent if char.isalpha()), ""), _first_letter(said)
    if not first or at == len(said) or first.islower() == said[at].islower() or _I.match(said, at):
        return said
    if first.islower() and said[at : at + 2].isupper():  # an abbreviation
        return said
    letter = said[at].lower() if first.islower() else said[at].upper()
    return said[:at] + letter + said[at + 1 :]


def _first_letter(text: str) -> int:
    return next((at for at, char in enumerate(text) if char.isalpha()), len(text))
