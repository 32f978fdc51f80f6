"""The section by the vectors of a model: against numbers known from the vectors chosen, in words of both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import dataqual
import reports
from dataqual.document_sample import DocumentSample
from dataqual.embeddings import open_model
from dataqual.errors import InputError, SpecError
from dataqual.meaning import Meaning
from tests.embeddings.models import static

WORDS = {"cat": (1, 0, 0.0), "hen": (0.9, 0.1, 0.0), "rain": (0, 1, 0.0), "雨": (0, 1, 0.0), "tax": (0, 0, 1.0)}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return static(tmp_path_factory.mktemp("model") / "tiny", WORDS)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    farm = ["cat " * 3 + "hen " * i for i in range(40)]
    weather = ["rain " * 20 + "hen " * i for i in range(40)]
    return [*farm, *weather, "tax", "zzz"]


def test_groups_and_the_farthest_are_those_of_the_vectors(model: Path, texts: list[str]) -> None:
    block = dataqual.profile(texts, near_copies=False, embeddings=model, skip=["people", "diversity"]).facts[
        "embeddings"
    ]
    assert block["model"].startswith("tiny, static, 3 dimensions, sha256")
    assert block["sample"] == {"documents": 82, "of": 82, "complete": True, "unknown": 1}
    sizes = sorted(group["documents"] for group in block["groups"])
    assert sum(sizes) == 81
    assert block["examples"][0]["text"] == "tax" and block["examples"][0]["value"] == pytest.approx(2**0.5, abs=0.01)
    assert block["readings"]["outliers"]["detail"]["documents"] >= 1 and block["limit"] < 1


def test_its_distances_and_vendi_score_are_those_of_plain_numpy(model: Path, texts: list[str]) -> None:
    sample = DocumentSample.of_texts(texts[:81])
    meaning = Meaning.of(sample, open_model(model))
    vectors = np.asarray(open_model(model)(sample.texts), np.float64)
    gaps = np.sqrt(((vectors[:, None] - vectors[None]) ** 2).sum(axis=2))
    np.fill_diagonal(gaps, np.inf)
    assert meaning.nearest == pytest.approx(np.sort(gaps, axis=1)[:, :10].mean(axis=1), abs=1e-6)
    chances = np.linalg.eigvalsh(vectors @ vectors.T / len(vectors))
    chances = chances[chances > 1e-12]
    assert meaning.vendi.value == pytest.approx(np.exp(-(chances * np.log(chances)).sum()), rel=1e-6)


def test_the_page_says_which_vectors_in_both_languages(model: Path, texts: list[str]) -> None:
    profile = dataqual.profile(texts, near_copies=False, embeddings=str(model), skip=["people"])
    english, chinese = (reports.profile(profile, language=language) for language in ("en", "zh"))
    assert "By meaning" in english and "tiny, static, 3 dimensions" in english
    assert "按语义" in chinese and "其中 1 篇里没有模型认识的词元" in chinese and "Groups of like" not in chinese


def test_a_folder_without_a_model_stops_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no model"):
        dataqual.profile(iter([]), embeddings=tmp_path)


def test_pictures_have_no_vectors_of_texts(model: Path, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (20, 20), "red").save(tmp_path / "a.png")
    with pytest.raises(SpecError, match="--embeddings: vectors of texts"):
        dataqual.profile(tmp_path, embeddings=model)
