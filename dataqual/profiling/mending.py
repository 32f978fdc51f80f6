"""`clean_command`: the command that leaves out, or mends, what a finding names."""

from __future__ import annotations

import shlex
from pathlib import PurePath
from typing import Any

from dataqual.readers.again import reading_options
from dataqual.views import view_in


def clean_command(facts: dict[str, Any], drop: str, recipe: str | None = None) -> str | None:
    """The command that leaves the documents of a finding out, or does to them what the recipe says.

    None where there is none: for data in memory.
    """
    corpus, options = facts["corpus"], facts["options"]
    view, inputs = view_in(corpus), corpus["inputs"]
    verb, words = ("clean", ["--recipe", recipe]) if recipe else view.leaving_out(drop)
    mark = _mark(recipe or drop) if verb == "clean" else f".{verb}"
    if corpus["embedded_sample"]:
        return shlex.join(["dataqual", verb, "-o", f"sample{mark}.jsonl", *words])
    if not inputs or any(name.startswith("<") for name in inputs):
        return None
    target = _as_argument(view.name_of_rest(corpus, options, mark))
    again = reading_options(options, also=view.read_by)
    return shlex.join(["dataqual", verb, *map(_as_argument, inputs), "-o", target, *again, *words])


def _mark(drop: str) -> str:
    """What stands in the name of an output for what was left out of it, so that no command's overwrites another's.

    >>> _mark("exact_copies"), _mark("my rules/strict.yaml")
    ('.clean-exact_copies', '.clean-strict')
    """
    return f".clean-{PurePath(drop).stem if drop.endswith(('.yaml', '.yml')) else drop}"


def _as_argument(path: str) -> str:
    """A path that no command takes for an option; - is standard input, and stays."""
    return f"./{path}" if path.startswith("-") and path != "-" else path
