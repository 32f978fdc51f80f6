"""Noise as people, keyboards and scanners make it, each change recorded: `Noise`, and the kinds of it by name."""

from dataqual.noise.kinds import KINDS, Kind
from dataqual.noise.noise import Noise
from dataqual.noise.shuffling import SentenceShuffle

__all__ = ["KINDS", "Kind", "Noise", "SentenceShuffle"]
