"""The pair signal `negations_changed`: negation lost or added."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dataqual.gating.pairs import Pairs, PairSignal
from dataqual.gating.wording import HAN, has_han
from dataqual.lexicons import FOLDER

_APOSTROPHES = re.compile(r"\s?['’]\s?")
"""Tokenised corpora have white space round them: does n't, didn ' t."""


@dataclass(frozen=True)
class NegationsChanged(PairSignal):
    """By how many the negations of parent and child differ, English and Chinese ones counted apart.

    `not`, `n't`, `never`, `no`, `without`, 不, 没, 无, 未 … count alike, so that `doesn't` may become `does not`; what
    negates nothing (`no doubt`, 不过, 非常, 是不是) does not count, nor does a word that our list of everyday Chinese words lets
    stand for the one that went (不足 for 缺点). The lists are lexicons/negation*.txt.

    >>> pairs = Pairs.of(["It isn't good.", "不好吃", "不过很好"], ["It is not good.", "好吃", "但是很好"])
    >>> NegationsChanged().measure(pairs).tolist()
    [0.0, 1.0, 0.0]
    """

    def measure(self, pairs: Pairs) -> NDArray[np.float64]:
        def difference(parent: str, child: str) -> int:
            (a, b), (c, d) = negations(parent), negations(child)
            return abs(a - c) + abs(b - d)

        return np.array([difference(one.parent, one.child) for one in pairs.apart], np.float64)


def negations(text: str) -> tuple[int, int]:
    """How many negations there are in English, and in Chinese.

    >>> negations("I can't, won't and do n't; not only that, nobody did"), negations("没有不好，非常好，是不是")
    ((5, 0), (0, 2))
    """
    english, chinese = _patterns()
    plain = _APOSTROPHES.sub("'", text.lower())
    return (
        sum(match.lastgroup == "negation" for match in english.finditer(plain)),
        sum(match.lastgroup == "negation" for match in chinese.finditer(text)) if has_han(text) else 0,
    )


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What is spared, before what negates: at each place the first that fits is taken."""
    spared, words = _listed("negation_spared.en"), _listed("negation.en")
    english = rf"\b(?:{spared})\b|(?P<negation>\b(?:{words})\b|n't\b)"
    spared, words = _listed("negation_spared.zh"), _listed("negation.zh")
    chinese = rf"([{HAN}])[不没沒]\1|{spared}|(?P<negation>{words})"
    return re.compile(english), re.compile(chinese)


def _listed(name: str) -> str:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    return "|".join(re.escape(line) for line in sorted(filter(None, lines), key=len, reverse=True))
