"""How much memory a trial takes on its device: what is kept of every parameter, and what a step keeps of every token."""

from __future__ import annotations

from studies.learner import Shape

STEP = 12e9
"""Bytes a step's activations may take before it is done in pieces: fits beside the weights on a 24 GB card."""

PER_PARAMETER = 16
"""Bytes: a weight, its gradient and AdamW's two moments, each in float32."""


def per_token(shape: Shape, vocabulary: int) -> float:
    """Bytes that a step keeps of one token until its gradient is taken.

    Logits in bfloat16, in float32 and their gradient (10 bytes per word of the vocabulary), and some 34 bytes per layer
    and channel (Korthikanti 2022, attention recomputed). Of a picture what its learner counts, in float32.
    """
    if "kept" in shape.says:  # of pictures, counted by their learner
        return 4 * shape.says["kept"]
    return 10 * vocabulary + 34 * shape.says.get("layers", 1) * shape.says.get("width", 1)


def pieces(shape: Shape, vocabulary: int, batch: int, window: int) -> int:
    """Into how many equal pieces a step is cut so that its activations fit: the fewest that divide its windows."""
    windows = batch // window
    fits = max(1, int(STEP // (per_token(shape, vocabulary) * window)))
    return next(number for number in range(1, windows + 1) if windows % number == 0 and windows // number <= fits)


def needed(shape: Shape, vocabulary: int, batch: int, window: int) -> float:
    """Bytes of weights, optimizer and the activations of one piece of a step; of the libraries nothing is counted.

    >>> from studies.learner import Shape
    >>> shape = Shape(1_000_000, 900_000, 6e6, {"layers": 4, "width": 128})
    >>> f"{needed(shape, 257, batch=2048, window=128) / 1e6:.0f} MB"
    '57 MB'
    """
    at_once = batch / pieces(shape, vocabulary, batch, window)
    return PER_PARAMETER * shape.parameters + per_token(shape, vocabulary) * at_once
