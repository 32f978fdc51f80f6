"""What the code may say to a user, read from its source: the templates of errors, notes and findings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SAYING = ("say", "warn", "tell", "add_note", "Stopped", "Finding", "Kind", "Loss")
"""Calls whose arguments people read, beside those of an exception that a user can mend (`…Error`, `MissingExtra`, …)."""
ERRORS = ("NoDocuments", "TooManyUnreadable", "UnknownColumn", "WorkerLost")
HOLE = "⁂"


def templates(folders: tuple[str, ...] = ("dataqual", "studies")) -> dict[str, str]:
    """Each sentence with `⁂1⁂`, `⁂2⁂`, … for what is filled in, and the file it stands in."""
    found: dict[str, str] = {}
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _speaks(node):
                    for text in _texts(node):
                        found.setdefault(text, str(path.relative_to(ROOT)))
    return found


def _speaks(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    ours = name.endswith("Error") and name not in ("ValueError", "TypeError", "AssertionError", "RuntimeError", "KeyError",
        "AttributeError", "IndexError", "OSError", "EOFError", "NotImplementedError", "ImportError", "FileNotFoundError",
        "FileExistsError", "PermissionError", "JSONDecodeError", "ZeroDivisionError", "OverflowError", "TimeoutError",
        "BrokenPipeError", "ConnectionError", "LookupError", "UnicodeDecodeError", "StopIteration", "MemoryError")  # fmt: skip
    return ours or name in ERRORS or name in SAYING


def _texts(call: ast.Call) -> Iterator[str]:
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        parts = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
        for part in parts:
            text = _template(part)
            if text is not None and " " in text.strip() and any(c.isalpha() for c in text):
                yield text


def _template(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    out, holes = "", 0
    for value in node.values:
        if isinstance(value, ast.Constant):
            out += str(value.value)
        else:
            holes += 1
            out += f"{HOLE}{holes}{HOLE}"
    return out
