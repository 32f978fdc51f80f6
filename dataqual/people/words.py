"""Words for people by axis and group, words that are said of them, and the table by which all are found in one pass.

Ours are `dataqual/lexicons/people.*.yaml`; docs/people.md says what the keys of such a file mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual import specs
from dataqual.errors import SpecError, did_you_mean
from dataqual.lexicons import FOLDER, flagged
from dataqual.lexicons.runs import Runs

OURS = ("en", "zh")
KEYS = ("language", "about", "person", "axes", "spared", "lists", "pairs", "tests")
PERSON = "{person}"
FLAGGED = "flagged"
"""The list that is made of the lists of flagged words; its words are shown with all but first letters hidden."""

Kind = Literal["group", "list", "item"]


@dataclass(frozen=True)
class Label:
    """What a word stands for: a `group` of an axis, a `list` of words said of people, or one `item` of such a list."""

    kind: Kind
    of: str
    """The axis, or the list."""
    name: str
    """The group, the list once more, or the item."""

    def __str__(self) -> str:
        return self.name if self.kind == "list" else f"{self.of}/{self.name}"


@dataclass
class _Entry:
    """One word or phrase: numbers of labels -> whether it is ambiguous there, and whether its capital is needed."""

    text: str
    labels: dict[int, tuple[bool, bool]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The words of one or more files, ready to be looked for; see `lexicon`."""

    labels: tuple[Label, ...]
    terms: tuple[str, ...]
    """Every word and phrase once, as it is written in its file."""
    offsets: NDArray[np.int64]
    """(terms + 1,) which of the next three belong to which term."""
    numbers: NDArray[np.int64]
    """What the terms stand for, as positions in `labels`."""
    ambiguous: NDArray[np.bool_]
    capital: NDArray[np.bool_]
    """Where the text must have a capital, for in lower case the word is another one."""
    runs: Runs
    notes: Mapping[tuple[str, str], str]
    """(axis, term) -> what else an ambiguous term may be."""
    pairs: tuple[tuple[str, str], ...]
    """Words that differ in gender alone."""
    tests: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]]
    """Name of a test -> file -> first, second, one, other -> words."""

    def groups(self, axis: str) -> dict[str, int]:
        """The groups of an axis and their numbers; SpecError where there is no such axis."""
        found = {label.name: k for k, label in enumerate(self.labels) if label.kind == "group" and label.of == axis}
        if not found:
            raise SpecError(f"no axis {axis!r}; {did_you_mean(axis, self.axes)}")
        return found

    def group(self, axis: str, name: str) -> int:
        """The number of a group; SpecError where there is no such group."""
        groups = self.groups(axis)
        if name not in groups:
            raise SpecError(f"no group {name!r} of the axis {axis!r}; {did_you_mean(name, groups)}")
        return groups[name]

    @property
    def axes(self) -> list[str]:
        """The axes in the order of the files."""
        return list(dict.fromkeys(label.of for label in self.labels if label.kind == "group"))

    @property
    def lists(self) -> list[str]:
        """The lists of what is said of people, `flagged` among them."""
        return [label.name for label in self.labels if label.kind == "list"]


def lexicon(*files: str) -> Lexicon:
    """The lexicon of these files: `en`, `zh`, or paths of your own, which add to them; without any, ours.

    SpecError for a file that is no lexicon, or puts one word into two groups of an axis.

    >>> lexicon().axes[:3], list(lexicon("en").groups("age"))
    (['gender', 'age', 'ethnicity'], ['young', 'middle', 'old'])
    """
    return _lexicon(files or OURS)


@lru_cache(maxsize=8)
def _lexicon(files: tuple[str, ...]) -> Lexicon:
    building = _Building()
    for name in files:
        path = FOLDER / f"people.{name}.yaml" if name in OURS else Path(name)
        building.add(specs.read_yaml(path), path.name if name in OURS else str(path), name)
    building.add_flagged()
    return building.finish()


def lexicon_of(content: Mapping[str, Any], where: str = "lexicon") -> Lexicon:
    """The lexicon of a mapping with the keys of such a file.

    >>> lexicon_of({"axes": {"trade": {"sea": ["sailor"], "land": ["farmer"]}}}).axes
    ['trade']
    """
    building = _Building()
    building.add(content, where, where)
    building.add_flagged()
    return building.finish()


class _Building:
    """What was read so far."""

    def __init__(self) -> None:
        self.labels: dict[Label, int] = {}
        self.names: list[Label] = []
        self.entries: dict[str, _Entry] = {}
        self.spared: dict[str, str] = {}
        self.notes: dict[tuple[str, str], str] = {}
        self.pairs: dict[tuple[str, str], None] = {}
        self.tests: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {}

    def add(self, content: Mapping[str, Any], where: str, name: str) -> None:
        specs.check_keys(content, where, required=(), optional=KEYS)
        person = _words(content.get("person") or [], f"{where}.person")
        for axis, groups in specs.mapping(content.get("axes") or {}, f"{where}.axes").items():
            for group, given in specs.mapping(groups, f"{where}.axes.{axis}").items():
                here = f"{where}.axes.{axis}.{group}"
                sure, ambiguous = _terms(given, here)
                for term in (*sure, *ambiguous):
                    for text in _expanded(term, person, here):
                        self._put(text, Label("group", axis, group), here, ambiguous=term in ambiguous)
                self.notes |= {(axis, term): why for term, why in ambiguous.items()}
        for kind, items in specs.mapping(content.get("lists") or {}, f"{where}.lists").items():
            for item in _words(items, f"{where}.lists.{kind}"):
                forms = [form.strip() for form in item.split("/")]
                for form in forms:
                    self._put(form, Label("list", kind, kind), where)
                    self._put(form, Label("item", kind, forms[0]), where)
        for term in _words(content.get("spared") or [], f"{where}.spared"):
            self.spared[_key(term)] = f"{where}.spared: {term!r}"
        self._add_pairs(content.get("pairs") or [], f"{where}.pairs")
        for test, sets in specs.mapping(content.get("tests") or {}, f"{where}.tests").items():
            here = f"{where}.tests.{test}"
            sets = specs.mapping(sets, here)
            specs.check_keys(sets, here, required=("first", "second", "one", "other"))
            words = {part: tuple(_words(sets[part], f"{here}.{part}")) for part in sets}
            self.tests.setdefault(test, {})[name] = words

    def _add_pairs(self, pairs: object, where: str) -> None:
        if not isinstance(pairs, list):
            raise SpecError(f"{where}: expected a list of pairs of words")
        for at, pair in enumerate(pairs):
            words = _words(pair, f"{where}[{at}]")
            if len(words) != 2:
                raise SpecError(f"{where}[{at}]: expected two words, got {len(words)}")
            for word in words:
                self.entries.setdefault(_key(word), _Entry(word))
            self.pairs[words[0], words[1]] = None

    def add_flagged(self) -> None:
        number = self._number(Label("list", FLAGGED, FLAGGED))
        for text, counts in flagged.entries().items():
            key = _key(text)
            if counts:
                self.entries.setdefault(key, _Entry(text)).labels.setdefault(number, (False, False))
            elif key not in self.entries:
                self.spared.setdefault(key, "")

    def _number(self, label: Label) -> int:
        if label not in self.labels:
            self.labels[label] = len(self.names)
            self.names.append(label)
        return self.labels[label]

    def _put(self, text: str, label: Label, where: str, *, ambiguous: bool = False) -> None:
        entry = self.entries.setdefault(_key(text), _Entry(text))
        number = self._number(label)
        if label.kind == "group":
            for other in map(self.names.__getitem__, entry.labels):
                if other.kind == "group" and other.of == label.of and other != label:
                    raise SpecError(f"{where}: {text!r} is in the group {other.name!r} of {label.of!r} already")
        sure = not ambiguous or (number in entry.labels and not entry.labels[number][0])
        entry.labels[number] = not sure, text[0].isupper() and not text.isupper()

    def finish(self) -> Lexicon:
        for key, where in self.spared.items():
            held = self.entries[key].labels if key in self.entries and where else ()
            if any(self.names[n].kind != "list" or self.names[n].name != FLAGGED for n in held):
                raise SpecError(f"{where} is counted elsewhere in the lexicon; take it out of one of the two")
        self._inherit()
        spared = {key: _Entry(key) for key in self.spared if key not in self.entries}
        entries = [*self.entries.values(), *spared.values()]
        parts = [(n, *flags) for entry in entries for n, flags in sorted(entry.labels.items())]
        numbers, ambiguous, capital = (np.array(column) for column in zip(*parts, strict=True)) if parts else ([],) * 3
        return Lexicon(
            tuple(self.names),
            tuple(entry.text for entry in entries),
            np.cumsum([0, *(len(entry.labels) for entry in entries)], dtype=np.int64),
            np.asarray(numbers, np.int64),
            np.asarray(ambiguous, np.bool_),
            np.asarray(capital, np.bool_),
            Runs.of({entry.text: True for entry in entries[: len(self.entries)]} | dict.fromkeys(spared, False)),
            self.notes,
            tuple(self.pairs),
            self.tests,
        )

    def _inherit(self) -> None:
        """The longest run wins, so a phrase stands for what the words in it do on the axes that it says nothing of."""
        axes = [label.of if label.kind == "group" else "" for label in self.names]
        single = {key: entry.labels for key, entry in self.entries.items()}
        longest = max((key.count(" ") + 1 for key in single), default=1)
        for key, entry in self.entries.items():
            words = key.split(" ")
            if len(words) < 2 or not _SPACED.search(entry.text):
                continue
            own = {axes[n] for n in entry.labels if axes[n]}
            for start in range(len(words)):
                for end in range(start + 1, min(len(words), start + longest) + 1):
                    if end - start < len(words):
                        inner = single.get(" ".join(words[start:end]), {})
                        for n, flags in list(inner.items()):
                            if axes[n] and axes[n] not in own:
                                entry.labels.setdefault(n, flags)


_SPACED = re.compile(r"[\s-]")
_TOKENS = re.compile(r"[\u2e80-\u9fff]|\w+|[^\w\s]")


def _key(text: str) -> str:
    """A term in lower case, its words and signs apart."""
    return " ".join(_TOKENS.findall(text.lower()))


def _words(given: object, where: str) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(word, str) and _key(word) for word in given):
        raise SpecError(f"{where}: expected a list of words; a number, yes or no wants quotes")
    return [" ".join(word.split()) for word in given]


def _terms(given: object, where: str) -> tuple[list[str], dict[str, str]]:
    """The sure terms, and the ambiguous ones with what else they may be; a bare list is of sure terms."""
    if isinstance(given, list):
        return _words(given, where), {}
    content = specs.mapping(given, where)
    specs.check_keys(content, where, required=(), optional=("terms", "ambiguous"))
    ambiguous = specs.mapping(content.get("ambiguous") or {}, f"{where}.ambiguous")
    return _words(content.get("terms") or [], f"{where}.terms"), {term: str(why) for term, why in ambiguous.items()}


def _expanded(term: str, person: Sequence[str], where: str) -> Iterator[str]:
    if PERSON not in term:
        yield term
    elif not person:
        raise SpecError(f"{where}: {term!r} needs the words that {PERSON} stands for, under the key 'person'")
    for word in person if PERSON in term else ():
        yield term.replace(PERSON, word)
