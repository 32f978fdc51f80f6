"""The pair signal `perplexity_ratio`: whether a child reads as well as its parent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dataqual import networks
from dataqual.errors import InputError, SpecError
from dataqual.gating.pairs import Pairs, PairSignal
from dataqual.ngram_model import NgramModel
from dataqual.text import Text


@dataclass(frozen=True)
class PerplexityRatio(PairSignal):
    """Perplexity of the child over that of its parent; NaN where either has no word.

    `model` is a folder with a causal language model that transformers saved (per token, needs the extra `weights`), or a file
    of n-grams that `dataqual train-ngram` wrote (per word).
    """

    model: str

    def __post_init__(self) -> None:
        if Path(self.model).is_dir():
            networks.open_causal(self.model)
        else:
            try:
                NgramModel.load(self.model)
            except InputError as error:
                raise SpecError(f"model: {error}") from None

    @property
    def rests_on(self) -> object:
        """The model as it is."""
        folder = Path(self.model).is_dir()
        return networks.open_causal(self.model).digest if folder else NgramModel.load(self.model).digest

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        parents, children = self._perplexities(pairs.parents), self._perplexities(pairs.children)
        told = (parents > 0) & (children > 0)
        ratio = np.where(told, children / np.where(told, parents, 1), np.nan)
        return np.asarray(np.round(ratio, 4), np.float64)

    def _perplexities(self, text: Text) -> NDArray[np.float64]:
        if not Path(self.model).is_dir():
            return NgramModel.load(self.model).perplexities(text)
        sums, counts = networks.negative_logs(networks.open_causal(self.model), [text[i] for i in range(len(text))])
        logs = np.minimum(sums / np.maximum(counts, 1), np.log(1e300))
        found: NDArray[np.float64] = np.where(counts > 0, np.exp(logs), 0.0)
        return found
