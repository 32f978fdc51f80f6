"""The autoencoder: its bound is the textbook's, lies above what it bounds, and falls as it learns."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from studies.learner import Point, Task
from studies.learners.vae import Autoencoder, Vae, dimensions, logistic
from tests.studies.pictures import BATCH, SIDE, bars, task

SIZE = 20_000


def pictures(count: int) -> torch.Tensor:
    found = torch.from_numpy(bars(count)[0]).float()
    return found[:, None] / 127.5 - 1


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return task(tmp_path_factory.mktemp("vae"), SIZE)


@pytest.fixture(scope="module")
def autoencoder(given: Task) -> Autoencoder:
    """One that has taken a hundred steps."""
    random = torch.Generator().manual_seed(0)
    made = Autoencoder(Vae(side=SIDE, channels=1), dimensions(SIZE, SIDE, 1), given, random)
    for _ in range(100):
        made.step(pictures(BATCH))
    return made


def test_the_bound_is_what_it_takes_to_tell_the_latents_and_then_the_picture(autoencoder: Autoencoder) -> None:
    some, network = pictures(10), autoencoder.network
    with torch.no_grad():
        found = autoencoder.nats(some, torch.Generator().manual_seed(7))
        mean, spread = network.encode(some)
        told = Normal(mean, (spread / 2).exp())
        latents = mean + torch.randn(mean.shape, generator=torch.Generator().manual_seed(7)) * told.scale
        apart = kl_divergence(told, Normal(torch.zeros_like(mean), torch.ones_like(mean))).sum(1)
        picture = -logistic(some, network.decode(latents), network.spread).sum((1, 2, 3))
    torch.testing.assert_close(found, apart + picture, rtol=1e-5, atol=1e-3)


def test_the_bound_lies_above_what_many_draws_say(autoencoder: Autoencoder) -> None:
    """- ln p by importance weights (Burda et al. 2016) is lower the more draws there are, and the bound is its case of one."""
    some, network, draws = pictures(4), autoencoder.network, 400
    random = torch.Generator().manual_seed(3)
    with torch.no_grad():
        bound = torch.stack([autoencoder.nats(some, random) for _ in range(draws)]).mean(0)
        mean, spread = network.encode(some)
        told, prior, weights = Normal(mean, (spread / 2).exp()), Normal(0.0, 1.0), []
        for _ in range(draws):
            latents = mean + torch.randn(mean.shape, generator=random) * told.scale
            picture = logistic(some, network.decode(latents), network.spread).sum((1, 2, 3))
            weights.append(picture + (prior.log_prob(latents) - told.log_prob(latents)).sum(1))
        many = -(torch.logsumexp(torch.stack(weights), 0) - torch.log(torch.tensor(float(draws))))
    assert bool((many < bound).all())


def test_it_learns_its_pictures(given: Task, autoencoder: Autoencoder) -> None:
    untrained = Autoencoder(
        Vae(side=SIDE, channels=1), dimensions(SIZE, SIDE, 1), given, torch.Generator().manual_seed(0)
    )
    other = torch.from_numpy(bars(40, seed=9)[0]).float()[:, None] / 127.5 - 1  # none of those it learnt
    with torch.no_grad():
        before, after = (one.bits(other, torch.Generator().manual_seed(1)) for one in (untrained, autoencoder))
    assert after < before - 0.5
    assert after > 0


def test_points_say_the_bound_in_bits_of_each_value(given: Task) -> None:
    found = [event for event in Vae(side=SIDE, channels=1).run(given) if isinstance(event, Point)]
    assert [point.tokens for point in found] == list(given.stops)
    assert 0 < found[1].losses["raw"] < found[0].losses["raw"]
