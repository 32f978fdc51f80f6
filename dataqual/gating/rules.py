"""The rules of a gate: bounds on a pair signal, as YAML has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dataqual import specs
from dataqual.bounds import Bounds
from dataqual.errors import SpecError, did_you_mean
from dataqual.gating.antonyms import AntonymsSwapped
from dataqual.gating.copies import CopiesParent, CopiesSibling
from dataqual.gating.fluency import PerplexityRatio
from dataqual.gating.kept_facts import NamesLost, NumbersChanged
from dataqual.gating.language_kept import LanguageKept, ScriptKept
from dataqual.gating.likeness import BigramOverlap, Chrf, LengthRatio, OrderKept, Similarity, WordOverlap
from dataqual.gating.negation import NegationsChanged
from dataqual.gating.pairs import PairSignal

DEFAULT = Path(__file__).parent / "default.yaml"

SIGNALS: dict[str, type[PairSignal]] = {
    "antonyms_swapped": AntonymsSwapped,
    "bigram_overlap": BigramOverlap,
    "chrf": Chrf,
    "copies_parent": CopiesParent,
    "copies_sibling": CopiesSibling,
    "language_kept": LanguageKept,
    "length_ratio": LengthRatio,
    "names_lost": NamesLost,
    "negations_changed": NegationsChanged,
    "numbers_changed": NumbersChanged,
    "order_kept": OrderKept,
    "perplexity_ratio": PerplexityRatio,
    "script_kept": ScriptKept,
    "similarity": Similarity,
    "word_overlap": WordOverlap,
}
"""Those that a pair alone tells."""

OF_A_CORPUS = ("copies_original", "label_agreement")
"""Those that must see the originals first."""

OF_CHILDREN = "copies_child"
"""What only the step that adds them tells, for it must see the children of all documents, in order."""

OF_A_FILE = {"similarity": "similarity_model", "perplexity_ratio": "fluency_model"}
"""Those that need a model, and what the step that has the gate calls it."""

SECTIONS = ("rules", "with_originals", "with_children", "with_languages", "with_labels", "with_model", "with_fluency")
"""Rules that always apply, and those that do where there is what they need."""


@dataclass(frozen=True)
class PairRule:
    """Bounds on a pair signal; a child that lies outside is refused."""

    signal: str
    bounds: Bounds
    parameters: tuple[tuple[str, Any], ...] = ()
    about: str = ""

    def made(self, models: Mapping[str, str]) -> PairSignal:
        """The signal, with the model in a file where the rule names none; SpecError for a wrong parameter."""
        given = dict(self.parameters)
        if (role := OF_A_FILE.get(self.signal)) and "model" not in given:
            if role not in models:
                raise SpecError(f"gate: the rule {self.signal} needs a model: give {role}, or with: {{model: PATH}}")
            given["model"] = models[role]
        return specs.construct(SIGNALS[self.signal], given, f"gate.{self.signal}", self.signal)


@dataclass(frozen=True)
class Rules:
    """All rules of a gate by section, in order."""

    sections: Mapping[str, tuple[PairRule, ...]]

    @classmethod
    def load(cls, path: Path) -> Rules:
        """Of a file; SpecError that says where it is wrong."""
        content = specs.read_yaml(path)
        specs.check_keys(content, str(path), required=("rules",), optional=("about", *SECTIONS))
        sections = {name: rules_of(content[name], f"{path}.{name}") for name in SECTIONS if name in content}
        return cls(sections)

    def of(self, *sections: str) -> tuple[PairRule, ...]:
        """The rules of some sections, in order."""
        return tuple(rule for name in SECTIONS if name in sections for rule in self.sections.get(name, ()))


@cache
def default_rules() -> Rules:
    """Those that ship."""
    return Rules.load(DEFAULT)


def rules_of(listed: object, where: str) -> tuple[PairRule, ...]:
    """The rules of a list of `{signal: NAME, with: {…}, min: …}`; SpecError that says where."""
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise SpecError(f"{where}: expected a list of rules, {{signal: NAME, min: …}}")
    return tuple(_rule(one, f"{where}[{at}]") for at, one in enumerate(listed))


def _rule(content: object, where: str) -> PairRule:
    given = specs.mapping(content, where)
    specs.check_keys(given, where, required=("signal",), optional=("with", "about", *specs.ENDS))
    name = specs.string(given, "signal", where)
    known = (*SIGNALS, *OF_A_CORPUS, OF_CHILDREN)
    if name not in known:
        raise SpecError(f"{where}: no pair signal {name!r}; {did_you_mean(name, known)}")
    parameters = specs.mapping(given.get("with") or {}, f"{where}.with")
    about = specs.string(given, "about", where) if "about" in given else ""
    bounds = specs.bounds(given, where)
    if name == OF_CHILDREN and not 0 < (bounds.below or bounds.max or 0) <= 1:
        raise SpecError(f"{where}: copies_child needs max, or below, above 0 and at most 1")
    return PairRule(name, bounds, tuple(sorted(parameters.items())), about)
