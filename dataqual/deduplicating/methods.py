"""How copies are told: the methods of `dedup`, what each calls similar, and how surely it finds it."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dataqual.copies import percent
from dataqual.corpus import Corpus
from dataqual.errors import SpecError, did_you_mean
from dataqual.images.perceptual import Perceptual, Variants
from dataqual.images.verification import FITTED
from dataqual.near_duplicates import NearDuplicates, Semantic
from dataqual.steps.dedup import Dedup
from dataqual.views import view_of

PARTS = {"lines": "dedup_lines", "paragraphs": "dedup_paragraphs", "substring": "dedup_substrings"}
"""Methods that take parts out of documents, and the steps that do it; a recipe has their parameters."""

METHODS = ("minhash", "exact", "semantic", "perceptual", *PARTS)

Near = NearDuplicates | Semantic | Perceptual

SIMILARITIES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)


def method_for(method: str | None, corpus: Corpus) -> str:
    """The method asked for, or the usual one; SpecError for one that knows nothing of texts, or of pictures.

    >>> method_for(None, Corpus.of(["a"])), method_for("exact", Corpus.of(["a"]))
    ('minhash', 'exact')
    """
    view = view_of(corpus)
    if method is None:
        return view.method
    if method in METHODS:  # what is none is told where it is opened
        view.check_method(method)
    return method


def near_for(
    method: str,
    *,
    model: str | Path | None,
    nearest: int,
    threshold: float | None,
    radius: int = Perceptual.radius,
    variants: Variants = Perceptual.variants,
    **words: Any,
) -> Near | None:
    """What a method calls similar; None where it knows exact copies alone. SpecError for a method there is not, or for
    a model where none is wanted, or none where one is.

    >>> near_for("minhash", model=None, nearest=4, threshold=0.7)
    NearDuplicates(threshold=0.7, shingle=5, permutations=128, seed=0, cut='unicode')
    """
    if method not in METHODS:
        raise SpecError(f"--method: no method {method!r}; {did_you_mean(method, METHODS)}")
    told: dict[str, Any] = {} if threshold is None else {"threshold": threshold}
    if method == "semantic":
        if model is None:
            raise SpecError("--method semantic: name the folder of a model with --model; nothing is downloaded")
        return Semantic(os.fspath(model), nearest=nearest, seed=words.get("seed", 0), **told)
    if model is not None:
        raise SpecError(f"--model: --method {method} uses none; --method semantic does")
    if method == "perceptual":
        return Perceptual(radius=radius, variants=variants, **told)
    if (radius, variants) != (Perceptual.radius, Perceptual.variants):
        name = "radius" if radius != Perceptual.radius else "variants"
        raise SpecError(f"--{name}: --method {method} uses none; --method perceptual does")
    near = NearDuplicates(**told, **words)
    return near if method == "minhash" else None


def how(step: Dedup) -> dict[str, Any]:
    """How copies are told, as plain JSON values; of signatures with the chances that pairs are found."""
    near = step.near
    facts: dict[str, Any] = {"exact": step.same, "keep": step.keep, "alike": step.alike if near else None}
    if isinstance(near, Perceptual):
        facts |= {"measure": "similarity of pixels", "fitted": FITTED, **asdict(near)}
    elif isinstance(near, Semantic):
        facts |= {
            "measure": "cosine",
            "threshold": near.threshold,
            "model": near.opened.told,
            "model_sha256": near.opened.digest,
        }
        facts |= {"nearest": near.nearest}
    elif near is not None:
        facts |= {"measure": "Jaccard", **asdict(near), "bands": near.bands, "rows": near.rows}
        facts["curve"] = [[s / 100, near.found(s / 100)] for s in range(40, 101, 2)]
    return facts


def detection(near: Near) -> str:
    """What counts as similar, and with what chance pairs of some similarities are found; a line or two for people.

    >>> print(detection(NearDuplicates()))
    near copies: Jaccard similarity of 0.8 or more, 5-shingles of the unicode cut; 21 bands × 6 rows of 128 permutations
    chance that a pair is found: 0.5 0.0 %, 0.6 1.0 %, 0.7 50.3 %, 0.75 89.8 %, 0.8 99.5 %, 0.85 100.0 %, 0.9 100.0 %
    """
    if isinstance(near, Perceptual):
        return (
            f"copies of pictures: pHash or dHash within {near.radius} of 64 bits, then pixels, {FITTED} fitted first, "
            f"with a similarity of {near.threshold:g} or more"
            f"{'' if near.variants == 'none' else f'; {near.variants} too'}"
        )
    if isinstance(near, Semantic):
        return f"copies by meaning: cosine of {near.threshold:g} or more, {near.opened.told}; each in {near.nearest} buckets"
    curve = ", ".join(f"{similarity:g} {percent(near.found(similarity))}" for similarity in SIMILARITIES)
    return (
        f"near copies: Jaccard similarity of {near.threshold:g} or more, {near.shingle}-shingles of the {near.cut} cut; "
        f"{near.bands} bands × {near.rows} rows of {near.permutations} permutations\n"
        f"chance that a pair is found: {curve}"
    )


def check_indexed(method: str, corpus: Corpus) -> None:
    """SpecError where an index holds nothing that this could be compared with."""
    if method == "semantic":
        raise SpecError(
            "--index: holds signatures and texts, no embeddings; --against compares with a corpus by meaning"
        )
    view_of(corpus).check_index()
