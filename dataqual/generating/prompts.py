"""What a model is asked: templates with `{text}` and `{label}` in them, and what of its answer is the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dataqual.errors import InputError, SpecError
from dataqual.gating.wording import mostly_han

DEFAULT = {
    "en": (
        "Rewrite the text in other words. Keep its meaning, its opinion, every name and every number, and about its length. "
        "Answer with the rewritten text alone.\n\nText: {text}\n\nRewritten text:"
    ),
    "zh": "请用不同的词语改写下面的文本。意思、观点、所有名称和数字保持不变，长度相近。只回答改写后的文本。\n\n文本：{text}\n\n改写：",
}
"""For texts of mostly Han characters the Chinese one; for any other the English one."""

_QUOTES = {'"': '"', "“": "”", "「": "」", "『": "』"}


@dataclass(frozen=True)
class Prompt:
    """A template, or the one that ships for the script of a text.

    >>> Prompt("Say it anew: {text}").of("one {text} two")
    'Say it anew: one {text} two'
    """

    template: str | None = None

    def __post_init__(self) -> None:
        if self.template is not None and "{text}" not in self.template:
            raise SpecError("prompt: has no {text}, the place of the document")

    def of(self, text: str) -> str:
        """What is asked for a text, which is put in at one stroke, so that no brace in it counts."""
        return text.join(self._template(text).split("{text}"))

    def cue(self, text: str) -> str:
        """What stands last in the prompt, behind the text, and small models say once more before they answer.

        >>> Prompt().cue("很好"), Prompt("Say it anew: {text}").cue("very good")
        ('改写：', '')
        """
        return self._template(text).rpartition("{text}")[2].strip().rpartition("\n")[2]

    def _template(self, text: str) -> str:
        return self.template or DEFAULT["zh" if mostly_han(text) else "en"]


class Writer(Protocol):
    """Answers to prompts."""

    @property
    def rests_on(self) -> object:
        """What beside its parameters decides what it says, such as weights."""

    def write(
        self, prompts: Sequence[str], seeds: Sequence[int], how_many: Sequence[int], room: Sequence[int]
    ) -> list[list[str | InputError]]:
        """For each prompt at most so many answers, of at most `room` tokens; what one gets depends on its prompt and seed.

        Where there is no answer, since the writer failed at it, stands the error.
        """


def answer_of(said: str, cue: str = "") -> str:
    """The text in an answer: without the cue before it, and white space and quotation marks around it.

    >>> answer_of(' "A fine film."  '), answer_of("他说“好”"), answer_of("Rewritten text: Fine.", "Rewritten text:")
    ('A fine film.', '他说“好”', 'Fine.')
    """
    bare = said.strip()
    bare = bare.removeprefix(cue).strip()
    if len(bare) > 1 and _QUOTES.get(bare[0]) == bare[-1] and bare[-1] not in bare[1:-1]:
        bare = bare[1:-1].strip()
    return bare


def first_paragraph(said: str) -> str:
    """What a model that only continues texts says before it begins another one.

    >>> first_paragraph("A fine film.\\n\\nText: and so on")
    'A fine film.'
    """
    return re.split(r"\n\s*\n", said.strip(), maxsplit=1)[0]
