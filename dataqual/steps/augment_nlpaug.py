"""The step `augment_nlpaug`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import yaml

from dataqual import specs
from dataqual.children import Augmenter
from dataqual.corpus import Corpus
from dataqual.errors import SpecError
from dataqual.nlpaug_augmenters import NlpaugAugmenter
from dataqual.operators import Engine
from dataqual.steps._augmenting import AugmentingTexts


@dataclass(frozen=True)
class AugmentNlpaug(AugmentingTexts):
    """Add children that an augmenter of nlpaug makes, by its class's name `aug`, such as `RandomWordAug`, and its `options`.

    Of what it gives back only words that differ are taken: white space, punctuation, case, numbers, addresses and code stay.
    Seeds hold, as nlpaug's own do not. It works on one document at a time.
    """

    aug: str = "RandomWordAug"
    options: str = "{}"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._options()

    @classmethod
    def of_spec(cls, parameters: Mapping[str, Any], where: str) -> Self | None:
        """Options may be a mapping, as YAML has it."""
        options = parameters.get("options")
        if isinstance(options, Mapping):
            parameters = {**parameters, "options": specs.flow(dict(options))}
            return super().of_spec(parameters, where) or specs.construct(cls, parameters, where, "augment_nlpaug")
        return super().of_spec(parameters, where)

    def _options(self) -> dict[str, Any]:
        try:
            found = yaml.safe_load(self.options)
        except yaml.YAMLError:
            found = None
        if not isinstance(found, dict):
            raise SpecError(f"options is {self.options!r}, not a mapping such as {{aug_p: 0.2}}")
        return found

    def augmenter(self, corpus: Corpus, engine: Engine) -> Augmenter:
        """The augmenter, opened, so that what is wrong with it is told before a document is read."""
        made = NlpaugAugmenter(self.aug, self._options())
        made.opened()
        return made
