"""One file per format, and `open_corpus`, which finds the files, the formats and the columns."""

from dataqual.readers.opening import open_corpus
from dataqual.readers.unreadable import ReadCount, place, write_unreadable

__all__ = ["ReadCount", "open_corpus", "place", "write_unreadable"]
