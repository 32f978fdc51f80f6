"""One file per format, and `open_writer`, which finds the format by the name of the output."""

from dataqual.writers.opening import open_writer
from dataqual.writers.parquet import NewParquet
from dataqual.writers.writer import Nowhere, Writer

__all__ = ["NewParquet", "Nowhere", "Writer", "open_writer"]
