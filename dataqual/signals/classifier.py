"""The signal `classifier`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual import networks
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class Classifier(Signal):
    """How probable a label is by a text classifier from a folder that transformers saved, 0 to 1; 0 for an empty document.

    For toxicity, topics, quality: whatever the model was trained for, in the languages it was trained on. All of a
    document is read, in windows of as many tokens as the model takes; the number is that of the window where the label is most
    probable (`max`), or the mean of all (`mean`), to four significant digits. Needs the extra `weights`.
    """

    model: str
    label: str
    windows: Literal["max", "mean"] = "max"

    def __post_init__(self) -> None:
        networks.probabilities(networks.open_classifier(self.model), [], self.label)

    @property
    def rests_on(self) -> object:
        """The model as it is."""
        return networks.open_classifier(self.model).digest

    def measure(self, text: Text) -> NDArray[Any]:
        model = networks.open_classifier(self.model)
        found = networks.probabilities(model, [text[i] for i in range(len(text))], self.label)
        of = np.max if self.windows == "max" else np.mean
        return networks.rounded(np.array([float(of(own)) if len(own) else 0.0 for own in found]))
