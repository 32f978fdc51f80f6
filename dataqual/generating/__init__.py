"""Texts written by a language model after a prompt: from a folder on disk, or by a server."""

from dataqual.generating.prompts import DEFAULT, Prompt, Writer

__all__ = ["DEFAULT", "Prompt", "Writer"]
