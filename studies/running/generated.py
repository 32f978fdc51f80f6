"""What the final models wrote, and what that is worth: its likeness to real text, variety, repetition, copying and bias.

Models of one grade, size and arm are taken together. Every number has its n, in texts, and its 95 % interval. The prompts are
what was drawn, so texts of several seeds on one prompt count as one cluster; of variety (distinct-2, self-BLEU) the interval is that of the metric, over sets of
words or texts, for texts drawn twice would look less varied than they are, and so a bootstrap over texts is none for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.clustered import ShareSums
from dataqual.errors import MissingExtra
from dataqual.intervals import around, ratio
from dataqual.metrics.distinct import Distinct
from dataqual.metrics.gender_ratio import AXIS
from dataqual.metrics.self_bleu import SelfBleu
from dataqual.people.mentions import Mentions
from dataqual.people.words import OURS, lexicon
from dataqual.reading import Reading
from dataqual.signals.duplicate_ngram_share import DuplicateNgramShare
from dataqual.text import Text
from studies.data.prompts import Prompts
from studies.data.token_writing import DATA
from studies.data.tokenizing import Tokenizer, of_folder
from studies.data.windows import TokenFile
from studies.design.trial import Trial
from studies.evaluating import copying, likeness
from studies.preparing.prepared import Prepared
from studies.results import Line

Facts = dict[str, Any]

AMONG_WORDS, AMONG_TEXTS = 200, 8
"""Sets over which variety is told: of all grades alike, whatever they wrote."""
REPEATED = 4
"""Words of a phrase: the n of seq-rep-4 (Welleck et al. 2020)."""
SHOWN, SHOWN_SIZES = 3, 3
"""Prompts of which the page shows what was written, and sizes."""
GROUPS = ("female", "male")


@dataclass(frozen=True)
class Texts:
    """Texts on prompts, with what really follows each and how long the runs are that were copied."""

    prompt: NDArray[np.int64]
    """Number of the prompt, (texts,)."""
    texts: Sequence[str]
    real: Sequence[str]
    lengths: NDArray[np.int64]
    """Tokens, (texts,)."""
    copied: NDArray[np.int64]
    """Of them those in long copies."""
    words_copied: NDArray[np.int64]
    """Words in the longest run that was copied, (texts,)."""
    nats: NDArray[np.float64] | None = None
    """Loss over what really follows, (texts,)."""
    tokens: NDArray[np.int64] | None = None
    """Of what really follows, (texts,)."""

    def __len__(self) -> int:
        return len(self.texts)

    def by_prompt(self, each: NDArray[Any]) -> NDArray[Any]:
        """Sums over the texts of a prompt, (prompts, …)."""
        kinds, at = np.unique(self.prompt, return_inverse=True)
        sums = np.zeros((len(kinds), *each.shape[1:]), each.dtype)
        np.add.at(sums, at, each)
        return sums

    def mean(self, each: NDArray[Any], of: NDArray[Any] | None = None, most: float = math.inf) -> Facts:
        """Sum over sum, from 0 to `most`, with its interval over prompts; none where they are all alike."""
        above = self.by_prompt(each.astype(np.float64))
        below = self.by_prompt((np.ones(len(self)) if of is None else of).astype(np.float64))
        value, ends = ratio(above, below)
        if ends is None or ends[0] == ends[1]:
            return self.facts(value, None)
        return self.facts(value, (max(0.0, ends[0]), min(most, ends[1])))

    def share(self, part: NDArray[np.int64], whole: NDArray[np.int64]) -> Facts:
        """The same of things that are counted, so that none of them is no proof that there never is one."""
        sums = ShareSums.of(self.by_prompt(part), self.by_prompt(whole))
        return self.facts(sums.value, sums.interval())

    def facts(self, value: float | None, interval: Sequence[float] | None) -> Facts:
        """An estimate as study.json has it."""
        return {"value": value, "interval": None if interval is None else list(interval), "n": len(self)}


def generated(
    prepared: Prepared,
    prompts: Prompts,
    trials: Sequence[Trial],
    lines: Sequence[Line],
    folder: Path,
    *,
    examples: bool = True,
) -> Facts:
    """The part `generated` of study.json; without `examples` no text stands in it."""
    tokenizer = of_folder(prepared.tokenizer, folder / DATA)
    written = {line["trial"]: line for line in lines}
    groups: dict[tuple[Any, ...], list[Trial]] = {}
    for trial in trials:
        if trial.key in written:
            groups.setdefault((trial.grade, trial.arm, trial.size, trial.order.unique), []).append(trial)
    least = copying.long_copy(prepared.vocabulary)
    script = prepared.facts.get("script")
    rows, notes, found = [], dict[str, None](), {}
    for (grade, arm, size, unique), mine in groups.items():
        texts = _together([_of_trial(trial, written[trial.key], prompts, tokenizer, least) for trial in mine])
        measures, missing = measured(texts, script)
        notes |= dict.fromkeys(missing)
        found[grade, arm, size, unique] = texts
        row = {"grade": grade, "arm": arm, "size": size, "parameters": mine[0].shape.parameters, "unique": unique}
        rows.append(row | {"models": len(mine), "texts": len(texts), "measures": measures})
    real = _real(prompts, prepared, tokenizer, least)
    return {
        "prompts": {"held_out": "raw", "n": len(prompts), "size": prompts.size, **vars(prompts.writing)},
        "among": {"words": AMONG_WORDS, "texts": AMONG_TEXTS, "copied": least},
        "rows": rows,
        "real": measured(real, script)[0],
        "signature": _signature(real, script),
        "notes": list(notes),
        "examples": _examples(found, prompts, tokenizer) if examples else [],
    }


def measured(texts: Texts, script: str | None) -> tuple[Facts, list[str]]:
    """All measures by name, and why some could not be had."""
    found: Facts = {}
    missing = []
    if texts.nats is not None and texts.tokens is not None:
        found["perplexity"] = _exp(texts.mean(texts.nats, texts.tokens))
        for measure in (_bleu, _rouge):
            try:
                found |= measure(texts, script)
            except MissingExtra as error:
                missing.append(str(error))
    column = Text.of(list(texts.texts))
    found["distinct_2"] = _reading(texts, Distinct(n=2, among=AMONG_WORDS)(column))
    found["self_bleu"] = _reading(texts, SelfBleu(among=AMONG_TEXTS)(column))
    words = np.asarray(column.cut("tokens").counts, np.int64)
    repeated = DuplicateNgramShare(n=REPEATED, count="covered")(column) * words
    found["repetition"] = texts.share(repeated.round().astype(np.int64), words)
    found["copied_words"] = texts.mean(texts.words_copied) | {"most": int(texts.words_copied.max(initial=0))}
    found["copied_share"] = texts.share(texts.copied, texts.lengths)
    found["female_share"] = _gender(texts, column)
    broken = np.array(["\ufffd" in text for text in texts.texts], np.int64)
    found["broken"] = texts.share(broken, np.ones_like(broken))
    return found, missing


def _bleu(texts: Texts, script: str | None) -> Facts:
    found = likeness.Bleu.of(texts.texts, texts.real, script)
    return {"bleu": _jackknife(texts, found.counts, found.score)}


def _rouge(texts: Texts, script: str | None) -> Facts:
    scores = likeness.rouge(texts.texts, texts.real)
    return {name: texts.mean(scores[:, i], most=1.0) for i, name in enumerate(likeness.ROUGE)}


def _signature(real: Texts, script: str | None) -> str | None:
    try:
        return likeness.Bleu.of(real.texts[:1], real.texts[:1], script).signature
    except MissingExtra:
        return None


def _jackknife(texts: Texts, counts: NDArray[np.int64], score: Callable[[NDArray[np.int64]], float]) -> Facts:
    """A score of summed counts, its interval by leaving out one prompt at a time (Efron & Tibshirani 1993, 11)."""
    each = texts.by_prompt(counts)
    whole = each.sum(axis=0)
    value, n = score(whole), len(each)
    without = np.array([score(whole - one) for one in each])
    ends = around(value, (n - 1) / n * (without.mean() - without)) if n > 1 else None
    return texts.facts(value, None if ends is None else (max(0.0, ends[0]), ends[1]))


def _exp(found: Facts) -> Facts:
    ends = found["interval"]
    return found | {
        "value": None if found["value"] is None else math.exp(found["value"]),
        "interval": None if ends is None else [math.exp(end) for end in ends],
    }


def _reading(texts: Texts, found: Reading) -> Facts:
    return texts.facts(found.value, found.interval) | {"sets": found.detail.get("sets")}


def _gender(texts: Texts, column: Text) -> Facts:
    """Words for women among those for women or men."""
    words = lexicon(*OURS)
    counts = Mentions.of(column, words).counts([words.group(AXIS, name) for name in GROUPS])
    return texts.share(counts[:, 0], counts.sum(axis=1)) | {"mentions": int(counts.sum())}


def _of_trial(trial: Trial, line: Line, prompts: Prompts, tokenizer: Tokenizer, least: int) -> Texts:
    tokens = [np.array(text, np.int64) for text in line["texts"]]
    real = prompts.references()
    return Texts(
        prompt=np.arange(len(prompts)),
        texts=[tokenizer.text(text) for text in line["texts"]],
        real=[tokenizer.text(text.tolist()) for text in real],
        **_copied(tokens, seen(trial), tokenizer, least),
        nats=np.array(line["nats"]),
        tokens=np.array([len(text) for text in real], np.int64),
    )


def _real(prompts: Prompts, prepared: Prepared, tokenizer: Tokenizer, least: int) -> Texts:
    """What really follows the prompts, held against all the text of the first grade."""
    real = prompts.references()
    said = [tokenizer.text(text.tolist()) for text in real]
    first: TokenFile = next(iter(prepared.grades.values()))
    copied = _copied(real, first.read(), tokenizer, least)
    return Texts(np.arange(len(real)), said, said, **copied)


def seen(trial: Trial) -> NDArray[np.int32]:
    """The training text of a trial with what it has not seen as -1."""
    window, tokens = trial.setting.window, trial.train.read()
    number = min(trial.stops[-1] // window, trial.order.distinct(trial.train, window))
    found = np.full(len(tokens), -1, np.int32)
    for at in trial.order.windows(trial.train, window, 0, number).tolist():
        found[at * window : (at + 1) * window + 1] = tokens[at * window : (at + 1) * window + 1]
    return found


def _copied(texts: Sequence[NDArray[np.int64]], trained: NDArray[Any], tokenizer: Tokenizer, least: int) -> Facts:
    spans = [
        tokenizer.text(text[start : start + length].tolist())
        for text, (start, length) in zip(texts, copying.longest(texts, trained), strict=True)
    ]
    return {
        "lengths": np.array([len(text) for text in texts], np.int64),
        "copied": np.array(copying.covered(texts, trained, least), np.int64),
        "words_copied": np.asarray(Text.of(spans).cut("unicode").counts, np.int64),
    }


def _together(parts: Sequence[Texts]) -> Texts:
    """Texts of several models as one."""
    numbers = ("prompt", "lengths", "copied", "words_copied", "nats", "tokens")
    return Texts(
        texts=[text for part in parts for text in part.texts],
        real=[text for part in parts for text in part.real],
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in numbers},
    )


def _examples(found: Mapping[tuple[Any, ...], Texts], prompts: Prompts, tokenizer: Tokenizer) -> list[Facts]:
    """A few prompts with what really follows and what the models of each grade wrote, the largest sizes first."""
    main = {(grade, size): texts for (grade, arm, size, _), texts in found.items() if arm == "main"}
    sizes = sorted({size for _, size in main}, reverse=True)[:SHOWN_SIZES]
    real, asked = prompts.references(), prompts.tokens()
    return [
        {
            "prompt": tokenizer.text(asked[i].tolist()),
            "real": tokenizer.text(real[i].tolist()),
            "texts": [
                {"grade": grade, "size": size, "text": texts.texts[i]}
                for size in sizes
                for (grade, own), texts in main.items()
                if own == size
            ],
        }
        for i in range(min(SHOWN, len(prompts)))
    ]


def records(prepared: Prepared, prompts: Prompts, lines: Iterable[Line], folder: Path) -> Iterable[Facts]:
    """A record for each text, as texts.jsonl has them: of which model, on which prompt, what, and what really follows."""
    tokenizer = of_folder(prepared.tokenizer, folder / DATA)
    real = [tokenizer.text(text.tolist()) for text in prompts.references()]
    asked = [tokenizer.text(text.tolist()) for text in prompts.tokens()]
    for line in lines:
        who = {name: line[name] for name in ("trial", "learner", "grade", "arm", "size", "seed")}
        for i, text in enumerate(line["texts"]):
            yield {**who, "prompt": asked[i], "text": tokenizer.text(text), "real": real[i]}
