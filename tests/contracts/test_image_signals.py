"""What every signal of pictures promises, found by the catalog: one finite number each, each on its own, whatever they are."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from functools import cache

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

from dataqual import catalog
from dataqual.corpus import Corpus
from dataqual.errors import InputError
from dataqual.images import Images, ImageSignal
from dataqual.images.image import Pixels
from dataqual.operators import Signal
from dataqual.rules import load, rule_sets
from tests.images.made import noise, waves
from tests.images.test_image import encoded

SIGNALS = catalog.defaults("image")
VARIANTS = {catalog.label(rule.signal): rule.signal for name in rule_sets("image") for rule in load(name).rules}

every_signal = pytest.mark.parametrize("signal", [pytest.param(s, id=name) for name, s in (SIGNALS | VARIANTS).items()])


@cache
def strange() -> list[Pixels | bytes]:
    """Pictures of every kind that is asked of a signal."""
    animation = [Image.fromarray(np.full((4, 4), value, np.uint8)) for value in (10, 200)]
    return [
        np.zeros((1, 1), np.uint8),
        np.full((1, 1, 3), 255, np.uint8),
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((0, 5), np.uint8),
        np.zeros((7, 1, 4), np.uint8),
        noise(1, 90, 3, 1),
        noise(90, 1, 1, 2),
        noise(33, 65, 4, 3),
        waves(64, 64, 4),
        np.full((40, 40, 3), 77, np.uint8),
        np.zeros((40, 40), bool),
        noise(900, 1300, 3, 5),
        encoded(waves(31, 17, 2), "jpeg", quality=3),
        encoded(waves(16, 16, 3), "png"),
        encoded(animation[0], "gif", save_all=True, append_images=animation[1:]),
    ]


def test_there_are_signals_of_pictures() -> None:
    assert len(SIGNALS) >= 20
    assert not SIGNALS.keys() & catalog.defaults().keys()
    assert all(isinstance(signal, ImageSignal) for signal in SIGNALS.values())


@every_signal
def test_one_finite_number_not_negative_for_every_picture(signal: Signal) -> None:
    values = signal(strange())
    assert values.shape == (len(strange()),)
    assert values.dtype.kind in "iuf"
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert signal([]).shape == (0,)
    if catalog.name_of(signal).endswith("_share"):
        assert (values <= 1).all()


@every_signal
def test_each_picture_is_measured_on_its_own(signal: Signal) -> None:
    together = signal(strange())
    alone = np.array([signal([picture]).item() for picture in strange()])
    assert together.tolist() == alone.tolist()
    images = Images.of(strange())
    shuffled = np.random.default_rng(0).permutation(len(images))
    assert signal(images.take(shuffled)).tolist() == alone[shuffled].tolist()


@every_signal
def test_it_is_a_frozen_value_whose_repr_is_its_specification(signal: Signal) -> None:
    module = vars(sys.modules[type(signal).__module__])
    again = eval(repr(signal), dict(module))
    assert (again, hash(again)) == (signal, hash(signal))
    fields = dataclasses.fields(signal)  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(signal, fields[0].name if fields else "x", 1)


@every_signal
def test_its_one_sentence_has_an_example(signal: Signal) -> None:
    about = inspect.getdoc(type(signal)) or ""
    assert about.split("\n")[0].strip().endswith(".")
    assert f">>> {type(signal).__name__}(" in about


@every_signal
def test_every_kind_of_column_gives_the_same(signal: Signal) -> None:
    pixels = np.stack([waves(8, 9, seed) for seed in range(3)])
    expected = signal(pixels).tolist()
    as_bytes = [encoded(picture, "png") for picture in pixels]
    columns: list[object] = [list(pixels), tuple(pixels), Images.of(pixels), pd.Series(list(pixels), index=[5, 6, 7])]
    assert [signal(column).tolist() for column in columns] == [expected] * len(columns)
    packed: list[object] = [pd.Series(as_bytes), pl.Series(as_bytes), tuple(as_bytes)]
    assert [signal(column).tolist() for column in packed] == [signal(as_bytes).tolist()] * len(packed)


@every_signal
def test_a_batch_gives_what_a_list_gives(signal: Signal) -> None:
    pictures = [waves(8, 9, seed) for seed in range(3)]
    [batch] = Corpus.of(pictures).batches()
    assert signal.of_batch(batch).tolist() == signal(pictures).tolist()


@every_signal
def test_what_is_no_picture_is_refused_with_its_row(signal: Signal) -> None:
    with pytest.raises(InputError, match="row 1: "):
        signal([np.zeros((2, 2), np.uint8), None])
