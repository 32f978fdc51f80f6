"""What a study file says of its probes: labelled text, and how a model is tuned on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataqual import specs
from dataqual.errors import SpecError
from studies.data.probe import EPOCHS, TEST, TRAIN, Kind

KEYS = ("paths", "text", "label", "tags", "train", "test", "epochs", "learning_rate", "seed")
TAKEN = ("raw", "neutral", "validation")
"""Names of held-out sets."""
FEWEST = 10
"""Examples of either kind: fewer say nothing."""


@dataclass(frozen=True)
class Asked:
    """A probe as a study file names it: its files, and the columns of texts and of labels, or of words and of tags."""

    name: str
    paths: tuple[str, ...]
    text: str | None
    label: str
    kind: Kind
    train: int = TRAIN
    test: int = TEST
    """Examples at most."""
    epochs: int = EPOCHS
    learning_rate: float = 1.0
    seed: int = 0
    base: Path | None = None

    def places(self) -> list[str]:
        """The paths as seen from here."""
        return [str(self.base / path) if self.base is not None else path for path in self.paths]

    def plain(self) -> dict[str, Any]:
        """As plain values, for the record."""
        return {
            name: list(value) if name == "paths" else value
            for name, value in vars(self).items()
            if name not in ("base", "name")
        }


def probes(
    content: object,
    where: str,
    base: Path | None,
    whole: Callable[..., int],
    above_0: Callable[[object, str, str], float],
) -> tuple[Asked, ...]:
    """The probes of a study file; `whole` and `above_0` read its numbers. SpecError for what cannot be one."""
    given = specs.mapping({} if content is None else content, where)
    return tuple(_probe(str(name), value, f"{where}.{name}", base, whole, above_0) for name, value in given.items())


def _probe(
    name: str,
    content: object,
    where: str,
    base: Path | None,
    whole: Callable[..., int],
    above_0: Callable[[object, str, str], float],
) -> Asked:
    given: Mapping[str, Any] = specs.mapping(content, where)
    specs.check_keys(given, where, required=("paths",), optional=KEYS[1:])
    if name in TAKEN or not name.replace("_", "").replace("-", "").isalnum():
        raise SpecError(
            f"{where}: {name!r} cannot name a probe: letters, digits, - and _, and none of {', '.join(TAKEN)}"
        )
    if ("label" in given) == ("tags" in given):
        raise SpecError(
            f"{where}: expected label, the column with one label for each text, or tags, that with one for each word"
        )
    paths: list[Any] = given["paths"] if isinstance(given["paths"], list) else [given["paths"]]
    if not paths or not all(isinstance(path, str) and path for path in paths):
        raise SpecError(f"{where}.paths: expected a path, a glob or a list of them, got {given['paths']!r}")
    text = specs.string(given, "text", where) if "text" in given else None
    if "tags" in given and text is None:
        raise SpecError(f"{where}: tags are of words: name the column with the list of words, as text: words")
    seed = given.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise SpecError(f"{where}.seed: {seed!r} is no whole number, 0 or more")
    kind: Kind = "words" if "tags" in given else "documents"
    return Asked(
        name,
        tuple(paths),
        text,
        specs.string(given, "tags" if kind == "words" else "label", where),
        kind,
        whole(given.get("train", TRAIN), f"{where}.train", least=FEWEST),
        whole(given.get("test", TEST), f"{where}.test", least=FEWEST),
        whole(given.get("epochs", EPOCHS), f"{where}.epochs", least=1),
        above_0(given.get("learning_rate", 1.0), f"{where}.learning_rate", "1.0 is the usual rate of probes"),
        seed,
        base,
    )
