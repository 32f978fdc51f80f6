"""From a study's corpus to token files: hold out, decontaminate, grade, choose, write. The corpus is never in memory.

Four passes, each in order whatever the workers: which documents are held out; which of their 13-grams are common; how
much text every grade leaves of which document; and, of as many documents as the study needs, the tokens. Those are the
documents whose addresses hash lowest, so that a study sees the whole corpus and not its first file, and each grade the
same documents as the others where it keeps them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dataqual.corpus import Batch, Corpus, Unreadable
from dataqual.drawing import uniform
from dataqual.engine import Local
from dataqual.errors import InputError
from dataqual.readers import ReadCount
from dataqual.text import SCRIPTS, Text
from dataqual.writers.parquet import NewParquet
from studies.data.token_writing import DATA, NewTokens, publish, texts
from studies.data.tokenizing import GIVEN, TABLE, Bpe, Bytes, Given, Tokenizer, Tokens, check_vocabulary, needs
from studies.design.sources import RESERVED
from studies.design.study import Study
from studies.durations import duration
from studies.evaluating.copying import long_copy, share
from studies.preparing import probes as probe_preparing
from studies.preparing.choosing import LowestDocuments, LowestKeys
from studies.preparing.grades import surveyed
from studies.preparing.grading import REMOVED_SCHEMA, Grading, Sum, choice_keys
from studies.preparing.holding_out import Document, Grams, Withhold, hold_out_keys
from studies.preparing.opening import corpus_of, neutral_of, probe_of
from studies.preparing.planting import plant
from studies.preparing.prepared import REMOVED, Prepared, fingerprint, token_file
from studies.watching import SILENT, Watch

SLICE_SHARE, SLICE_BYTES = 0.05, 8 << 20
"""Of the corpus, for a BPE alone: no grade has these documents. 8 MiB is more than a vocabulary of 64k needs."""

BPE_BYTES = 4
"""A token of a BPE stands for about so much text: how long a held-out set of so many tokens is."""

DENSER = 1.2
"""A grade may have this many times the bytes per token of the held-out text and still gets its tokens."""

SPARE_SHARE, SPARE_TOKENS = 0.05, 64 << 10
"""More tokens than the study names, because a stop is rounded to whole steps."""

HOLDING, LEAKS, GRADING, WRITING = "holding out", "looking for leaks", "grading", "writing tokens"
TOKENIZER, COPIES = "training the tokenizer", "looking for copies of held-out text"
"""The passes, as they are told."""
Result = TypeVar("Result")


def prepare(
    study: Study,
    folder: str | Path,
    *,
    workers: int | None = None,
    max_memory: int | None = None,
    watch: Watch = SILENT,
) -> Prepared:
    """The token files in FOLDER/data: those that are there if study and corpus are the same, else made anew.

    InputError where nothing can be held out, or a grade is left with nothing, or loses more than half to the held-out
    sets; whatever `dataqual.read` raises; MissingExtra where a BPE is asked for and `tokenizers` is not installed.
    """
    needs(study.tokenizer)
    place = Path(folder)
    corpus, neutral = corpus_of(study), neutral_of(study)
    asked = [probe_of(study, probe) for probe in study.probes]
    known = fingerprint(study, corpus, neutral, asked)
    started = time.monotonic()
    if found := Prepared.again(place, known, watch):
        return found
    (place / DATA).mkdir(parents=True, exist_ok=True)
    notes, facts = _Preparing(study, corpus, neutral, asked, place, Local(workers, max_memory), watch).go()
    made = Prepared.save(place, known, notes, facts)
    watch.say(f"prepared in {duration(time.monotonic() - started)}; {made.said()}")
    return made


@dataclass(frozen=True)
class _Held:
    """A corpus once read: the held-out documents, those of the slice beside them, and how much there was."""

    documents: list[Document]
    slice: list[Document]
    validation: list[Document]
    """Those whose loss says when to stop early."""
    seen: int
    bytes: int


@dataclass(frozen=True)
class _Preparing:
    """The passes over the corpus, and what they leave in the folder."""

    study: Study
    corpus: Corpus
    neutral: Corpus
    labelled: Sequence[Corpus]
    """Of the probes."""
    place: Path
    engine: Local
    watch: Watch

    def _passes(self) -> list[str]:
        """What will be told, in order."""
        surveys = [said for grade in self.study.grades if (said := surveyed(grade))]
        learnt = [TOKENIZER] if isinstance(self.study.tokenizer, int) else []
        return [HOLDING, *learnt, LEAKS, *surveys, GRADING, WRITING, COPIES]

    def go(self) -> tuple[list[str], dict[str, Any]]:
        """All passes: notes, and the part `data` of study.json."""
        self.watch.passes(self._passes())
        raw, neutral = self._hold_out_raw(), self._hold_out(self.neutral, "neutral", 1.0)
        if not neutral.documents:
            raise InputError("held_out.neutral: every document in it is empty")
        held_out = {"raw": raw.documents, "neutral": neutral.documents}
        tokenizer, notes = self._tokenizer(raw.slice)
        probes = [
            probe_preparing.draw(asked, corpus, f"{self.study.where}.probes.{asked.name}")
            for asked, corpus in zip(self.study.probes, self.labelled, strict=True)
        ]
        notes += [note for probe in probes for note in probe.notes()]
        tested = [document for probe in probes for document in probe.documents()]
        grams = Grams.of([*raw.documents, *neutral.documents, *raw.validation, *tested])
        grams = grams.knowing(self._counted(grams))
        planted = plant(grams)
        grading = Grading.of(self.study.grades, self.corpus, self._withhold, grams, self.engine, self.watch)
        files = {name: self._write_held_out(name, documents, tokenizer) for name, documents in held_out.items()}
        density = 1.0 if isinstance(tokenizer, Bytes) else DENSER * files["raw"]["bytes"] / files["raw"]["tokens"]
        wanted = (self.study.longest * (1 + SPARE_SHARE) + SPARE_TOKENS) * density
        clean, sums = self._measure(grading, round(wanted))
        written = self._write(grading, {name: found.chosen.settle() for name, found in sums.items()}, tokenizer)
        self.watch.prepare(COPIES, 0, 0)
        copied = self._copied(written, files, tokenizer.vocabulary)
        return notes, {
            "tokenizer": tokenizer.name,
            "vocabulary": tokenizer.vocabulary,
            "script": commonest_script(raw.documents),
            "raw": {"documents": raw.seen, "bytes": raw.bytes},
            "grades": {
                grade.name: written[grade.name] | sums[grade.name].facts(grade, clean) for grade in self.study.grades
            },
            "held_out": files,
            "planted": planted,
            "copied": copied,
        } | self._beside(raw, probes, tokenizer)

    def _beside(self, raw: _Held, probes: Sequence[probe_preparing.Drawn], tokenizer: Tokenizer) -> dict[str, Any]:
        """What only some studies have: text to validate on, and probes."""
        found: dict[str, Any] = {}
        if raw.validation:
            found["validation"] = self._write_held_out("validation", raw.validation, tokenizer)
        return found | ({"probes": self._write_probes(probes, tokenizer)} if probes else {})

    def _write_probes(self, probes: Sequence[probe_preparing.Drawn], tokenizer: Tokenizer) -> dict[str, Any]:
        return {one.asked.name: probe_preparing.write(one, tokenizer, self.study.window, self.place) for one in probes}

    @property
    def _bytes_only(self) -> bool:
        return self.study.tokenizer == "bytes"

    @property
    def _withhold(self) -> Withhold:
        """What no grade gets: held-out text and, for a BPE, the slice it is trained on."""
        slice = SLICE_SHARE if isinstance(self.study.tokenizer, int) else 0.0
        return Withhold(self.study.held_out_share + self._validation + slice)

    @property
    def _validation(self) -> float:
        """The share of the corpus that says when to stop early."""
        return self.study.early_stopping.share if self.study.early_stopping else 0.0

    def _hold_out_raw(self) -> _Held:
        """The raw held-out documents, and the slice for a tokenizer."""
        raw = self._hold_out(self.corpus, "raw", self.study.held_out_share, self._withhold.share, self._validation)
        if self.study.early_stopping and not raw.validation:
            raise InputError(
                f"early_stopping.share: none of {raw.seen:,} documents fell into the {self._validation:.3g} that says when "
                "to stop; raise it, or give the study more documents"
            )
        if not raw.documents:
            raise InputError(
                f"held_out.raw.share: none of {raw.seen:,} documents fell into the {self.study.held_out_share:.3g} "
                "that is held out; raise it, or give the study more documents"
            )
        return raw

    def _hold_out(
        self, corpus: Corpus, name: str, share: float, with_slice: float = 0.0, validation: float = 0.0
    ) -> _Held:
        """Documents whose keys are in the first `share` of all keys, and beside them those up to `with_slice`."""
        limit, beyond, most = int(share * 2**64), int((share + validation) * 2**64), max(share, with_slice)
        tokens = self.study.held_out_tokens
        held = LowestDocuments(tokens if self._bytes_only else tokens * BPE_BYTES)
        between = LowestDocuments(tokens if self._bytes_only else tokens * BPE_BYTES)
        rest, count, total = LowestDocuments(SLICE_BYTES), ReadCount(), 0

        def look(batch: Batch) -> tuple[int, int, Sequence[Unreadable], list[tuple[int, Document]]]:
            low = uniform(hold_out_keys(batch)) < most
            return len(batch), len(batch.text.data), batch.unreadable, _documents(corpus, batch.where(low), name)

        for documents, size, unreadable, found in self._map(look, corpus, HOLDING):
            held.add((key, document) for key, document in found if key < limit)
            between.add((key, document) for key, document in found if limit <= key < beyond)
            rest.add((key, document) for key, document in found if key >= beyond)
            count.add(documents, unreadable)
            total += size
        count.check(corpus)
        return _Held(held.documents(), rest.documents(), between.documents(), count.documents, total)

    def _tokenizer(self, slice: Sequence[Document]) -> tuple[Tokenizer, list[str]]:
        """The tokenizer, and a note where it has fewer tokens than were asked for."""
        asked = self.study.tokenizer
        if asked == "bytes":
            return Bytes(), []
        if isinstance(asked, str):
            given = Given.read(Path(asked.removeprefix(GIVEN)))
            publish(self.place / DATA / TABLE, given.json())
            return given, []
        self.watch.prepare(TOKENIZER, 0, 0)
        bpe = Bpe.train((document.text for document in slice), asked)
        check_vocabulary(asked, bpe.vocabulary)
        publish(self.place / DATA / TABLE, bpe.json())
        fewer = f"tokenizer: the neutral slice gave {bpe.vocabulary:,} of {asked:,} tokens"
        return bpe, [fewer] if bpe.vocabulary < asked else []

    def _counted(self, grams: Grams) -> NDArray[np.int64]:
        """In how many documents of the corpus each gram is."""
        withhold = self._withhold
        counts = np.zeros(len(grams), np.int64)
        for found in self._map(lambda batch: grams.count(withhold(batch)[0].text), self.corpus, LEAKS):
            counts += found
        return counts

    def _measure(self, grading: Grading, wanted: int) -> tuple[int, dict[str, Sum]]:
        """The bytes that grades are made from, and what each leaves of them; what it must not have goes to removed.parquet."""
        sums, total = {name: Sum(LowestKeys(wanted)) for name in grading.steps}, 0
        with NewParquet(str(self.place / REMOVED), REMOVED_SCHEMA) as paper:
            for clean, parts in self._map(grading.parts, self.corpus, GRADING):
                total += clean
                for name, part in parts.items():
                    sums[name].add(part)
                    paper.add(part.removed)
            paper.finish()
            paper.publish()
        for name, found in sums.items():
            found.check(f"grades.{name}")
        return total, sums

    def _write(self, grading: Grading, limits: Mapping[str, int], tokenizer: Tokenizer) -> dict[str, dict[str, Any]]:
        """The token file of every grade: the documents up to its limit, in the order of the corpus."""
        highest = np.uint64(max(limits.values()))

        def look(batch: Batch) -> dict[str, tuple[int, int, list[Tokens]]]:
            batch = batch.where(choice_keys(batch) <= highest)
            found = {}
            for name, part in grading.parts(batch)[1].items():
                chosen = texts(part.batch.where(choice_keys(part.batch) <= np.uint64(limits[name])))
                found[name] = len(chosen), sum(map(len, chosen)), tokenizer.encode(chosen)
            return found

        with ExitStack() as files:
            out = {name: files.enter_context(NewTokens(self.place, name)) for name in limits}
            for found in self._map(look, self.corpus, WRITING):
                for name, (documents, size, tokens) in found.items():
                    out[name].add(documents, size, tokens)
            return {name: file.finish() for name, file in out.items()}

    def _write_held_out(self, name: str, documents: Sequence[Document], tokenizer: Tokenizer) -> dict[str, Any]:
        found = [document.text.encode() for document in documents]
        with NewTokens(self.place, f"{RESERVED}{name}") as file:
            file.add(len(found), sum(map(len, found)), tokenizer.encode(found))
            return file.finish() | {"kind": name}

    def _copied(
        self, grades: Mapping[str, Mapping[str, Any]], held_out: Mapping[str, Mapping[str, Any]], vocabulary: int
    ) -> list[dict[str, Any]]:
        """How much of each held-out file stands in long runs in the file of each grade, as tokens have it."""
        least = long_copy(vocabulary)
        files = {name: token_file(self.place, facts) for name, facts in grades.items()}
        return [
            {
                "held_out": name,
                "grade": grade,
                "tokens": least,
                "share": share(token_file(self.place, facts), file, least),
            }
            for name, facts in held_out.items()
            for grade, file in files.items()
        ]

    def _map(self, look: Callable[[Batch], Result], corpus: Corpus, what: str) -> Iterator[Result]:
        """`look` at every batch, in order."""
        with closing(
            self.engine.map(lambda chunk: (chunk.done, look(corpus.parse(chunk))), corpus.chunks())
        ) as results:
            for done, result in results:
                self.watch.prepare(what, done, corpus.size)
                yield result


def commonest_script(documents: Sequence[Document]) -> str | None:
    """The script of most letters, as in the metric script_mix; None where there are no letters."""
    counts = Text.of([document.text for document in documents]).characters.scripts[:, 1:].sum(axis=0)
    return SCRIPTS[int(counts.argmax()) + 1] if counts.any() else None


def _documents(corpus: Corpus, batch: Batch, held_out: str) -> list[tuple[int, Document]]:
    """Every document with the key by which it is held out."""
    places = zip(hold_out_keys(batch).tolist(), batch.file.tolist(), batch.record.tolist(), texts(batch), strict=True)
    return [(key, Document(held_out, corpus.files[f].path, r, text.decode())) for key, f, r, text in places]
