"""Checks of pictures: signals, faults and rules of theirs, copies by their pixels, and the suite that is proposed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dataqual import catalog
from dataqual.checking import Suite
from dataqual.checking.proposing import propose
from dataqual.checking.running import check
from dataqual.errors import SpecError
from dataqual.images.image import Pixels
from dataqual.views.image import Pictures
from tests.images.made import noise, waves
from tests.images.test_image import encoded


def pictures() -> list[Pixels]:
    blank = np.full((40, 50, 3), 9, np.uint8)
    return [*(waves(40, 50, seed) for seed in range(18)), blank, blank]


def test_signals_faults_rules_and_copies_of_pictures_are_checked() -> None:
    checked = check(
        pictures(),
        [
            {"metric": "documents", "min": 20},
            {"metric": "exact_copies", "max": 0.01},
            {"metric": "blank_pictures", "max": 0.01},
            {"signal": "side", "min": 44, "mostly": 1.0},
            {"signal": "brightness", "statistic": "mean", "min": 0.1},
            {"rules": "cleanvision@0.3.7", "mostly": 0.5},
        ],
    )
    assert [(one.check.name, one.status, one.value) for one in checked.outcomes[:4]] == [
        ("documents", "passed", 20), ("exact_copies", "failed", 0.05), ("blank_pictures", "failed", 0.1), ("side", "passed", 1.0),
    ]  # fmt: skip
    assert [one.status for one in checked.outcomes[4:]] == ["passed", "passed"]


def test_a_check_names_the_command_for_pictures(tmp_path: Path) -> None:
    for at, picture in enumerate(pictures()):
        (tmp_path / f"{at:02}.png").write_bytes(encoded(picture))
    checked = check(tmp_path, [{"metric": "blank_pictures", "max": 0.01}])
    assert f"dataqual clean {tmp_path} -o {tmp_path.name}.clean-blank_pictures/ --drop blank_pictures" in str(checked)


@pytest.mark.parametrize("one", [{"signal": "word_count", "min": 1}, {"metric": "mojibake", "max": 0.1}])
def test_a_check_of_texts_is_refused_before_a_picture_is_read(one: dict[str, object]) -> None:
    with pytest.raises(SpecError, match="is a signal of texts, and these are pictures"):
        check(pictures(), [one])


def test_near_copies_are_looked_for_among_pictures() -> None:
    found = check([*pictures(), *pictures()], [{"metric": "near_copies", "max": 0.1}])
    assert found.ok


def test_a_proposed_suite_passes_on_what_it_was_proposed_from() -> None:
    proposal = propose([*pictures()] * 5)
    assert isinstance(proposal.suite, Suite)
    assert {"blank_pictures", "median side", "cleanvision@0.3.7"} <= {one.name for one in proposal.suite.checks}
    assert check([*pictures()] * 5, proposal.suite).ok


@pytest.mark.parametrize(
    "name", [name for name, kind in catalog.signals().items() if kind.view == "image" and not kind.surveyed]
)
def test_bounds_of_pictures_stand_at_the_end_that_is_worse(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pictures, "quantiles", ((name, 0.5),))
    [bounded] = [one for one in propose(pictures()).content["checks"] if one.get("signal") == name] or [{}]
    ends = {"blurriness": "max", "darkness": "max", "lightness": "max", "single_color_share": "max", "blockiness": "max",
            "text_overlay": "max", "mislabelled": "max", "frames": "max", "contrast": "min", "entropy": "min",
            "aspect_ratio": "min", "bytes_per_pixel": "min", "side": "min", "sharpness": "min", "jpeg_quality": "min"}  # fmt: skip
    allowed = {ends[name]} if name in ends else {"min", "max"}
    assert bounded.keys() - {"signal", "quantile"} <= allowed
    assert name == "jpeg_quality" or "max" in bounded or ends.get(name) == "min"


def test_sharper_pictures_pass_a_suite_and_blurred_ones_fail_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pictures, "quantiles", (("blurriness", 0.95), ("contrast", 0.05)))
    sharp = [noise(24, 24, 3, seed) for seed in range(300)]
    soft = [np.repeat(np.repeat(one[::6, ::6], 6, 0), 6, 1) // 4 + 96 for one in sharp]

    def failed(seen: list[Pixels], suite: Suite) -> set[str]:
        return {str(one.check.spec.get("signal")) for one in check(seen, suite).failures} & {"blurriness", "contrast"}

    assert failed(soft, propose(sharp).suite) == {"blurriness", "contrast"}
    assert failed(sharp, propose(soft).suite) == set()
