"""`label_errors` and `agreement`: which labels of a corpus are probably wrong, and how well annotators agree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dataqual.columns import ANNOTATOR_NAMES, ITEM_NAMES, RATING_NAMES, TEXT_NAMES, as_string
from dataqual.contradictions import contradictions, write_contradictions
from dataqual.corpus import Corpus, Progress
from dataqual.embeddings import open_model
from dataqual.engine import Local
from dataqual.errors import InputError, SpecError, UnknownColumn, did_you_mean
from dataqual.finding import percent, plural
from dataqual.labels.agreement import (
    annotator_agreement,
    cohen_kappa,
    fleiss_kappa,
    item_agreement,
    krippendorff_alpha,
)
from dataqual.labels.balance import balance
from dataqual.labels.confident_learning import RANKINGS, Ranking
from dataqual.labels.copies import Conflict, conflict_reading, conflicts
from dataqual.labels.giveaways import Giveaway, giveaways
from dataqual.labels.judging import MOST, Judged
from dataqual.labels.ratings import Level, Ratings
from dataqual.labels.surveying import LEARNT_FROM, Surveyed, given
from dataqual.ledger import address_list
from dataqual.masking import mask
from dataqual.operators import ViewName
from dataqual.ranked_labels import QUOTED, RankedLabels
from dataqual.readers import ReadCount
from dataqual.readers.paths import readable
from dataqual.readers.sources import as_corpus, options_of
from dataqual.reading import Reading
from dataqual.views import in_words_of, view_of

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
        `suggested`, `probability` (of the given label), `suggested_probability`, `quality`, `suspect`, `text`."""
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
            text = " ".join(row["text"].split())[:100]
            lines.append(f"  {place}: {chances}: {text}" if view_of(self.view).has_text else f"  {place}: {chances}")
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
    found = view.label_survey(
        corpus, engine, seed=seed, size=learn_from, embed=embed, most=top, count=count.add, progress=progress
    )
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


@dataclass(frozen=True, eq=False)
class Agreement:
    """How well annotators agree: on all items, on each, and each annotator with the others."""

    ratings: Ratings
    level: Level
    readings: Mapping[str, Reading]
    """`krippendorff_alpha`, and where they apply `fleiss_kappa` and `cohen_kappa`."""
    annotators: Sequence[Mapping[str, Any]]
    """`annotator`, `given`, `agreement` with the others, and `alpha` without this one; None where nothing can be told."""
    items: Sequence[Mapping[str, Any]]
    """The items with two values or more, the least agreed first: `item`, `values` and how often each, `agreement`."""
    notes: Sequence[str] = ()
    """A line for each column that was taken as something, or left out, without being named."""

    def __str__(self) -> str:
        """A line for each coefficient, annotator, and the least agreed items."""
        size = self.readings["krippendorff_alpha"].detail
        lines = [
            f"{size['items']:,} items, {size['annotators']:,} annotators, {size['given']:,} values given ({self.level} level)"
        ]
        for name, reading in self.readings.items():
            if reading.value is None:
                lines.append(f"{NAMES[name]}: cannot be told, for nothing can disagree")
            else:
                low, high = reading.interval or (reading.value, reading.value)
                lines.append(f"{NAMES[name]} {reading.value:.3f} (95 %: {low:.3f} to {high:.3f}, {reading.n:,} items)")
        for row in self.annotators[:EXAMPLES]:
            lines.append(
                f"  annotator {row['annotator']}: agreement with the others {_shown(row['agreement'])}, alpha without {_shown(row['alpha'])}"
            )
        for row in self.items[:EXAMPLES]:
            given = ", ".join(f"{value} {count}" for value, count in row["values"])
            lines.append(f"  item {row['item']}: {given} (agreement {_shown(row['agreement'])})")
        return "\n".join(lines)

    def facts(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "schema": "dataqual.agreement/1",
            "level": self.level,
            "readings": {name: reading.facts() for name, reading in self.readings.items()},
            "annotators": list(self.annotators),
            "items": list(self.items),
        }


NAMES = {
    "krippendorff_alpha": "Krippendorff's alpha",
    "fleiss_kappa": "Fleiss' kappa",
    "cohen_kappa": "Cohen's kappa",
}


def agreement(
    source: Any,
    *,
    columns: Sequence[str] = (),
    item: str | None = None,
    annotator: str | None = None,
    label: str | None = None,
    level: Level = "nominal",
    order: Sequence[str] = (),
    seed: int = 0,
) -> Agreement:
    """How well annotators agree, from a table with a column for each (`columns`), or a long one.

    A long table has a row for each value: `item`, `annotator` and `label` name its columns. `source` is a path, a polars
    or pandas frame, or a list of records. Where nothing is named, columns are told by their names, and `notes` of what is
    returned says which was taken as what. `order` names the values of the ordinal level, the lowest first. Alpha is told
    always, Fleiss' kappa where all items have equally many values, Cohen's kappa of two annotators.
    """
    records = _records(source)
    notes: list[str] = []
    if not (columns or annotator or label):
        item, annotator, label = _long_columns(records, item, notes)
    if annotator is not None or label is not None:
        if not (annotator and label and item):
            raise SpecError("a long table takes all three: --item, --annotator and --label")
        present = _named_columns(records, (item, annotator, label))
        ratings = Ratings.of_long(
            ((_text(row, present[0]) or "", _text(row, present[1]) or "", _text(row, present[2])) for row in records),
            order,
        )
    else:
        item = item or _item_column(records, columns, notes)
        names = _named_columns(records, columns) if columns else _rating_columns(records, item, level, notes)
        named = [_text(row, item) or "" for row in records] if item else None
        ratings = Ratings.of_columns({name: [_text(row, name) for row in records] for name in names}, named, order)
    return replace(measure_agreement(ratings, level, seed), notes=tuple(notes))


def measure_agreement(ratings: Ratings, level: Level = "nominal", seed: int = 0) -> Agreement:
    """Of ratings in memory."""
    readings = {"krippendorff_alpha": krippendorff_alpha(ratings, level, seed=seed)}
    sizes = set((ratings.codes >= 0).sum(axis=1).tolist()) - {0}
    if level == "nominal" and len(sizes) == 1 and min(sizes) > 1:
        readings["fleiss_kappa"] = fleiss_kappa(ratings, seed=seed)
    if len(ratings.annotators) == 2:
        readings["cohen_kappa"] = cohen_kappa(
            ratings,
            weights="none" if level == "nominal" else "linear" if level == "ordinal" else "quadratic",
            seed=seed,
        )
    return Agreement(ratings, level, readings, _annotators(ratings, level), _items(ratings, level))


def _annotators(ratings: Ratings, level: Level) -> list[dict[str, Any]]:
    own = annotator_agreement(ratings, level)
    every = range(len(ratings.annotators))
    rows = []
    for at in every:
        without = krippendorff_alpha(ratings.of([other for other in every if other != at]), level, draws=0)
        rows.append(
            {
                "annotator": ratings.annotators[at],
                "given": int((ratings.codes[:, at] >= 0).sum()),
                "agreement": _known(own[at]),
                "alpha": without.value,
            }
        )
    return sorted(rows, key=lambda row: (row["agreement"] is None, row["agreement"] or 0.0, row["annotator"]))


def _items(ratings: Ratings, level: Level) -> list[dict[str, Any]]:
    own, counts = item_agreement(ratings, level), ratings.counts
    rows = []
    for at in np.flatnonzero(ratings.pairable).tolist():
        values = [(ratings.values[code], int(counts[at, code])) for code in np.flatnonzero(counts[at]).tolist()]
        values.sort(key=lambda pair: -pair[1])
        rows.append(
            {"item": ratings.items[at], "values": [list(pair) for pair in values], "agreement": _known(own[at])}
        )
    return sorted(rows, key=lambda row: 2.0 if row["agreement"] is None else row["agreement"])


def _known(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _records(source: Any) -> Sequence[Mapping[str, Any]]:
    """The rows of a table, all of them: annotations fit into memory."""
    if isinstance(source, list) and all(isinstance(row, Mapping) for row in source):
        return source
    if isinstance(source, pl.DataFrame):
        return source.to_dicts()
    if hasattr(source, "to_dict"):
        rows: list[Mapping[str, Any]] = source.to_dict("records")
        return rows
    return _read_table(Path(source)).to_dicts()


def _read_table(path: Path) -> pl.DataFrame:
    """InputError where it is not there, of no known kind, or damaged."""
    kind = next((ending for ending in (".csv", ".tsv", ".jsonl", ".parquet") if ending in path.suffixes[-2:]), None)
    if kind is None:
        raise InputError(f"{path}: no table by its name; it ends in .csv, .tsv, .jsonl or .parquet")
    try:
        if kind == ".parquet":
            return pl.read_parquet(path)
        if kind == ".jsonl":
            return pl.read_ndjson(path, infer_schema_length=None)
        return pl.read_csv(path, separator="," if kind == ".csv" else "\t", infer_schema=False)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except pl.exceptions.NoDataError:
        raise InputError(f"{path}: nothing in it") from None
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{path}: cannot be read as a table ({str(error).splitlines()[0]})") from None


def _named_columns(records: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """These columns; UnknownColumn for one that no row has."""
    present = _columns(records)
    for name in names:
        if name not in present:
            raise UnknownColumn(f"no column {name!r}; {did_you_mean(name, present)}")
    return list(names)


def _long_columns(
    records: Sequence[Mapping[str, Any]], item: str | None, notes: list[str]
) -> tuple[str | None, str | None, str | None]:
    """The columns of item, annotator and label where their names say that the table is long; else `item` and None twice."""
    present = _columns(records)
    annotator = _called(ANNOTATOR_NAMES, present)
    if annotator is None:
        return item, None, None
    found = item or _called(ITEM_NAMES, present)
    label = _called(RATING_NAMES, [name for name in present if name != found])
    if found is None or label is None:
        raise SpecError("a long table takes all three: --item, --annotator and --label")
    notes += [f"item column: {found!r} (found)"] if item is None else []
    notes += [f"annotator column: {annotator!r} (found)", f"label column: {label!r} (found)"]
    return found, annotator, label


def _called(names: Sequence[str], present: Sequence[str]) -> str | None:
    """The first of these columns whose name is one of `names`, the most telling first; None where there is none."""
    return next((name for wanted in names for name in present if name.strip().lower() == wanted), None)


def _item_column(records: Sequence[Mapping[str, Any]], columns: Sequence[str], notes: list[str]) -> str | None:
    """The column that names the items of a table with a row for each, by its name: a value in every row, and none twice."""
    name = _called(ITEM_NAMES, [name for name in _columns(records) if name not in columns])
    values = [_text(row, name) for row in records] if name is not None else []
    if name is None or not all(values) or len(set(values)) < len(values):
        return None
    notes.append(f"item column: {name!r} (found)")
    return name


def _rating_columns(
    records: Sequence[Mapping[str, Any]], item: str | None, level: Level, notes: list[str]
) -> list[str]:
    """All columns but those that by name hold an item, a text or a label agreed on, and those with no value twice."""
    names: list[str] = []
    others = [name for name in _columns(records) if name != item]
    for name in others:
        known = name.strip().lower()
        if known in ITEM_NAMES:
            notes.append(f"id column: {name!r} (found); left out")
        elif known in TEXT_NAMES:
            notes.append(f"text column: {name!r} (found); left out")
        elif level in ("nominal", "ordinal") and _tells_rows_apart(records, name, others):
            notes.append(f"column {name!r}: another value in every row, as ids have; left out; --columns takes it")
        else:
            names.append(name)
    labels = [name for name in names if name.strip().lower() in RATING_NAMES]
    if labels and len(names) - len(labels) > 1:
        names = [name for name in names if name not in labels]
        notes += [f"label column: {name!r} (found); left out; --columns takes it" for name in labels]
    if len(names) < 2:
        raise InputError("a table of ratings has a column for each annotator, two or more; name them with --columns")
    notes.append(f"annotators: {', '.join(map(repr, names))} (found; --columns names others)")
    return names


def _tells_rows_apart(records: Sequence[Mapping[str, Any]], name: str, others: Sequence[str]) -> bool:
    """Whether a column has a value in each of three rows or more, none twice, most of which no other column has."""
    own = {_text(row, name) for row in records}
    if len(records) < 3 or len(own) < len(records) or None in own:
        return False
    shared = {_text(row, other) for row in records for other in others if other != name}
    return 2 * len(own & shared) < len(own)


def _columns(records: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in records for name in row))


def _text(row: Mapping[str, Any], name: str | None) -> str | None:
    """A value as text; None for nothing, blanks and what is no number."""
    value = row.get(name or "")
    if isinstance(value, float):
        return None if value != value else f"{value:.15g}"
    found = as_string(value)
    return found.strip() or None if found is not None else None
