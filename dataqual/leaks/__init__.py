"""How much of a test set stands in a training corpus: `leakage`, of texts and of pictures in a file each."""

from dataqual.leaks.result import Leak, Leakage
from dataqual.leaks.running import leakage

__all__ = ["Leak", "Leakage", "leakage"]
