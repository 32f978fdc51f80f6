"""Text that lies in several places of a record: the turns of a chat, or the fields of an instruction and its answer.

The text of such a record is its turns that are not blank, joined by a blank line. What a step makes of that text goes back
into the turns, so that reading the written record gives the very text that the step left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, NamedTuple

JOINT = "\n\n"
"""What stands between two turns in the text."""

Path = tuple[str | int, ...]

PROMPT, RESPONSE, OTHER = "prompt", "response", "other"
"""Who speaks: what is asked of a model, what it answers, and all else, such as a system or a tool."""

SPEAKERS = {
    "user": PROMPT, "human": PROMPT, "prompter": PROMPT, "prompt": PROMPT, "instruction": PROMPT, "input": PROMPT,
    "question": PROMPT, "query": PROMPT,
    "assistant": RESPONSE, "gpt": RESPONSE, "model": RESPONSE, "bot": RESPONSE, "chatgpt": RESPONSE, "completion": RESPONSE,
    "output": RESPONSE, "response": RESPONSE, "answer": RESPONSE, "chosen": RESPONSE,
}  # fmt: skip
"""By role, or by the name of a field: OpenAI's and ShareGPT's roles, Alpaca's and TRL's fields."""

LISTS = ("messages", "conversations", "conversation", "dialogue", "dialog")
"""Fields that hold a list of turns."""

FIELDS = (
    ("instruction", "input", "output"), ("instruction", "output"), ("instruction", "input", "response"),
    ("instruction", "response"), ("prompt", "completion"), ("prompt", "response"),
)  # fmt: skip
"""Fields that are a turn each, or a list of turns."""

SAID = ("content", "value", "text")
SPEAKS = ("role", "from", "speaker")

_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")


@dataclass(frozen=True)
class Turn:
    """One piece of the text: where it lies in the record, who says it, and what."""

    path: Path
    speaker: str
    text: str


TurnSizes = tuple[int, ...]
"""Of the turns that are not blank as they were read, how many characters of a text are each one's; 0 where nothing is left."""


class Shape(NamedTuple):
    """What is known of the turns of one record without the record."""

    facts: tuple[int, ...]
    """What `facts_of` tells."""
    sizes: TurnSizes


class NoTurns(Exception):
    """Why a record has no turns: the kind of fault and the reason in words."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


def fields_of(name: str) -> list[str]:
    """The fields that a name of a text column stands for.

    >>> fields_of("instruction+output"), fields_of("messages")
    (['instruction', 'output'], ['messages'])
    """
    return name.split("+")


def turns_of(record: Mapping[str, Any], fields: Sequence[str], look_up: Any) -> list[Turn]:
    """The turns of a record, empty ones too; a field that is missing or null beside others has none.

    `look_up` finds a field by name and tells its path. Raises NoTurns where the record has none of the fields, or what
    stands there is no text and no list of turns.
    """
    turns: list[Turn] = []
    found = False
    for field in fields:
        try:
            path, value = look_up(record, field)
        except KeyError:
            continue
        found = True
        if value is not None:
            turns += _turns(path, value, SPEAKERS.get(field.rpartition(".")[2].lower(), OTHER), field)
    if not found:
        there = ", ".join(map(str, record)) or "none"
        raise NoTurns("missing text", f"no field {' or '.join(map(repr, fields))}; there are: {there}")
    if not turns and len(fields) == 1:
        raise NoTurns("null text", f"{fields[0]!r} is null")
    return turns


def joined(turns: Sequence[Turn]) -> str:
    """The text of a record.

    >>> joined([Turn(("q",), PROMPT, "Why?"), Turn(("i",), PROMPT, ""), Turn(("a",), RESPONSE, "因为。")])
    'Why?\\n\\n因为。'
    """
    return JOINT.join(turn.text for turn in turns if turn.text.strip())


def shape_of(turns: Sequence[Turn]) -> Shape:
    """How a record is balanced, and where its turns lie in its text.

    >>> shape_of([Turn(("q",), PROMPT, "Why?"), Turn(("i",), PROMPT, " "), Turn(("a",), RESPONSE, "因为。")]).sizes
    (4, 3)
    """
    return Shape(facts_of(turns), tuple(len(turn.text) for turn in turns if turn.text.strip()))


TURNS, ASKED, ANSWERED, UNANSWERED = range(4)
"""What `facts_of` tells: turns, characters of prompts and of responses, and responses that are missing or empty."""


def facts_of(turns: Sequence[Turn]) -> tuple[int, int, int, int]:
    """How a record is balanced; a prompt behind which nothing is said has a response that is missing.

    >>> facts_of([Turn(("q",), PROMPT, "Why?"), Turn(("a",), RESPONSE, "")])
    (2, 4, 0, 1)
    """
    length = {
        speaker: sum(len(turn.text) for turn in turns if turn.speaker == speaker) for speaker in (PROMPT, RESPONSE)
    }
    empty = sum(turn.speaker == RESPONSE and not turn.text.strip() for turn in turns)
    alone = bool(turns) and turns[-1].speaker == PROMPT
    return len(turns), length[PROMPT], length[RESPONSE], empty + alone


def _turns(path: Path, value: Any, speaker: str, field: str) -> Iterator[Turn]:
    """A string is a turn, a list has one in each of its items."""
    if isinstance(value, str):
        yield Turn(path, speaker, value)
        return
    if not isinstance(value, list):
        raise NoTurns("text is not a string", f"{field!r} is {type(value).__name__}, neither text nor a list of turns")
    if not value:
        yield Turn(path, speaker, "")
    for at, item in enumerate(value):
        yield from _message((*path, at), item, speaker, f"{field}[{at}]")


def _message(path: Path, item: Any, speaker: str, field: str) -> Iterator[Turn]:
    """What one message says: a string, or the texts among its parts; pictures and calls of tools say nothing."""
    if isinstance(item, str):
        yield Turn(path, speaker, item)
        return
    said = next((name for name in SAID if name in item), None) if isinstance(item, Mapping) else None
    if said is None and not isinstance(item, Mapping):
        raise NoTurns("text is not a string", f"{field} is {type(item).__name__}, not a turn with a role and a content")
    if said is None:
        raise NoTurns("missing text", f"{field} has none of {', '.join(SAID)}; there are: {', '.join(map(str, item))}")
    role = next((item[name] for name in SPEAKS if isinstance(item.get(name), str)), "")
    speaker = SPEAKERS.get(role.lower(), OTHER)
    content = item[said]
    path = (*path, said)
    if content is None:
        return
    if isinstance(content, str):
        yield Turn(path, speaker, content)
    elif isinstance(content, list):
        for at, part in enumerate(content):
            if isinstance(part, str):
                yield Turn((*path, at), speaker, part)
            elif isinstance(part, Mapping) and isinstance(part.get("text"), str):
                yield Turn((*path, at, "text"), speaker, part["text"])
    else:
        raise NoTurns("text is not a string", f"{field}.{said} is {type(content).__name__}, not text")


def parts_of(text: str, sizes: TurnSizes) -> list[str]:
    """What each turn says.

    >>> parts_of("Why?\\n\\n因为。", (4, 0, 3))
    ['Why?', '', '因为。']
    """
    parts = []
    at = 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size + len(JOINT) if size else 0
    return parts


def put_back(turns: Sequence[Turn], parts: Sequence[str]) -> dict[Path, str]:
    """Where in the record which turn has another text, from what each that was not blank says now.

    >>> put_back([Turn(("q",), PROMPT, "Why?"), Turn(("a",), RESPONSE, "Thanks!")], ["Why?", ""])
    {('a',): ''}
    """
    full = [turn for turn in turns if turn.text.strip()]
    return {turn.path: own for turn, own in zip(full, parts, strict=True) if turn.text != own}


def divided(parts: Sequence[str], text: str) -> TurnSizes | None:
    """How much of `text` is each turn's, where `parts` is what they said before an edit; None where that cannot be told.

    Paragraphs that stayed tell where turns begin and end; what changed between two of them belongs to the turn they
    were of. A turn of which nothing is left is empty. Joined, the new parts are `text`.

    >>> divided(["My mail is a@b.cn", "Thanks!"], "My mail is <EMAIL>\\n\\nThanks!")
    (18, 7)
    >>> divided(["My mail is a@b.cn", "Thanks!"], "My mail is <EMAIL>. Thanks!") is None
    True
    """
    there = [part for part in parts if part]
    try:
        own = iter(_split(there, text))
    except _Torn:
        return None
    new = [next(own) if part else "" for part in parts]
    return tuple(map(len, new)) if JOINT.join(part for part in new if part.strip()) == text else None


class _Torn(Exception):
    """It cannot be told which part of a text is whose."""


def _split(turns: Sequence[str], text: str) -> list[str]:
    """The part of `text` that is each turn's; _Torn where that cannot be told."""
    if len(turns) <= 1:
        return [text] * len(turns)
    old, owners = _paragraphs(turns)
    spans = _spans(text)
    new = [text[start:end] for start, end in spans]
    whose = _whose(old, owners, new)
    parts = [""] * len(turns)
    groups: list[tuple[int, int, int]] = []
    for owner, (start, end) in zip(whose, spans, strict=True):
        if groups and groups[-1][0] == owner:
            groups[-1] = owner, groups[-1][1], end
        else:
            groups.append((owner, start, end))
    begin = 0
    for (owner, _, end), (_, start, _) in pairwise(groups):
        trail = len(turns[owner]) - len(turns[owner].rstrip())
        gap = text[end:start]
        at = trail if gap[trail : trail + len(JOINT)] == JOINT else gap.find(JOINT)
        if at < 0:
            raise _Torn("no blank line between two turns any more")
        parts[owner] = text[begin : end + at]
        begin = end + at + len(JOINT)
    if groups:
        parts[groups[-1][0]] = text[begin:]
    elif text:
        parts[0] = text
    return parts


def _paragraphs(turns: Sequence[str]) -> tuple[list[str], list[int]]:
    """All paragraphs, and of which turn each is."""
    found = [[turn[start:end] for start, end in _spans(turn)] for turn in turns]
    return [part for parts in found for part in parts], [at for at, parts in enumerate(found) for _ in parts]


def _spans(text: str) -> list[tuple[int, int]]:
    """Where the paragraphs of a text lie, without white space around them."""
    found = []
    at = 0
    for start, end in [*(gap.span() for gap in _BLANK_LINES.finditer(text)), (len(text), len(text))]:
        part = text[at:start]
        if part.strip():
            first = at + len(part) - len(part.lstrip())
            found.append((first, at + len(part.rstrip())))
        at = end
    return found


def _whose(old: Sequence[str], owners: Sequence[int], new: Sequence[str]) -> list[int]:
    """Of which turn each paragraph of the new text is."""
    whose: list[int] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        own = owners[a:b]
        if kind == "delete":
            continue
        if kind == "equal" or (kind == "replace" and b - a == d - c):
            whose += own
        elif kind == "replace" and len(set(own)) == 1:
            whose += [own[0]] * (d - c)
        elif kind == "insert" and _between_same(owners, a):
            whose += [owners[max(a - 1, 0)]] * (d - c)
        else:
            raise _Torn("paragraphs of several turns were joined or taken apart")
    return whose


def _between_same(owners: Sequence[int], at: int) -> bool:
    """Whether what is put in before paragraph `at` can only be of one turn."""
    around = {owners[n] for n in (at - 1, at) if 0 <= n < len(owners)}
    return len(around) == 1
