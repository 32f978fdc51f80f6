"""What every learner of pictures promises."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from dataqual.errors import SpecError
from studies import learners
from studies.learner import Event, Ledger, Made, Point, Sheet, Snapshot, Task
from studies.learners import gan, vae
from studies.learners.gan import Gan
from studies.learners.vae import Vae
from tests.studies.pictures import BATCH, SIDE, task

torch.set_num_threads(1)
NAMES = [name for name in learners.names() if learners.kind(name) == "pictures"]
SIZES = {"gan": (13_000, 60_000), "vae": (20_000, 90_000)}


def learner(name: str):  # type: ignore[no-untyped-def]
    return learners.learner(name, side=SIDE, channels=1)


def points(events: list[Event]) -> list[Point]:
    return [event for event in events if isinstance(event, Point)]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Task, list[Event]]]:
    """One run of each."""
    found = {}
    for name in NAMES:
        given = task(tmp_path_factory.mktemp(name), SIZES[name][0])
        found[name] = given, list(learner(name).run(given))
    return found


def test_there_are_two() -> None:
    assert NAMES == ["gan", "vae"]


@pytest.mark.parametrize("name", NAMES)
def test_a_larger_dial_is_more_parameters_and_work(name: str) -> None:
    small, large = (learner(name).shape(size, 256, 1) for size in SIZES[name])
    assert 0 < small.non_embedding <= small.parameters < large.parameters
    assert 0 < small.flops_per_token < large.flops_per_token
    assert [small.parameters / SIZES[name][0], large.parameters / SIZES[name][1]] == pytest.approx([1, 1], rel=0.25)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_judged_at_every_stop_and_shows_what_it_made_at_the_last(name: str, ran: dict) -> None:  # type: ignore[type-arg]
    given, events = ran[name]
    found = points(events)
    assert [point.tokens for point in found] == list(given.stops) and {point.unique for point in found} == {40}
    for point in found:
        measures = point.measures["raw"]
        assert set(measures) == {"fid", "fid_infinity", "kid", "memorised"}
        assert 0 <= measures["memorised"]["value"] <= 1 and measures["fid"]["n"] == 40
        loss = point.losses["raw"]
        assert loss == measures["fid"]["value"] if name == "gan" else 0 < loss < 20
    made = [event for event in events if isinstance(event, Made)]
    assert [one.tokens for one in made] == [given.stops[-1]]
    assert isinstance(made[0].what, Sheet) and made[0].what.picture.startswith(b"\x89PNG")
    ledger = events[-1]
    assert isinstance(ledger, Ledger)
    assert ledger.exposure["times"] == {"48": 40}
    assert ledger.flops_spent == found[-1].flops


@pytest.mark.parametrize("name", NAMES)
def test_the_same_task_gives_the_same_bits_and_so_does_what_follows_a_snapshot(name: str, ran: dict) -> None:  # type: ignore[type-arg]
    given, events = ran[name]
    alone = dataclasses.replace(given, stops=given.stops[1:])
    whole = list(learner(name).run(given))
    assert points(whole) == points(events) and whole[-1] == events[-1]
    [at] = [i for i, event in enumerate(events) if isinstance(event, Snapshot)]
    rest = list(learner(name).run(given, events[at].state))
    assert points(rest) == points(events)[1:] and rest[-1] == events[-1]
    assert [e for e in rest if isinstance(e, Made)] == [e for e in events if isinstance(e, Made)]
    if name == "vae":  # the mean of a GAN's weights forgets as slowly as its run is long
        assert points(list(learner(name).run(alone))) == points(events)[1:]


@pytest.mark.parametrize("name", NAMES)
def test_a_repr_is_the_whole_specification(name: str) -> None:
    made = learner(name)
    assert eval(repr(made), {type(made).__name__: type(made)}) == made


@pytest.mark.parametrize(("side", "channels", "width"), [(28, 1, 4), (32, 3, 8), (64, 3, 6)])
def test_parameters_and_flops_are_those_of_the_networks(side: int, channels: int, width: int) -> None:
    """Counted by torch itself, one picture forward: what is written down is multiples of it."""
    d = gan.Dimensions(side, channels, width)
    generator, discriminator = gan.Generator(d), gan.Discriminator(d)
    assert sum(p.numel() for p in generator.parameters()) == d.generator
    assert sum(p.numel() for p in discriminator.parameters()) == d.discriminator
    generator.eval(), discriminator.eval()
    counted = []
    for network, given in (
        (generator, torch.zeros(1, gan.LATENT)),
        (discriminator, torch.zeros(1, channels, side, side)),
    ):
        with FlopCounterMode(display=False) as counter:
            network(given)
        own = counter.get_total_flops()
        counted.append(own)
    assert counted[0] == d.forward[0]
    assert d.forward[1] == pytest.approx(
        counted[1], rel=0.02
    )  # spectral norm adds matrix times vector, which is not counted
    e = vae.Dimensions(side, channels, width)
    network = vae.Network(e)
    assert sum(p.numel() for p in network.parameters()) == e.parameters
    with FlopCounterMode(display=False) as counter:
        mean, _ = network.encode(torch.zeros(1, channels, side, side))
        network.decode(mean)
    assert 3 * counter.get_total_flops() == e.flops


def test_a_step_of_a_gan_takes_the_flops_that_are_said(tmp_path: Path) -> None:
    given = task(tmp_path, 13_000)
    d = gan.dimensions(13_000, SIDE, 1)
    pair = gan.Pair(Gan(side=SIDE, channels=1, diffaugment=False), d, given, torch.Generator().manual_seed(0))
    counter = FlopCounterMode(display=False)
    counter.mod_tracker = _Everywhere()  # type: ignore[assignment]
    with counter:
        pair.step(torch.zeros(BATCH, 1, SIDE, SIDE))
    # Nothing flows back into the latents or the pictures of the first step, which the count by thirds has for simplicity.
    assert counter.get_total_flops() / BATCH == pytest.approx(d.flops, rel=0.15)


class _Everywhere:
    """In the place of what tells modules apart, which cannot be where a gradient is asked for by itself."""

    parents: ClassVar = {"Global"}

    def __enter__(self) -> None:
        """Nothing."""

    def __exit__(self, *_: object) -> None:
        """Nothing."""


def test_the_chances_of_all_levels_add_up_to_one() -> None:
    levels = (torch.arange(256).float() / 127.5 - 1).view(-1, 1, 1, 1)
    for mean in (-0.9, 0.1):
        found = vae.logistic(levels, torch.full_like(levels, mean), torch.full((1, 1, 1), -2.0)).exp().sum()
        assert float(found) == pytest.approx(1, abs=1e-4)


def test_what_cannot_be_is_refused() -> None:
    for options, said in (
        ({"side": 30}, "side: 30 pixels cannot be; 8 to 32 in steps of 4, 40 to 64 in steps of 8"),
        ({"channels": 4}, "channels: 4 cannot be; 1 is gray, 3 is colour"),
        ({"augment": ["warp"]}, "augment: 'warp' is unknown; there are: crop, flip, rotate"),
        ({"rates": "fast"}, "rates: 'fast' is unknown; there are: ttur, standard"),
    ):
        with pytest.raises(SpecError) as error:
            learners.learner("gan", **options)
        assert str(error.value) == said
    with pytest.raises(SpecError, match=r"^no gan of 10 parameters for pictures of 32 pixels; it can have "):
        Gan().shape(10, 0, 1)
    assert Vae(augment=["crop"]).augment == ("crop",)  # type: ignore[arg-type]


def test_augmentation_keeps_shapes_and_range_and_moves_what_it_says() -> None:
    from studies.learners import diffaugment as d

    pictures = torch.rand(64, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 2 - 1
    for change in (*d.MOVES.values(), d.diff_augment):
        one, again = (change(pictures, torch.Generator().manual_seed(5)) for _ in range(2))
        assert one.shape == pictures.shape and torch.equal(one, again) and not torch.equal(one, pictures)
    flipped = d.flip(pictures, torch.Generator().manual_seed(5))
    turned = [torch.equal(a, b.flip(-1)) for a, b in zip(flipped, pictures, strict=True)]
    assert 16 < sum(turned) < 48
    ones = torch.ones(200, 1, 16, 16)
    hole = d.cutout(ones, torch.Generator().manual_seed(0))
    assert 0.6 < float(hole.mean()) < 0.9 and float(hole[:, 0].mean((1, 2)).min()) == pytest.approx(1 - (9 / 16) ** 2)
    moved = d.translation(ones, torch.Generator().manual_seed(0))
    assert float(moved.mean((1, 2, 3)).min()) == pytest.approx((14 / 16) ** 2)
    assert np.allclose(d.crop(ones, torch.Generator().manual_seed(0)), 1)
