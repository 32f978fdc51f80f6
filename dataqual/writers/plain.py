"""Plain text: the very lines or paragraphs that came from such a file."""

from __future__ import annotations

from dataqual.corpus import Batch
from dataqual.errors import InputError
from dataqual.writers.writer import LineWriter


class TextWriter(LineWriter):
    """Lines, or paragraphs with a blank line behind each."""

    def __init__(self, path: str, compression: str | None, txt: str) -> None:
        super().__init__(path, compression)
        self._txt = txt
        self.end = b"\n\n" if txt == "paragraph" else b"\n"

    def records(self, batch: Batch) -> list[bytes]:
        return list(batch.raw)

    def edited(self, batch: Batch, row: int, text: str) -> bytes:
        if "\n\n" in text if self._txt == "paragraph" else "\n" in text:
            raise InputError(
                f"{self.path}: record {int(batch.record[row])} was edited and would be several {self._txt}s now; "
                "write .jsonl instead"
            )
        return text.encode()
