"""A server with OpenAI's interface of chat completions, as a `Writer`: vLLM, llama.cpp, Ollama and many others have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dataqual.errors import InputError
from dataqual.lazy import lazy
from dataqual.posting import Endpoint, at_path


@dataclass(frozen=True)
class Chat:
    """One request for each answer. The seed is sent along; whether a server heeds it is the server's."""

    url: str
    name: str
    temperature: float = 0.8
    top_p: float = 0.95
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 120.0
    retries: int = 3
    at_once: int = 4

    @lazy
    def endpoint(self) -> Endpoint:
        """Where it is: `/chat/completions` below what is given, unless that is there already."""
        path = "/chat/completions"
        url = self.url if self.url.endswith(path) else self.url.rstrip("/") + path
        return Endpoint(url, self.headers, self.timeout, self.retries, self.at_once)

    @property
    def rests_on(self) -> object:
        """Nothing that can be told from here."""
        return None

    def write(
        self, prompts: Sequence[str], seeds: Sequence[int], how_many: Sequence[int], room: Sequence[int]
    ) -> list[list[str | InputError]]:
        """Each prompt's answers, or the errors of those that the server refused, cut off or left empty."""
        asked = [
            (at, self._body(prompt, seed + number, most))
            for at, (prompt, seed, count, most) in enumerate(zip(prompts, seeds, how_many, room, strict=True))
            for number in range(count)
        ]
        found: list[list[str | InputError]] = [[] for _ in prompts]
        for (at, _), answer in zip(asked, self.endpoint.ask_all([body for _, body in asked]), strict=True):
            found[at].append(answer if isinstance(answer, InputError) else self._said(answer))
        return found

    def _said(self, answer: Any) -> str | InputError:
        text = at_path(answer, "choices.0.message.content")
        if not isinstance(text, str):
            return InputError(f"{self.endpoint.url}: no text stands at choices.0.message.content in its answer")
        if at_path(answer, "choices.0.finish_reason") == "length":
            return InputError(f"{self.endpoint.url}: an answer broke off at its last token; a larger room may help")
        return text

    def _body(self, prompt: str, seed: int, most: int) -> dict[str, Any]:
        return {
            "model": self.name, "messages": [{"role": "user", "content": prompt}], "temperature": self.temperature,
            "top_p": self.top_p, "max_tokens": most, "seed": seed % (1 << 31),
        }  # fmt: skip
