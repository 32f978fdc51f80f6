"""`Characters`: what kinds of characters documents are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.unicode import Class
from dataqual.lazy import lazy


@dataclass(frozen=True, eq=False)
class Characters:
    """Characters of each document by kind; every array is (documents,) or (documents, kinds), int32."""

    ascii: NDArray[np.int32]
    """(documents, 128): how often each ASCII character occurs."""
    classes: NDArray[np.int32]
    """(documents, 16): by `dataqual.kernels.unicode.Class`."""
    scripts: NDArray[np.int32]
    """(documents, scripts): by position in `SCRIPTS`, ASCII included."""
    replacement: NDArray[np.int32]
    """U+FFFD, what a decoder leaves where it could not read."""
    c1_controls: NDArray[np.int32]
    """U+0080 to U+009F."""

    def of(self, *kinds: Class) -> NDArray[np.int64]:
        """How many characters of each document are of one of the `kinds`."""
        return self.classes[:, [int(kind) for kind in kinds]].sum(axis=1, dtype=np.int64)

    @lazy
    def total(self) -> NDArray[np.int64]:
        """All characters (code points)."""
        return self.classes.sum(axis=1, dtype=np.int64)

    @lazy
    def letters(self) -> NDArray[np.int64]:
        """Letters of any script."""
        return self.of(Class.UPPER, Class.LOWER, Class.LETTER)

    @lazy
    def upper(self) -> NDArray[np.int64]:
        """Capital letters."""
        return self.of(Class.UPPER)

    @lazy
    def lower(self) -> NDArray[np.int64]:
        """Small letters."""
        return self.of(Class.LOWER)

    @lazy
    def digits(self) -> NDArray[np.int64]:
        """Decimal digits of any script."""
        return self.of(Class.DIGIT)

    @lazy
    def space(self) -> NDArray[np.int64]:
        """White space, as `str.isspace`."""
        return self.of(Class.SPACE)

    @lazy
    def punctuation(self) -> NDArray[np.int64]:
        """Punctuation (general category P)."""
        return self.of(Class.PUNCTUATION)

    @lazy
    def symbols(self) -> NDArray[np.int64]:
        """Symbols (general category S): mathematics, currency, emoji."""
        return self.of(Class.SYMBOL)

    @lazy
    def marks(self) -> NDArray[np.int64]:
        """Combining marks."""
        return self.of(Class.MARK)

    @lazy
    def control(self) -> NDArray[np.int64]:
        """Control characters that are no white space."""
        return self.of(Class.CONTROL)
