"""Which documents made from others may be added to a corpus: rules on parent and child."""

from dataqual.gating.gate import Gate, gate_of
from dataqual.gating.pairs import Pairs, PairSignal
from dataqual.gating.rules import PairRule

__all__ = ["Gate", "PairRule", "PairSignal", "Pairs", "gate_of"]
