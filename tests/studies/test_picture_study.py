"""A study of pictures from its file to its page: held out, graded, trained, judged, told in its own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dataqual
import reports
from dataqual.drawing import uniform
from dataqual.errors import DataqualError, InputError, SpecError
from dataqual.images.features import PrincipalComponents
from studies.design.study import Study
from studies.design.trial import Trial
from studies.findings import comparing
from studies.findings.studied import Studied
from studies.planning import plan as planning
from studies.preparing.holding_out import hold_out_keys
from studies.preparing.pictures import prepare
from studies.preparing.prepared import Prepared
from studies.running import run as running
from studies.running.status import lines, status
from studies.running.trial_worker import train
from studies.telling.wording import Wording
from tests.studies.pictures import SIDE, bars

LEAST: dict[str, Any] = {
    "name": "bars", "sizes": [20_000, 60_000], "pictures": [20, 40], "seen": [1_600, 1_760], "side": SIDE, "colour": False,
    "generated": 40, "held_out": {"raw": {"share": 0.3}}, "learner": "vae", "grade_sizes": [20_000],
    "grades": {"clean": {}, "noisy": {"spoil_pixel_noise": {"dose": 0.9, "deviation": 0.5}}},
}  # fmt: skip


def corpus(folder: Path, count: int = 120, copies: int = 0) -> Path:
    """Bars in an npz with labels, the last copies of held-out ones as far as asked; and features of them that cost nothing."""
    pictures, labels = bars(count)
    path = folder / "bars.npz"
    np.savez(path, x=pictures, y=np.array(labels))
    if copies:
        [batch] = dataqual.read(path).batches()
        held = np.flatnonzero(uniform(hold_out_keys(batch)) < LEAST["held_out"]["raw"]["share"])[:copies]
        np.savez(path, x=np.concatenate([pictures, pictures[held]]), y=np.array([*labels, *np.array(labels)[held]]))
    PrincipalComponents.fit(pictures, dimensions=8).save(folder / "features.npz")
    return path


def study(folder: Path, **more: Any) -> Study:
    return Study.of({**LEAST, "corpus": "bars.npz", "extractor": "features.npz"} | more, "bars.yaml", folder)


class Here:
    """In the place of worker processes: each trial in this one."""

    def __init__(self, folder: Path, count: int, todo: list[Trial], *more: object) -> None:
        self.folder, self.todo = folder, todo

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""

    def release(self, held: list[Trial]) -> None:
        """Those that waited to be foretold."""
        self.todo += held

    def events(self) -> Iterator[tuple[Trial, dict[str, Any]]]:
        for trial in self.todo:
            train(Trial.of_json(json.loads(json.dumps(trial.as_json()))), self.folder, lambda *_, **__: None)
            yield trial, {"event": "done"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Studied:
    folder = tmp_path_factory.mktemp("study")
    corpus(folder)
    own = Study.of({**LEAST, "corpus": "bars.npz"}, "bars.yaml", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "Dispatch", Here)
        return running.run(own, folder / "out", workers=1)


def test_pictures_are_held_out_before_they_are_graded_and_copies_of_them_are_in_no_grade(tmp_path: Path) -> None:
    corpus(tmp_path, copies=4)
    found = prepare(study(tmp_path), tmp_path / "out")
    held = found.held_out["raw"].pixels()  # type: ignore[attr-defined]
    clean, noisy = (found.grades[name].pixels() for name in ("clean", "noisy"))  # type: ignore[attr-defined]
    assert not {one.tobytes() for one in held} & {one.tobytes() for one in clean}
    there = {one.tobytes() for one in bars(120)[0]}
    assert {one.tobytes() for one in (*held, *clean)} == there
    assert found.facts["grades"]["clean"]["removed"]["documents"] >= 1
    assert found.facts["planted"]["found"] == found.facts["planted"]["pictures"] == len(held)
    changed = (clean != noisy).any(axis=(1, 2, 3)).mean()
    assert 0.8 < changed < 1.0
    assert Prepared.again(tmp_path / "out", json.loads((tmp_path / "out/data/data.json").read_text())["fingerprint"])


def test_it_ends_in_points_of_every_grade_size_and_number_with_what_was_measured(ran: Studied) -> None:
    cells = {(p["grade"], p["arm"], p["size"], p["unique"]) for p in ran.points}
    assert len(cells) == 2 * 2 + 2 + 2 and len(ran.points) == 2 * len(cells)
    for p in ran.points:
        assert 0 < p["loss"] < 20 and p["best"] <= p["loss"] and p["epochs"] == p["tokens"] / p["unique"]
        assert set(p["measures"]) == {"fid", "fid_infinity", "kid", "memorised"}
    header = (ran.folder / "points.csv").read_text().splitlines()[0].split(",")
    assert header[-12:] == [
        f"{name}{end}" for name in ("fid", "fid_infinity", "kid", "memorised") for end in ("", "_low", "_high")
    ]
    assert ran.facts["task"] == {"kind": "pictures", "loss": "bits per dimension", "metric": "bits per dimension"}
    assert ran.facts["data"]["floor"]["fid"]["value"] < min(p["measures"]["fid"]["value"] for p in ran.points)
    assert len(ran.facts["made"]) == 6


def test_its_sentences_speak_of_pictures_and_of_what_it_was_judged_by(ran: Studied) -> None:
    told = json.dumps([ran.facts[name] for name in ("sentence", "not_claimed", "exchange", "controls")])
    for word in ("token", "bits per byte", " text", "document"):
        assert word not in told.replace('"tokens"', "").replace('"token_yield"', "")
    assert {c["name"]: c["passed"] for c in ran.facts["controls"]}["planted leak"] is True


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_what_was_made_and_says_nothing_of_text(ran: Studied, language: str) -> None:
    page = reports.study({**ran.facts, "beside": {"other": ran.facts}}, language=language)
    assert page.count("data:image/png;base64,") == 12 and 'href="other/report.html"' in page
    assert len(page.encode()) < 2_000_000
    shown = page.split("<body", 1)[1].split("<h3>The study file</h3>" if language == "en" else "实验文件")[0]
    for word in ("bits per byte", "词元", "比特/字节", "Fresh or repeated"):
        assert word not in shown, shown[shown.index(word) - 300 :][:400]
    assert ("What the models made" in page) == (language == "en")
    assert "loading=" not in page, "a picture that waits to be scrolled to is missing on paper"
    assert page.count("KID by different pictures" if language == "en" else "KID 与不同图片的数量，") == 2
    real = ran.facts["data"]["held_out"]["raw"]["documents"]
    made = {p["measures"]["fid"]["n"] for p in ran.points}
    assert len(made) == 1
    beside = f"n = {made.pop()} made pictures of each model, beside {real} held-out real ones."
    assert language == "zh" or page.count(beside) == 2


def test_it_goes_on_where_it_stopped_and_status_and_comparison_know_it(ran: Studied) -> None:
    before = (ran.folder / "results.jsonl").read_bytes()
    own = Study.of({**LEAST, "corpus": "bars.npz"}, "bars.yaml", ran.folder.parent)
    again = running.run(own, ran.folder, workers=1)
    assert (ran.folder / "results.jsonl").read_bytes() == before and again.points == ran.points
    assert any("8 of 8 trials" in line for line in lines(status(ran.folder)))
    other = ran.folder.parent / "other"
    other.mkdir()
    (other / "study.json").write_text((ran.folder / "study.json").read_text())
    told = "\n".join(comparing.lines(comparing.compare([ran.folder, other])))
    assert "a picture of noisy" in told and "no difference shown" in told and "token" not in told


def test_a_plan_counts_its_trials_and_says_pictures(tmp_path: Path) -> None:
    corpus(tmp_path)
    found = planning.plan(study(tmp_path), simulations=0)
    assert found.facts()["trials"] == 8 and found.facts()["tokens"] == 8 * 1760
    assert "14 thousand pictures" in "\n".join(found.summary())


def test_a_plan_gives_no_interval_as_the_noise_of_pictures_is_not_known(tmp_path: Path) -> None:
    corpus(tmp_path)
    found = planning.plan(study(tmp_path), simulations=2)
    assert found.facts()["expected"] == []
    said = [line for line in found.summary() if line.startswith("what it will tell")]
    assert len(said) == 1 and said[0].startswith("what it will tell: not known before it ran")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"tokens": [100]}, "bars.yaml: tokens is of a study of text; pictures have pictures and seen"),
        ({"learner": "gpt2"}, "bars.yaml.learner: 'gpt2' learns text, and the study is of pictures"),
        ({"side": 9}, "bars.yaml.side: 9 pixels cannot be; 8 to 32 in steps of 4, 40 to 64 in steps of 8"),
        ({"learner": {"gan": {"side": 8}}}, "bars.yaml.learner: side and channels are keys of the study: side: 32, colour: true"),
        ({"pictures": [20, 4000]}, "bars.yaml.pictures: 4,000 different ones are asked for, and the grade 'clean' has 90: ask for fewer, or give it more pictures"),
        ({"held_out": {"raw": {"share": 0.999}}}, "bars.yaml.held_out.raw.share: 120 of 120 pictures fell into the 0.999 that is held out; a distance takes two at least, and so do those that are left: change it, or give the study more pictures"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_with_its_place(more: dict[str, Any], said: str, tmp_path: Path) -> None:
    corpus(tmp_path)
    with pytest.raises(DataqualError) as error:
        asked = study(tmp_path, **more)
        planning.plan(asked, simulations=0)
        prepare(asked, tmp_path / "out")
    assert str(error.value) == said


def test_text_is_no_corpus_of_a_study_of_pictures_and_keys_of_pictures_are_none_of_text(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_text('{"text": "no picture"}\n')
    with pytest.raises(InputError, match=r"^bars.yaml.corpus: holds text, and a study with pictures takes pictures$"):
        prepare(study(tmp_path, corpus="some.jsonl"), tmp_path / "out")
    with pytest.raises(SpecError, match=r"^a.yaml: side is of a study of pictures; say pictures: "):
        Study.of({"sizes": [1], "tokens": [1], "side": 8}, "a.yaml")


def test_the_words_of_names_stay_as_they_are() -> None:
    words = Wording.of({"task": {"kind": "pictures", "loss": "FID"}, "data": {"grades": {"text": {}, "loss": {}}}})
    assert words is not None
    assert (
        words("A token of text is worth 2 of loss on raw text")
        == "A picture of text is worth 2 of loss on raw pictures"
    )
    assert Wording.of({"task": {"kind": "text", "loss": "bits per byte"}}) is None
