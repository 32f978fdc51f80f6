"""The step `augment_llm`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dataqual import networks
from dataqual.children import Augmenter, Chance, Child, Failed
from dataqual.corpus import Corpus
from dataqual.errors import InputError, SpecError
from dataqual.generating import Prompt, Writer
from dataqual.generating.causal import Causal
from dataqual.generating.chat import Chat
from dataqual.generating.prompts import answer_of
from dataqual.operators import Engine
from dataqual.steps._augmenting import AugmentingTexts


@dataclass(frozen=True)
class AugmentLlm(AugmentingTexts):
    """Add children of documents that a language model rewrote: from a folder on disk, or by a server with OpenAI's interface.

    `model` is the folder, or with `url` the name by which the server knows it; `key` goes as a bearer token, and `$NAME` is read
    from the environment. `prompt` is a template with `{text}` in it, or the path of a file with one. From a folder the same
    seed gives the same children on the same machine; a server may do otherwise.
    """

    secrets: ClassVar[tuple[str, ...]] = ("key",)

    model: str = ""
    url: str | None = None
    key: str | None = None
    prompt: str | None = None
    temperature: float = 0.8
    top_p: float = 0.95
    room: float = 2.0
    gate: str | tuple[str, ...] = "default"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.model:
            raise SpecError("model is empty; name a folder, or with url the model of a server")
        if not 0 < self.temperature <= 10 or not 0 < self.top_p <= 1:
            raise SpecError(f"temperature is {self.temperature:g} and top_p {self.top_p:g}; above 0, to 10 and to 1")
        if self.room < 1:
            raise SpecError(f"room is {self.room:g}; a child may have at least as many tokens as its parent, 1")
        self.asked  # noqa: B018  what is wrong with the prompt is told at once
        if self.url is not None:
            self.writer.endpoint  # type: ignore[attr-defined]  # noqa: B018  and with the URL
        elif not Path(self.model).is_dir():
            raise SpecError(
                f"model: {self.model}: there is no such folder; give one on this disk, nothing is downloaded"
            )

    @property
    def asked(self) -> Prompt:
        """What the model is asked."""
        if self.prompt is None or "{text}" in self.prompt:
            return Prompt(self.prompt)
        try:
            return Prompt(Path(self.prompt).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            raise SpecError(f"prompt: {self.prompt!r} has no {{text}}, and is no file that can be read") from None

    @property
    def writer(self) -> Writer:
        """Who answers."""
        if self.url is None:
            return Causal(self.model, self.temperature, self.top_p)
        headers = {} if self.key is None else {"Authorization": f"Bearer {self.key}"}
        return Chat(self.url, self.model, self.temperature, self.top_p, headers)

    @property
    def rests_on(self) -> object:
        """The models, and the template where that is a file."""
        return [self.rules.rests_on, self.writer.rests_on, self.asked.template]

    def augmenter(self, corpus: Corpus, engine: Engine) -> Augmenter:
        """The model, opened."""
        if self.url is None:
            networks.open_causal(self.model)
        return Rewriting(self.writer, self.asked, self.room)


@dataclass(frozen=True)
class Rewriting(Augmenter):
    """Children as a model writes them."""

    writer: Writer
    prompt: Prompt
    room: float

    @property
    def dear(self) -> bool:
        """An answer takes seconds, or money."""
        return True

    def children_of(
        self, texts: Sequence[str], chances: Sequence[Chance], how_many: Sequence[int]
    ) -> Sequence[Sequence[Child | Failed]]:
        """The answers; an empty one is a failure."""
        seeds = [int(chance.numbers(1, "llm")[0] * 2.0**53) for chance in chances]
        room = [
            int(self.room * len(text.encode()) / 2) + 32 for text in texts
        ]  # a token is two bytes at least, as a rule
        found = self.writer.write([self.prompt.of(text) for text in texts], seeds, how_many, room)
        cues = [self.prompt.cue(text) for text in texts]
        return [[_child(text, one, cue) for one in said] for text, said, cue in zip(texts, found, cues, strict=True)]


def _child(parent: str, said: str | InputError, cue: str) -> Child | Failed:
    if isinstance(said, InputError):
        return Failed(str(said))
    answer = answer_of(said, cue)
    return Child.rewritten(parent, answer, "llm") if answer else Failed("the answer is empty")
