"""Parts of speech of words in a row: what stands between two of them, and what each is by its own counts and its neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.compiling import njit

BLANK, SIGN, BEGINNING = 0, 1, 2
"""What stands before a word: a blank, nothing, a hyphen or an apostrophe; another sign; the beginning of a sentence."""


@njit(cache=True, nogil=True)
def find_signs(
    data: NDArray[np.uint8],
    text_offsets: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    offsets: NDArray[np.int64],
    signs: NDArray[np.uint8],
) -> None:  # pragma: no cover - compiled
    """Set what stands before each word, (words,)."""
    for document in range(len(offsets) - 1):
        at = text_offsets[document]
        for word in range(offsets[document], offsets[document + 1]):
            found = BLANK
            while at < starts[word]:
                b = data[at]
                if b == 46 or b == 33 or b == 63 or b == 10:  # . ! ? and a line's end
                    found = BEGINNING
                    break
                if b == 0xE2 and at + 2 < starts[word] and data[at + 1] == 0x80 and data[at + 2] == 0x99:  # ’
                    at += 3
                    continue
                if b != 32 and b != 9 and b != 39 and b != 45:  # blank, tab, ' and -
                    found = SIGN
                at += 1
            at = ends[word]
            signs[word] = BEGINNING if word == offsets[document] else found


@njit(cache=True, nogil=True)
def tag(
    offsets: NDArray[np.int64],
    signs: NDArray[np.uint8],
    closed: NDArray[np.uint8],
    priors: NDArray[np.float64],
    contexts: NDArray[np.float64],
    codes: NDArray[np.uint8],
    classes: NDArray[np.uint8],
    sure: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """Set the class of each word and how sure that is, greedily from left to right, each document for itself.

    `closed` is the class of each word, or that of an open one; `priors`, (words, 4), how often an open word is which part
    of speech, 0 all where that is unknown; `contexts` how much likelier each part is between two classes; `codes` the
    classes of an open word, of a sign, of beginning and of end, and of the first of the four parts.
    """
    opened, sign, beginning, end, first = codes[0], codes[1], codes[2], codes[3], codes[4]
    for document in range(len(offsets) - 1):
        before = beginning
        for word in range(offsets[document], offsets[document + 1]):
            if signs[word] != BLANK:
                before = sign if signs[word] == SIGN else beginning
            kind = closed[word]
            certainty = 1.0
            if kind == opened:
                certainty = 0.0
                if word + 1 == offsets[document + 1]:
                    behind = end
                else:
                    behind = sign if signs[word + 1] != BLANK else closed[word + 1]
                total, best, most, whole = 0.0, 0, -1.0, -1
                for part in range(4):
                    if priors[word, part] == 1.0:
                        whole = part
                    score = priors[word, part] * contexts[before, behind, part]
                    total += score
                    if score > most:
                        most, best = score, part
                if whole >= 0:
                    kind, certainty = np.uint8(first + whole), 1.0
                elif total > 0.0:
                    kind, certainty = np.uint8(first + best), most / total
            classes[word] = kind
            sure[word] = certainty
            before = kind
