"""Asking a server over HTTP: JSON there, JSON back, with patience for one that is busy."""

from __future__ import annotations

import http.client
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
from dataqual.lazy import lazy

AGAIN = (408, 425, 429, 500, 502, 503, 504)
"""Answers after which it is worth to ask again (RFC 9110, section 15)."""
REFUSED = (400, 413, 422)
"""Answers that may be about one body alone, such as a text that is too long for the server."""
LONGEST_WAIT = 60.0
"""Seconds between two tries at most, whatever the server asks for."""


class Refused(InputError):
    """The server is there, and does not take this body."""


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
        """The answer to each, some asked side by side; of one that failed the InputError, not raised.

        InputError is raised where all failed, unless the server has answered before and now refuses these bodies.
        """
        with ThreadPoolExecutor(max(1, min(self.at_once, len(bodies) or 1))) as pool:
            tried = list(pool.map(self._tried, bodies))
        failed = [one for one in tried if isinstance(one, InputError)]
        if len(failed) < len(tried):
            self._answered.add(True)
        elif failed and not (self._answered and all(isinstance(one, Refused) for one in failed)):
            raise failed[0]
        return [one if isinstance(one, InputError) else one[0] for one in tried]

    @lazy
    def _answered(self) -> set[bool]:
        """Whether it ever gave an answer: then it is the body that it refuses."""
        return set()

    def _tried(self, body: Any) -> tuple[Any] | InputError:
        try:
            return (self.ask(body),)
        except InputError as error:
            return error

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
                refused = error.code in REFUSED
                wait = _wait(error.headers.get("Retry-After"), attempt)
                error.close()
            except (OSError, ValueError, http.client.HTTPException) as error:
                refused = False
                why, again = f"gave no answer that is JSON ({getattr(error, 'reason', error)})", True
                wait = _wait(None, attempt)
            if not again or attempt == self.retries:
                break
            time.sleep(wait)
        if refused:
            raise Refused(f"{self.url}: {why}")
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
