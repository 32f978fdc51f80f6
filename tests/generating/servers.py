"""A server of chat completions on the loopback, for tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[dict[str, Any]], tuple[int, Any]]
"""The status and the JSON for a request's body."""


def served(answer: Answer) -> ThreadingHTTPServer:
    """A server that runs until the process ends, or `shutdown` and `server_close` are called."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, said = answer(body | {"path": self.path, "authorization": self.headers["Authorization"]})
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    return made


def said(text: str, reason: str = "stop") -> dict[str, Any]:
    """The answer of a server that says a text."""
    return {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": reason}]}


@cache
def adding() -> str:
    """The URL of a server that gives back what it is asked with a word more."""
    server = served(lambda body: (200, said(body["messages"][0]["content"] + " indeed")))
    return f"http://127.0.0.1:{server.server_address[1]}/v1"
