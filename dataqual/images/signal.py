"""`ImageSignal`: one number per picture, each picture measured on its own."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from numpy.typing import NDArray

from dataqual.errors import SpecError
from dataqual.images.image import Images
from dataqual.naming import snake_case
from dataqual.operators import Signal, ViewName

if TYPE_CHECKING:
    from dataqual.corpus import Batch


class ImageSignal(Signal):
    """A `Signal` of pictures: a frozen dataclass in `dataqual/images/signals` that defines `measure`."""

    view: ClassVar[ViewName | None] = "image"

    def of_batch(self, batch: Batch) -> NDArray[Any]:
        """The number for every picture of a batch; SpecError for a batch of documents."""
        if batch.images is None:
            raise SpecError(f"{snake_case(type(self).__name__)} is a signal of pictures, and these are texts")
        return self.measure(batch.images)

    @abstractmethod
    def measure(self, images: Any) -> NDArray[Any]:
        """The number for every picture of `Images`; shape (len(images),), finite and not negative, for pictures without pixels too."""

    def __call__(self, column: object) -> NDArray[Any]:
        """The number for every picture of `Images`, or of whatever `Images.of` takes: arrays, bytes, paths, Pillow's own."""
        return self.measure(Images.of(column))
