"""Labels: how they are spread, which are probably wrong, which contradict each other, and how well annotators agree."""

from __future__ import annotations

from dataqual.lazy import face

__getattr__, __dir__ = face(__name__, {"survey": "dataqual.labels.surveying"})
