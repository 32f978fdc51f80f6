"""The signal `quality`."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from numpy.typing import NDArray

from dataqual.errors import InputError, SpecError
from dataqual.operators import Signal
from dataqual.quality_model import QualityModel
from dataqual.text import Text


@dataclass(frozen=True)
class Quality(Signal):
    """How likely a document is a good one, from 0 to 1, by a model of `dataqual train-quality`.

    `keep: {signal: quality, with: {model: good.npz}, min: 0.5}` keeps what is likelier good than bad. A path starts from
    the current folder.
    """

    model: str

    def __post_init__(self) -> None:
        try:
            QualityModel.load(self.model)
        except InputError as error:
            raise SpecError(f"model: {error}") from None

    @property
    def rests_on(self) -> object:
        """The weights as they are."""
        return sha256(QualityModel.load(self.model).weights.tobytes()).hexdigest()

    def measure(self, text: Text) -> NDArray[Any]:
        return QualityModel.load(self.model).probabilities(text)
