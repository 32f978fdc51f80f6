"""`augment` of pictures: which method is meant, what is told, and the page with pairs of thumbnails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import dataqual
import reports
from dataqual.augmenting import augment
from dataqual.augmenting.running import of_both, step_of
from dataqual.cli import main
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.images.encoding import png
from dataqual.images.steps.augment_images import AugmentImages
from dataqual.steps._held_out import held_out
from tests.images.pictures import shapes

STACK, NAMES = shapes(36, side=16)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("pictures") / "shapes.npz"
    np.savez(place, x_train=STACK[:30], y_train=NAMES[:30], x_test=STACK[30:], y_test=NAMES[30:])
    return str(place)


@pytest.fixture(scope="module")
def facts(path: str) -> dict[str, Any]:
    rules = ["{signal: distance, min: 8}"]
    found = augment(
        path, dry_run=True, method="crop,noise", seed=1, parameters={"gate": rules, "keeps_label": "photos"}
    )
    return found.page_facts() | {
        "readings": [{"name": "vendi", "about": "how many", "before": {"value": 3.0}, "after": None}]
    }


def test_the_test_part_has_no_children_and_everything_is_counted(facts: dict[str, Any]) -> None:
    assert facts["read"] == facts["kept"] == 36
    assert facts["written"] == 36 + facts["added"]
    assert 0 < facts["added"] <= 30
    assert facts["method"] == "crop+noise"
    assert any("x_test: held out by its name" in line for line in facts["held_out"])
    groups = {group["column"]: {row["value"]: row for row in group["rows"]} for group in facts["groups"]}
    assert groups["array"]["x_test"]["added"] == 0
    assert groups["array"]["x_train"]["added"] == facts["added"]


def test_examples_have_the_parent_the_child_and_what_was_done(facts: dict[str, Any]) -> None:
    [made] = [reason for reason in facts["reasons"] if reason["action"] == "added"]
    [refused] = [reason for reason in facts["reasons"] if reason["action"] == "refused"]
    assert refused["rule"] == "distance"
    assert refused["threshold"] == ">= 8"
    for example in (made["examples"][0], refused["examples"][0]):
        assert example["picture"].startswith("data:image/png;base64,")
        assert example["picture_after"] != example["picture"]
        assert example["text"].startswith("crop 0.")
        assert "; noise 0.0" in example["text"]
    assert json.loads(json.dumps(facts)) == facts


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_pairs_side_by_side(facts: dict[str, Any], language: str) -> None:
    page = reports.augmentation(facts, language=language)
    pairs = page.count('<span class="two"><img src="data:image/png;base64,')
    assert pairs == sum(len(reason["examples"]) for reason in facts["reasons"])
    assert "Words that differ are marked" not in page
    said = (
        "On the left the picture as it came, on the right its child."
        if language == "en"
        else "左为原图，右为其子图片。"
    )
    assert said in page


def test_methods_with_commas_are_those_of_pictures_and_noise_is_of_both() -> None:
    assert isinstance(step_of("crop", {}), AugmentImages)
    assert step_of("rotate, flip", {"factor": 3}).method == "rotate+flip"
    assert of_both("noise")
    assert not of_both("crop")
    assert step_of("noise", {}, "text").view == "text"
    assert isinstance(step_of("noise", {}, "image"), AugmentImages)
    assert of_both(None)
    assert step_of(None, {"keeps_label": "digits"}, "image").method == "crop+rotate"
    assert step_of(None, {}).method == "synonyms"
    with pytest.raises(SpecError, match="--method: no method 'synonyms' for pictures; there are: blur, colour"):
        step_of("synonyms", {}, "image")
    with pytest.raises(SpecError, match="--method: no method 'shear' for pictures; there are: blur, colour"):
        step_of("crop,shear", {})


def test_texts_and_pictures_are_not_mixed_up(path: str) -> None:
    with pytest.raises(SpecError, match="--method: crop is for pictures, and these are texts"):
        augment(["one text", "two texts"], dry_run=True, method="crop")
    with pytest.raises(SpecError, match="--method: no method 'shuffle' for pictures; there are: blur, colour"):
        augment(path, dry_run=True, method="shuffle")


def test_a_method_that_loses_the_label_is_one_line(path: str) -> None:
    done = CliRunner().invoke(main, ["augment", path, "--dry-run", "--method", "flip", "--keeps-label", "digits"])
    assert done.exit_code == 2
    assert "flip does not keep the label of digits: a mirrored digit is none, and 6 upside down is 9" in done.output
    assert "Traceback" not in done.output


def test_the_command_tells_of_pictures_as_of_texts(path: str, tmp_path: Path) -> None:
    arguments = ["augment", path, "--dry-run", "--method", "noise", "--set", "deviation=0.2", "--set", "gate=none"]
    done = CliRunner().invoke(main, [*arguments, "--json", "--quiet"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["method"], told["added"], told["refused"]) == ("noise", 30, 0)


def test_pictures_in_a_folder_called_test_have_no_children(tmp_path: Path) -> None:
    for number, (pixels, name) in enumerate(zip(STACK[:8], NAMES, strict=False)):
        folder = tmp_path / "parts" / ("test" if number % 2 else "train") / str(name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.png").write_bytes(png(pixels.reshape(16, 16, -1)))
    found = held_out(dataqual.read(str(tmp_path / "parts")), Local(workers=1), None, ())
    assert len(found.addresses) == 4 and "4 documents are held out" in found.why[0]


def test_the_command_says_ahead_that_networks_learn_the_labels(path: str) -> None:
    corpus = dataqual.read(path)
    [line] = AugmentImages().ahead(corpus)
    assert line.startswith("gate: 3 small networks learn the labels first, from 6,000 pictures at most")
    assert AugmentImages(gate="none").ahead(corpus) == AugmentImages(methods=("mixup",)).ahead(corpus) == ()
    assert AugmentImages().ahead(dataqual.read(f"{path}:x_test", label=None)) == (line,)
    told = CliRunner().invoke(
        main, ["augment", path, "--dry-run", "--method", "noise", "--only", "none", "--set", "gate=none"]
    )
    assert "networks learn" not in told.stderr
    told = CliRunner().invoke(main, ["augment", path, "--dry-run", "--method", "noise", "--only", "none"])
    assert told.stderr.count(line) == 1
