"""Plain text: the very lines or paragraphs that came from such a file."""

from __future__ import annotations

from dataclasses import dataclass

from dataqual.corpus import Batch
from dataqual.errors import InputError
from dataqual.writers.writer import LineEncoder


@dataclass
class TextLines(LineEncoder):
    """Lines, or paragraphs with a blank line behind each."""

    path: str
    txt: str

    def __post_init__(self) -> None:
        self.end = b"\n\n" if self.txt == "paragraph" else b"\n"

    def as_they_came(self, batch: Batch) -> list[bytes]:
        return list(batch.raw)

    def edited(self, batch: Batch, row: int, text: str) -> bytes:
        if "\n\n" in text if self.txt == "paragraph" else "\n" in text:
            raise InputError(
                f"{self.path}: record {int(batch.record[row])} was edited and would be several {self.txt}s now; "
                "write .jsonl instead"
            )
        return text.encode()
