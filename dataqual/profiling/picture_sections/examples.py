"""A picture of a sample as an example of a block of facts."""

from __future__ import annotations

from typing import Any

from dataqual.images.sample import PictureSample
from dataqual.images.thumbnails import thumbnail
from dataqual.masking import mask
from dataqual.profiling.sections import Setting


def example(sample: PictureSample, row: int, setting: Setting) -> dict[str, Any]:
    """Where the picture is, and a thumbnail of it."""
    found: dict[str, Any] = {"file": setting.path(int(sample.file[row])), "record": int(sample.record[row])}
    if (name := sample.ids[row]) is not None:
        found["id"] = mask(name)
    return found | {"picture": thumbnail(sample.pictures[row])}
