"""WordNet as it lies on disk: from Debian's package, from NLTK's data, or in a folder that is named."""

from __future__ import annotations

import os
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from dataqual.errors import InputError
from dataqual.lazy import lazy

PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
"""Parts of speech, and what their files are called."""

NEEDED = tuple(f"{kind}.{part}" for part in PARTS.values() for kind in ("index", "data"))

HOW = (
    "apt-get install wordnet-base brings it, or python -m nltk.downloader wordnet; or name a folder with its files "
    "(index.noun, data.noun, …) as wordnet"
)

ENDINGS = {
    "n": (("s", ""), ("ses", "s"), ("ves", "f"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("men", "man"), ("ies", "y")),
    "v": (("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", "")),
    "a": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    "r": (),
}  # fmt: skip
"""Rules of detachment (WordNet 3.0, morphy(7WN)): what an inflected form ends in, and what its base does."""


Bases = dict[str, tuple[str, ...]]
"""Of each part of speech the lemmas of which a word is a form."""


@cache
def endings(last: str) -> tuple[tuple[str, str, str], ...]:
    """Those in which a form may end that ends in these two letters: part of speech, ending, and what its base has there.

    >>> endings("ms"), endings("en")
    ((('n', 's', ''), ('v', 's', '')), (('n', 'men', 'man'),))
    """
    return tuple((part, end, new) for part in PARTS for end, new in ENDINGS[part] if last.endswith(end[-2:]))


REMEMBERED = 1_000_000
"""Words whose bases are remembered at most; with one more all are forgotten."""

_SENSE = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}


@dataclass(frozen=True, eq=False)
class WordNet:
    """The files of one part of speech each: lemmas with their senses, senses with their lemmas, irregular forms."""

    place: str
    """Folder, or zip archive, in which they lie."""
    known: dict[str, Bases] = field(default_factory=dict, repr=False)
    """Bases of words that were looked for."""

    def __reduce__(self) -> tuple[type[WordNet], tuple[str]]:
        return WordNet, (self.place,)

    @classmethod
    def open(cls, place: str | None = None) -> WordNet:
        """That in `place`, or what is found; InputError, with how to get it, where there is none."""
        if place is not None:
            path = Path(place)
            inner = path / "dict"
            for one in (path, inner, path / "corpora" / "wordnet", path / "corpora" / "wordnet.zip"):
                if _whole(one):
                    return cls(str(one))
            raise InputError(f"{place}: there is no WordNet; {HOW}")
        found = next((one for one in places() if _whole(one)), None)
        if found is None:
            raise InputError(f"no WordNet is found, which English synonyms come from; {HOW}")
        return cls(str(found))

    @lazy
    def index(self) -> dict[str, dict[str, bytes]]:
        """Of each part of speech, every lemma with what its index says behind it."""
        return {
            key: {
                lemma.decode(): rest
                for lemma, rest in re.findall(rb"^(\S+) ([^\n]+)", self._file(f"index.{part}"), re.MULTILINE)
            }
            for key, part in PARTS.items()
        }

    @lazy
    def data(self) -> dict[str, bytes]:
        """Of each part of speech, its senses as they lie in the file."""
        return {key: self._file(f"data.{part}") for key, part in PARTS.items()}

    @lazy
    def irregular(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Of each part of speech, irregular forms with their bases."""
        return {
            key: {
                words[0]: tuple(words[1:])
                for line in self._file(f"{part}.exc").decode().splitlines()
                if len(words := line.split()) > 1
            }
            for key, part in PARTS.items()
        }

    @lazy
    def all_irregular(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        """Irregular forms with their bases, by part of speech."""
        found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for part, forms in self.irregular.items():
            for form, bases in forms.items():
                found.setdefault(form, []).append((part, bases))
        return found

    @lazy
    def inflected(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Of each part of speech, bases with their irregular forms."""
        found: dict[str, dict[str, tuple[str, ...]]] = {key: {} for key in PARTS}
        for key, forms in self.irregular.items():
            for form, bases in forms.items():
                for base in bases:
                    found[key][base] = (*found[key].get(base, ()), form)
        return found

    @lazy
    def counts(self) -> dict[tuple[str, str], dict[int, int]]:
        """How often each sense of a lemma and part of speech was met in the texts that were tagged by hand (SemCor)."""
        found: dict[tuple[str, str], dict[int, int]] = {}
        for line in self._file("cntlist.rev").decode().splitlines():
            key, number, count = line.split()
            lemma, _, sense = key.partition("%")
            found.setdefault((lemma, _SENSE[sense[0]]), {})[int(number)] = int(count)
        return found

    @lazy
    def totals(self) -> dict[tuple[str, str], int]:
        """How often a lemma was met as a part of speech, in any sense."""
        return {key: sum(counts.values()) for key, counts in self.counts.items()}

    def holds(self, lemma: str) -> bool:
        """Whether there is such a lemma, of any part of speech; one of several words is joined by underscores."""
        return any(lemma in lemmas for lemmas in self.index.values())

    def senses(self, lemma: str, part: str) -> tuple[int, ...]:
        """Where the senses of a lemma lie in the data, the commonest first; none where it is no such word."""
        rest = self.index[part].get(lemma)
        if rest is None:
            return ()
        fields = rest.split()
        return tuple(map(int, fields[-int(fields[1]) :]))

    def words(self, sense: int, part: str) -> tuple[str, ...]:
        """The lemmas of a sense, as they are written, in the order of the file."""
        data = self.data[part]
        fields = data[sense : data.index(b" | ", sense)].decode().split()
        return tuple(word.partition("(")[0] for word in fields[4 : 4 + 2 * int(fields[3], 16) : 2])

    def opposites(self, sense: int, part: str) -> bool:
        """Whether a sense has an antonym."""
        data = self.data[part]
        return b" ! " in data[sense : data.index(b"\n", sense)].partition(b" | ")[0]

    def bases(self, form: str, part: str) -> tuple[str, ...]:
        """The lemmas of which a word is a form, itself if it is one (morphy).

        >>> WordNet.open().bases("films", "n"), WordNet.open().bases("went", "v")  # doctest: +SKIP
        (('film',), ('go',))
        """
        return self.all_bases(form).get(part, ())

    def all_bases(self, form: str) -> Bases:
        """The same for all parts of speech; those of which it is no form are left out."""
        found = self.known.get(form)
        if found is None:
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            found = self.known[form] = self._bases(form)
        return found

    def _bases(self, form: str) -> Bases:
        index = self.index
        found: dict[str, list[str]] = {part: [form] for part in PARTS if form in index[part]}
        itself = tuple(found)
        for part, bases in self.all_irregular.get(form, ()):
            found.setdefault(part, []).extend(base for base in bases if base in index[part])
        settled = {part for part, bases in found.items() if bases and part not in itself}
        for part, end, new in endings(form[-2:]):
            if form.endswith(end) and part not in settled:
                base = form[: len(form) - len(end)] + new
                if len(base) > 1 and base in index[part]:
                    found.setdefault(part, []).append(base)
        return {part: tuple(dict.fromkeys(bases)) for part, bases in found.items() if bases}

    def _file(self, name: str) -> bytes:
        place = Path(self.place)
        if place.suffix == ".zip":
            with zipfile.ZipFile(place) as archive:
                inner = f"{place.stem}/{name}"
                return archive.read(inner) if inner in archive.namelist() else b""
        return (place / name).read_bytes() if (place / name).is_file() else b""


def places() -> Iterator[Path]:
    """Where WordNet may lie: $WNSEARCHDIR and $WNHOME as its own programs have it, Debian's, and those of NLTK."""
    environment = os.environ
    if "WNSEARCHDIR" in environment:
        yield Path(environment["WNSEARCHDIR"])
    if "WNHOME" in environment:
        yield Path(environment["WNHOME"]) / "dict"
    yield from (Path("/usr/share/wordnet"), Path("/usr/local/WordNet-3.0/dict"), Path("/opt/homebrew/opt/wordnet/dict"))
    roots = [Path(one) for one in environment.get("NLTK_DATA", "").split(os.pathsep) if one]
    roots += [Path.home() / "nltk_data", Path(sys.prefix) / "nltk_data", Path(sys.prefix) / "share" / "nltk_data"]
    roots += [Path(one) for one in ("/usr/share/nltk_data", "/usr/local/share/nltk_data", "/usr/lib/nltk_data")]
    for root in roots:
        for name in ("wordnet", "wordnet.zip", "wordnet31", "wordnet31.zip"):
            yield root / "corpora" / name


@cache
def _whole(place: Path) -> bool:
    """Whether all its files are there."""
    if place.suffix == ".zip" and place.is_file():
        with zipfile.ZipFile(place) as archive:
            names = set(archive.namelist())
        return all(f"{place.stem}/{name}" in names for name in NEEDED)
    return all((place / name).is_file() for name in NEEDED)
