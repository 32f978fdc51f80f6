"""Engines that fail at times, through a whole run: each document has its child, or a row that says what its engine said."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import dataqual

ONCE = ("cut", "busy", "broken", "slow")
"""What goes wrong at the first request for a text that has the word, and never again."""


class Unsteady(BaseHTTPRequestHandler):
    """Answers with the text backwards, once it has failed at it as the words in it say."""

    seen: Counter[str]
    lock: threading.Lock

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = body["q"]
        with self.lock:
            self.seen[text] += 1
            first = self.seen[text] == 1
        word = next((word for word in (*ONCE, "refused", "other", "empty", "always") if word in text), "")
        if (first and word == "cut") or word == "always":
            self.connection.close()
        elif first and word == "slow":
            time.sleep(0.6)
        elif first and word == "busy":
            self.answer(503, {})
        elif word == "refused":
            self.answer(400, {})
        elif word == "other":
            self.answer(200, {"other": 1})
        elif word == "empty":
            self.answer(200, {"translatedText": ""})
        else:
            self.answer(
                200, b'{"translatedText": "' if first and word == "broken" else {"translatedText": text + " so"}
            )

    def answer(self, status: int, said: Any) -> None:
        data = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    handler = type("Handler", (Unsteady,), {"seen": Counter(), "lock": threading.Lock()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        made.handle_error = lambda *_: None  # type: ignore[method-assign,assignment]  # of connections that it cut
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_address[1]}/translate"
        made.shutdown()


def told(folder: Path, texts: list[str], route: dict[str, Any]) -> dict[str, str]:
    """Of each text what became of it: its child, or the reason why there is none."""
    rows = [json.dumps({"id": text, "text": text}) for text in texts]
    (folder / "c.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    done = dataqual.augment(
        folder / "c.jsonl",
        folder / "o.jsonl",
        method="back-translation",
        parameters={"through": [route], "gate": "none"},
    )
    written = [json.loads(line) for line in (folder / "o.jsonl").read_text(encoding="utf-8").splitlines()]
    found = {row["augmented"]["parent"]: row["text"] for row in written if "augmented" in row}
    failed = pl.read_parquet(folder / "o.jsonl.ledger.parquet").filter(pl.col("action") == "refused")
    assert set(failed["rule"]) <= {"engine_failed"}
    for id, evidence in failed.select("id", "evidence").iter_rows():
        assert id not in found
        found[id] = f"failed: {evidence}"
    assert (done.kept, done.added) == (len(texts), len(texts) - len(failed))
    return found


def test_what_a_server_fails_at_once_is_asked_again_and_what_it_fails_at_always_is_told(
    url: str, tmp_path: Path
) -> None:
    texts = ["fine", *ONCE, "refused", "other", "empty", "always"]
    route = {"url": url, "source": "en", "pivot": "es", "timeout": 0.3, "retries": 1}
    found = told(tmp_path, texts, route)
    assert set(found) == set(texts)
    assert {text: found[text] for text in ("fine", *ONCE)} == {text: f"{text} so so" for text in ("fine", *ONCE)}
    assert found["refused"] == f"failed: {url}: answered 400 Bad Request"
    assert found["empty"] == "failed: the engine gave nothing back"
    assert found["other"] == f"failed: {url}: nothing stands at translatedText in its answer"
    assert found["always"].startswith(f"failed: {url}: gave no answer") and found["always"].endswith("asked 2 times")


@pytest.mark.parametrize(
    ("fault", "letter"),
    [
        ("if 'bad' not in line: print(line.strip(), 'so')", "gave 0 lines for 1; it must give one for each"),
        (
            "assert 'bad' not in line, 'no bad words'; print(line.strip(), 'so')",
            "ended with 1 (AssertionError: no bad words)",
        ),
        ("'bad' in line and time.sleep(9); print(line.strip(), 'so')", "took more than 1 seconds for 1 lines"),
    ],
)
def test_a_command_that_falls_over_one_line_loses_that_one(fault: str, letter: str, tmp_path: Path) -> None:
    script = tmp_path / "translate.py"
    script.write_text(f"import sys, time\nfor line in sys.stdin:\n    {fault}\n", encoding="utf-8")
    texts = ["one", "two", "a bad one", "four"]
    found = told(tmp_path, texts, {"commands": [f"{sys.executable} {script}", "cat"], "timeout": 1})
    assert {text: found[text] for text in ("one", "two", "four")} == {t: f"{t} so" for t in ("one", "two", "four")}
    assert found["a bad one"] == f"failed: {sys.executable}: {letter}"
