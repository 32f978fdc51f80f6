"""Which languages a script leaves possible: nothing in Han characters is Polish, however short it is.

lid.176 reads n-grams of bytes, and a few words have few of them: of 17,457 Chinese reviews it called 2.9 % English, Hungarian,
French …, nearly all of them short. So its chances are taken under the condition that a text is in a language of its script.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.kernels.unicode import SCRIPTS

MOST = 0.5
"""Of the letters, as weighed here: scripts with more than that decide."""
HEAVY, WEIGHT = ("Han", "Hiragana", "Katakana", "Hangul", "Bopomofo"), 3
"""Scripts of which a character counts as three letters, its bytes in UTF-8: `系统自带office2007` is Chinese."""
WEIGHTS = np.array([0, *(WEIGHT if script in HEAVY else 1 for script in SCRIPTS[1:])])
KANA = 0.02
"""Of the Han characters: fewer kana than that are a quotation in a Chinese text, and not Japanese."""
DIALECTS = ("yue", "wuu")
DIALECT = 0.9
"""Least chance of Cantonese or Wu, or it is Chinese: of 17,457 reviews in Mandarin 46 were called so, 41 of them less surely."""


@dataclass(frozen=True)
class Writing:
    """Scripts, and the labels of lid.176 that are written in them."""

    scripts: tuple[str, ...]
    languages: tuple[str, ...]
    main: str | None = None
    """The language that nearly all such texts are in, where there is one: it gets what the model gave to languages of
    other scripts, which is else shared among all in proportion."""


CHINESE = Writing(("Han", "Bopomofo"), ("zh", "wuu", "yue"), "zh")
JAPANESE = Writing(("Han", "Hiragana", "Katakana"), ("ja", "zh", "wuu", "yue"), "ja")
SHARED = {
    "Cyrillic": """av az ba be bg bxr ce cv kk krc ku kv ky lez mhr mk mn mrj myv os ro ru rue sah sh sr tg tk tt tyv uk uz
        xal""",
    "Arabic": "ar arz az azb ckb fa kk ku ky lrc ms mzn pnb ps sd ug ur uz",
    "Devanagari": "bh dty gom hi mai mr ne new sa sd",
}
"""Scripts that many languages share. Latin is none of them: anything may be written in its letters."""
OWN = {
    "Hangul": "ko", "Greek": "el", "Hebrew": "he yi", "Bengali": "bn as bpy", "Gurmukhi": "pa", "Gujarati": "gu",
    "Oriya": "or", "Tamil": "ta", "Telugu": "te", "Kannada": "kn", "Malayalam": "ml", "Sinhala": "si", "Thai": "th",
    "Lao": "lo", "Khmer": "km", "Myanmar": "my", "Tibetan": "bo", "Georgian": "ka xmf", "Armenian": "hy", "Ethiopic": "am",
    "Mongolian": "mn", "Thaana": "dv", "Javanese": "jv",
}  # fmt: skip
"""Scripts that have one language, the first, in nearly all texts there are."""
WRITINGS = (
    *(Writing((script,), tuple(codes.split())) for script, codes in SHARED.items()),
    *(Writing((script,), tuple(codes.split()), codes.split()[0]) for script, codes in OWN.items()),
)
ALONE = {writing.scripts[0]: writing for writing in WRITINGS}
UNKNOWN = tuple(
    name
    for name in SCRIPTS[1:]
    if name != "Latin" and not any(name in writing.scripts for writing in (*WRITINGS, CHINESE, JAPANESE))
)
"""In which lid.176 has no language: Cherokee, Yi, Syriac, …"""


def settle(scripts: NDArray[np.int32], labels: Sequence[str], scores: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Give to the languages of a text's script, in place, what its `scores` (documents, labels) give to others.

    `scripts` is (documents, scripts), as `Characters.scripts`. Told is which documents, (documents,), are in a script in which
    the model knows no language; their scores are then 0.
    """
    latin = scripts[:, SCRIPTS.index("Latin")]
    others = scripts[:, 1:].sum(axis=1, dtype=np.int64) - latin
    unknown = np.zeros(len(scripts), np.bool_)
    # In all other documents no script but Latin has most of the letters, and none is Han: most have nothing to settle.
    some = np.flatnonzero((WEIGHT * others > latin) | (scripts[:, SCRIPTS.index("Han")] > 0))
    if len(some):
        settled = scores[some]
        unknown[some] = _settle_by_script(scripts[some], tuple(labels), settled)
        scores[some] = settled
    _settle_dialects(labels, scores)
    scores[unknown] = 0
    return unknown


def _settle_by_script(
    scripts: NDArray[np.int32], labels: tuple[str, ...], scores: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Move what languages of other scripts have, in place; told is which documents are in a script of no language."""
    letters = scripts * WEIGHTS
    han, kana = _of(letters, ("Han",)), _of(letters, ("Hiragana", "Katakana"))
    quoted = (han > 0) & (kana < KANA * han)
    _merge(scores, np.flatnonzero(quoted), [labels.index("ja")], labels.index("zh"))
    half = MOST * letters.sum(axis=1)
    east = han + kana + _of(letters, ("Bopomofo",)) > half
    decided = [(CHINESE, east & (quoted | (kana == 0))), (JAPANESE, east & (kana > 0) & ~quoted)]
    most = np.where(letters.max(axis=1) > half, letters.argmax(axis=1), 0)
    for script in np.unique(most).tolist():
        if (writing := ALONE.get(SCRIPTS[script])) is not None:
            decided.append((writing, most == script))
    for writing, rows in decided:
        own = _named(labels, writing.languages)
        _move(scores, rows, ~own, _named(labels, (writing.main,)) if writing.main else own)
    unknown: NDArray[np.bool_] = _of(letters, UNKNOWN) > half
    return unknown


@cache
def _named(labels: tuple[str, ...], languages: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which labels are these languages, (labels,)."""
    return np.isin(labels, languages)


def _settle_dialects(labels: Sequence[str], scores: NDArray[np.float32]) -> None:
    """What Cantonese and Wu have goes to Chinese, in place, but where one of them is nearly sure."""
    dialects = [labels.index(name) for name in DIALECTS]
    rows = np.flatnonzero(np.maximum(*(scores[:, dialect] for dialect in dialects)) < DIALECT)
    _merge(scores, rows, dialects, labels.index("zh"))


def _merge(scores: NDArray[np.float32], rows: NDArray[np.int64], gone: list[int], to: int) -> None:
    """What the labels `gone` have in these rows goes to one other."""
    some = np.ix_(rows, np.array(gone))
    scores[rows, to] += scores[some].sum(axis=1)
    scores[some] = 0


def _of(letters: NDArray[Any], scripts: Sequence[str]) -> NDArray[np.int64]:
    return letters[:, [SCRIPTS.index(name) for name in scripts]].sum(axis=1, dtype=np.int64)


def _move(
    scores: NDArray[np.float32], rows: NDArray[np.bool_], others: NDArray[np.bool_], to: NDArray[np.bool_]
) -> None:
    """What `others` have in these rows goes `to` labels in proportion to what these have; in equal parts if that is nothing."""
    if not rows.any():
        return
    moved = scores[rows]
    lost = (moved * others).sum(axis=1, keepdims=True)
    if to.sum() == 1:
        moved *= ~others
        moved[:, to] += lost
        scores[rows] = moved
        return
    own = moved * to
    total = own.sum(axis=1, keepdims=True)
    share = np.where(total > 0, own / np.where(total > 0, total, 1), to / to.sum())
    moved[:, others] = 0
    scores[rows] = moved + lost * share
