"""The kinds of noise by name. A kind finds its places in a document, none overlapping, and changes one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dataqual.noise import characters, words
from dataqual.noise.document import Document, Edits, Place


@dataclass(frozen=True)
class Kind:
    """Where it may strike, and what it does there; `change` is told a number from 0 to below 1, for chance."""

    places: Callable[[Document], list[Place]]
    change: Callable[[Document, Place, float], Edits]


KINDS: Mapping[str, Kind] = {
    "case": Kind(words.cased, words.in_other_case),
    "deletion": Kind(words.deletable, words.deleted),
    "insertion": Kind(words.behind, words.inserted),
    "keyboard": Kind(characters.on_keys, characters.neighbouring_key),
    "mask": Kind(words.blocks, words.masked),
    "ocr": Kind(characters.scanned, characters.misread),
    "pinyin": Kind(characters.with_homophones, characters.homophone),
    "punctuation": Kind(words.behind, words.punctuated),
    "shape": Kind(characters.with_look_alikes, characters.look_alike),
    "slips": Kind(characters.typed, characters.slipped),
    "spacing": Kind(words.spaced, words.respaced),
    "spelling": Kind(words.misspellable, words.misspelt),
    "swap": Kind(words.pairs, words.swapped),
}
"""All there are. docs/augment.md says what each does."""
