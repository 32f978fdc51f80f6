"""Plain text: the very lines or paragraphs that came from such a file."""

from __future__ import annotations

from dataqual.corpus import Batch
from dataqual.writers.writer import LineWriter


class TextWriter(LineWriter):
    """Lines, or paragraphs with a blank line behind each."""

    def __init__(self, path: str, compression: str | None, txt: str) -> None:
        super().__init__(path, compression)
        self.end = b"\n\n" if txt == "paragraph" else b"\n"

    def records(self, batch: Batch) -> list[bytes]:
        return list(batch.raw)
