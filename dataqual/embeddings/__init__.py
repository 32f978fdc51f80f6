"""Texts as vectors, by a model in a folder on disk; nothing is ever downloaded."""

from dataqual.embeddings.model import Model
from dataqual.embeddings.opening import open_model

__all__ = ["Model", "open_model"]
