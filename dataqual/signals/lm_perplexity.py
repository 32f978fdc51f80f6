"""The signal `lm_perplexity`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dataqual import networks
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class LmPerplexity(Signal):
    """Perplexity under a causal language model from a folder that transformers saved, per token or byte; 0 for an empty document.

    e to the mean negative logarithm of a token's probability; per byte, 2 to the bits per byte, which alone compares
    between tokenizers. All of a document is read, in windows of as many tokens as the model takes, each on its own and
    after the model's mark of a beginning. To four significant digits, at most 1e300. Needs the extra `weights`; it takes
    milliseconds a document at best, so sample first.
    """

    model: str
    per: Literal["token", "byte"] = "token"

    def __post_init__(self) -> None:
        networks.open_causal(self.model)

    @property
    def rests_on(self) -> object:
        """The model as it is."""
        return networks.open_causal(self.model).digest

    def measure(self, text: Text) -> NDArray[Any]:
        model = networks.open_causal(self.model)
        sums, counts = networks.negative_logs(model, [text[i] for i in range(len(text))])
        over = counts if self.per == "token" else text.byte_counts
        logs = np.minimum(sums / np.maximum(over, 1), np.log(1e300))
        return networks.rounded(np.where(counts > 0, np.exp(logs), 0.0))
