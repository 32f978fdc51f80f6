"""Downstream probes: labelled text on which a trained model is tuned further, and how well it then labels what it has not seen.

A probe is an evaluation like a held-out set: its loss, in bits per label, is fitted and judged as theirs are, and accuracy and F1
stand beside it. `documents` have one label each, `words` a tag each (BIO, or any other).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["documents", "words"]

LOSS = "bits per label"
"""What the loss of a probe is counted in: the cross-entropy of one label."""

TRAIN, TEST = 1_000, 1_000
"""Examples at most: with 1,000 of them accuracy is known within 3 points."""
EPOCHS = 3
"""As Radford et al. 2018 and Devlin et al. 2019 tune."""


@dataclass(frozen=True)
class Example:
    """A text in tokens, with what is to be told of it."""

    tokens: tuple[int, ...]
    places: tuple[int, ...]
    """Where in the tokens each label is told: behind the last token of what it is of, so that all of it was read."""
    labels: tuple[int, ...]
    """A class for each place."""
    source: int = 0
    """Number of the record it was cut from: pieces of one are no independent evidence."""


@dataclass(frozen=True)
class Examples:
    """What a model is tuned on, and what it is tested on."""

    train: Sequence[Example]
    test: Sequence[Example]


@dataclass(frozen=True)
class Probe:
    """A probe as a task holds it: where its examples are, and how a model is tuned on them."""

    path: Path
    sha256: str
    kind: Kind
    classes: tuple[str, ...]
    epochs: int = EPOCHS
    learning_rate: float = 1.0
    """Times the usual one of probes."""
    seed: int = 0
    """Of the order of the examples."""

    def read(self) -> Examples:
        """The examples in the file."""
        return decoded(self.path.read_bytes())

    def description(self) -> dict[str, Any]:
        """All that decides what comes of it, for the key of a trial."""
        names = ("sha256", "kind", "epochs", "learning_rate", "seed")
        return {name: getattr(self, name) for name in names}


def encoded(examples: Examples) -> bytes:
    """The examples as a file holds them: same examples, same bytes.

    >>> one = Example((5, 6), (1,), (0,), 3)
    >>> decoded(encoded(Examples([one], []))).train == [one]
    True
    """
    sides = {
        side: [[list(e.tokens), list(e.places), list(e.labels), e.source] for e in getattr(examples, side)]
        for side in ("train", "test")
    }
    return json.dumps(sides, separators=(",", ":")).encode()


def decoded(content: bytes) -> Examples:
    """What `encoded` wrote."""
    sides = json.loads(content)
    made = {
        side: [Example(tuple(tokens), tuple(places), tuple(labels), source) for tokens, places, labels, source in rows]
        for side, rows in sides.items()
    }
    return Examples(made["train"], made["test"])
