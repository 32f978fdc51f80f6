"""Where the documents of a study come from, which of them are held out, and what each grade makes of the others."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataqual import catalog, specs
from dataqual.errors import SpecError, did_you_mean
from dataqual.operators import Step
from dataqual.recipe import Recipe
from studies.design.quantities import a_share, quantity

HELD_OUT_SHARE = 0.05
HELD_OUT_TOKENS = 1_000_000
"""Of each held-out set at most: losses of different grades are compared on the same text, so more would only cost."""
GRADE_KEYS = ("share", "steps", "recipe")
RESERVED = "held_out-"
"""How the names of the held-out token files begin, which lie beside those of the grades."""


@dataclass(frozen=True)
class Source:
    """Where documents come from: paths, folders or globs for any reader, and the text column where it is named."""

    paths: tuple[str, ...]
    text: str | None = None
    base: Path | None = None
    """The folder of the study file, from which relative paths start."""

    def places(self) -> list[str]:
        """The paths as seen from here."""
        return [str(self.base / path) if self.base is not None else path for path in self.paths]


@dataclass(frozen=True)
class Grade:
    """A named quality of data: a share of the corpus, steps that change it, or both; neither is the corpus itself."""

    name: str
    share: float = 1.0
    steps: tuple[Step, ...] = ()
    says: tuple[str, ...] = ()
    """Each step as the file has it, on one line."""
    recipe: str | None = None
    """The recipe that the steps are of, as the file calls it."""

    @property
    def only_spoils(self) -> bool:
        """Whether all it does is harm of a known dose, and copies are not all of that."""
        return bool(self._steps) and all(name.startswith("spoil_") for name in self._steps) and not self.only_copies

    @property
    def only_copies(self) -> bool:
        """Whether all it does is to put copies behind documents."""
        return self._steps == {"spoil_duplicates"}

    @property
    def _steps(self) -> set[str]:
        """The names of its steps."""
        return {said.strip("{ ").split(":")[0].rstrip("}") for said in self.says}


def grades_of(content: object, where: str, base: Path | None) -> tuple[Grade, ...]:
    mapping = specs.mapping(content, where)
    if not mapping:
        raise SpecError(f"{where}: expected at least one grade, NAME: {{}} is the corpus as it is")
    _check_names(mapping, where)
    return tuple(_grade(name, value, f"{where}.{name}", base) for name, value in mapping.items())


def _check_names(names: Iterable[str], where: str) -> None:
    """SpecError for a grade whose token file could not be, or would be another's; some disks know no case."""
    known: dict[str, str] = {}
    for name in names:
        if not all(unicodedata.category(c)[0] in "LMN" or c in "_-." for c in name) or name[:1] in ("", "-", "."):
            raise SpecError(f"{where}: {name!r} cannot name a file; a grade is called by letters, digits, - _ and .")
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded.startswith(RESERVED):
            raise SpecError(f"{where}: {name!r} is taken: files that begin with {RESERVED} hold the held-out text")
        if folded in known:
            raise SpecError(f"{where}: {known[folded]!r} and {name!r} would be one file where case does not count")
        known[folded] = name


def _grade(name: str, content: object, where: str, base: Path | None) -> Grade:
    """A share, steps or a recipe, or both; or one step by its name."""
    given = specs.mapping({} if content is None else content, where)
    if given and not set(GRADE_KEYS) & given.keys():
        known = [*catalog.names("steps"), *GRADE_KEYS]
        for key in given:
            if key not in known:
                raise SpecError(f"{where}: no key or step {key!r}; {did_you_mean(key, known)}")
        return Grade(name, 1.0, (specs.step(given, where),), (specs.flow(given),))
    specs.check_keys(given, where, required=(), optional=GRADE_KEYS)
    share = a_share(given.get("share", 1), f"{where}.share")
    if "recipe" not in given:
        listed = given.get("steps", [])
        return Grade(name, share, specs.steps(listed, f"{where}.steps"), tuple(map(specs.flow, listed)))
    if "steps" in given:
        raise SpecError(f"{where}: has both a recipe and steps; put the steps into the recipe")
    try:
        recipe = Recipe.load(specs.string(given, "recipe", where), base)
    except SpecError as error:
        raise SpecError(f"{where}.recipe: {error}") from None
    return Grade(name, share, recipe.steps, recipe.says, recipe.name)


def held_out_of(content: object, where: str, base: Path | None) -> tuple[float, int, Source | None]:
    """The share of raw documents held out, the most tokens of a set, and where the neutral text is."""
    given = specs.mapping(content or {}, where)
    specs.check_keys(given, where, required=(), optional=("raw", "neutral", "tokens"))
    raw = specs.mapping(given.get("raw") or {}, f"{where}.raw")
    specs.check_keys(raw, f"{where}.raw", required=(), optional=("share",))
    share = a_share(raw.get("share", HELD_OUT_SHARE), f"{where}.raw.share")
    if share >= 1:
        raise SpecError(f"{where}.raw.share: 1 leaves nothing to train on; {HELD_OUT_SHARE} is usual")
    most = quantity(given.get("tokens", HELD_OUT_TOKENS), f"{where}.tokens")
    return share, most, source_of(given.get("neutral"), f"{where}.neutral", base)


def source_of(content: object, where: str, base: Path | None) -> Source | None:
    if content is None:
        return None
    given = dict(content) if isinstance(content, Mapping) else {"paths": content}
    specs.check_keys(given, where, required=("paths",), optional=("text",))
    paths: list[Any] = given["paths"] if isinstance(given["paths"], list) else [given["paths"]]
    if not paths or not all(isinstance(path, str) and path for path in paths):
        raise SpecError(f"{where}: expected a path, a glob or a list of them, got {given['paths']!r}")
    return Source(tuple(paths), specs.string(given, "text", where) if "text" in given else None, base)
