"""Scripts and languages, beside a slow rule that looks at one document and one label at a time."""

from __future__ import annotations

import numpy as np
import pytest

from dataqual.kernels.unicode import SCRIPTS
from dataqual.languages import writing
from dataqual.languages.telling import LANGUAGES
from dataqual.languages.writing import CHINESE, JAPANESE, WRITINGS, settle

LABELS = sorted(LANGUAGES)
SOME = ("Latin", "Han", "Hiragana", "Katakana", "Hangul", "Bopomofo", "Cyrillic", "Greek", "Yi")


def settled(letters: dict[str, int], chances: dict[str, float]) -> tuple[dict[str, float], bool]:
    """As the docstrings of `writing` have it."""
    weighed = {script: n * (3 if script in writing.HEAVY else 1) for script, n in letters.items()}
    half = sum(weighed.values()) / 2
    han, kana = weighed.get("Han", 0), weighed.get("Hiragana", 0) + weighed.get("Katakana", 0)
    quoted = han > 0 and kana < writing.KANA * han
    if quoted:
        chances = chances | {"zh": chances["zh"] + chances["ja"], "ja": 0.0}
    fitting = [one for one in WRITINGS if sum(weighed.get(script, 0) for script in one.scripts) > half]
    if han + kana + weighed.get("Bopomofo", 0) > half:
        fitting.append(CHINESE if quoted or not kana else JAPANESE)
    for one in fitting:
        own = [one.main] if one.main else list(one.languages)
        lost = sum(chances[label] for label in LABELS if label not in one.languages)
        total = sum(chances[label] for label in own)
        chances = {label: chances[label] if label in one.languages else 0.0 for label in LABELS}
        for label in own:
            chances[label] += lost * (chances[label] / total if total else 1 / len(own))
    if max(chances["yue"], chances["wuu"]) < writing.DIALECT:
        chances = chances | {"zh": chances["zh"] + chances["yue"] + chances["wuu"], "yue": 0.0, "wuu": 0.0}
    unknown = sum(weighed.get(script, 0) for script in writing.UNKNOWN) > half
    return (dict.fromkeys(LABELS, 0.0) if unknown else chances), unknown


@pytest.mark.parametrize("seed", [0, 1])
def test_many_documents_at_once_are_settled_as_one_alone_by_hand(seed: int) -> None:
    random = np.random.default_rng(seed)
    scripts = np.zeros((300, len(SCRIPTS)), np.int32)
    for row in scripts:
        for name in random.choice(SOME, random.integers(0, 4), replace=False):
            row[SCRIPTS.index(name)] = random.choice([1, 5, 100])
    scores = random.dirichlet(np.full(len(LABELS), 0.02), len(scripts)).astype(np.float32)
    expected = [
        settled(
            {name: int(n) for name, n in zip(SCRIPTS[1:], row[1:], strict=True) if n},
            dict(zip(LABELS, chances.tolist(), strict=True)),
        )
        for row, chances in zip(scripts, scores, strict=True)
    ]
    unknown = settle(scripts, LABELS, scores)
    assert unknown.tolist() == [one for _, one in expected]
    assert scores == pytest.approx(np.array([[one[label] for label in LABELS] for one, _ in expected]), abs=1e-6)
