"""The pair signals `numbers_changed` and `names_lost`: what must stand in a child as it stood in its parent."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dataqual.gating.pairs import Pairs, PairSignal, each
from dataqual.gating.wording import HAN, mostly_han

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_VERBATIM = re.compile(
    r"https?://[^\s<>\"，。）)]+|www\.[^\s<>\"，。）)]+|[\w.+-]+@[\w-]+\.[\w.-]+|[@#]\w{2,}|`[^`\n]+`"
)
_CAPITAL = re.compile(r"[A-Z][^\W\d_]*(?:['’][^\W\d_]+)*")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]+")
_TITLE = re.compile(rf"《([^》\n]{{1,40}})》|([{HAN}]{{1,6}}·[{HAN}]{{1,6}})")
_STARTS = frozenset(".!?:;…\"“”'‘([*•-–—")
"""Behind these, and at the beginning of a line, a capital says nothing: a sentence, a quotation or an item begins."""
_I = re.compile(r"I(?:['’](?:m|ve|d|ll))?\Z")


@dataclass(frozen=True)
class NumbersChanged(PairSignal):
    """How many numbers in digits the child lost or has anew; 1,000 and 1000 are one number, and so are ３ and 3.

    >>> NumbersChanged().measure(Pairs.of(["In 1984, 1,000 cats.", "３间房"], ["1000 cats in 1984.", "2间房"])).tolist()
    [0.0, 2.0]
    """

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        def changed(parent: str, child: str) -> int:
            before, after = numbers(parent), numbers(child)
            return ((before - after) + (after - before)).total()

        return each(pairs, changed)


@dataclass(frozen=True)
class NamesLost(PairSignal):
    """How many names of the parent the child has not: capitalised words within a sentence, addresses, code, handles.

    In Chinese, where nothing is capitalised: words in Latin letters, titles in 《》 and foreign names with a dot. In a text
    all in capitals, or where half of the words have one, a capital says nothing.

    >>> pairs = Pairs.of(["I met Anna at a.b@c.org.", "《红楼梦》和 iPhone"], ["I met her at a.b@c.org.", "《红楼梦》和手机"])
    >>> NamesLost().measure(pairs).tolist()
    [1.0, 1.0]
    """

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        def lost(parent: str, child: str) -> int:
            plain = child.lower()
            return sum(name.lower() not in plain for name in names(parent))

        return each(pairs, lost)


def numbers(text: str) -> Counter[str]:
    """The numbers of a text in plain digits, without separators of thousands."""
    plain = unicodedata.normalize("NFKC", text)
    return Counter(re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", number) for number in _NUMBER.findall(plain))


def names(text: str) -> set[str]:
    """What is a name in a text, as far as its spelling tells.

    >>> sorted(names("In The Hague there lives a man called Smith. He says he's Dutch"))
    ['Dutch', 'Hague', 'Smith', 'The']
    """
    found = set(_VERBATIM.findall(text)) | {title or name for title, name in _TITLE.findall(text)}
    if mostly_han(text):
        return found | set(_LATIN.findall(text))
    capitals = list(_CAPITAL.finditer(text))
    words = len(re.findall(r"[^\W\d_]+", text))
    if 2 * len(capitals) >= max(words, 1) and words > 1:
        return found
    told = (one.group() for one in capitals if not _begins(text, one.start()) and not _I.match(one.group()))
    return found | set(told)


def _begins(text: str, at: int) -> bool:
    """Whether a sentence, or something like it, begins at a place."""
    before = text[max(0, at - 4) : at].rstrip(" \t")
    return not before or before[-1] in _STARTS or before[-1] in "\r\n"
