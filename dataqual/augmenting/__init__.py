"""`augment`: a corpus with children of its documents, each different in words, traceable, and past a gate."""

from dataqual.augmenting.column import augment_column
from dataqual.augmenting.running import Augmented, augment, methods, step_of

__all__ = ["Augmented", "augment", "augment_column", "methods", "step_of"]
