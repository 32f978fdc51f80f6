"""`Options`: what is asked of a profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from dataqual.errors import InputError, SpecError, did_you_mean
from dataqual.languages import telling
from dataqual.profiling.sections import embeddings, people


@dataclass(frozen=True)
class Options:
    """What was asked of a profile; with the input it determines every fact."""

    rules: Sequence[str] | None = None
    """Names of rule sets, or the one name; None for those that fit what it is written in, () for none."""
    near_copies: bool = True
    sample: int | None = None
    """Profile this many documents, drawn evenly by address and seed; None for all."""
    seed: int = 0
    language: Literal["fast", "exact", "none"] = "fast"
    """How languages are told: by the beginning of each document, by all of it, or not at all."""
    skip: Sequence[str] = ()
    """Names of `profiling.sections` that are left out, or the one name."""
    people: Sequence[str] = ()
    """Files of words for people that are added to ours in the section on people, or the one file."""
    census: str | None = None
    """A table of the shares that groups of people should have, see `dataqual.people.reference`."""
    embeddings: str | None = None
    """The folder of a model on disk, by whose vectors documents are compared in a section of their own."""
    text: str | None = None
    """The column that was named as the text; None where it was found."""
    workers: int | None = field(default=None, compare=False)
    max_memory: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.rules is not None:
            object.__setattr__(self, "rules", (self.rules,) if isinstance(self.rules, str) else tuple(self.rules))
        object.__setattr__(self, "skip", (self.skip,) if isinstance(self.skip, str) else tuple(self.skip))
        object.__setattr__(self, "people", (self.people,) if isinstance(self.people, str) else tuple(self.people))
        if self.people or self.census:
            people.checked(self.people, self.census)
        if self.embeddings is not None:
            object.__setattr__(self, "embeddings", str(self.embeddings))
            embeddings.opened(str(self.embeddings))
        allowed = (*get_args(telling.Method), "none")
        if self.language not in allowed:
            raise SpecError(
                f"language: {self.language!r} is no way to tell languages; {did_you_mean(self.language, allowed)}"
            )
        if self.sample is not None and self.sample < 1:
            raise InputError(f"sample: {self.sample} documents cannot be profiled; give 1 or more")
