"""The signal `perplexity`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from dataqual.errors import InputError, SpecError
from dataqual.ngram_model import NgramModel
from dataqual.operators import Signal
from dataqual.text import Text


@dataclass(frozen=True)
class Perplexity(Signal):
    """How unlike a reference corpus a document is: perplexity per word under n-grams of `dataqual train-ngram`, 0 without words.

    Interpolated modified Kneser–Ney (Chen and Goodman 1999). A word the model never met has a small probability, so the
    number is large, and finite. `keep: {signal: perplexity, with: {model: reference.npz}, max: 2000}` drops what is far
    from the reference; a text that repeats itself is no less probable for that. A path starts from the current folder.
    """

    model: str

    def __post_init__(self) -> None:
        try:
            NgramModel.load(self.model)
        except InputError as error:
            raise SpecError(f"model: {error}") from None

    @property
    def rests_on(self) -> object:
        """The probabilities as they are."""
        return NgramModel.load(self.model).digest

    def measure(self, text: Text) -> NDArray[Any]:
        return NgramModel.load(self.model).perplexities(text)
