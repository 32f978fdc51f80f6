"""How much of a raw corpus a grade makes, in the tokens that laws count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def token_yields(grades: Mapping[str, Mapping[str, Any]], reference: str) -> dict[str, float]:
    """The yield in bytes of each grade times its tokens per byte over the reference's, as their files have them.

    Spoilt text costs a BPE more tokens for the same bytes; the yield of the reference is the same in both. Copies are no
    tokens gained: where a grade says which share of its bytes is `unique`, only that counts.

    >>> file = {"clean": {"yield": 0.8, "tokens": 25, "bytes": 100}, "typos": {"yield": 0.8, "tokens": 30, "bytes": 100}}
    >>> token_yields(file, "clean")
    {'clean': 0.8, 'typos': 0.96}
    >>> token_yields({"clean": file["clean"], "copies": {**file["clean"], "yield": 1.6, "unique": 0.5}}, "clean")
    {'clean': 0.8, 'copies': 0.8}
    """
    density = {name: grade["tokens"] / grade["bytes"] for name, grade in grades.items()}
    unique = {name: grade["yield"] * grade.get("unique", 1.0) for name, grade in grades.items()}
    return {name: unique[name] * (density[name] / density[reference]) for name in grades}
