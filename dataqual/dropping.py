"""What `--drop` names: findings of a profile, rule sets, files of rules; and the steps that leave those documents out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from dataqual import catalog, rules, specs
from dataqual.errors import SpecError, did_you_mean
from dataqual.faults import FOUND, OUTLIERS, SURVEYED
from dataqual.near_duplicates import NearDuplicates
from dataqual.operators import Step, ViewName
from dataqual.rules.rule_set import Rule
from dataqual.steps.dedup import Dedup
from dataqual.steps.drop_outliers import DropOutliers
from dataqual.steps.keep import Keep
from dataqual.views import view_names, view_of


@dataclass(frozen=True)
class Drop:
    """What is to go, by the names of a profile's findings, resolved before a byte of data is read."""

    names: tuple[str, ...]
    keep: tuple[Rule, ...]
    exact: bool
    near: bool
    outliers: bool = False

    @classmethod
    def of(cls, names: Iterable[str]) -> Drop:
        """SpecError for a name that is unknown, and for none at all.

        >>> Drop.of(["mojibake"]).steps[0].rules[0].bounds
        Bounds(min=None, max=None, above=None, below=1)
        """
        asked = tuple(dict.fromkeys([names] if isinstance(names, str) else names))
        if not asked:
            raise SpecError(
                "name what is to be done, with --recipe or with --drop; for --drop there are, of texts: "
                f"{', '.join(droppable('text'))}; of pictures: {', '.join(droppable('image'))}; or a .yaml file of rules"
            )
        found = [rule for name in asked if name not in SURVEYED for rule in _rules(name)]
        return cls(asked, tuple(found), "exact_copies" in asked, "near_copies" in asked, OUTLIERS in asked)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Rules first, then copies among what the rules leave: no copy goes because of a document that goes itself.

        Outliers last, for what is broken or there many times over is not what the rest is like.
        """
        steps: list[Step] = [Keep(self.keep)] if self.keep else []
        if self.exact or self.near:
            steps.append(Dedup(self.exact, NearDuplicates() if self.near else None))
        if self.outliers:
            steps.append(DropOutliers())
        return tuple(steps)

    @property
    def says(self) -> tuple[str, ...]:
        """Steps of a recipe that leave the same documents, as YAML has them.

        >>> Drop.of(["gopher@dolma", "mojibake"]).says
        ('{keep: {rules: gopher@dolma}}', '{keep: {signal: mojibake, below: 1}}')
        """
        copies = [{"dedup": {"exact": self.exact, "near": self.near}}] if self.exact or self.near else []
        outliers = ["drop_outliers"] if self.outliers else []
        rules = [_as_step(name) for name in self.names if name not in SURVEYED]
        return tuple(map(specs.flow, [*rules, *copies, *outliers]))


def _rules(name: str) -> Iterator[Rule]:
    """The rules that a document must pass lest it is dropped under this name; SpecError if it is no such name."""
    if name in FOUND:
        signal, bounds = FOUND[name]
        yield Rule(name, f"As the finding {name} of a profile.", catalog.signal(signal), bounds.outside)
        return
    versions = [known for known in rules.rule_sets() if known.startswith(f"{name}@")]
    if name not in _known() and not name.endswith((".yaml", ".yml")) and not versions:
        raise SpecError(
            f"--drop: nothing is called {name!r} that could be dropped; {did_you_mean(name, _known())}; "
            "or name a .yaml file of rules"
        )
    rule_set = rules.load(name)
    for rule in rule_set.rules:
        yield Rule(f"{rule.name}@{rule_set.name}", rule.about, rule.signal, rule.bounds)


def _as_step(name: str) -> dict[str, Any]:
    if name not in FOUND:
        return {"keep": {"rules": name}}
    signal, bounds = FOUND[name]
    ends = {end: value for end, value in asdict(bounds.outside).items() if value is not None}
    return {"keep": {"signal": signal, **ends}}


def droppable(view: ViewName) -> list[str]:
    """The names that `--drop` has for texts, or for pictures, but for files of rules.

    >>> [name for name in droppable("image") if name in droppable("text")]
    ['exact_copies', 'near_copies', 'label_errors']
    """
    return [*view_of(view).findings, *rules.rule_sets(view)]


def _known() -> list[str]:
    return list(dict.fromkeys(name for view in view_names() for name in droppable(view)))
