"""`label_errors`: which labels of a corpus are probably wrong, and which contradict each other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dataqual.contradictions import contradictions, write_contradictions
from dataqual.corpus import Corpus, Progress
from dataqual.embeddings import open_model
from dataqual.engine import Local
from dataqual.errors import InputError, SpecError, UnknownColumn, did_you_mean
from dataqual.finding import percent, plural
from dataqual.labels.balance import balance
from dataqual.labels.confident_learning import RANKINGS, Ranking
from dataqual.labels.copies import Conflict, conflict_reading, conflicts
from dataqual.labels.giveaways import Giveaway, giveaways
from dataqual.labels.judging import MOST, Judged
from dataqual.labels.surveying import LEARNT_FROM, Surveyed, given
from dataqual.ledger import address_list
from dataqual.masking import mask
from dataqual.operators import ViewName
from dataqual.ranked_labels import QUOTED, RankedLabels
from dataqual.readers import ReadCount
from dataqual.readers.paths import readable
from dataqual.readers.sources import as_corpus, options_of
from dataqual.reading import Reading
from dataqual.views import Judging, in_words_of, view_of

EXAMPLES = 5
TABLES = (".jsonl", ".parquet", ".csv")


@dataclass(frozen=True, eq=False)
class Labelled:
    """What there is to say of the labels of a corpus."""

    documents: int
    unreadable: int
    balance: Reading
    conflicts: Reading
    errors: Reading
    accuracy: float | None
    """How often the models that never saw a document say its label."""
    listed: RankedLabels
    contradicting: Sequence[Mapping[str, Any]]
    giveaways: Sequence[Giveaway]
    learnt_from: int
    model: str | None = None
    """Whose embeddings they learnt from too."""
    written: Path | None = None
    torn: pl.DataFrame = field(default_factory=pl.DataFrame)
    """A row for each document whose copies have another label, cluster by cluster: `contradictions` says which columns."""
    torn_written: Path | None = None
    view: ViewName = "text"

    @property
    def ranked(self) -> pl.DataFrame:
        """One row for each document whose label was judged, the most suspect first: `rank`, `path`, `record`, `id`, `given`,
        `suggested`, `probability` (of the given label), `suggested_probability`, `quality`, `suspect`, and of texts `text`."""
        return self.listed.frame()

    def __str__(self) -> str:
        """What a person reads in ten seconds."""
        rows = self.balance.detail["rows"]
        shown = ", ".join(f"{row['label']} {row['documents']:,}" for row in rows[:EXAMPLES])
        more = f" and {len(rows) - EXAMPLES} more" if len(rows) > EXAMPLES else ""
        lines = [f"{in_words_of(self.view, plural(self.documents, 'document'))}: {shown}{more}"]
        if self.balance.value is not None:
            lines.append(
                f"evenness of the labels {self.balance.value:.2f}, imbalance {self.balance.detail['imbalance']:.3g} to 1"
            )
        if self.unreadable:
            lines.append(f"{self.unreadable:,} records are unreadable")
        lines += [*self._errors(), *self._conflicts()]
        lines += [str(one) for one in self.giveaways[:EXAMPLES]]
        if self.written:
            lines.append(f"ranked list: {self.written}")
        if self.torn_written:
            lines.append(f"contradicting copies: {self.torn_written}")
        return "\n".join(lines)

    def _errors(self) -> list[str]:
        if self.errors.value is None or self.errors.interval is None or self.accuracy is None:
            return [in_words_of(self.view, "no label errors can be told: it takes two labels with ten documents each")]
        low, high = self.errors.interval
        lines = [
            in_words_of(
                self.view,
                f"wrong labels: {percent(self.errors.value)} (95 %: {percent(low)} to {percent(high)}), "
                f"{self.errors.detail['suspects']:,} suspects; a model that never saw the document says its label in {self.accuracy:.1%}",
            )
        ]
        for row in self.listed.suspects(EXAMPLES).iter_rows(named=True):
            place = f"{row['path']}:{row['record']}"
            chances = f"{row['given']} ({row['probability']:.2f}), probably {row['suggested']} ({row['suggested_probability']:.2f})"
            text = f": {' '.join(row['text'].split())[:100]}" if "text" in row else ""
            lines.append(f"  {place}: {chances}{text}")
        return lines

    def _conflicts(self) -> list[str]:
        if not self.conflicts.detail["clusters"]:
            return ["no copies contradict each other"]
        lines = [
            in_words_of(
                self.view,
                f"contradicting labels on copies: {percent(self.conflicts.value or 0.0)} of the labelled documents, "
                f"in {self.conflicts.detail['clusters']:,} clusters",
            )
        ]
        lines += [f"  {_line(one)}" for one in self.contradicting[:EXAMPLES]]
        if len(self.contradicting) > EXAMPLES and not self.torn_written:
            lines.append("  --conflicts FILE lists all of them")
        return lines

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        readings = {"label_balance": self.balance, "label_conflicts": self.conflicts, "label_errors": self.errors}
        return {
            "schema": "dataqual.labels/1",
            "documents": self.documents,
            "unreadable": self.unreadable,
            "readings": {name: reading.facts() for name, reading in readings.items()},
            "accuracy": self.accuracy,
            "learnt_from": self.learnt_from,
            **({"model": self.model} if self.model else {}),
            "suspects": self.listed.suspects(20).to_dicts(),
            "conflicts": list(self.contradicting[:20]),
            "giveaways": [one.facts() for one in self.giveaways],
            "written": str(self.written) if self.written else None,
            "conflicts_written": str(self.torn_written) if self.torn_written else None,
        }


def _line(one: Mapping[str, Any]) -> str:
    """A contradiction: where the first document of each label is, and how the text begins, where there is one."""
    places = "; ".join(f"{it['path']}:{it['record']} {it['label']}" for it in one["examples"])
    text = " ".join(one["examples"][0]["text"].split())[:100]
    return f"{places}: {text}" if text else places


def label_errors(
    source: Any,
    *,
    output: str | Path | None = None,
    conflicts_to: str | Path | None = None,
    rank_by: Ranking = "self_confidence",
    probabilities: str | None = None,
    learn_from: int = LEARNT_FROM,
    embeddings: str | Path | None = None,
    top: int = MOST,
    seed: int = 0,
    workers: int | None = None,
    max_memory: int | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> Labelled:
    """Which labels are probably wrong, by models that saw neither the document nor a copy of it (confident learning).

    `source` is what `profile` takes, with a label column. `output` gets the ranked list, as .jsonl, .parquet or .csv, and
    `conflicts_to` the copies whose labels contradict each other.
    `probabilities` names a column of chances by label, out of cross-validation, which are then believed instead. Models
    learn from at most `learn_from` documents, drawn evenly; all are judged. `embeddings` is the folder of a model on disk, whose
    vectors they learn from beside the words. Of many labels the `top` commonest are judged. UnknownColumn without labels; InputError
    where `output` is an input.
    """
    if rank_by not in RANKINGS:
        raise SpecError(f"rank_by: no ranking {rank_by!r}; {did_you_mean(rank_by, RANKINGS)}")
    if probabilities is not None:
        asked |= {"more": (probabilities,)}
    corpus = as_corpus(source, also=options_of(label_errors), **({} if isinstance(source, Corpus) else asked))
    for table in (output, conflicts_to):
        _check_table(table, corpus)
    engine = Local(workers=workers, max_memory=max_memory)
    count = ReadCount()
    embed = open_model(embeddings) if embeddings is not None else None
    view = view_of(corpus)
    asked_for = Judging(learn_from, seed, embed, top, count.add, progress)
    found = view.label_survey(corpus, engine, asked_for)
    count.check(corpus)
    judged = found.judged if probabilities is None else _given(corpus, found, probabilities, engine.memory)
    labels = found.labels
    contradicting = conflicts(found.copied, labels)
    listed = RankedLabels.of(corpus, found, judged, rank_by) if judged else RankedLabels()
    torn = contradictions(corpus, found, contradicting)
    if output is not None:
        listed.write(Path(output))
    if conflicts_to is not None:
        write_contradictions(torn, Path(conflicts_to))
    return Labelled(
        documents=len(labels),
        unreadable=count.unreadable,
        balance=balance(
            {name: int(n) for name, n in zip(found.names, _counts(found), strict=True)}, int((found.codes < 0).sum())
        ),
        conflicts=conflict_reading(contradicting, int((found.codes >= 0).sum())),
        errors=judged.errors(seed) if judged else Reading("label_errors", None, 0),
        accuracy=judged.accuracy if judged else None,
        listed=listed,
        contradicting=[_told(corpus, found, one) for one in contradicting[:20]],
        giveaways=giveaways(found.sample.text, found.sample.values("label")) if view.has_text else (),
        learnt_from=len(found.sample) if probabilities is None else 0,
        model=embed.told if embed is not None else None,
        written=Path(output) if output is not None else None,
        torn=torn,
        view=view.name,
        torn_written=Path(conflicts_to) if conflicts_to is not None else None,
    )


def _counts(found: Surveyed) -> list[int]:
    counts: list[int] = np.bincount(found.codes[found.codes >= 0], minlength=len(found.names)).tolist()
    return counts


def _check_table(output: str | Path | None, corpus: Corpus | None) -> None:
    if output is None:
        return
    if not str(output).endswith(TABLES):
        raise InputError(f"{output}: ends in none of {', '.join(TABLES)}, which say what is written")
    if corpus is not None and corpus.holds(output):
        raise InputError(f"{output} is one of the inputs, which are never overwritten; choose another file with -o")


def _given(corpus: Corpus, found: Surveyed, column: str, memory: int) -> Judged | None:
    """What a column of chances says; the corpus is read twice for it."""
    seen: dict[str, None] = {}

    def values() -> Iterator[tuple[int, dict[str, float] | None]]:
        for chunk in corpus.chunks():
            for piece in chunk.pieces:
                for number, record in corpus.records(piece):
                    seen.update(dict.fromkeys(record))
                    address = np.uint64((piece.file << 40) + number)
                    row = int(np.searchsorted(found.places, address))
                    if row < len(found.places) and found.places[row] == address:
                        yield row, _mapping(record.get(column), column, number, found)

    judged = given(found.labels, values, memory)
    if len(found.places) and column not in seen:
        raise UnknownColumn(f"--probabilities: no column {column!r}; {did_you_mean(column, seen)}")
    return judged


def _mapping(value: Any, column: str, record: int, found: Surveyed) -> dict[str, float] | None:
    """A mapping of labels to chances, or a list in the order of the sorted labels; as JSON where a format has no others."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise InputError(f"record {record}: {column} is no JSON") from None
    if value is None or isinstance(value, dict):
        return value
    names = sorted(found.names)
    if not isinstance(value, list) or len(value) != len(names):
        raise InputError(
            f"record {record}: {column} is no list of {len(names)} probabilities, one for each label: {', '.join(names[:20])}"
        )
    return dict(zip(names, value, strict=True))


def _told(corpus: Corpus, found: Surveyed, one: Conflict) -> dict[str, Any]:
    """A contradiction with the first document of each label."""
    places = address_list(found.places[list(one.rows[:EXAMPLES])])
    texts = corpus.fetch(places)
    examples = [
        {"path": readable(corpus.files[file].path), "record": record, "label": label, "text": mask(text)[:QUOTED]}
        for (file, record), (label, _), text in zip(places, one.labels, texts, strict=False)
    ]
    return {
        "exact": one.exact,
        "documents": one.size,
        "labels": [list(pair) for pair in one.labels],
        "examples": examples,
    }
