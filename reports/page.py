"""One self-contained HTML file from a template: styles and script inside, nothing fetched, all foreign text escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dataqual.picture_words import PictureWords
from dataqual.translating import ENGLISH, translation
from reports import html, say
from reports.translated import translated

MAX_BYTES = 2_000_000
LONGEST = 2_000  # characters of any one thing printed
TEMPLATES = Path(__file__).parent / "templates"
REFERRED = re.compile(r'\{%[-+]?\s*(?:extends|from|import|include)\s+"([^"]+)"')
"""The templates that one extends, imports and names to include."""


@cache
def environment() -> Environment:
    """The templates with everything they may call; whatever they print is made visible, cut and escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_printed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for module, names in (
        (html, ("label", "told", "path", "prose", "excerpt", "copies", "language", "cut", "visible", "picture")),
        (
            say,
            (
                "number",
                "short",
                "size",
                "share",
                "plural",
                "amount",
                "big",
                "how_many",
                "how_sure",
                "interval",
                "is_share",
                "estimate",
                "power",
                "duration",
            ),
        ),
    ):
        made.filters.update({name: getattr(module, name) for name in names})
    made.globals.update({name: getattr(say, name) for name in ("percent", "pretty", "said")})
    return made


def compiled(*templates: str) -> None:
    """Have the templates ready, and those that they extend, import and name to include; what a first page costs once."""
    waiting, done = list(templates), set()
    while waiting:
        name = waiting.pop()
        if name in done:
            continue
        done.add(name)
        environment().get_template(name)
        waiting += REFERRED.findall(_source(name))  # to parse it once more would take as long as all the rest


def render(
    template: str,
    *,
    styles: Sequence[str] = ("page.css",),
    language: str = ENGLISH,
    wording: Any = None,
    **context: Any,
) -> str:
    """The page; the same context gives the same text. The script is allowed by its hash, all else is forbidden.

    `language` is one of `dataqual.translating.languages()`; texts of others stay as they are. A `wording` says our own
    sentences in other words of the same language before they are translated.
    """
    style, script = "".join(map(_source, styles)), _source("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = (
        environment()
        .get_template(template)
        .render(style=Markup(style), script=Markup(script), script_hash=Markup(f"sha256-{digest}"), **context)
    )
    if wording is not None:
        page = translated(page, ENGLISH, wording)
    known = translation(language)
    if known is None:
        return page
    page = translated(page, language, known)
    return translated(page, language, words) if (words := _also(wording)) else page


def _also(wording: Any) -> Any:
    """The wording where it has words of the other language too: where its Chinese says document, and its English does not."""
    return wording if isinstance(wording, PictureWords) else None


def wording_of(facts: Mapping[str, Any], name: str) -> PictureWords | None:
    """In which words a page of a corpus of that name is: those of pictures, or None for those of texts as they are."""
    return PictureWords(name) if (facts.get("corpus") or {}).get("view") == "image" else None


def small_enough(pages: Iterable[str]) -> str:
    """The first of ever smaller pages that has at most MAX_BYTES, or the last; no more of them are made than that.

    >>> small_enough(["x" * 3_000_000, "small", "smaller"])
    'small'
    """
    page = ""
    for page in pages:
        if len(page.encode()) <= MAX_BYTES:
            break
    return page


def facts_of(given: Any, needs: str) -> Mapping[str, Any]:
    """The facts of a page: the mapping itself, or what the `facts` of an object is or returns; TypeError otherwise."""
    if isinstance(given, Mapping):
        return given
    found = getattr(given, "facts", None)
    found = found() if callable(found) else found
    if not isinstance(found, Mapping):
        raise TypeError(f"{needs} or its facts, not {type(given).__name__}")
    return found


def _printed(value: Any) -> Any:
    """The net under every expression of a template, should it forget its filter; what is Markup was made by us."""
    return value if isinstance(value, Markup) else html.cut(value, LONGEST)


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
