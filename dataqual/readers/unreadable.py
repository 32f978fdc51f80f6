"""What could not be read: counted, written down, and too much of it an error."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from dataqual.corpus import Corpus, Unreadable
from dataqual.errors import NoDocuments, TooManyUnreadable

HINTS = {
    "invalid UTF-8": "; is it GBK? then: iconv -f GB18030 -t UTF-8 OLD > NEW",
    "not an object": "; is it one JSON array? then: jq -c '.[]' OLD > NEW.jsonl",
    "not JSON": "; is it one JSON array or object over several lines? then: jq -c '.[]?' OLD > NEW.jsonl",
}
"""What to do about a kind of fault that most of a file has: it is another kind of file."""


CUT_OFF = ("truncated archive", "damaged archive", "damaged parquet")
"""One record that could not be read, and all behind it: nobody knows how many that would be."""


NOT_READ = "whatever is behind it was not read, and is in no count"


@dataclass
class ReadCount:
    """How many documents and unreadable records came out of a corpus, and whether that is too few or too many."""

    documents: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    first: Unreadable | None = None
    cut_off: list[Unreadable] = field(default_factory=list)
    """Where files end before their end; at most one for each."""

    @property
    def unreadable(self) -> int:
        """Records that could not be read."""
        return self.kinds.total()

    def add(self, documents: int, unreadable: Sequence[Unreadable]) -> None:
        """Count what one batch held; batches come in order."""
        self.documents += documents
        self.kinds.update(bad.kind for bad in unreadable)
        if self.first is None and unreadable:
            self.first = unreadable[0]
        self.cut_off += [bad for bad in unreadable if bad.kind in CUT_OFF]

    def warnings(self, corpus: Corpus) -> tuple[str, ...]:
        """A line for every file that is not read to its end."""
        return tuple(f"{place(bad, corpus)}: {bad.reason}; {NOT_READ}" for bad in self.cut_off)

    def check(self, corpus: Corpus) -> None:
        """Raise NoDocuments where nothing was readable, TooManyUnreadable where more was not than the corpus allows."""
        inputs = corpus.files[0].path if len(corpus.files) == 1 else f"{len(corpus.files)} files"
        if not self.documents:
            why = (
                f"all {self.unreadable:,} records are unreadable{self._why(corpus)}" if self.first else "nothing in it"
            )
            raise NoDocuments(f"{inputs}: no documents: {why}")
        total = self.documents + self.unreadable
        if self.unreadable > corpus.max_unreadable * total:
            share = self.unreadable / total
            raise TooManyUnreadable(
                f"{inputs}: {self.unreadable:,} of {total:,} records ({share:.1%}) are unreadable, more than the "
                f"{corpus.max_unreadable:.1%} allowed{self._why(corpus)}; allow more with --max-unreadable {_above(share):g}"
            )

    def _why(self, corpus: Corpus) -> str:
        """The commonest kind and the first place, as the end of a sentence."""
        assert self.first is not None
        [(kind, count)] = self.kinds.most_common(1)
        hint = HINTS.get(kind, "") if count > self.documents else ""
        return f"; mostly {kind} ({count:,}), first at {place(self.first, corpus)}: {self.first.reason}{hint}"


def place(bad: Unreadable, corpus: Corpus) -> str:
    """Path and line of an unreadable record, or its number where the format has no lines."""
    return f"{corpus.files[bad.file].path}:{bad.line or bad.record}"


def unreadable_line(bad: Unreadable, path: str) -> bytes:
    """One record that could not be read as a line of JSON, without the newline.

    `raw` is the record as text, or `raw_base64` where it is not UTF-8.
    """
    facts = {"path": path, "record": bad.record, "line": bad.line, "kind": bad.kind, "reason": bad.reason}
    try:
        facts["raw"] = bad.raw.decode()
    except UnicodeDecodeError:
        facts["raw_base64"] = base64.b64encode(bad.raw).decode()
    return orjson.dumps(facts)


def _above(share: float) -> float:
    """A round share above `share`, to propose.

    >>> _above(0.0412), _above(0.999)
    (0.05, 1.0)
    """
    return min(1.0, (int(share * 100) + 1) / 100)
