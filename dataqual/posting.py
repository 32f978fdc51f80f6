"""Asking a server over HTTP: JSON there, JSON back, with patience for one that is busy."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from dataqual.errors import InputError, SpecError

AGAIN = (408, 425, 429, 500, 502, 503, 504)
"""Answers after which it is worth to ask again (RFC 9110, section 15)."""
LONGEST_WAIT = 60.0
"""Seconds between two tries at most, whatever the server asks for."""


@dataclass(frozen=True)
class Endpoint:
    """A URL that takes JSON by POST. A header may be a name of the environment, `$NAME`, so that no file holds a key."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 60.0
    retries: int = 3
    at_once: int = 4

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise SpecError(f"url: {self.url!r} does not begin with http:// or https://")

    def ask_all(self, bodies: Sequence[Any]) -> list[Any]:
        """The answer to each, some asked side by side; None for one that was refused, InputError where all failed."""
        with ThreadPoolExecutor(max(1, min(self.at_once, len(bodies) or 1))) as pool:
            tried = list(pool.map(self._tried, bodies))
        if tried and all(isinstance(one, str) for one in tried):
            raise InputError(f"{self.url}: {tried[0]}")
        return [None if isinstance(one, str) else one[0] for one in tried]

    def _tried(self, body: Any) -> tuple[Any] | str:
        try:
            return (self.ask(body),)
        except InputError as error:
            return str(error).removeprefix(f"{self.url}: ")

    def ask(self, body: Any) -> Any:
        """The answer; InputError after the last try. A server that says when to come again is obeyed."""
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | {name: _said(value) for name, value in self.headers.items()}
        for attempt in range(self.retries + 1):
            request = urllib.request.Request(self.url, data, headers)
            try:
                with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                    return json.loads(answer.read())
            except urllib.error.HTTPError as error:
                why, again = f"answered {error.code} {error.reason}", error.code in AGAIN
                wait = _wait(error.headers.get("Retry-After"), attempt)
                error.close()
            except (OSError, ValueError) as error:
                why, again = f"gave no answer that is JSON ({getattr(error, 'reason', error)})", True
                wait = _wait(None, attempt)
            if not again or attempt == self.retries:
                break
            time.sleep(wait)
        raise InputError(f"{self.url}: {why}, asked {attempt + 1} times" if attempt else f"{self.url}: {why}")


def _wait(said: str | None, attempt: int) -> float:
    """Half a second, and twice as long each time, unless the server says."""
    return min(LONGEST_WAIT, float(said) if said and said.isdigit() else 0.5 * 2.0**attempt)


def _said(value: str) -> str:
    """A header, with `$NAME` as the environment has it; SpecError where it has not.

    >>> os.environ["OUR_KEY"] = "abc"
    >>> _said("Bearer $OUR_KEY")
    'Bearer abc'
    """
    before, dollar, name = value.partition("$")
    if not dollar:
        return value
    if name not in os.environ:
        raise SpecError(f"headers: there is no ${name} in the environment")
    return before + os.environ[name]


def at_path(answer: Any, path: str) -> Any:
    """What stands in an answer under names and numbers with dots between; None where nothing does.

    >>> at_path({"choices": [{"text": "hi"}]}, "choices.0.text")
    'hi'
    """
    for part in path.split(".") if path else []:
        if isinstance(answer, list) and part.isdigit() and int(part) < len(answer):
            answer = answer[int(part)]
        elif isinstance(answer, dict) and part in answer:
            answer = answer[part]
        else:
            return None
    return answer
