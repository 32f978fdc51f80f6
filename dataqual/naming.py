"""How classes are called in YAML, in files and in the ledger."""

from __future__ import annotations


def snake_case(name: str) -> str:
    """The name of a class as YAML and files have it.

    >>> snake_case("SpoilTypos"), snake_case("C4Lines")
    ('spoil_typos', 'c4_lines')
    """
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
