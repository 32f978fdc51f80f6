"""Pictures: how they are decoded, once, and looked at together; what is known of them, and how folders of them are read."""

from __future__ import annotations

from dataqual.lazy import face

__getattr__, __dir__ = face(
    __name__,
    {
        "Images": "dataqual.images.image",
        "ImageSignal": "dataqual.images.signal",
        "survey_pictures": "dataqual.images.labels",
    },
)
