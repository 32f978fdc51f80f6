"""What differs between texts and pictures: a `View` in a module each, and nobody else asks which it is.

A further view is a further module here: see docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from dataqual.operators import ViewName
from dataqual.views.view import Judging, View

__all__ = ["Judging", "View", "in_words_of", "view_in", "view_names", "view_of"]


class Viewed(Protocol):
    """A corpus, a batch, or what was found of one."""

    @property
    def view(self) -> ViewName:
        """The name of what its documents are."""


def view_names() -> tuple[ViewName, ...]:
    """All there are, texts first.

    >>> view_names()
    ('text', 'image')
    """
    found = (path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in ("__init__", "view"))
    return tuple(sorted(found, key=lambda name: (name != "text", name)))


def view_of(what: ViewName | Viewed) -> View:
    """The view of a corpus or a batch, or that of a name.

    >>> view_of("image").nouns
    'pictures'
    """
    return _found(what if isinstance(what, str) else what.view)


@cache
def _found(name: ViewName) -> View:
    view: View = import_module(f"{__name__}.{name}").VIEW
    return view


def view_in(corpus: Mapping[str, Any]) -> View:
    """The view of the corpus that facts tell of; those that do not say it are of texts.

    >>> view_in({"view": "image"}).nouns, view_in({}).nouns
    ('pictures', 'texts')
    """
    return view_of(corpus.get("view") or "text")


def in_words_of(view: ViewName, sentence: str) -> str:
    """A sentence of ours about documents, said of what these are.

    >>> in_words_of("image", "no documents"), in_words_of("text", "no documents")
    ('no pictures', 'no documents')
    """
    return view_of(view).says(sentence)
