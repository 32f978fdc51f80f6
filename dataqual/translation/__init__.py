"""Engines that translate, all behind one door, and routes there and back; nothing is downloaded."""

from dataqual.translation.translator import Route, Translator, Whole

__all__ = ["Route", "Translator", "Whole"]
