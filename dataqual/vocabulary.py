"""Every signal, metric, step and rule set, told from its own docstring: for `dataqual signals` and docs/vocabulary.md."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import re
import textwrap
import typing
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from dataqual import catalog, rules, schemas
from dataqual.errors import SpecError, did_you_mean
from dataqual.operators import ViewName
from dataqual.views import in_words_of, view_names, view_of

Kind = Literal["signals", "metrics", "steps", "rules"]
TITLES = {"signals": "Signals", "metrics": "Metrics", "steps": "Steps", "rules": "Rule sets"}
ABOUT = {
    "signals": "One number per document. A rule, a filter and a column of the profile name them so.",
    "metrics": "One reading per corpus.",
    "steps": "What a recipe is made of.",
    "rules": "Published bounds on signals: [rules.md](rules.md).",
}
WIDTH = 100
HAN, LATIN = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]")
PIECES = re.compile(r"(?: *[^ \u2e80-\uffef]+|[ ]*[“（《]*[\u2e80-\uffef])[，。；：！？、）》”]*")
"""A word of letters, or a Han character, with the signs behind it that do not begin a line."""
Say = Callable[[str], str]
CITED = re.compile(r"\(([^()]*\b(?:19|20)\d\d\b[^()]*)\)")


@dataclass(frozen=True)
class Parameter:
    """What an operator takes: a name, what it may be, and its value unless told (None: it must be told)."""

    name: str
    type: str
    default: str | None

    def __str__(self) -> str:
        return self.told()

    def told(self, say: Say = str) -> str:
        """All of it on one line."""
        must = say("to be given" if self.default is None else f"unless told {self.default}")
        kind = "".join(say(part) for part in re.split("(, each | or (?!false))", self.type))
        return f"{self.name}: {kind}; {must}"


@dataclass(frozen=True)
class Entry:
    """One word of the vocabulary."""

    kind: Kind
    name: str
    about: str
    """What it is, the first paragraph of its docstring."""
    view: ViewName = "text"
    unit: str = ""
    """Of a signal: what one of it is; "" for a share or ratio."""
    profiled: bool = True
    """Whether a profile measures or applies it unasked."""
    more: str = ""
    parameters: tuple[Parameter, ...] = ()
    source: str = ""
    """The publications it names."""
    example: str = ""

    @property
    def line(self) -> str:
        """What it is in a few words: the first sentence, or what stands before its first semicolon, but for brackets.

        >>> entry("signals", "digit_share").line
        "Share of a document's characters that are decimal digits of any script"
        """
        return re.split(r"[.;] ", re.sub(r" \([^()]*\)", "", self.about))[0].rstrip(".")

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return dataclasses.asdict(self)

    def __str__(self) -> str:
        return self.told()

    def told(self, say: Say = str) -> str:
        """All that is known of it, for people, in the language of `say`; what it has no words for stays English, paragraph by paragraph."""
        kind = TITLES[self.kind].lower().removesuffix("s") + _of(self.view)
        when = "" if self.profiled else "A profile measures or applies it only where it is asked for."
        source = f"{say('Source:')} {self.source}" if self.source else ""
        unit = say(self.unit)
        counted = f", in {unit}" if unit == self.unit else f"，{unit}"
        head = f"{self.name} ({say(kind)}{counted if unit else ''})"
        given = "\n".join(f"  {parameter.told(say)}" for parameter in self.parameters)
        more = say(self.more)
        parts = (say(self.about), more if _is_chinese(more) else self.more, say(when), source)
        wrapped = ["\n".join(_wrapped(part)) for part in parts]
        return "\n\n".join(part for part in (head, *wrapped[:3], given, wrapped[3], self.example) if part)


def entries() -> list[Entry]:
    """The whole vocabulary, kind by kind, by name."""
    operators = [entry(kind, name) for kind in get_args(catalog.Kind) for name in catalog.names(kind)]
    return operators + [_rule_set(name) for name in rules.rule_sets()]


def find(name: str) -> list[Entry]:
    """Whatever is called so, of any kind; SpecError with the nearest name if nothing is."""
    found = [entry for entry in entries() if entry.name == name]
    if not found:
        known = sorted({entry.name for entry in entries()})
        raise SpecError(f"nothing is called {name!r}; {did_you_mean(name, known)}")
    return found


def entry(kind: catalog.Kind, name: str) -> Entry:
    """What an operator says of itself."""
    operator = catalog.find(kind, name)
    said = (inspect.getdoc(operator) or "").split("\n\n", 1)
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(operator) or "")
    shown = "\n".join(f">>> {example.source.rstrip()}\n{example.want}".rstrip() for example in examples)
    more = "\n\n".join(part for part in (said[1].split("\n\n") if len(said) > 1 else []) if not part.startswith(">>>"))
    return Entry(
        kind,
        name,
        schemas.about(operator),
        catalog.view_in(operator),
        getattr(operator, "unit", ""),
        getattr(operator, "profiled", True) if kind == "signals" else True,
        " ".join(more.split()),
        _parameters(operator),
        "; ".join(dict.fromkeys(CITED.findall(" ".join("\n".join(said).split())))),
        shown,
    )


def _wrapped(text: str) -> list[str]:
    """Lines that fit a terminal, where a Han character is as wide as two letters."""
    return chinese_lines(text, WIDTH) if _is_chinese(text) else textwrap.wrap(text, WIDTH)


def chinese_lines(text: str, width: int) -> list[str]:
    """Chinese in lines so many letters wide, broken anywhere but within foreign words and before signs that close.

    >>> chinese_lines("每一行都写满，但 words 不拆开。", 14)
    ['每一行都写满，', '但 words 不拆', '开。']
    """
    lines: list[str] = []
    line, room = "", width
    for piece in PIECES.findall(text):
        wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in piece)
        if wide > room and line:
            lines, line, room = [*lines, line.rstrip()], "", width
        piece = piece if line else piece.lstrip()
        line, room = line + piece, room - wide
    return [*lines, line.rstrip()] if line else lines


def _is_chinese(text: str) -> bool:
    """Whether a text is Chinese with words of others in it, rather than the other way round."""
    return len(HAN.findall(text)) > len(LATIN.findall(text)) / 3


def _heading(title: str, say: Say) -> str:
    told = say(title.lower().replace("s of", " of").removesuffix("s"))
    return told if _is_chinese(told) else title.lower()


def listed(say: Say = str) -> str:
    """The vocabulary, one line each, in the language of `say`.

    >>> listed().splitlines()[0]
    'signals'
    """
    known = entries()
    width = max(len(one.name) for one in known)
    lines: list[str] = []
    for title, _, ones in _chapters(known):
        lines += [*([""] if lines else []), _heading(title, say)]
        lines += [f"  {one.name:<{width}}  {_in_short(one, say)}" for one in ones]
    return "\n".join(lines)


def _in_short(one: Entry, say: Say) -> str:
    """The line of an entry; of one that is translated what stands before its first stop."""
    about = say(one.about)
    return re.split("[。；]", about)[0] if _is_chinese(about) else one.line


def page() -> str:
    """The vocabulary as a page of Markdown."""
    parts = [
        "# The vocabulary\n\nMade from the docstrings by `python tools/vocabulary_docs.py`; a test compares the two. "
        "`dataqual signals` lists the same, `dataqual signals NAME` tells one.\n"
    ]
    known = entries()
    for title, about, ones in _chapters(known):
        parts.append(f"## {title}\n\n{about}\n\n| | | |\n|---|---|---|")
        parts += [_row(one) for one in ones]
        parts.append("")
    return "\n".join(parts)


def _chapters(known: list[Entry]) -> Iterator[tuple[str, str, list[Entry]]]:
    """Title, what is said of it, and its words: kind by kind, those of pictures behind those of texts."""
    for kind, title in TITLES.items():
        for view in view_names():
            ones = [one for one in known if (one.kind, one.view) == (kind, view)]
            if ones:
                yield title + _of(view), in_words_of(view, ABOUT[kind]), ones


def _of(view: ViewName) -> str:
    """What stands behind a kind of words that are not of texts."""
    return "" if view_of(view).has_text else f" of {view_of(view).nouns}"


def _row(one: Entry) -> str:
    given = ", ".join(p.name if p.default is None else f"{p.name}: {p.default}" for p in one.parameters)
    about = one.about + ("" if one.profiled else " Measured or applied only where it is asked for.")
    return f"| `{one.name}` | {about} | {f'`{given}`' if given else ''} |".replace("\n", " ")


def _rule_set(name: str) -> Entry:
    found = rules.load(name)
    about = f"{found.about} {len(found.rules)} rules."
    profiled = name in (*rules.PROFILED, *rules.PROFILED_PICTURES)
    return Entry("rules", name, about, found.view, "", profiled, found.caveat or "", (), found.source)


def _parameters(operator: Any) -> tuple[Parameter, ...]:
    try:
        hints = typing.get_type_hints(operator)
    except NameError:  # a type that only a type checker imports: such a parameter is none that YAML can give
        hints = {field.name: field.type for field in dataclasses.fields(operator)}
    return tuple(
        Parameter(
            field.name,
            catalog.said(hints[field.name]),
            None if catalog.needed(field) else _as_yaml(catalog.default(field)),
        )
        for field in dataclasses.fields(operator)
        if field.init
    )


def _as_yaml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_as_yaml, value))}]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
