"""Any server that translates: LibreTranslate's interface unless told otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from dataqual.errors import InputError, SpecError
from dataqual.lazy import lazy
from dataqual.posting import Endpoint, at_path
from dataqual.translation.translator import Said, Translator


@dataclass(frozen=True)
class Http(Translator):
    """One request for each piece, some at once.

    `body` is what is sent, with `{text}`, `{source}` and `{target}` in it; `answer` says where in the answer the translation
    stands: names and numbers with dots between. A header may be `$NAME` of the environment.
    """

    free: ClassVar[bool] = False

    url: str
    source: str
    target: str
    body: str = '{"q": "{text}", "source": "{source}", "target": "{target}", "format": "text"}'
    answer: str = "translatedText"
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 60.0
    retries: int = 3
    at_once: int = 4

    def __post_init__(self) -> None:
        try:
            filled = self._filled("x")
        except ValueError:
            raise SpecError(f"body: {self.body!r} is not JSON") from None
        if filled == self._filled("y"):
            raise SpecError("body: has no {text}")
        self._endpoint  # noqa: B018  what is wrong with the URL is told at once

    @lazy
    def _endpoint(self) -> Endpoint:
        return Endpoint(self.url, self.headers, self.timeout, self.retries, self.at_once)

    def _filled(self, text: str) -> Any:
        """The body, filled in after it was read, so that no text can change its shape."""
        names = {"{text}": text, "{source}": self.source, "{target}": self.target}

        def fill(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: fill(one) for key, one in value.items()}
            if isinstance(value, list):
                return [fill(one) for one in value]
            return names.get(value, value) if isinstance(value, str) else value

        return fill(json.loads(self.body))

    def translate(self, texts: Sequence[str]) -> list[Said]:
        answers = self._endpoint.ask_all([self._filled(text) for text in texts])
        return [answer if isinstance(answer, InputError) else self._said(answer) for answer in answers]

    def _said(self, answer: Any) -> Said:
        found = at_path(answer, self.answer)
        return (
            found
            if isinstance(found, str)
            else InputError(f"{self.url}: nothing stands at {self.answer} in its answer")
        )
