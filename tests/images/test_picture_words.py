"""What is said of pictures is said of pictures, and their sizes are in pixels: in sums and on pages, English and Chinese."""

from __future__ import annotations

import html
import re
from typing import Any

import numpy as np
import pytest
import yaml

import dataqual
import reports
from dataqual.translating import translated
from tests.images.photographs import EDITS, photo, png

OF_TEXTS = re.compile(r"\b(documents?|characters?)\b|文档|字符", re.IGNORECASE)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dataqual.Corpus:
    """Eight pictures of two labels in a folder that is called like what must not be said; two are copies."""
    home = tmp_path_factory.mktemp("pictures") / "documents"
    for seed in range(6):
        place = home / ("cat", "dog")[seed % 2] / f"{seed:02d}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(png(photo(seed)))
    (home / "cat" / "same.png").write_bytes(png(photo(0)))
    (home / "cat" / "smaller.png").write_bytes(png(EDITS["half the size"](photo(1))))
    return dataqual.read(home)


@pytest.fixture(scope="module")
def deduplicated(corpus: dataqual.Corpus, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return dataqual.dedup(corpus, tmp_path_factory.mktemp("dedup") / "out")


def own_words(page: str) -> str:
    """What a page says itself: without scripts, and without what others wrote."""
    for tag in ("script", "style", "title", "pre", "code", 'bdi(?! translate="yes")'):
        page = re.sub(rf"<{tag}\b[^>]*>.*?</{tag[:3] if tag[:3] == 'bdi' else tag}>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub("<[^>]+>", " ", page))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_of_pictures_say_pictures(corpus: dataqual.Corpus, deduplicated: Any, language: str) -> None:
    checked = dataqual.check(corpus, yaml.safe_load("{checks: [{metric: documents, min: 3}, {signal: width, max: 1}]}"))
    cleaned = dataqual.clean(corpus, drop=["exact_copies"], dry_run=True)
    augmented = dataqual.augment(corpus, method="crop", dry_run=True)
    pages = {
        "dedup": reports.dedup(deduplicated, language=language),
        "clean": reports.cleaning(cleaned, language=language),
        "augment": reports.augmentation(augmented, language=language),
        "check": reports.check(checked, language=language),
    }
    said = {name: [found[0] for found in OF_TEXTS.finditer(own_words(page))] for name, page in pages.items()}
    assert said == {name: [] for name in pages}
    assert all(("picture", "图")[language == "zh"] in own_words(page) for page in pages.values())
    if language == "en":
        assert "<title>documents: 6 of 8 records stay" in pages["dedup"].replace("\u00a0", " ")
    else:
        assert "pixels" not in own_words(pages["dedup"])


def test_sizes_of_pictures_are_counted_in_pixels(deduplicated: Any) -> None:
    facts = deduplicated.facts()
    whole = sum(photo(seed).shape[0] * photo(seed).shape[1] for seed in (*range(6), 0))
    small = EDITS["half the size"](photo(1))
    assert facts["before"]["pixels"] == whole + small.shape[0] * small.shape[1]
    first, second = photo(0).shape, photo(1).shape  # the one smaller comes first, and stays
    assert (
        facts["after"]["pixels"]
        == whole - first[0] * first[1] - second[0] * second[1] + small.shape[0] * small.shape[1]
    )
    assert sum(row["pixels"] for row in facts["groups"][0]["rows"]) == facts["before"]["pixels"]
    assert "characters" not in facts["before"]


def test_sums_of_pictures_say_pictures(corpus: dataqual.Corpus, deduplicated: Any) -> None:
    checked = dataqual.check(corpus, {"checks": [{"signal": "width", "max": 1}]})
    lines = [
        *str(deduplicated).splitlines(),
        *str(dataqual.split(corpus, dry_run=True)).splitlines(),
        *str(checked).replace("documents", "", 1).splitlines(),  # the folder's name, with which it begins
    ]
    own = [line for line in lines if "/" not in line]
    assert [line for line in own if OF_TEXTS.search(line)] == []
    told = [line for line in own if "picture" in line]
    assert len(told) == 4
    assert [line for line in told if translated(line, "zh") == line] == []


def test_findings_and_alarms_of_pictures_say_pictures() -> None:
    dark, light = (np.full((250, 8, 8), level, np.uint8) for level in (10, 240))
    corpus = {"images": np.concatenate([dark, light]), "label": np.repeat(["documents", "day"], 250)}
    recipe = dataqual.Recipe.of([{"keep": {"signal": "brightness", "min": 0.5}}])
    cleaned = dataqual.clean(corpus, recipe=recipe, dry_run=True)
    told = [one["headline"] for one in cleaned.facts()["findings"]]
    assert told == [
        "label documents loses 100 % of its pictures, all others 0 %",
        "brightness alone takes 50 % of all pictures",
    ]
    alarms = dataqual.dedup(corpus, dry_run=True, max_cluster_share=0.1).alarms
    assert [line.partition(" (")[0] for line in alarms] == [
        "alarm: one cluster has 250 of 500 pictures",
        "alarm: source <pictures> loses 498 of 500 pictures",
    ]
    assert [line for line in (*told, *alarms) if translated(line, "zh") == line] == []


def test_what_an_archive_holds_is_told_in_chinese() -> None:
    told = translated("a.npz: 60 pictures of 16 × 16 in x, labels in y", "zh")
    assert told == "a.npz：x 中有 60 张 16 × 16 的图片，标签在 y 中"
    assert translated("a.npz: 2 pictures of 8 × 9 in x", "zh") == "a.npz：x 中有 2 张 8 × 9 的图片"
