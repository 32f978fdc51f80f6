"""What every step on pictures promises: every one there is a file for, with the parameters in which it is used."""

from __future__ import annotations

import dataclasses
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import dataqual
import dataqual.images.steps
from dataqual import catalog, specs
from dataqual.corpus import Batch, Corpus
from dataqual.engine import Local
from dataqual.images.hashing import picture_digests
from dataqual.images.steps.augment_images import AugmentImages
from dataqual.images.steps.dedup_images import DedupImages
from dataqual.images.steps.spoil_blur import SpoilBlur
from dataqual.images.steps.spoil_jpeg import SpoilJpeg
from dataqual.images.steps.spoil_labels import SpoilLabels
from dataqual.images.steps.spoil_pixel_noise import SpoilPixelNoise
from dataqual.ledger import Added, Change, Dropped, Edited
from dataqual.operators import Step
from tests.images.photographs import EDITS, Picture, photo, png

KORNIA = find_spec("kornia") is not None
STEPS: dict[str, Step] = {
    "dedup_images": DedupImages(),
    "dedup_images, exact": DedupImages("exact"),
    "dedup_images, turned": DedupImages(variants="all", keep="largest"),
    "dedup_images, by a signal": DedupImages(radius=12, threshold=0.95, keep="sharpness"),
    "spoil_blur": SpoilBlur(dose=0.5),
    "spoil_jpeg": SpoilJpeg(dose=0.5),
    "spoil_labels": SpoilLabels(dose=0.5),
    "spoil_pixel_noise": SpoilPixelNoise(dose=0.5),
    **({"augment_images": AugmentImages(methods=("crop",), gate="none", factor=1.5)} if KORNIA else {}),
}
every_step = pytest.mark.parametrize("step", [pytest.param(step, id=name) for name, step in STEPS.items()])

KINDS = [photo(seed, 48, 64) for seed in range(8)]
PICTURES: list[Picture] = [
    *KINDS,
    *(edit(picture) for picture in KINDS[:3] for edit in EDITS.values()),
    np.ascontiguousarray(KINDS[4][:, ::-1]),
    KINDS[5],
    np.full((48, 64, 3), 200, np.uint8),
    np.zeros((1, 1, 3), np.uint8),
    KINDS[6][..., :1],
]
LABELS = ["sea", "wood", "sky"]


def test_every_file_of_steps_on_pictures_is_held_to_its_promises() -> None:
    home = Path(dataqual.images.steps.__file__).parent
    files = {path.stem for path in home.glob("*.py") if not path.stem.startswith("_")}
    assert files == {name.split(",")[0] for name in STEPS} | ({"augment_images"} if not KORNIA else set())


Row = tuple[int, bytes, str | None]


def rows(batch: Batch) -> list[Row]:
    """Record, pixels and label of each picture."""
    assert batch.images is not None
    digests = picture_digests(batch.images)
    labels = batch.columns["label"].to_list() if "label" in batch.columns.columns else [None] * len(batch)
    return [(int(batch.record[row]), digests[row].tobytes(), labels[row]) for row in range(len(batch))]


def corpus_of(pictures: list[Picture], folder: Path) -> Corpus:
    for at, picture in enumerate(pictures):
        place = folder / LABELS[at % len(LABELS)] / f"{at:03}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(png(picture[..., 0] if picture.shape[2] == 1 else picture))
    return dataqual.read(folder)


def run(step: Step, batches: Iterable[Batch]) -> tuple[list[Row], list[Change]]:
    left: list[Row] = []
    changes: list[Change] = []
    for batch in batches:
        kept, more = step(batch)
        left += rows(kept)
        changes += more
    return left, changes


def said(changes: list[Change]) -> list[Any]:
    """All that is told of each picture, in order."""
    return sorted(
        (
            type(part).__name__,
            int(part.batch.file[at]),
            row,
            part.step,
            part.rule,
            None if values is None else float(values[at]),
        )
        for part in changes
        for values in [getattr(part, "values", None)]
        for at, row in enumerate(rows(part.batch))
    )


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpus_of(PICTURES, tmp_path_factory.mktemp("pictures"))


@every_step
def test_the_same_pictures_give_the_same_whatever_the_workers_and_the_batches(step: Step, corpus: Corpus) -> None:
    whole = [*corpus.batches()]
    one = run(step.prepare(corpus, Local(workers=1)), whole)
    small = [batch.take(np.arange(at, at + 1)) for batch in whole for at in range(len(batch))]
    two = run(step.prepare(corpus, Local(workers=3, max_memory=64 << 20)), small)
    assert two[0] == one[0]
    assert said(two[1]) == said(one[1])


@every_step
def test_what_is_left_and_what_is_told_are_together_what_was_there(step: Step, corpus: Corpus) -> None:
    check_ledger(step, corpus)


class _Forgets(Step):
    """Drops the first picture of every batch and says nothing."""

    def __call__(self, batch: Batch) -> tuple[Batch, list[Dropped]]:
        return batch.take(np.arange(1, len(batch))), []


def test_a_step_that_does_not_tell_what_it_drops_is_caught(corpus: Corpus) -> None:
    with pytest.raises(AssertionError):
        check_ledger(_Forgets(), corpus)


def check_ledger(step: Step, corpus: Corpus) -> None:
    ready = step.prepare(corpus, Local(workers=1))
    for batch in corpus.batches():
        left, changes = ready(batch)
        files = Counter(zip(batch.file.tolist(), rows(batch), strict=True))
        after = Counter(zip(left.file.tolist(), rows(left), strict=True))
        told = {
            kind: Counter(
                pair
                for part in changes
                if isinstance(part, kind)
                for pair in zip(part.batch.file.tolist(), rows(part.batch), strict=True)
            )
            for kind in (Dropped, Edited, Added)
        }
        gone, edited, added = (told[kind] for kind in (Dropped, Edited, Added))
        assert gone + edited <= files
        untouched = files - gone - edited
        assert untouched + added <= after
        changed = after - untouched - added
        assert sorted(file for file, _ in changed.elements()) == sorted(file for file, _ in edited.elements())
        assert not changed & edited
        assert sum(after.values()) == sum(files.values()) - sum(gone.values()) + sum(added.values())
        for part in changes:
            assert len(part) and part.step == catalog.name_of(step) and part.rule
            if isinstance(part, Dropped) and part.originals is not None:
                stays = set(left.file.tolist())
                assert set(part.originals.file.tolist()) <= stays
    assert said(run(ready, corpus.batches())[1])


@pytest.mark.parametrize("name", [name for name in STEPS if name.startswith("dedup_images")])
def test_keeping_one_of_each_a_second_time_changes_nothing(name: str, corpus: Corpus, tmp_path: Path) -> None:
    recipe = dataqual.Recipe(name, (STEPS[name],))
    first = dataqual.clean(corpus, tmp_path / "one", recipe=recipe)
    again = dataqual.clean(tmp_path / "one", tmp_path / "two", recipe=recipe)
    assert first.dropped > 0
    assert (again.read, again.dropped, again.edited) == (first.kept, 0, 0)
    assert files(tmp_path / "two") == files(tmp_path / "one")


@every_step
def test_its_parameters_survive_yaml(step: Step) -> None:
    plain = yaml.safe_load(yaml.safe_dump({catalog.name_of(step): _plain(dataclasses.asdict(step))}))  # type: ignore[call-overload]
    again = specs.step(plain, "photos.yaml.steps[0]")
    assert again == step
    assert repr(again) == repr(step)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_any_number_of_workers_writes_the_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    for workers in (1, 3):
        place = tmp_path / str(workers)
        place.mkdir()
        done = dataqual.dedup(corpus, place / "out", workers=workers, clusters=place / "c.parquet")
        assert done.read == done.kept + done.dropped + done.unreadable
    assert files(tmp_path / "1") == files(tmp_path / "3")


@pytest.mark.slow
def test_random_kills_of_dedup_of_pictures_change_no_byte(tmp_path: Path) -> None:
    random_ = random.Random(0)
    for at in range(400):
        place = tmp_path / "photos" / "ab"[at % 2] / f"{at:04}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        picture = photo(at % 300)
        place.write_bytes(png(picture if at < 300 else EDITS["half the size"](picture)))
    command = [sys.executable, "-m", "dataqual", "dedup", "photos", "-o", "out", "--clusters", "c.parquet", "--quiet", "--no-report"]  # fmt: skip
    start = time.monotonic()
    subprocess.run(command, check=True, cwd=tmp_path)
    took = time.monotonic() - start
    before = {name: data for name, data in files(tmp_path).items() if not name.startswith("photos/")}
    assert len([name for name in before if name.startswith("out/")]) == 300
    kills = 0
    while kills < 8:
        process = subprocess.Popen(command, cwd=tmp_path)
        with suppress(subprocess.TimeoutExpired):
            assert process.wait(random_.uniform(0.2, 1.0) * took) == 0
            took *= 0.8  # the machine may be quicker now than it was
            continue
        os.kill(process.pid, 9)
        process.wait()
        kills += 1
    subprocess.run(command, check=True, cwd=tmp_path)
    assert {name: data for name, data in files(tmp_path).items() if not name.startswith("photos/")} == before
