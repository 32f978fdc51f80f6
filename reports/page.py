"""One self-contained HTML file from a template: styles and script inside, nothing fetched, nothing foreign unescaped."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import html, say

MAX_BYTES = 2_000_000
TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """The templates with everything they may call; autoescape is on for all of them."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for module, names in (
        (html, ("label", "path", "excerpt", "copies", "language", "cut", "visible")),
        (say, ("number", "short", "size", "share", "plural", "amount", "how_many", "how_sure", "interval", "is_share")),
    ):
        made.filters.update({name: getattr(module, name) for name in names})
    made.globals.update({name: getattr(say, name) for name in ("percent", "pretty", "said")})
    return made


def render(template: str, **context: Any) -> str:
    """The page; the same context gives the same text. The script is allowed by its hash, all else is forbidden."""
    style, script = _source("page.css"), _source("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = environment().get_template(template).render(
        style=Markup(style), script=Markup(script), script_hash=Markup(f"sha256-{digest}"), **context
    )
    # A lone surrogate in a place that no filter sees would make the page unwritable.
    return page.encode("utf-8", "replace").decode("utf-8")


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
