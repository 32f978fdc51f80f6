"""The step `augment_images`: children behind their parents, told, the same whatever the batches and workers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dataqual
from dataqual import specs
from dataqual.corpus import Batch, Corpus
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.images.steps.augment_images import AugmentImages
from dataqual.ledger import Added, Change, Refused
from tests.images.pictures import pixels_of, shapes

STACK, NAMES = shapes(48, side=16)
LABELS = np.array(NAMES)
RARE = np.array([at for at, name in enumerate(NAMES) if name != "ring" or at < 12])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    path = tmp_path_factory.mktemp("pictures") / "shapes.npz"
    np.savez(path, x=STACK, y=LABELS)
    return dataqual.read(str(path))


def grown(corpus: Corpus, workers: int = 1, **given: Any) -> tuple[Batch, list[Change]]:
    [batch] = corpus.batches()
    after, changes = AugmentImages(**given).prepare(corpus, Local(workers=workers))(batch)
    return after, list(changes)


def added(changes: list[Change]) -> Added:
    [found] = [part for part in changes if isinstance(part, Added)]
    return found


def test_each_picture_stays_and_its_child_stands_behind_it(corpus: Corpus) -> None:
    after, changes = grown(corpus, factor=2, gate="none", seed=1)
    made = after.made
    assert made.tolist() == [False, True] * 48
    assert all(np.array_equal(a[..., 0], b) for a, b in zip(pixels_of(after)[::2], STACK, strict=True))
    assert after.columns["label"].to_list() == [name for name in NAMES for _ in (0, 1)]
    assert after.record.tolist() == [record for record in range(1, 49) for _ in (0, 1)]
    part = added(changes)
    assert len(part) == 48
    assert after.origins is not None
    first = after.origins[1]
    assert first is not None
    assert (first.id, first.parent, first.method) == ("shapes.npz:1~crop+rotate-1", "shapes.npz:1", "crop+rotate")
    assert [word.split()[0] for word in first.done] == ["crop", "rotate"]
    assert part.parents is not None
    assert np.array_equal(part.parents[3][..., 0], STACK[3])


def test_the_same_seed_gives_the_same_pixels_whatever_the_workers_and_batches(corpus: Corpus) -> None:
    one, _ = grown(corpus, gate="none", factor=2.5, seed=3, methods=("crop", "noise", "blur"))
    again, _ = grown(corpus, workers=3, gate="none", factor=2.5, seed=3, methods=("crop", "noise", "blur"))
    assert all(np.array_equal(a, b) for a, b in zip(pixels_of(one), pixels_of(again), strict=True))
    [batch] = corpus.batches()
    step = AugmentImages(gate="none", factor=2.5, seed=3, methods=("crop", "noise", "blur")).prepare(
        corpus, Local(workers=1)
    )
    rows = np.arange(48)
    parts = [pixels_of(step(batch.take(rows[first : first + 7]))[0]) for first in range(0, 48, 7)]
    assert all(np.array_equal(a, b) for a, b in zip(pixels_of(one), [p for part in parts for p in part], strict=True))
    other, _ = grown(corpus, gate="none", factor=2.5, seed=4, methods=("crop", "noise", "blur"))
    assert not np.array_equal(pixels_of(other)[1], pixels_of(one)[1])


def test_balance_brings_each_label_up_to_the_largest(tmp_path: Path) -> None:
    np.savez(tmp_path / "rare.npz", x=STACK[RARE], y=LABELS[RARE])
    after, _ = grown(dataqual.read(str(tmp_path / "rare.npz")), balance="label", factor=8, gate="none")
    assert Counter(after.columns["label"].to_list()) == {"bar": 16, "disk": 16, "ring": 16}


def test_the_gate_refuses_with_rule_value_and_what_was_done(corpus: Corpus) -> None:
    after, changes = grown(corpus, methods=("noise",), gate=("{signal: distance, min: 6}",), factor=2, tries=1)
    refused = [part for part in changes if isinstance(part, Refused)]
    assert [part.rule for part in refused] == ["distance"]
    [part] = refused
    assert part.threshold == ">= 6"
    assert part.values is not None
    assert (part.values < 6).all()
    assert part.evidence is not None
    assert all(words.startswith("noise 0.0") for words in part.evidence)
    assert len(part) + int(after.made.sum()) == 48
    assert part.parents is not None


def test_what_is_blank_or_held_out_has_no_children(tmp_path: Path) -> None:
    pictures = STACK.copy()
    pictures[5] = 77
    np.savez(tmp_path / "train.npz", x=pictures, y=LABELS)
    np.savez(tmp_path / "held.npz", x=pictures[:3], y=LABELS[:3])
    source, held = dataqual.read(str(tmp_path / "train.npz")), (str(tmp_path / "held.npz"),)
    after, told = grown(source, gate="none", held_out=held)
    childless = set(range(1, 49)) - set(after.record[after.made].tolist())
    assert childless == {1, 2, 3, 6}
    empty = [one for one in told if one.rule == "blank"]
    assert [one.batch.record.tolist() for one in empty] == [[6]]  # what is held out is told before
    other = LABELS[0] if LABELS[5] != LABELS[0] else LABELS[-1]
    _, told = grown(source, gate="none", only=(str(other),))
    assert not [one for one in told if one.rule == "blank"]  # nobody asked for children of it


def test_labels_of_which_all_pictures_are_blank_are_told(tmp_path: Path) -> None:
    pictures = STACK.copy()
    pictures[-2:] = 9
    np.savez(tmp_path / "train.npz", x=pictures, y=[*["full"] * (len(STACK) - 2), "void", "void"])
    _, told = grown(dataqual.read(str(tmp_path / "train.npz")), gate="none", balance="label", factor=9)
    assert [one.batch.record.tolist() for one in told if one.rule == "blank"] == [[47, 48]]


def test_mixed_pictures_have_shares_of_labels(corpus: Corpus) -> None:
    after, _ = grown(corpus, methods=("mixup",), gate="none", factor=2, tries=1)
    assert after.origins is not None
    shares = [dict(origin.labels) for origin in after.origins if origin is not None]
    assert all(sum(own.values()) == pytest.approx(1) for own in shares)
    assert any(len(own) == 2 for own in shares)
    labels = [label for label, origin in zip(after.columns["label"].to_list(), after.origins, strict=True) if origin]
    assert all(own[label] >= 0.5 for own, label in zip(shares, labels, strict=True))


def test_a_flip_that_is_its_parent_is_refused_once(tmp_path: Path) -> None:
    alike = np.zeros((4, 8, 8), np.uint8)
    alike[:, 2:5] = 200
    np.savez(tmp_path / "alike.npz", x=alike, y=["a", "a", "b", "b"])
    _, changes = grown(dataqual.read(str(tmp_path / "alike.npz")), methods=("flip",), gate="none", tries=5)
    assert [(part.rule, len(part)) for part in changes] == [("same_picture", 4)]


def test_of_texts_it_makes_nothing() -> None:
    with pytest.raises(SpecError, match="augment_images is a step for pictures, and these are texts"):
        AugmentImages(gate="none").prepare(Corpus.of(["a text"]), Local(workers=1))(
            next(iter(Corpus.of(["a text"]).batches()))
        )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"methods": ["spin"]}, "no method 'spin' for pictures; there are: "),
        ({"methods": []}, "methods is empty; there are: crop, rotate"),
        ({"methods": ["crop", "crop"]}, "methods names one twice"),
        ({"methods": ["flip"], "keeps_label": "digits"}, "flip does not keep the label of digits"),
        ({"degrees": 400}, "degrees is 400; it is above 0, and 180 at most"),
        ({"gate": "strict"}, "gate: 'strict' is neither default nor none"),
        ({"factor": 0.5}, "factor is 0.5; it is from 1"),
    ],
)
def test_what_is_wrong_with_the_step_is_told_at_once(given: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        specs.step({"augment_images": given}, "web")
    assert str(caught.value).startswith(f"web.augment_images: {message}")


def test_mixing_needs_labels(tmp_path: Path) -> None:
    np.savez(tmp_path / "bare.npz", x=STACK)
    with pytest.raises(SpecError, match="mixup and cutmix give shares of labels, and the corpus has none"):
        grown(dataqual.read(str(tmp_path / "bare.npz")), methods=("cutmix",))
